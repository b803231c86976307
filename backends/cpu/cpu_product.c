/* Reductions that are products of matrices: two inputs, each the same along a kept dimension of the other's. Tiles of results
 * are made of panels: elements converted and laid out in the order in which the instance's function takes them. */
#include "cpu_plan.h"

#include <string.h>

enum {
    LEAST = 8,        /* of either dimension; smaller products are rows */
    TILE_BYTES = 256, /* a row of a tile's accumulators */
    TILE_ROWS = 60,   /* whole panels of 12, 6 or 4 */
    BANDS_EACH = 4,   /* for each of the threads */
    LEFT = 1,
    RIGHT = 2,
};

typedef struct product_task {
    const cpu_kernel *kernel;
    const expops_launch *launch;
    int64_t tiles[2]; /* down and across */
    int64_t band;     /* tiles that lie below one another and share what is packed of the right side */
    int64_t bands;
} product_task;
_Static_assert(TILE_ROWS *TILE_BYTES <= CPU_ACCS_BYTES, "a tile's accumulators fit");

/* Part of an input: from `first` in its own dimension and `at` in the walked one. */
typedef struct slice {
    uint32_t operand;
    const char *data; /* of the first row */
    int64_t count;    /* rows that there are */
    int64_t depth;
} slice;

static uint32_t width(const cpu_kernel *kernel)
{
    return cpu_dtype_bytes[kernel->instance->store];
}

static int64_t columns_of_tile(const cpu_kernel *kernel)
{
    return TILE_BYTES / width(kernel);
}

static int64_t deepest(const cpu_kernel *kernel)
{
    return CPU_PARTIAL_BYTES / (TILE_ROWS * width(kernel));
}

/* Whether all of the right side that a tile needs can be kept packed for the next one. */
static int right_fits(const cpu_kernel *kernel)
{
    return kernel->length <= CPU_PANEL_BYTES / TILE_BYTES;
}

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* Rows of another type, or whose elements are apart, a few elements at a time. */
static void pack_converted(const cpu_kernel *kernel, const slice *from, const char *start, int64_t count, int64_t side,
                           char *to, cpu_buffer *buffer)
{
    const cpu_operand *const op = &kernel->operand[from->operand];
    const int64_t down = op->strides[kernel->own[from->operand]], along = op->strides[kernel->kept];
    const uint32_t bytes = width(kernel);
    const int64_t most = CPU_BUFFER_BYTES / (side * bytes);

    for (int64_t k = 0, n; k < from->depth; k += n) {
        n = least(most, from->depth - k);
        for (int64_t r = 0; r < count; r++)
            cpu_convert(kernel->level, op->store, buffer->bytes + r * n * bytes, 1, op->dtype,
                        start + (r * down + k * along) * op->bytes, along, (size_t)n);
        kernel->level->transpose[__builtin_ctz(bytes)](to + k * side * bytes, side, buffer->bytes, n, (size_t)n,
                                                       (size_t)count);
    }
}

static void pack_panel(const cpu_kernel *kernel, const slice *from, const char *start, int64_t count, int64_t side,
                       char *to, cpu_buffer *buffer)
{
    const cpu_operand *const op = &kernel->operand[from->operand];
    const int64_t down = op->strides[kernel->own[from->operand]], along = op->strides[kernel->kept];
    const uint32_t bytes = width(kernel), log2 = (uint32_t)__builtin_ctz(bytes);
    const size_t depth = (size_t)from->depth;

    if (op->dtype == op->store && down == 1)
        kernel->level->move_rows[log2](to, side, 1, start, along, 1, depth, (size_t)count);
    else if (op->dtype == op->store && along == 1)
        kernel->level->transpose[log2](to, side, start, down, depth, (size_t)count);
    else if (down == 1)
        for (size_t k = 0; k < depth; k++)
            cpu_convert(kernel->level, op->store, to + (int64_t)k * side * bytes, 1, op->dtype,
                        start + (int64_t)k * along * op->bytes, 1, (size_t)count);
    else
        pack_converted(kernel, from, start, count, side, to, buffer);
}

/* Panels of `side` rows, of each element of the walked dimension those `side` side by side; rows that are not there are 0. */
static void pack(const cpu_kernel *kernel, const slice *from, int64_t side, char *to, cpu_buffer *buffer)
{
    const cpu_operand *const op = &kernel->operand[from->operand];
    const int64_t panel_bytes = side * from->depth * width(kernel);

    for (int64_t first = 0; first < from->count; first += side, to += panel_bytes) {
        const int64_t count = least(side, from->count - first);
        if (count < side)
            memset(to, 0, (size_t)panel_bytes);
        pack_panel(kernel, from, from->data + first * op->strides[kernel->own[from->operand]] * op->bytes, count, side,
                   to, buffer);
    }
}

/* Whether the left side is taken as it lies in memory. */
static int left_lies(const cpu_kernel *kernel)
{
    const cpu_operand *const op = &kernel->operand[LEFT];

    return op->dtype == op->store && op->strides[kernel->kept] == 1 && op->strides[kernel->own[LEFT]] > 1;
}

/* Its rows from r on. */
static cpu_left rows_of(const cpu_kernel *kernel, const slice *left, int64_t r, const cpu_scratch *scratch)
{
    const int64_t step = kernel->operand[LEFT].strides[kernel->own[LEFT]], bytes = width(kernel);
    const cpu_left packed = { scratch->partials + r * left->depth * bytes, 1, left->count - r };
    const cpu_left lies = { left->data + r * step * bytes, step, left->count - r };

    return left_lies(kernel) ? lies : packed;
}

/* `packed`: what is packed of the right side, here. */
static void multiply(const cpu_kernel *kernel, const slice *left, const slice *right, const char *packed, int adds,
                     cpu_scratch *scratch)
{
    const cpu_row_functions *const rows = kernel->instance->rows;
    const int64_t bytes = width(kernel), down = rows->product_rows, across = rows->product_columns;

    for (int64_t c = 0; c < right->count; c += across)
        for (int64_t r = 0; r < left->count; r += down) {
            const cpu_left from = rows_of(kernel, left, r, scratch);
            rows->product(scratch->accs + r * TILE_BYTES + c * bytes, (size_t)columns_of_tile(kernel), &from,
                          packed + c * right->depth * bytes, (size_t)left->depth, adds);
        }
}

static void finish(const product_task *task, char *out, int64_t rows, int64_t columns, cpu_scratch *scratch)
{
    const cpu_kernel *const kernel = task->kernel;
    const cpu_operand *const op = &kernel->operand[0];
    const int64_t down = op->strides[kernel->own[LEFT]] * op->bytes;
    const int direct = op->dtype == op->store && op->strides[kernel->own[RIGHT]] == 1;

    for (int64_t r = 0; r < rows; r++) {
        char *const results = direct ? out + r * down : scratch->operand[0].bytes;
        kernel->instance->rows->finish(results, scratch->accs + r * TILE_BYTES, (size_t)columns, kernel->length,
                                       scratch->numbers);
        if (!direct)
            cpu_convert(kernel->level, op->dtype, out + r * down, op->strides[kernel->own[RIGHT]], op->store, results,
                        1, (size_t)columns);
    }
}

/* Where an operand's part of the tile begins: matrix `index`, from `first` in its own dimensions. */
static char *address(const product_task *task, uint32_t operand, int64_t index, const int64_t first[2])
{
    const cpu_kernel *const kernel = task->kernel;
    const cpu_operand *const op = &kernel->operand[operand];
    int64_t offset = op->strides[kernel->own[LEFT]] * first[0] + op->strides[kernel->own[RIGHT]] * first[1];

    for (uint32_t d = kernel->kept; d-- > 0;)
        if (d != kernel->own[LEFT] && d != kernel->own[RIGHT]) {
            offset += index % kernel->shape[d] * op->strides[d];
            index /= kernel->shape[d];
        }
    return (char *)expops_address(&task->launch->tensors[op->slot]) + (op->offset + offset) * op->bytes;
}

static void move_on(const cpu_kernel *kernel, slice *slice)
{
    const cpu_operand *const op = &kernel->operand[slice->operand];

    slice->data += slice->depth * op->strides[kernel->kept] * op->bytes;
}

/* `is_packed`: the right side has been, for the tile above. */
static void make_tile(const product_task *task, int64_t index, const int64_t first[2], int is_packed,
                      cpu_scratch *scratch)
{
    const cpu_kernel *const kernel = task->kernel;
    const cpu_row_functions *const functions = kernel->instance->rows;
    const int64_t columns = columns_of_tile(kernel), bytes = width(kernel);
    slice left = { .operand = LEFT, .data = address(task, LEFT, index, first) };
    slice right = { .operand = RIGHT, .data = address(task, RIGHT, index, first) };
    char *packed = scratch->panels;

    left.count = least(TILE_ROWS, kernel->shape[kernel->own[LEFT]] - first[0]);
    right.count = least(columns, kernel->shape[kernel->own[RIGHT]] - first[1]);
    for (int64_t at = 0; at < kernel->length; at += left.depth) {
        left.depth = right.depth = least(deepest(kernel), kernel->length - at);
        if (!left_lies(kernel))
            pack(kernel, &left, functions->product_rows, scratch->partials, &scratch->between);
        if (!is_packed)
            pack(kernel, &right, functions->product_columns, packed, &scratch->between);
        multiply(kernel, &left, &right, packed, at > 0, scratch);
        packed += right_fits(kernel) ? columns * right.depth * bytes : 0;
        move_on(kernel, &left);
        move_on(kernel, &right);
    }
    finish(task, address(task, 0, index, first), left.count, right.count, scratch);
}

static void make_bands(void *context, int64_t begin, int64_t end, cpu_scratch *scratch)
{
    const product_task *const task = context;
    const cpu_kernel *const kernel = task->kernel;

    cpu_take_numbers(kernel, task->launch, scratch);
    for (int64_t band = begin; band < end; band++) {
        const int64_t index = band / (task->bands * task->tiles[1]), top = band % task->bands * task->band;
        for (int64_t row = top; row < least(top + task->band, task->tiles[0]); row++) {
            const int64_t first[2] = { row * TILE_ROWS, band / task->bands % task->tiles[1] * columns_of_tile(kernel) };
            make_tile(task, index, first, row > top && right_fits(kernel), scratch);
        }
    }
}

static void run(const cpu_kernel *kernel, const expops_launch *launch, cpu_scratch *scratch)
{
    const int64_t rows = kernel->shape[kernel->own[LEFT]], columns = kernel->shape[kernel->own[RIGHT]];
    const int64_t matrices = kernel->elements / kernel->length / rows / columns;
    product_task task = { .kernel = kernel, .launch = launch };

    task.tiles[0] = (rows + TILE_ROWS - 1) / TILE_ROWS;
    task.tiles[1] = (columns + columns_of_tile(kernel) - 1) / columns_of_tile(kernel);
    const int64_t strips = matrices * task.tiles[1];
    const uint32_t threads = cpu_threads(kernel, strips * task.tiles[0]);
    const int64_t wanted = threads > 1 ? (BANDS_EACH * threads + strips - 1) / strips : 1;
    task.band = (task.tiles[0] + wanted - 1) / wanted;
    task.bands = (task.tiles[0] + task.band - 1) / task.band;
    cpu_parallel(kernel, threads, strips * task.bands, make_bands, &task, scratch);
}

/* --- the plan --- */

/* The largest kept dimension along which an input moves and the other stands still, or `kept`. */
static uint32_t own_dim(const cpu_kernel *kernel, uint32_t operand)
{
    uint32_t found = kernel->kept;

    for (uint32_t d = 0; d < kernel->kept; d++)
        if (kernel->operand[operand].strides[d] && !kernel->operand[LEFT + RIGHT - operand].strides[d] &&
            kernel->shape[d] >= LEAST && (found == kernel->kept || kernel->shape[d] > kernel->shape[found]))
            found = d;
    return found;
}

int cpu_product_plan(cpu_kernel *kernel)
{
    if (!kernel->instance->rows->product || kernel->rank != kernel->kept + 1 || !kernel->length)
        return 0;
    for (uint32_t i = 0; i <= RIGHT; i++)
        if (kernel->operand[i].through >= 0 || kernel->operand[i].kind == EXPOPS_OPERAND_NUMBER)
            return 0;
    kernel->own[LEFT] = own_dim(kernel, LEFT);
    kernel->own[RIGHT] = own_dim(kernel, RIGHT);
    if (kernel->own[LEFT] == kernel->kept || kernel->own[RIGHT] == kernel->kept)
        return 0;
    for (uint32_t i = RIGHT + 1; i < kernel->num_operands; i++)
        kernel->operand[i].mode = CPU_SCALAR;
    kernel->run = run;
    return 1;
}
