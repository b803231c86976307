/* Included before everything where the references are compiled a second time with long double of 113 bits (-mlong-double-128 of
 * gcc's): what they call of the C library is libquadmath's. */
#ifndef TEST_QUAD_H
#define TEST_QUAD_H

#include <math.h>

#define QUAD_OF_ONE(name) long double name(long double)
#define QUAD_OF_TWO(name) long double name(long double, long double)
QUAD_OF_ONE(acosq);
QUAD_OF_ONE(acoshq);
QUAD_OF_ONE(asinhq);
QUAD_OF_ONE(atanhq);
QUAD_OF_ONE(ceilq);
QUAD_OF_ONE(cosq);
QUAD_OF_ONE(coshq);
QUAD_OF_ONE(erfq);
QUAD_OF_ONE(erfcq);
QUAD_OF_ONE(expq);
QUAD_OF_ONE(exp2q);
QUAD_OF_ONE(expm1q);
QUAD_OF_ONE(fabsq);
QUAD_OF_ONE(floorq);
QUAD_OF_ONE(lgammaq);
QUAD_OF_ONE(logq);
QUAD_OF_ONE(log10q);
QUAD_OF_ONE(log1pq);
QUAD_OF_ONE(log2q);
QUAD_OF_ONE(rintq);
QUAD_OF_ONE(sinq);
QUAD_OF_ONE(sinhq);
QUAD_OF_ONE(sqrtq);
QUAD_OF_ONE(tanq);
QUAD_OF_ONE(tanhq);
QUAD_OF_ONE(truncq);
QUAD_OF_TWO(copysignq);
QUAD_OF_TWO(fmaxq);
QUAD_OF_TWO(fminq);
QUAD_OF_TWO(hypotq);
QUAD_OF_TWO(powq);
long double ldexpq(long double, int);

#define acosl acosq
#define acoshl acoshq
#define asinhl asinhq
#define atanhl atanhq
#define ceill ceilq
#define cosl cosq
#define coshl coshq
#define erfl erfq
#define erfcl erfcq
#define expl expq
#define exp2l exp2q
#define expm1l expm1q
#define fabsl fabsq
#define floorl floorq
#define lgammal lgammaq
#define logl logq
#define log10l log10q
#define log1pl log1pq
#define log2l log2q
#define rintl rintq
#define sinl sinq
#define sinhl sinhq
#define sqrtl sqrtq
#define tanl tanq
#define tanhl tanhq
#define truncl truncq
#define copysignl copysignq
#define fmaxl fmaxq
#define fminl fminq
#define hypotl hypotq
#define powl powq
#define ldexpl ldexpq

/* Beside those of 64 bits in one program. */
#define test_reference_add quad_reference_add
#define test_reference_find quad_reference_find
#define test_reference_call quad_reference_call
#define test_reference_types quad_reference_types
#define oracle_ask quad_oracle_ask

#endif
