/* The plan of operators over rows: which of the ways of cpu_rows.c a kernel takes, and its blocks. */
#include "cpu_plan.h"

enum {
    GROUP_ELEMENTS = 8192, /* of short rows that are not buffered */
    /* Of rows that are turned, so that an accumulator of two words, or of more, is a vector's. */
    TURNED_PAIRS = 127,
    TURNED_LENGTH = 63,
    NARROW_ELEMENTS = 8192, /* of a block of narrow columns */
    MOST_ABREAST = 512,     /* elements of narrow rows that are taken as one, */
    FEWEST_WIDE = 8,        /* of which there are so many */
    SHORT_PIECE = 32,       /* elements of a row that lie together */
    MOST_NEIGHBOURS = 1024, /* accumulators of pieces */
    FEWEST = 16, /* elements of a row that are a vector's work: of shorter ones several are taken side by side */
};

static int same_type(const cpu_operand *op)
{
    return op->kind != EXPOPS_OPERAND_NUMBER && op->dtype == op->store && op->through < 0;
}

/* Whether it is another one for each row, and not the same for all. */
static int is_of_rows(const cpu_kernel *kernel, const cpu_operand *op)
{
    int moves = !kernel->kept;

    for (uint32_t d = 0; d < kernel->kept; d++)
        moves |= op->strides[d] != 0;
    return moves;
}

/* Elements of a block, which has more rows where few operands are converted: what all rows share is so but once. */
static int64_t capacity(const cpu_kernel *kernel)
{
    uint32_t most = 1;
    int64_t converted = 0;

    for (uint32_t i = 0; i <= kernel->instance->num_arrays; i++) {
        const cpu_operand *const op = &kernel->operand[i];
        const uint32_t stored = cpu_dtype_bytes[op->store];
        most = op->bytes > most ? op->bytes : most;
        most = stored > most ? stored : most;
        converted += !same_type(op) && is_of_rows(kernel, op) && (i || kernel->instance->rows->map);
    }
    const int64_t room = converted ? cpu_least(CPU_MOST_BYTES, 2 * CPU_MOST_BYTES / converted) : CPU_MOST_BYTES;
    return (room > CPU_BUFFER_BYTES ? room : CPU_BUFFER_BYTES) / most;
}

/* Whether no array needs a buffer when blocks run along `across`. */
static int all_direct(const cpu_kernel *kernel, int32_t across)
{
    for (uint32_t i = kernel->instance->rows->map ? 0 : 1; i <= kernel->instance->num_arrays; i++)
        if (!same_type(&kernel->operand[i]) ||
            (kernel->operand[i].strides[across] != 1 && !(kernel->by_numbers && i == 2)))
            return 0;
    return 1;
}

/* The kept dimension along which the input's elements are closest, or -1. */
static int32_t closest_kept(const cpu_kernel *kernel)
{
    int32_t closest = -1;

    for (int32_t d = 0; d < (int32_t)kernel->kept; d++) {
        const int64_t stride = kernel->operand[1].strides[d];
        if (stride > 0 && (closest < 0 || stride <= kernel->operand[1].strides[closest]))
            closest = d;
    }
    return closest;
}

static int columns_pay(const cpu_kernel *kernel, int32_t across)
{
    const int32_t last = (int32_t)kernel->rank - 1;
    const int64_t *const strides = kernel->operand[1].strides;

    if (across < 0 || kernel->shape[across] < 8)
        return 0;
    return strides[across] < strides[last] || (kernel->length < FEWEST && kernel->shape[across] >= 32);
}

static void cut_columns(cpu_kernel *kernel, int32_t across)
{
    const int32_t down = (int32_t)kernel->rank - 1;
    const int64_t places = 65 - __builtin_clzll((uint64_t)kernel->length); /* that the tree may need */
    const int64_t bytes = cpu_least(CPU_ACCS_BYTES, CPU_WAITING_BYTES / places - 5 * CPU_PAGE_BYTES / 8);
    const int64_t accs = bytes / kernel->instance->rows->acc_bytes / 16 * 16;
    const int direct = all_direct(kernel, across);
    const int64_t room = direct ? accs : capacity(kernel);
    const int turned = kernel->operand[1].strides[down] < kernel->operand[1].strides[across];
    const int64_t rows_wanted = turned ? cpu_least(kernel->shape[down], 16) : direct ? 4 : 8; /* reduced at once */
    const int64_t most =
        cpu_terms_columns(kernel, cpu_least(kernel->shape[across], cpu_least(room / rows_wanted, accs)), direct);
    const int64_t pieces = (kernel->shape[across] + most - 1) / most;
    const int64_t cols = cpu_least(most, (kernel->shape[across] / pieces / 16 + 1) * 16); /* about as many in each */

    const int64_t direct_rows =
        kernel->shape[across] < NARROW_ELEMENTS / 256 ? NARROW_ELEMENTS / kernel->shape[across] : 256;

    cpu_blocks_cut(kernel, across, cols, down, direct ? direct_rows : room / cols, CPU_DOWN_IN_PLACE);
}

/* Whether the output's rows lie one after the other. */
static int rows_follow(const cpu_kernel *kernel, int32_t down, int32_t across)
{
    const int64_t *const strides = kernel->operand[0].strides;

    return strides[across] == 1 && strides[down] == kernel->shape[across];
}

/* Rows of which several fit a block; 0 where they do not. */
static int cut_short_rows(cpu_kernel *kernel)
{
    const int32_t across = (int32_t)kernel->rank - 1, down = (int32_t)kernel->kept - 1;
    const cpu_instance *const instance = kernel->instance;
    const int64_t inner = kernel->shape[across], bytes = cpu_dtype_bytes[instance->store];

    if (!kernel->length || !kernel->kept || kernel->rank - kernel->kept > 1)
        return 0;
    const int streamed = instance->rows->map &&
                         (cpu_streams(kernel, across) || (rows_follow(kernel, down, across) && cpu_is_large(kernel)));
    const int64_t room = all_direct(kernel, across) && !streamed ? GROUP_ELEMENTS : capacity(kernel);
    const int64_t longest = instance->rows->acc_bytes > 2 * bytes ? TURNED_LENGTH : TURNED_PAIRS;
    const int turned = instance->rows->acc_bytes > bytes && instance->num_lifted == 1 && inner <= longest;
    const int64_t accs =
        turned ? CPU_BUFFER_BYTES / CPU_TURNED_COLS / bytes : CPU_ACCS_BYTES / instance->rows->acc_bytes;
    const int64_t most = cpu_least(room / inner, accs);
    const int64_t rows = cpu_least(turned && most >= CPU_TURNED_COLS ? most / CPU_TURNED_COLS * CPU_TURNED_COLS : most,
                                   kernel->shape[down]);
    if (rows < 2)
        return 0;
    kernel->short_rows = 1;
    kernel->turned = (uint32_t)turned;
    kernel->streamed = (uint32_t)streamed;
    cpu_blocks_cut(kernel, across, inner, down, rows, CPU_DOWN_IN_PLACE);
    return 1;
}

static void cut_rows(cpu_kernel *kernel)
{
    const int32_t across = (int32_t)kernel->rank - 1;
    const int64_t inner = kernel->shape[across], room = capacity(kernel);
    const int has_down = kernel->rank - kernel->kept > 1 && inner < room / 4;

    kernel->streamed = kernel->instance->rows->map && !has_down && cpu_streams(kernel, across);
    if (has_down)
        cpu_blocks_cut(kernel, across, inner, across - 1, room / inner, CPU_DOWN_IN_PLACE);
    else
        cpu_blocks_cut(kernel, across, all_direct(kernel, across) && !kernel->streamed ? CPU_DIRECT_COLS : room, -1, 1,
                       CPU_DOWN_IN_PLACE);
}

/* Whether a row is of many pieces so short that they had better be gathered before they are reduced. */
static int has_short_pieces(const cpu_kernel *kernel)
{
    const cpu_blocks *const blocks = &kernel->blocks;

    return !kernel->instance->rows->map && !kernel->by_columns && !kernel->short_rows && blocks->down >= 0 &&
           blocks->cols < SHORT_PIECE;
}

static void choose_modes(cpu_kernel *kernel)
{
    const int32_t across = kernel->blocks.across;
    const int gathered = has_short_pieces(kernel);

    for (uint32_t i = 0; i < kernel->num_operands; i++) {
        cpu_operand *const op = &kernel->operand[i];
        const int reduces = i == 0 && !kernel->instance->rows->map;
        const int single = reduces ? !kernel->by_columns && !kernel->short_rows : kernel->by_numbers && i == 2;
        const int64_t step = op->strides[reduces && kernel->short_rows ? kernel->blocks.down : across];
        if (op->kind == EXPOPS_OPERAND_NUMBER)
            op->mode = i <= kernel->instance->num_arrays ? CPU_FILLED : CPU_SCALAR;
        else
            op->mode = same_type(op) && (single || step == 1) && !(i && gathered) ? CPU_DIRECT : CPU_BUFFER;
    }
}

/* Rows of a block that columns take as one: as many as make them wide, where each input's follow one another. */
static uint32_t rows_abreast(const cpu_kernel *kernel)
{
    const cpu_blocks *const blocks = &kernel->blocks;
    const int64_t cols = kernel->shape[blocks->across];
    uint32_t abreast = 1;

    if (!kernel->by_columns || kernel->by_numbers || kernel->terms || cols > blocks->cols)
        return 1;
    for (uint32_t i = 1; i <= kernel->instance->num_lifted; i++) {
        const cpu_operand *const op = &kernel->operand[i];
        const int follows = op->mode == CPU_BUFFER ? op->strides[blocks->down] != 0 : op->strides[blocks->down] == cols;
        if (op->mode == CPU_FILLED || !follows)
            return 1;
    }
    const int64_t rows = cpu_least(blocks->rows, kernel->shape[blocks->down]);
    while (2 * abreast * cols <= MOST_ABREAST && 2 * abreast * FEWEST_WIDE <= rows)
        abreast *= 2;
    return abreast;
}

/* The kept dimension whose neighbours are pieces of rows that lie one behind the other, or -1. */
static int32_t kept_pieces(const cpu_kernel *kernel)
{
    const uint32_t last = kernel->rank - 1;
    const int64_t each = kernel->shape[last];

    if (kernel->instance->rows->map || !kernel->length || last <= kernel->kept || each < 2 || each >= SHORT_PIECE)
        return -1;
    for (uint32_t d = 0; d < kernel->kept; d++) {
        int fits = each * kernel->shape[d] >= 8 && each * kernel->shape[d] <= MOST_NEIGHBOURS;
        for (uint32_t i = 1; i <= kernel->instance->num_lifted; i++)
            fits &= kernel->operand[i].strides[last] == 1 && kernel->operand[i].strides[d] == each;
        if (fits)
            return (int32_t)d;
    }
    return -1;
}

/* Short pieces of neighbouring rows are columns of their own, which are joined at the end: a row less a dimension. 0 where a block has
 * no room for all of them. */
static int cut_neighbours(cpu_kernel *kernel)
{
    const int32_t pieces = kept_pieces(kernel);

    kernel->neighbours = 1;
    if (pieces < 0)
        return 0;
    const int64_t count = kernel->shape[pieces], each = kernel->shape[kernel->rank - 1];
    kernel->rank--;
    kernel->shape[pieces] = count * each;
    for (uint32_t i = 1; i <= kernel->instance->num_lifted; i++)
        kernel->operand[i].strides[pieces] = 1;
    cut_columns(kernel, pieces);
    kernel->by_columns = kernel->blocks.cols >= count * each;
    if (kernel->by_columns) {
        kernel->neighbours = (uint32_t)each;
        return 1;
    }
    kernel->rank++;
    kernel->shape[pieces] = count;
    for (uint32_t i = 1; i <= kernel->instance->num_lifted; i++)
        kernel->operand[i].strides[pieces] = each;
    return 0;
}

static void cut_as_they_lie(cpu_kernel *kernel)
{
    const int32_t across = closest_kept(kernel);

    kernel->by_columns = kernel->length && columns_pay(kernel, across);
    kernel->by_numbers = kernel->by_columns && kernel->instance->rows->columns_by &&
                         kernel->operand[2].kind != EXPOPS_OPERAND_NUMBER && kernel->operand[2].strides[across] == 0;
    if (kernel->by_columns)
        cut_columns(kernel, across);
    else if (!cut_short_rows(kernel))
        cut_rows(kernel);
}

/* A row of one element, or of none, still has a dimension to be cut along. */
static void add_dimension(cpu_kernel *kernel)
{
    kernel->shape[kernel->rank] = 1;
    for (uint32_t i = 0; i < kernel->num_operands; i++)
        kernel->operand[i].strides[kernel->rank] = 1;
    kernel->rank++;
}

void cpu_rows_plan(cpu_kernel *kernel)
{
    const uint32_t row_dims = kernel->rank - kernel->kept;

    if (cpu_product_plan(kernel))
        return;
    kernel->kept = cpu_space_arrange(kernel, 0, kernel->kept, 0);
    if (kernel->length)
        kernel->rank = kernel->kept + cpu_space_arrange(kernel, kernel->kept, row_dims, 1);
    else
        kernel->rank = kernel->kept;
    if (kernel->rank == kernel->kept)
        add_dimension(kernel);
    if (cpu_dots_plan(kernel))
        return;
    if (!cut_neighbours(kernel))
        cut_as_they_lie(kernel);
    kernel->num_groups = 1;
    kernel->units = kernel->length ? 1 : 0;
    for (uint32_t i = 0; i < kernel->blocks.num_digits; i++)
        if (kernel->blocks.dim[i] < kernel->kept)
            kernel->num_groups *= kernel->blocks.count[i];
        else
            kernel->units *= kernel->blocks.count[i];
    choose_modes(kernel);
    kernel->run = cpu_rows_run;
    cpu_terms_plan(kernel);
    kernel->abreast = rows_abreast(kernel);
}
