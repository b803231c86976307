/* Rows and columns of a square of four times four bytes, a word each, are exchanged; what comes out lies `apart` words from each other.
 * `out` may be `row`. */
XK_FN void xk_exchange_bytes(const xk_uint *row, xk_uint *out, const int apart)
{
    const xk_uint a = xk_permute(row[0], row[1], 0x5140), b = xk_permute(row[0], row[1], 0x7362),
                  c = xk_permute(row[2], row[3], 0x5140), d = xk_permute(row[2], row[3], 0x7362);
    out[0] = xk_permute(a, c, 0x5410);
    out[apart] = xk_permute(a, c, 0x7632);
    out[2 * apart] = xk_permute(b, d, 0x5410);
    out[3 * apart] = xk_permute(b, d, 0x7632);
}
