/* The element at the place in the operand that the output's index comes to, SHIFT on, counted in f32. */
#define XK_IRREGULAR 1 /* beyond 2^24 its steps are */

WINDOW
{
    const xk_index n = XK_IN(d);
    const float place = ((float)at[d] + SHIFT) * xk_bits_f32((xk_uint)XK_V(d));
    const xk_index i = place < (float)n ? (xk_index)place : n - 1;
    return xk_one(i < n ? i : n - 1);
}
