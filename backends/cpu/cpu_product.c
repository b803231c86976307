/* Reductions that are products of matrices: two inputs, each the same along a kept dimension of the other's. Tiles of results
 * are made of panels: elements converted and laid out in the order in which the instance's function takes them. */
#include "cpu_pack.h"
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

/* Whether the left side is taken as it lies in memory. */
static int left_lies(const cpu_kernel *kernel)
{
    const cpu_operand *const op = &kernel->operand[LEFT];

    return op->dtype == op->store && op->strides[kernel->kept] == 1 && op->strides[kernel->own[LEFT]] > 1;
}

/* Its rows from r on. */
static cpu_left rows_of(const cpu_kernel *kernel, const cpu_slice *left, int64_t r, const cpu_scratch *scratch)
{
    const int64_t step = kernel->operand[LEFT].strides[kernel->own[LEFT]], bytes = width(kernel);
    const cpu_left packed = { scratch->partials + r * left->depth * bytes, 1, left->count - r };
    const cpu_left lies = { left->data + r * step * bytes, step, left->count - r };

    return left_lies(kernel) ? lies : packed;
}

/* `packed`: what is packed of the right side, here. */
static void multiply(const cpu_kernel *kernel, const cpu_slice *left, const cpu_slice *right, const char *packed,
                     int adds, cpu_scratch *scratch)
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

static cpu_slice slice_of(const product_task *task, uint32_t operand, int64_t index, const int64_t first[2])
{
    const cpu_kernel *const kernel = task->kernel;
    const cpu_operand *const op = &kernel->operand[operand];

    return (cpu_slice){ .level = kernel->level,
                        .data = address(task, operand, index, first),
                        .dtype = op->dtype,
                        .store = op->store,
                        .down = op->strides[kernel->own[operand]],
                        .along = op->strides[kernel->kept] };
}

static void move_on(cpu_slice *slice)
{
    slice->data += slice->depth * slice->along * cpu_dtype_bytes[slice->dtype];
}

/* `is_packed`: the right side has been, for the tile above. */
static void make_tile(const product_task *task, int64_t index, const int64_t first[2], int is_packed,
                      cpu_scratch *scratch)
{
    const cpu_kernel *const kernel = task->kernel;
    const cpu_row_functions *const functions = kernel->instance->rows;
    const int64_t columns = columns_of_tile(kernel), bytes = width(kernel);
    cpu_slice left = slice_of(task, LEFT, index, first), right = slice_of(task, RIGHT, index, first);
    char *packed = scratch->panels;

    left.count = cpu_least(TILE_ROWS, kernel->shape[kernel->own[LEFT]] - first[0]);
    right.count = cpu_least(columns, kernel->shape[kernel->own[RIGHT]] - first[1]);
    for (int64_t at = 0; at < kernel->length; at += left.depth) {
        left.depth = right.depth = cpu_least(deepest(kernel), kernel->length - at);
        if (!left_lies(kernel))
            cpu_pack(&left, functions->product_rows, scratch->partials, &scratch->between);
        if (!is_packed)
            cpu_pack(&right, functions->product_columns, packed, &scratch->between);
        multiply(kernel, &left, &right, packed, at > 0, scratch);
        packed += right_fits(kernel) ? columns * right.depth * bytes : 0;
        move_on(&left);
        move_on(&right);
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
        for (int64_t row = top; row < cpu_least(top + task->band, task->tiles[0]); row++) {
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
