/* Division of numbers below 2^31 by what the host knows, as a multiplication. */

typedef struct xk_divisor {
    xk_uint size, magic, shift;
} xk_divisor;

XK_FN xk_uint xk_divide(xk_uint n, xk_divisor by)
{
    return (xk_mulhi(n, by.magic) + n) >> by.shift;
}
