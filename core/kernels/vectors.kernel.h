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
} xk_params;

/* A vector of an input, loaded in one access where it is contiguous. */
#define XK_VECTOR(i) \
    union { \
        XK_CAT(xk_word, XK_W##i) word; \
        XK_S(XK_D##i) v[XK_VEC]; \
    } v##i;

/* Quotient by p.size[d]. */
#if XK_INDEX64
#define XK_DIVIDE(n, d) ((n) / p.size[d])
#else
#define XK_DIVIDE(n, d) \
    ((xk_index)((xk_mulhi((xk_uint)(n), p.magic[d]) + (xk_uint)(n)) >> p.shift[d]))
#endif

/* The body for each element of a vector. Written out, because compilers may unroll a loop with branches too late to keep
 * `result` in registers. */
#define XK_ELEMENT(n) \
    { \
        enum { k = n }; \
        const xk_r r = XK_CALL; \
        result.v[k] = XK_STORE(r); \
    }
#define XK_ELEMENTS_1 XK_ELEMENT(0)
#define XK_ELEMENTS_2 XK_ELEMENTS_1 XK_ELEMENT(1)
#define XK_ELEMENTS_4 XK_ELEMENTS_2 XK_ELEMENT(2) XK_ELEMENT(3)
#define XK_ELEMENTS_8 XK_ELEMENTS_4 XK_ELEMENT(4) XK_ELEMENT(5) XK_ELEMENT(6) XK_ELEMENT(7)
#define XK_ELEMENTS_16 \
    XK_ELEMENTS_8 XK_ELEMENT(8) XK_ELEMENT(9) XK_ELEMENT(10) XK_ELEMENT(11) XK_ELEMENT(12) XK_ELEMENT(13) XK_ELEMENT(14) \
    XK_ELEMENT(15)
/* Not by XK_CAT, which the body needs and which is not expanded within itself. */
#define XK_ELEMENTS_OF_(n) XK_ELEMENTS_##n
#define XK_ELEMENTS_OF(n) XK_ELEMENTS_OF_(n)
#define XK_ELEMENTS XK_ELEMENTS_OF(XK_VEC)
