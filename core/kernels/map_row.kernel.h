/* The second pass over a row of a map, for map.kernel.c and team.kernel.c: what is read again or beside, and what is written. */

#if XK_KEPT_SHIFTED
/* Terms lie where the elements did, taken to the largest of the subgroup's. */
#define XK_FIND_SHIFT const xk_t shift = xk_ratio(second.most, acc.most);
#define XK_MAP_VECTOR XK_RESULT_VECTOR_OF(, xk_map_term(v0.v[k] * shift, acc))
#define XK_REREAD_ALL
#else
#define XK_FIND_SHIFT
#define XK_MAP_VECTOR XK_RESULT_VECTOR()
#define XK_REREAD_ALL XK_EACH_LIFTED(XK_REREAD)
#endif
#if XK_VEC > 1
#define XK_STORE_ROW *(XK_GLOBAL XK_CAT(xk_word, XK_WO) *)(gout + at_out + XK_VECTOR_AT(0, e)) = result.word;
#else
#define XK_STORE_ROW gout[at_out + XK_WALK(0, e)] = result.v[0];
#endif

/* What is not kept, of some turns at once: beside<i>. A compiler would ask for each turn's only when the last one's results are
 * stored, as far as it knows in the same place. Groups that wait for each other ask for the first before that, unless it is so
 * much that registers run short. The largest groups have few for each work-item. */
enum { XK_BATCH = XK_OTHERS > 1 && !XK_TEAM ? (XK_WG > 512 ? 1 : 2) : 4 };
#define XK_BESIDE(i) xk_vector##i beside##i[XK_BATCH];
#define XK_LOAD_BESIDE(i) XK_LOAD_ROW(i, beside##i[turn - first], e)
#define XK_TAKE_BESIDE(i) const xk_vector##i v##i = beside##i[turn - first];
#define XK_EACH_TURN_OF_BATCH(statements) \
    XK_UNROLL \
    for (int turn = first; turn < first + XK_BATCH && turn < XK_TURNS; turn++) { \
        const xk_index e = from + (turn * XK_TPR + lane) * XK_VEC; \
        if (XK_INSIDE(e)) { \
            statements \
        } \
    }
#define XK_LOAD_BATCH XK_EACH_TURN_OF_BATCH(XK_EACH_OTHER(XK_LOAD_BESIDE))

