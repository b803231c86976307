/* The pass that writes a row, for map.kernel.c and relay.kernel.c: the results of the vectors v<i>, which lie at element e. */

#define XK_MAP_VECTOR \
    union { \
        XK_CAT(xk_word, XK_WO) word; \
        XK_ARRAY(XK_S(XK_O), v); \
    } result; \
    XK_UNROLL \
    for (int k = 0; k < XK_VEC; k++) { \
        const xk_r r = XK_CALL; \
        result.v[k] = XK_STORE(r); \
    }
#if XK_VEC > 1
#define XK_STORE_ROW *(XK_GLOBAL XK_CAT(xk_word, XK_WO) *)(gout + at_out + e) = result.word;
#else
#define XK_STORE_ROW gout[at_out + XK_WALK(0, e)] = result.v[0];
#endif
#define XK_MAP_RANGE(from, to) \
    for (xk_index e = (from) + lane * XK_VEC; alive && e < (to); e += XK_TPR * XK_VEC) { \
        XK_EACH(XK_LOAD) \
        XK_MAP_VECTOR \
        XK_STORE_ROW \
    }
/* Of the vectors that are kept. */
#define XK_MAP_TURNS \
    XK_UNROLL \
    for (int turn = 0; turn < XK_TURNS; turn++) { \
        const xk_index e = XK_TURN; \
        if (XK_INSIDE(e)) { \
            XK_EACH_LIFTED(XK_REREAD) \
            XK_EACH_LIFTED(XK_AGAIN) \
            XK_EACH_OTHER(XK_LOAD) \
            XK_MAP_VECTOR \
            XK_STORE_ROW \
        } \
    }
