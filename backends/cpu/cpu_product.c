/* Reductions that are products of matrices: two inputs, each the same along a kept dimension of the other's. Tiles of results
 * are made of panels: elements converted and laid out in the order in which the instance's function takes them. */
#include "cpu_plan.h"

#include <string.h>

enum {
    LEAST = 8,        /* of either dimension; smaller products are rows */
    TILE_BYTES = 256, /* a row of a tile's accumulators */
    TILE_ROWS = CPU_ACCS_BYTES / TILE_BYTES,
    LEFT = 1,
    RIGHT = 2,
};

typedef struct product_task {
    const cpu_kernel *kernel;
    const expops_launch *launch;
    int64_t tiles[2]; /* down and across */
} product_task;

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
    return CPU_PARTIAL_BYTES / ((TILE_ROWS + columns_of_tile(kernel)) * width(kernel));
}

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* Panels of `side` rows, of each element of the walked dimension those `side` side by side; rows that are not there are 0. */
static void pack(const cpu_kernel *kernel, const slice *from, int64_t rows, int64_t side, char *to)
{
    const cpu_operand *const op = &kernel->operand[from->operand];
    const int64_t down = op->strides[kernel->own[from->operand]], along = op->strides[kernel->kept];
    const uint32_t bytes = width(kernel);

    for (int64_t first = 0; first < rows; first += side, to += side * from->depth * bytes) {
        const int64_t count = least(side, from->count - first);
        const char *const start = from->data + first * down * op->bytes;
        if (count < side)
            memset(to, 0, (size_t)(side * from->depth * bytes));
        if (down == 1)
            for (int64_t k = 0; k < from->depth && count > 0; k++)
                cpu_convert(kernel->level, op->store, to + k * side * bytes, 1, op->dtype,
                            start + k * along * op->bytes, 1, (size_t)count);
        else
            for (int64_t r = 0; r < count; r++)
                cpu_convert(kernel->level, op->store, to + r * bytes, side, op->dtype, start + r * down * op->bytes,
                            along, (size_t)from->depth);
    }
}

static void multiply(const cpu_kernel *kernel, const slice *left, const slice *right, cpu_scratch *scratch)
{
    const cpu_row_functions *const rows = kernel->instance->rows;
    const int64_t columns = columns_of_tile(kernel), bytes = width(kernel);
    const int64_t down = rows->product_rows, across = rows->product_columns;
    char *const other = scratch->partials + TILE_ROWS * left->depth * bytes;

    pack(kernel, left, TILE_ROWS, down, scratch->partials);
    pack(kernel, right, columns, across, other);
    for (int64_t c = 0; c < least(columns, right->count); c += across)
        for (int64_t r = 0; r < least(TILE_ROWS, left->count); r += down)
            rows->product(scratch->accs + r * TILE_BYTES + c * bytes, (size_t)columns,
                          scratch->partials + r * left->depth * bytes, other + c * right->depth * bytes,
                          (size_t)left->depth);
}

static void finish(const product_task *task, char *out, int64_t rows, int64_t columns, cpu_scratch *scratch)
{
    const cpu_kernel *const kernel = task->kernel;
    const cpu_operand *const op = &kernel->operand[0];
    const int64_t down = op->strides[kernel->own[LEFT]] * op->bytes;
    char *const results = scratch->operand[0].bytes;

    for (int64_t r = 0; r < rows; r++) {
        kernel->instance->rows->finish(results, scratch->accs + r * TILE_BYTES, (size_t)columns, kernel->length,
                                       scratch->numbers);
        cpu_convert(kernel->level, op->dtype, out + r * down, op->strides[kernel->own[RIGHT]], op->store, results, 1,
                    (size_t)columns);
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

static void make_tile(const product_task *task, int64_t tile, cpu_scratch *scratch)
{
    const cpu_kernel *const kernel = task->kernel;
    const int64_t first[2] = { tile / task->tiles[1] % task->tiles[0] * TILE_ROWS,
                               tile % task->tiles[1] * columns_of_tile(kernel) };
    const int64_t index = tile / (task->tiles[0] * task->tiles[1]);
    const int64_t rows = least(TILE_ROWS, kernel->shape[kernel->own[LEFT]] - first[0]);
    const int64_t columns = least(columns_of_tile(kernel), kernel->shape[kernel->own[RIGHT]] - first[1]);
    slice left = { .operand = LEFT, .data = address(task, LEFT, index, first), .count = rows };
    slice right = { .operand = RIGHT, .data = address(task, RIGHT, index, first), .count = columns };

    memset(scratch->accs, 0, sizeof(scratch->accs));
    for (int64_t at = 0; at < kernel->length; at += left.depth) {
        left.depth = right.depth = least(deepest(kernel), kernel->length - at);
        multiply(kernel, &left, &right, scratch);
        left.data += left.depth * kernel->operand[LEFT].strides[kernel->kept] * kernel->operand[LEFT].bytes;
        right.data += right.depth * kernel->operand[RIGHT].strides[kernel->kept] * kernel->operand[RIGHT].bytes;
    }
    finish(task, address(task, 0, index, first), rows, columns, scratch);
}

static void make_tiles(void *context, int64_t first, int64_t last, cpu_scratch *scratch)
{
    const product_task *const task = context;

    cpu_take_numbers(task->kernel, task->launch, scratch);
    for (int64_t tile = first; tile < last; tile++)
        make_tile(task, tile, scratch);
}

static void run(const cpu_kernel *kernel, const expops_launch *launch, cpu_scratch *scratch)
{
    const int64_t rows = kernel->shape[kernel->own[LEFT]], columns = kernel->shape[kernel->own[RIGHT]];
    const int64_t matrices = kernel->elements / kernel->length / rows / columns;
    product_task task = { .kernel = kernel, .launch = launch };

    task.tiles[0] = (rows + TILE_ROWS - 1) / TILE_ROWS;
    task.tiles[1] = (columns + columns_of_tile(kernel) - 1) / columns_of_tile(kernel);
    const int64_t count = matrices * task.tiles[0] * task.tiles[1];
    cpu_parallel(kernel, cpu_threads(kernel, count), count, make_tiles, &task, scratch);
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
