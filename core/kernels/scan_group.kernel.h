/* What the three templates of selections share. The elements are cut in tiles of XK_TILE, one for each group: it counts where the
 * mask is true in its own (count), one group makes of the counts how many come before each tile (scan), and each group writes what
 * its tile selects (selection). Defines, besides those of the dialect:
 *   XK_VEC           neighbouring elements that a work-item takes at once; a round is one such vector for each
 *   XK_TURNS         times four rounds make a tile
 *   XK_O             type of the elements
 *   XK_EXPAND        selected elements are replaced where they are, by those of a source; 0: they are packed
 *   XK_WHOLE         all vectors of the elements, and of the output where it is XK_EXPAND, start at multiples of their size
 *   XK_INDEX64       indices need 64 bits */

#define XK_ROUND (XK_WG * XK_VEC)
#define XK_TILE (XK_TURNS * 4 * XK_ROUND)

typedef struct xk_params {
    xk_ulong elements, tiles;
    xk_ulong room; /* elements of the output or, where it is XK_EXPAND, of the source */
    xk_long step;  /* elements from one of the output to the next */
} xk_params;

/* Sum of `mine` over the work-items before this one; *all over the whole group. `shared` has room for two for each. */
XK_FN xk_ulong xk_scan_group(xk_ulong mine, XK_LOCAL_POINTER xk_ulong *shared, xk_ulong *all)
{
    const int id = (int)xk_local_id();
    int at = 0;
    xk_ulong sum = mine;
    shared[id] = sum;
    xk_barrier();
    for (int gap = 1; gap < XK_WG; gap *= 2) {
        if (id >= gap)
            sum += shared[at + id - gap];
        at = XK_WG - at;
        shared[at + id] = sum;
        xk_barrier();
    }
    *all = shared[at + XK_WG - 1];
    xk_barrier();
    return sum - mine;
}
