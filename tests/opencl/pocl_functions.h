/* The functions of OpenCL that kernel texts call, as PoCL's own header declares them. That one has 18,000 lines, which PoCL parses
 * for every text anew, half of the time that a small kernel takes to compile; most of the tests tell it not to (pocl_flags in
 * tests/meson.build). A function that is missing here is an error of the compiler there. */
#define TAKES __attribute__((overloadable, const))
#define ONE(name) \
    float TAKES name(float); \
    double TAKES name(double);
#define TWO(name) \
    float TAKES name(float, float); \
    double TAKES name(double, double);

size_t TAKES get_local_id(uint);
size_t TAKES get_group_id(uint);
void __attribute__((overloadable, convergent)) barrier(cl_mem_fence_flags);
float __attribute__((overloadable, pure)) vload_half(size_t, const __private half *);
void __attribute__((overloadable)) vstore_half_rte(float, size_t, __private half *);
uint TAKES mul_hi(uint, uint);
int TAKES isnan(float);
int TAKES isnan(double);
float TAKES fma(float, float, float);
double TAKES fma(double, double, double);
/* clang-format off */
TWO(atan2) TWO(copysign) TWO(fmax) TWO(fmin) TWO(hypot) TWO(pow)
ONE(acos) ONE(acosh) ONE(asin) ONE(asinh) ONE(atan) ONE(atanh) ONE(ceil) ONE(cos) ONE(cosh) ONE(erf) ONE(erfc) ONE(exp) ONE(exp2)
ONE(expm1) ONE(fabs) ONE(floor) ONE(log) ONE(log10) ONE(log1p) ONE(log2) ONE(rint) ONE(rsqrt) ONE(sin) ONE(sinh) ONE(sqrt)
ONE(tan) ONE(tanh) ONE(trunc)
    /* clang-format on */
