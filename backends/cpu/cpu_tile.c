/* Tiles: what lies together in the output and is short, whose elements come from the same places in each tile, whatever dimensions they
 * are made of. The plan has a map of them; rows and pieces of a few elements would cost more than those do. */
#include "cpu_tile.h"

#include <stdlib.h>
#include <string.h>

enum {
    MOST = 5120,  /* elements of a tile: all of a plane of 64 x 64 and its borders, */
    PART = 1024,  /* but no more than these of what tiles could as well be made of one by one */
    FEWEST = 16,  /* fewer are as well moved by rows */
    TURNS = 32,   /* longer rows of two runs that take turns have a loop of their own */
    BATCH = 4096, /* elements of a block, of several small tiles; */
    ENOUGH = 256, /* of blocks of fewer it is not worth it, where there are several */
};

/* The dimensions of a tile, innermost first. */
typedef struct tile_dims {
    uint32_t num, inside; /* bit d where dimension d is one of them, */
    int32_t cut;          /* but for the last one, where a tile has a part of it; else -1 */
    int32_t dim[CPU_MAX_RANK];
    int64_t count[CPU_MAX_RANK], elements;
} tile_dims;

static void add_dim(tile_dims *dims, int32_t dim, int64_t count)
{
    dims->dim[dims->num] = dim;
    dims->count[dims->num++] = count;
    dims->elements *= count;
}

/* The dimension in which neighbours of the output are this far apart. */
static int32_t dim_of_step(const cpu_kernel *kernel, uint32_t but, int64_t step)
{
    for (int32_t d = 0; d < (int32_t)kernel->rank; d++)
        if (kernel->shape[d] > 1 && !(but >> d & 1u) && kernel->operand[0].strides[d] == step)
            return d;
    return -1;
}

/* Dimensions that the output has without gaps, as long as all of their elements find room, and a part of the next. */
static void find_dims(const cpu_kernel *kernel, tile_dims *dims)
{
    int32_t d;

    *dims = (tile_dims){ .cut = -1, .elements = 1 };
    while ((d = dim_of_step(kernel, dims->inside, dims->elements)) >= 0) {
        const int64_t room = PART / dims->elements, parts = room ? (kernel->shape[d] + room - 1) / room : 0;
        if (kernel->shape[d] <= (cpu_window_walked_along(kernel, d) ? MOST : PART) / dims->elements) {
            add_dim(dims, d, kernel->shape[d]);
            dims->inside |= 1u << d;
            continue;
        }
        if (room > 1 && !cpu_window_walked_along(kernel, d)) {
            dims->cut = d;
            add_dim(dims, d, (kernel->shape[d] + parts - 1) / parts);
        }
        return;
    }
}

/* Walked dimensions whose runs depend on the place in the tile, and not on the tile; else 0. */
static int find_walked(const cpu_kernel *kernel, const tile_dims *dims, uint32_t *walked)
{
    uint32_t inside = 0, outside = 0;

    for (int32_t d = 0; d < (int32_t)kernel->rank; d++)
        *(dims->inside >> d & 1u ? &inside : &outside) |= cpu_window_walked_along(kernel, d);
    *walked = inside;
    return !(inside & outside);
}

/* Where the other elements come from: as the output lies, or one for all; else 0. */
static int find_instead(const cpu_kernel *kernel, const tile_dims *dims, int64_t *step)
{
    const cpu_operand *const out = &kernel->operand[0], *const other = &kernel->operand[2];

    *step = kernel->num_operands > 2 && other->strides[dims->dim[0]];
    for (uint32_t i = 0; kernel->num_operands > 2 && i < dims->num; i++)
        if (other->strides[dims->dim[i]] != *step * out->strides[dims->dim[i]])
            return 0;
    return 1;
}

/* --- the map --- */

/* Two runs that take turns have loops of their own. */
static int take_turns(const int64_t *places, int64_t n)
{
    for (int64_t i = 2; i < n; i++) {
        const int64_t here = places[i], before = places[i - 2], first = places[i & 1], second = places[i & 1 ? 3 : 2];
        if ((here == CPU_ABSENT) != (before == CPU_ABSENT) || (here != CPU_ABSENT && here - before != second - first))
            return 0;
    }
    return 1;
}

/* How many runs these are. */
static int64_t count_runs(const int64_t *places, int64_t n)
{
    int64_t runs = 1;

    for (int64_t i = 1; i < n; i++)
        runs += places[i] != places[i - 1] + (places[i] != CPU_ABSENT);
    return runs;
}

static int runs_are_short(const int64_t *places, int64_t n, int64_t longest)
{
    return count_runs(places, n) * longest >= n;
}

static void find_row(const cpu_kernel *kernel, const tile_dims *dims, uint32_t walked, const int64_t *index,
                     int64_t *places)
{
    const cpu_box box = cpu_window_box(kernel);
    int64_t at[CPU_MAX_RANK] = { 0 }, before = 0;

    for (uint32_t i = 1; i < dims->num; i++) {
        before += index[i] * kernel->operand[1].strides[dims->dim[i]];
        at[cpu_window_index(kernel, dims->dim[i])] = index[i];
    }
    cpu_lines_places(kernel, dims->dim[0], walked, &box, at, dims->count[0], places);
    for (int64_t i = 0; i < dims->count[0]; i++)
        places[i] += places[i] == CPU_ABSENT ? 0 : before;
}

static int is_better_by_rows(const int64_t *row, int64_t cols, int64_t longest)
{
    return (cols > longest && !runs_are_short(row, cols, longest)) || (cols > TURNS && take_turns(row, cols));
}

/* Whether a map is worth it. The first row may be of nowhere. */
static int find_places(const cpu_kernel *kernel, const tile_dims *dims, uint32_t walked, int64_t longest,
                       int64_t *places)
{
    const int64_t cols = dims->count[0];
    int64_t index[CPU_MAX_RANK] = { 0 };

    for (int64_t first = 0; first < dims->elements; first += cols) {
        find_row(kernel, dims, walked, index, places + first);
        if (first <= cols && places[first + cols / 2] != CPU_ABSENT && is_better_by_rows(places + first, cols, longest))
            return 0;
        for (uint32_t i = 1; i < dims->num && ++index[i] == dims->count[i]; i++)
            index[i] = 0;
    }
    return runs_are_short(places, dims->elements, longest);
}

static cpu_tile *new_tile(const cpu_kernel *kernel, const tile_dims *dims, uint32_t walked, int64_t longest)
{
    int64_t *const places = malloc((size_t)dims->elements * sizeof(*places));
    const int64_t each = dims->cut < 0 ? dims->elements : dims->elements / dims->count[dims->num - 1];
    cpu_tile *tile = NULL;

    if (places && find_places(kernel, dims, walked, longest, places))
        tile = cpu_tile_new(places, dims->elements, each, kernel->operand[0].bytes);
    free(places);
    return tile;
}

/* The dimension along which tiles are alike and follow one another. */
static int32_t dim_of_tiles(const cpu_kernel *kernel, const tile_dims *dims)
{
    const int32_t next = dim_of_step(kernel, dims->inside, dims->elements);

    return next < 0 || next == dims->cut || cpu_window_walked_along(kernel, next) ? -1 : next;
}

static int blocks_are_enough(const cpu_kernel *kernel, const tile_dims *dims, int32_t down)
{
    const int64_t tiles = down < 0 ? 1 : kernel->shape[down];

    return dims->elements == kernel->elements || dims->elements >= ENOUGH || dims->elements * tiles >= ENOUGH;
}

static void cut(cpu_kernel *kernel, const tile_dims *dims, int32_t down)
{
    const int32_t across = dims->dim[dims->num - 1];

    kernel->blocks.inside = dims->inside;
    cpu_blocks_cut(kernel, across, dims->count[dims->num - 1], down, down < 0 ? 1 : BATCH / dims->elements,
                   CPU_DOWN_IN_PLACE);
    kernel->streamed =
        cpu_is_large(kernel) && (down >= 0 || dims->elements * kernel->operand[0].bytes >= CPU_STREAM_ROW_BYTES);
}

int cpu_tile_plan(cpu_kernel *kernel, int64_t longest)
{
    tile_dims dims;
    int64_t instead_step;
    uint32_t walked;
    int32_t down;

    if (kernel->operand[0].dtype != kernel->operand[1].dtype || kernel->walk.picked || kernel->walk.is_absent)
        return 0;
    find_dims(kernel, &dims);
    if (dims.elements < FEWEST || !find_walked(kernel, &dims, &walked) || !find_instead(kernel, &dims, &instead_step))
        return 0;
    down = dims.elements * 2 > BATCH ? -1 : dim_of_tiles(kernel, &dims);
    if (!blocks_are_enough(kernel, &dims, down) || !(kernel->tile = new_tile(kernel, &dims, walked, longest)))
        return 0;
    kernel->tile->is_cut = dims.cut >= 0;
    kernel->tile->apart = cpu_window_walked(kernel) & ~walked;
    kernel->tile->instead_step = instead_step;
    cut(kernel, &dims, down);
    return 1;
}

/* --- blocks of tiles --- */

static void move_tiles(const cpu_kernel *kernel, const cpu_tiles *tiles, int absent)
{
    const unsigned size = (unsigned)__builtin_ctz(kernel->operand[0].bytes);

    if (absent)
        kernel->level->move_rows[size](tiles->to, tiles->to_tile, 1, tiles->instead, tiles->instead_tile,
                                       tiles->instead_step, tiles->count, tiles->n);
    else
        kernel->level->tiles[size](tiles);
}

static void move_block(const cpu_kernel *kernel, const expops_launch *launch, const cpu_position *position,
                       int64_t origin, char *buffer)
{
    static const _Alignas(16) char zero[16];
    const cpu_tile *const tile = kernel->tile;
    const cpu_operand *const out = &kernel->operand[0], *const in = &kernel->operand[1],
                             *const other = &kernel->operand[2];
    const int32_t down = kernel->blocks.down;
    const int has_other = kernel->num_operands > 2;
    char *const to = cpu_address(kernel, launch, 0, position);
    cpu_tiles tiles = {
        .to = to,
        .from =
            cpu_address(kernel, launch, 1, position) + (tile->lowest + (origin == CPU_ABSENT ? 0 : origin)) * in->bytes,
        .instead = has_other ? cpu_address(kernel, launch, 2, position) : zero,
        .to_tile = down < 0 ? 0 : out->strides[down],
        .from_tile = down < 0 ? 0 : in->strides[down],
        .instead_tile = has_other && down >= 0 ? other->strides[down] : 0,
        .instead_step = tile->instead_step,
        .map = tile->map,
        .group = tile->group,
        .num_groups = tile->num_groups,
        .absent = tile->absent,
        .n = (size_t)(tile->is_cut ? tile->each * position->cols : tile->each),
        .count = (size_t)position->rows,
    };

    if (cpu_streams_now(kernel, launch))
        tiles.to = buffer;
    move_tiles(kernel, &tiles, origin == CPU_ABSENT);
    if (tiles.to == buffer)
        cpu_stream(kernel->level, to, buffer, tiles.n * tiles.count * out->bytes);
}

void cpu_tile_blocks(const cpu_kernel *kernel, const expops_launch *launch, int64_t first, int64_t last,
                     cpu_scratch *scratch)
{
    int64_t at[CPU_MAX_RANK] = { 0 };
    cpu_position position;

    cpu_position_set(kernel, &position, first);
    for (int64_t block = first; block < last; block++) {
        if (kernel->tile->apart)
            cpu_window_indices(kernel, &position, at);
        move_block(kernel, launch, &position, cpu_window_origin(kernel, kernel->tile->apart, at), scratch->panels);
        cpu_position_next(kernel, &position);
    }
    if (kernel->streamed)
        kernel->level->stream_end();
}
