/* What the family templates share: indices, numbers, and operands one by one.
 *   XK_NT, XK_NN     tensor inputs and numbers
 *   XK_EACH          XK_EACH_<XK_NT>
 *   XK_O, XK_D0...   element types of the output and the inputs
 *   XK_A0...         the types that inputs are converted to: XK_D, or the arithmetic's own f32 for what a half type need not hold
 *   XK_SAMEO, XK_SAME0...  1 where the element type is that one already, so that nothing is converted
 *   XK_WO, XK_W0...  bytes of a vector of XK_VEC elements of each */

/* The elements of a vector; a prelude may know better. */
#ifndef XK_UNKNOWN /* a word whose value a compiler is to know nothing of any more */
#define XK_UNKNOWN(word)
#endif
#ifndef xk_permute /* of the bytes of two words, those that the four lowest digits of `selector` name, of a base of 16 */
XK_FN xk_uint xk_permute(xk_uint low, xk_uint high, xk_uint selector)
{
    const xk_ulong both = (xk_ulong)high << 32 | low;
    xk_uint word = 0;
    XK_UNROLL
    for (int i = 0; i < 4; i++)
        word |= (xk_uint)(both >> (selector >> 4 * i & 7) * 8 & 0xff) << 8 * i;
    return word;
}
#endif
#ifndef XK_ARRAY
#define XK_ARRAY(T, name) T name[XK_VEC]
#endif

typedef union xk_number {
    xk_t value;
    xk_ulong slot[XK_C128 ? 2 : 1];
} xk_number;

#define XK_EACH_0(m)
#define XK_EACH_1(m) m(0)
#define XK_EACH_2(m) m(0) m(1)
#define XK_EACH_3(m) m(0) m(1) m(2)
#define XK_EACH_4(m) m(0) m(1) m(2) m(3)
#define XK_EACH_5(m) m(0) m(1) m(2) m(3) m(4)
#define XK_EACH_6(m) m(0) m(1) m(2) m(3) m(4) m(5)
#define XK_EACH_7(m) m(0) m(1) m(2) m(3) m(4) m(5) m(6)
#define XK_EACH_8(m) m(0) m(1) m(2) m(3) m(4) m(5) m(6) m(7)

#define XK_N(j) p.number[j].value
#define XK_PARAMETER(i) XK_TENSOR(const XK_S(XK_D##i), x##i),

/* An input in the arithmetic's type. XK_SAME<i> is 1 where no conversion is needed. */
#define XK_CONVERT_1(i, s) XK_GET(XK_D##i, s)
#define XK_CONVERT_0(i, s) XK_AS(XK_A##i, XK_D##i, XK_GET(XK_D##i, s))
#define XK_CONVERT(i, s) XK_CAT(XK_CONVERT_, XK_SAME##i)(i, s)
#if XK_SAMEO
#define XK_STORE(r) XK_PUT(XK_O, r)
#else
/* Rounded to the result type first, as the result stands on its own in PyTorch. */
#define XK_STORE(r) XK_PUT(XK_O, XK_AS(XK_O, XK_R, XK_GET(XK_R, XK_PUT(XK_R, r))))
#endif

#define XK_ADDRESS(i) XK_GLOBAL const XK_S(XK_D##i) *g##i = XK_POINTER(const XK_S(XK_D##i), x##i);
#define XK_OFFSET(i) xk_index o##i = 0;
#define XK_ADVANCE(i) o##i += c * p.stride[i + 1][d];
