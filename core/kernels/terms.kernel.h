/* Rows that stay in one group's registers, of maps whose text has XK_KEEPS_SHIFTED: the row's peak is found first, then each element's term
 * is taken once and stays in place of the element. Accumulators would be combined by an exponential each. */

#if XK_AT_HAND_IN_REGISTERS && XK_SHIFTED
#define XK_TERMS 1

/* What a row's work-items have, `mine` and `other` of two, of all of them for each; `shared` has a place for every 32 of the group. */
#if XK_TPR > 32
#define XK_BEYOND_SUBGROUP(combined) \
    const int lane = xk_lane(), first = xk_row_here() * (XK_TPR / 32); \
    if (lane % 32 == 0) \
        shared[first + lane / 32] = mine; \
    xk_barrier(); \
    mine = shared[first + lane % (XK_TPR / 32)]; \
    XK_AMONG(mine, XK_TPR / 32, combined)
#else
#define XK_BEYOND_SUBGROUP(combined)
#endif
#define XK_OF_ROW(name, combined) \
    XK_FN float name(float mine, XK_LOCAL_POINTER float *shared) \
    { \
        XK_AMONG(mine, (XK_TPR < 32 ? XK_TPR : 32), combined) \
        XK_BEYOND_SUBGROUP(combined) \
        return mine; \
    }
XK_OF_ROW(xk_peak_of_row, xk_fmax(mine, other))
XK_OF_ROW(xk_sum_of_row, mine + other)

#define XK_EACH_ELEMENT(statements) \
    XK_UNROLL \
    for (int k = 0; k < XK_VEC; k++) { \
        statements \
    }

/* What is in front of a row's first vector and behind its last one stays at hand, too. */
#if XK_EDGES
enum { XK_EDGE_TURNS = (2 * XK_VEC + XK_TPR - 1) / XK_TPR };
#define XK_EACH_EDGE_KEPT(statements) \
    XK_UNROLL \
    for (int turn = 0; turn < XK_EDGE_TURNS; turn++) { \
        const int c = lane + turn * XK_TPR; \
        if (alive && c < (int)(p.length - whole)) { \
            const xk_index e = c < head ? c - head : whole + (c - head); \
            statements \
        } \
    }
#define XK_KEEP_EDGES \
    xk_t edge[XK_EDGE_TURNS]; \
    XK_EACH_EDGE_KEPT(const int k = 0; XK_EACH_LIFTED(XK_EDGE) edge[turn] = XK_X(0);)
#else
#define XK_EACH_EDGE_KEPT(statements)
#define XK_KEEP_EDGES
#endif

#define XK_TAKE_TERM(to, x) \
    const xk_t t = xk_term_of(x, second); \
    second.sum += t; \
    to = t;
#define XK_GATHER_TERMS \
    XK_EACH_LIFTED(XK_KEPT) \
    XK_EACH_KEPT(, const xk_index e = from + (turn * XK_TPR + lane) * XK_VEC; XK_EACH_LIFTED(XK_KEEP)) \
    XK_KEEP_EDGES \
    xk_t peak = -XK_INFINITY, term[XK_TURNS][XK_VEC]; \
    XK_EACH_KEPT(, XK_EACH_LIFTED(XK_AGAIN) XK_EACH_ELEMENT(peak = xk_fmax(peak, XK_X(0));)) \
    XK_EACH_EDGE_KEPT(peak = xk_fmax(peak, edge[turn]);) \
    peak = xk_peak_of_row(peak, shared_terms[0]); \
    xk_second second = xk_begin(peak); \
    XK_EACH_KEPT(, XK_EACH_LIFTED(XK_AGAIN) XK_EACH_ELEMENT(XK_TAKE_TERM(term[turn][k], XK_X(0)))) \
    XK_EACH_EDGE_KEPT(XK_TAKE_TERM(edge[turn], edge[turn])) \
    xk_acc acc = xk_of_terms(peak, xk_sum_of_row(second.sum, shared_terms[1])); \
    acc = XK_SETTLE;

#define XK_WRITE_TERMS \
    XK_UNROLL \
    for (int turn = 0; turn < XK_TURNS; turn++) { \
        const xk_index e = from + (turn * XK_TPR + lane) * XK_VEC; \
        if (XK_INSIDE(e)) { \
            XK_RESULT_VECTOR_OF(, xk_map_term(term[turn][k], acc)) \
            XK_STORE_ROW \
        } \
    } \
    XK_EACH_EDGE_KEPT(const xk_r r = xk_map_term(edge[turn], acc); gout[at_out + XK_WALK(0, e)] = XK_STORE(r);)
#else
#define XK_TERMS 0
#endif
