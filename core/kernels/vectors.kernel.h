/* What pointwise.kernel.c and flat.kernel.c share. */

typedef struct xk_params {
    xk_ulong vectors;
    xk_ulong elements;
#if XK_NN > 0
    xk_number number[XK_NN];
#endif
    xk_index size[XK_RANK];                /* the innermost in vectors; in elements where they are flat */
    xk_uint magic[XK_RANK], shift[XK_RANK]; /* division by size as a multiplication; 32-bit indices only */
    xk_index stride[XK_NT + 1][XK_RANK];   /* elements from one index to the next; of the innermost as size is */
    xk_index inner[XK_NT + 1];             /* elements from one element of a vector to the next */
#if XK_POSITION
    xk_index first_position, inner_position, position[XK_RANK];
#endif
#if XK_RUN_BYTES && !XK_WALKED
    xk_index low, high; /* elements of the input's memory, from its first */
#endif
#if XK_WALKED
    xk_index length;                         /* elements of the innermost dimension */
    xk_index in[XK_WALKED], walk[XK_WALKED]; /* sizes and strides of the dimensions that windows walk */
    xk_index around[XK_INDICES];             /* sizes of the dimensions whose indices the window function gets */
    xk_index value[XK_VALUES];
    xk_index low, high; /* elements of the first input's memory, from its first */
#endif
} xk_params;

/* A vector of an input, loaded in one access where it is contiguous. */
#define XK_VECTOR(i) \
    union { \
        XK_CAT(xk_word, XK_W##i) word; \
        XK_ARRAY(XK_S(XK_D##i), v); \
    } v##i;

/* Quotient by p.size[d]. */
#if XK_INDEX64
#define XK_DIVIDE(n, d) ((n) / p.size[d])
#else
#define XK_DIVIDE(n, d) \
    ((xk_index)((xk_mulhi((xk_uint)(n), p.magic[d]) + (xk_uint)(n)) >> p.shift[d]))
#endif

/* Loads the inputs and computes `result`, whose elements the template reaches by XK_X. It is in parts too, where the prelude joins
 * them: not every compiler sees through a whole vector that was written by the element. */
#ifdef XK_PAIRED
#define XK_COMPUTE_ALL \
    xk_r r[XK_VEC]; \
    XK_UNROLL \
    for (int k = 0; k < XK_VEC; k++) \
        r[k] = XK_CALL; \
    XK_PAIRED(r) \
    XK_UNROLL \
    for (int k = 0; k < XK_VEC; k++) \
        result.v[k] = XK_STORE(r[k]);
#else
#define XK_COMPUTE_ALL \
    XK_UNROLL \
    for (int k = 0; k < XK_VEC; k++) { \
        const xk_r r = XK_CALL; \
        result.v[k] = XK_STORE(r); \
    }
#endif
#if XK_KEEPS /* a vector of which nothing is kept is not read */
#define XK_LOAD_ALL \
    int any = 0; \
    XK_UNROLL \
    for (int k = 0; k < XK_VEC; k++) \
        any |= xk_body(XK_P); \
    if (any) { \
        XK_EACH(XK_LOAD) \
    }
#else
#define XK_LOAD_ALL XK_EACH(XK_LOAD)
#endif
#define XK_COMPUTE \
    XK_EACH(XK_VECTOR) \
    XK_LOAD_ALL \
    union { \
        XK_CAT(xk_word, XK_WO) word; \
        xk_uint part[4]; \
        XK_ARRAY(XK_S(XK_O), v); \
    } result; \
    XK_COMPUTE_ALL
#if defined(XK_JOIN) && XK_WO == 16
#define XK_WORD(u) XK_JOIN(u.part[0], u.part[1], u.part[2], u.part[3])
#else
#define XK_WORD(u) u.word
#endif
