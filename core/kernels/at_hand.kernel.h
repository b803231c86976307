/* What a template keeps of a row, said before an operator's text, which may have words of its own for that: where work-items see each
 * other's registers, rows that one group keeps there, if not too much of them (terms.kernel.h), or several groups (gather.kernel.h), where
 * a term of f32 that takes an element's place is of the element's type. Of columns of half types that several groups keep, a work-item has
 * so many that registers would run short. */
#if defined(XK_MATRIX) && XK_CLUSTER == 1 && XK_TURNS && XK_TURNS * XK_VEC <= 32 && !XK_BY_ROWS && !XK_TEAM && XK_F32
#define XK_AT_HAND_IN_REGISTERS 1
#else
#define XK_AT_HAND_IN_REGISTERS 0
#endif
#ifndef XK_IN_COLUMNS
#define XK_IN_COLUMNS 0
#endif
#if defined(XK_MATRIX) && XK_F32 && \
    (XK_AT_HAND_IN_REGISTERS || \
     ((XK_HALF || XK_SAME0) && (XK_TEAM || (XK_TURNS && ((XK_IN_COLUMNS && (!XK_HALF || XK_CLUSTER == 1)) || (XK_TPR % 32 == 0 && !XK_BY_ROWS))))))
#define XK_SHIFTS 1
#else
#define XK_SHIFTS 0
#endif
