/* Pointwise template for operands whose contiguous dimension is not the output's: a group stages a square tile of each in
 * local memory, reading along the operand and writing along the output.
 *
 * The last dimension is the output's contiguous one, the one before it is contiguous in the staged operands (kind T). Other
 * dimensions are counted by the group. Defines as in pointwise.kernel.c, and XK_TILE, the edge of a tile. */
#include "keeps.kernel.h"
#include XK_OPERATOR
#include "operands.kernel.h"

typedef struct xk_params {
    xk_ulong tiles; /* of all dimensions */
    xk_ulong elements;
#if XK_NN > 0
    xk_number number[XK_NN];
#endif
    xk_index size[XK_RANK];
    xk_index tiles_across, tiles_down;
    xk_index stride[XK_NT + 1][XK_RANK];
#if XK_POSITION
    xk_index first_position, position[XK_RANK];
#endif
} xk_params;

/* Padding by one 4-byte bank keeps rows and columns on different banks. */
#define XK_PITCH(i) (XK_TILE + (sizeof(XK_S(XK_D##i)) < 4 ? 4 / sizeof(XK_S(XK_D##i)) : 1))
#define XK_ACROSS (XK_TILE / XK_VEC)
#define XK_DOWN (XK_WG / XK_ACROSS)

#define XK_STAGE_C(i)
#define XK_STAGE_B(i)
#define XK_STAGE_S(i)
#define XK_STAGE_T(i) XK_LOCAL XK_S(XK_D##i) staged##i[XK_TILE][XK_PITCH(i)];
#define XK_DECLARE(i) XK_CAT(XK_STAGE_, XK_K##i)(i)

#define XK_ORIGIN(i) o##i += across0 * p.stride[i + 1][XK_RANK - 1] + down0 * p.stride[i + 1][XK_RANK - 2];

/* Rows of the staged operand are the output's columns. */
#define XK_READ_C(i)
#define XK_READ_B(i)
#define XK_READ_S(i)
#define XK_READ_T(i) \
    for (int r = row; r < XK_TILE; r += XK_DOWN) { \
        if (across0 + r >= p.size[XK_RANK - 1]) \
            break; \
        XK_GLOBAL const XK_S(XK_D##i) *from = g##i + o##i + r * p.stride[i + 1][XK_RANK - 1] + column; \
        if (down0 + column + XK_VEC <= p.size[XK_RANK - 2]) { \
            union { \
                XK_CAT(xk_word, XK_W##i) word; \
                XK_ARRAY(XK_S(XK_D##i), v); \
            } vector; \
            vector.word = *(XK_GLOBAL const XK_CAT(xk_word, XK_W##i) *)from; \
            XK_UNROLL \
            for (int k = 0; k < XK_VEC; k++) \
                staged##i[r][column + k] = vector.v[k]; \
        } else { \
            for (int k = 0; k < XK_VEC && down0 + column + k < p.size[XK_RANK - 2]; k++) \
                staged##i[r][column + k] = from[k]; \
        } \
    }
#define XK_READ(i) XK_CAT(XK_READ_, XK_K##i)(i)

#define XK_VECTOR(i) \
    union { \
        XK_CAT(xk_word, XK_W##i) word; \
        XK_ARRAY(XK_S(XK_D##i), v); \
    } v##i; \
    const xk_index a##i = o##i + r * p.stride[i + 1][XK_RANK - 2] + column * p.stride[i + 1][XK_RANK - 1];
#define XK_LOAD_C(i) v##i.word = *(XK_GLOBAL const XK_CAT(xk_word, XK_W##i) *)(g##i + a##i);
#define XK_LOAD_B(i) v##i.v[0] = g##i[a##i];
#define XK_LOAD_S(i) \
    for (int k = 0; k < XK_VEC; k++) \
        v##i.v[k] = g##i[a##i + k * p.stride[i + 1][XK_RANK - 1]];
#define XK_LOAD_T(i) \
    XK_UNROLL \
    for (int k = 0; k < XK_VEC; k++) \
        v##i.v[k] = staged##i[column + k][r];
#define XK_LOAD(i) XK_CAT(XK_LOAD_, XK_K##i)(i)
#define XK_AT_C(i) v##i.v[k]
#define XK_AT_B(i) v##i.v[0]
#define XK_AT_S(i) v##i.v[k]
#define XK_AT_T(i) v##i.v[k]

/* The same element by element, at the right edge. */
#define XK_WHERE(i) \
    const xk_index a##i = o##i + r * p.stride[i + 1][XK_RANK - 2] + column * p.stride[i + 1][XK_RANK - 1];
#define XK_EDGE_C(i) g##i[a##i + k]
#define XK_EDGE_B(i) g##i[a##i]
#define XK_EDGE_S(i) g##i[a##i + k * p.stride[i + 1][XK_RANK - 1]]
#define XK_EDGE_T(i) staged##i[column + k][r]

XK_KERNEL void xk_main(XK_TENSOR(XK_S(XK_O), out), XK_EACH(XK_PARAMETER) const xk_params p)
{
    XK_EACH(XK_DECLARE)
    XK_GLOBAL XK_S(XK_O) *gout = XK_POINTER(XK_S(XK_O), out);
    XK_EACH(XK_ADDRESS)
    xk_index rest = (xk_index)xk_group_id(), at_out = 0;
    XK_EACH(XK_OFFSET)
    const xk_index across0 = (rest % p.tiles_across) * XK_TILE;
    rest /= p.tiles_across;
    const xk_index down0 = (rest % p.tiles_down) * XK_TILE;
    rest /= p.tiles_down;
#if XK_POSITION
    xk_index position = p.first_position + across0 * p.position[XK_RANK - 1] + down0 * p.position[XK_RANK - 2];
#define XK_P ((xk_long)(position + r * p.position[XK_RANK - 2] + (column + k) * p.position[XK_RANK - 1]))
#endif
    for (int d = XK_RANK - 3; d >= 0; d--) {
        const xk_index c = rest % p.size[d];
        rest /= p.size[d];
        at_out += c * p.stride[0][d];
        XK_EACH(XK_ADVANCE)
#if XK_POSITION
        position += c * p.position[d];
#endif
    }
    at_out += across0 + down0 * p.stride[0][XK_RANK - 2];
    XK_EACH(XK_ORIGIN)

    const int row = (int)xk_local_id() / XK_ACROSS;
    const int column = (int)xk_local_id() % XK_ACROSS * XK_VEC;
    XK_EACH(XK_READ)
    xk_barrier();
    for (int r = row; r < XK_TILE; r += XK_DOWN) {
        if (down0 + r >= p.size[XK_RANK - 2])
            break;
        XK_GLOBAL XK_S(XK_O) *to = gout + at_out + r * p.stride[0][XK_RANK - 2] + column;
        if (across0 + column + XK_VEC <= p.size[XK_RANK - 1]) {
            XK_EACH(XK_VECTOR)
            XK_EACH(XK_LOAD)
            union {
                XK_CAT(xk_word, XK_WO) word;
                XK_ARRAY(XK_S(XK_O), v);
            } result;
#define XK_X(i) XK_CONVERT(i, XK_CAT(XK_AT_, XK_K##i)(i))
            XK_UNROLL
            for (int k = 0; k < XK_VEC; k++) {
                const xk_r value = XK_CALL;
                result.v[k] = XK_STORE(value);
            }
#undef XK_X
            *(XK_GLOBAL XK_CAT(xk_word, XK_WO) *)to = result.word;
        } else {
            XK_EACH(XK_WHERE)
            for (int k = 0; k < XK_VEC && across0 + column + k < p.size[XK_RANK - 1]; k++) {
#define XK_X(i) XK_CONVERT(i, XK_CAT(XK_EDGE_, XK_K##i)(i))
                const xk_r value = XK_CALL;
                to[k] = XK_STORE(value);
#undef XK_X
            }
        }
    }
}
