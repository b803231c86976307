/* The turning kernel: the box of a group, where elements are moved into another order. */
#include <string.h>
#include "base/size.h"
#include "specialize.h"

enum { GROUP = 256, MOST_DIMS = 4, LONG_RUN = 128, NOWHERE = EXPOPS_MAX_RANK };

/* A run of the box along dimension `inner`, and `outer` where it goes on there: `inner` is whole then. */
typedef struct run {
    uint32_t inner, outer, levels;
} run;

typedef struct box {
    const expops_problem *problem;
    run in, out;
    uint32_t bytes, elements; /* of an element; in the box, at most */
    uint32_t dims, in_dim[MOST_DIMS], out_dim[MOST_DIMS];
    int64_t step[EXPOPS_MAX_RANK], extent[EXPOPS_MAX_RANK]; /* from a box to the next; in local memory */
    int full;                                               /* runs of the output begin at multiples of a vector */
    uint32_t local[EXPOPS_MAX_RANK], pitch;                 /* elements */
} box;

/* What was fastest on an H100, by an element's size: a box's bytes, elements of a run of the output, of the vectors it is written
 * in, and words of the input asked for ahead. */
static uint32_t box_bytes(uint32_t bytes)
{
    return bytes < 4 ? 32768 : 16384;
}

static uint32_t elements_of_run(uint32_t bytes)
{
    return bytes < 4 ? 256 : 64;
}

static uint32_t vector_of(uint32_t bytes)
{
    return bytes < 4 ? 8 : 16 / bytes;
}

static uint32_t words_ahead(uint32_t bytes)
{
    return bytes < 4 ? 4 : 2;
}

static int64_t smaller(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* The dimension in which an operand's stride is `stride`. */
static uint32_t dim_of_stride(const expops_problem *problem, const expops_problem_operand *operand, int64_t stride)
{
    for (uint32_t d = problem->rank; d-- > 0;)
        if (operand->strides[d] == stride && problem->shape[d] > 1)
            return d;
    return NOWHERE;
}

/* Near `wanted`, so that the parts of the dimension are alike, and of whole vectors where it is cut. */
static void extend(box *box, uint32_t dim, int64_t wanted)
{
    const int64_t size = box->problem->shape[dim], unit = 16 / box->bytes;
    int64_t extent = size;
    if (wanted < size) {
        const int64_t parts = expops_ceil_divide(size, wanted > 1 ? wanted : 1);
        extent = expops_ceil_divide(expops_ceil_divide(size, parts), unit) * unit;
        extent = smaller(extent > wanted ? wanted : extent, size);
    }
    if (extent > box->extent[dim])
        box->extent[dim] = extent > 1 ? extent : 1;
}

static int64_t box_elements(const box *box)
{
    int64_t elements = 1;
    for (uint32_t d = 0; d < box->problem->rank; d++)
        elements *= box->extent[d];
    return elements;
}

static int64_t run_length(const box *box, const run *run)
{
    return box->extent[run->inner] * (run->levels > 1 ? box->extent[run->outer] : 1);
}

/* Where the run's dimension is whole and short, it goes on in the next. */
static void lengthen(box *box, run *run, int64_t wanted, int worth)
{
    const int64_t size = box->problem->shape[run->inner];
    if (!worth || run->outer == NOWHERE || box->extent[run->inner] < size)
        return;
    run->levels = 2;
    extend(box, run->outer, expops_ceil_divide(wanted, size));
}

/* The dimension in which a run can be made longer; NOWHERE when it is whole. */
static uint32_t open_dim(const box *box, const run *run)
{
    const uint32_t dim = run->levels > 1 ? run->outer : run->inner;
    return box->extent[dim] < box->problem->shape[dim] ? dim : NOWHERE;
}

static uint32_t count_dims(const box *box)
{
    uint32_t count = 0;
    for (uint32_t d = 0; d < box->problem->rank; d++)
        count += box->extent[d] > 1 || d == box->in.inner || d == box->out.inner ||
                 (box->in.levels > 1 && d == box->in.outer) || (box->out.levels > 1 && d == box->out.outer);
    return count;
}

/* What room is left goes to the shorter run, then to the other, then to one more dimension. */
static void fill(box *box)
{
    for (uint32_t turn = 0; turn < 4; turn++) {
        const int64_t room = box->elements / box_elements(box);
        const int in_first = run_length(box, &box->in) < run_length(box, &box->out);
        const run *first = in_first ? &box->in : &box->out, *second = in_first ? &box->out : &box->in;
        uint32_t dim = open_dim(box, first);
        if (room < 2)
            return;
        if (dim == NOWHERE)
            dim = open_dim(box, second);
        for (uint32_t d = box->problem->rank; dim == NOWHERE && d-- > 0;)
            if (box->extent[d] == 1 && box->problem->shape[d] > 1 && count_dims(box) < MOST_DIMS)
                dim = d;
        if (dim == NOWHERE)
            return;
        extend(box, dim, box->extent[dim] * room);
    }
}

/* Runs of one dimension that is not the other's: a tile of both. Else what surrounds the one that they have in common. */
static int shape_box(box *box)
{
    const expops_problem *problem = box->problem;
    run *in = &box->in, *out = &box->out;
    const int64_t long_out = elements_of_run(box->bytes), long_in = box->elements / long_out,
                  n = problem->shape[in->inner] * box->bytes, m = problem->shape[out->inner];
    if (in->inner == out->inner) {
        if (n >= LONG_RUN || in->outer == NOWHERE || out->outer == NOWHERE || in->outer == out->outer)
            return 0;
        extend(box, in->inner, m);
        lengthen(box, out, long_out, 1);
        lengthen(box, in, box->elements / box->extent[out->outer], 1);
    } else {
        const int whole = 4 * m <= 5 * long_out;
        extend(box, out->inner, whole ? m : long_out);
        extend(box, in->inner, long_in);
        /* Elements of the output's run lie a run of the input apart in local memory, on different banks, unless that run goes on
         * in its dimension. */
        lengthen(box, out, long_out, m * box->bytes < LONG_RUN || (m * box->bytes % 16 && whole));
        lengthen(box, in, long_in, in->outer == out->inner ? n < 16 || (n % 16 && n < 64) : n < LONG_RUN);
    }
    fill(box);
    return 1;
}

/* Whether every run of the output begins at a multiple of `vector`. */
static int begins_full(const box *box, uint32_t vector)
{
    const expops_problem_operand *out = box->problem->operand;
    if (!out->aligned || out->offset % vector)
        return 0;
    for (uint32_t d = 0; d < box->problem->rank; d++) {
        const int along = d == box->out.inner || (box->out.levels > 1 && d == box->out.outer);
        const int64_t step = out->strides[d] * (along ? box->extent[d] : 1);
        if (step % vector && (!along || box->extent[d] < box->problem->shape[d]))
            return 0;
    }
    return 1;
}

/* A box has the rest of a vector that begins in it, too. */
static void settle_extents(box *box)
{
    const run *out = &box->out;
    const uint32_t last = out->levels > 1 ? out->outer : out->inner, vector = vector_of(box->bytes);
    memcpy(box->step, box->extent, sizeof box->step);
    box->full = begins_full(box, vector);
    if (!box->full && box->extent[last] < box->problem->shape[last])
        box->extent[last] +=
            out->levels > 1 ? expops_ceil_divide(vector - 1, box->problem->shape[out->inner]) : vector - 1;
}

static void add_dim(uint32_t *list, uint32_t *count, uint32_t dim)
{
    for (uint32_t i = 0; i < *count; i++)
        if (list[i] == dim)
            return;
    if (dim != NOWHERE && *count < MOST_DIMS)
        list[(*count)++] = dim;
}

/* The dimensions of the box in the order of the input, each run's first, and where they lie in local memory. */
static void order_dims(box *box)
{
    const uint32_t rank = box->problem->rank;
    uint32_t count = 0, pitched = 0;
    add_dim(box->in_dim, &count, box->in.inner);
    if (box->in.levels > 1)
        add_dim(box->in_dim, &count, box->in.outer);
    add_dim(box->in_dim, &count, box->out.inner);
    if (box->out.levels > 1)
        add_dim(box->in_dim, &count, box->out.outer);
    for (uint32_t d = rank; d-- > 0;)
        if (box->extent[d] > 1)
            add_dim(box->in_dim, &count, d);
    box->dims = count;
    const uint32_t bank = box->bytes > 4 ? box->bytes : 4;
    const int64_t parts = expops_ceil_divide(run_length(box, &box->in) * box->bytes, 16) * 16 / bank;
    box->pitch = (uint32_t)(parts | 1) * bank / box->bytes;
    int64_t stride = 1;
    for (uint32_t i = 0; i < count; i++) {
        if (i == box->in.levels)
            stride = box->pitch;
        box->local[box->in_dim[i]] = (uint32_t)stride;
        stride *= box->extent[box->in_dim[i]];
    }
    count = 0;
    add_dim(box->out_dim, &count, box->out.inner);
    if (box->out.levels > 1)
        add_dim(box->out_dim, &count, box->out.outer);
    for (; pitched < box->dims; pitched++) /* what lies closest in local memory is written side by side */
        add_dim(box->out_dim, &count, box->in_dim[pitched]);
}

static int64_t run_count(const box *box, const run *run)
{
    return box_elements(box) / run_length(box, run);
}

static uint32_t runs_side_by_side(const box *box)
{
    const int64_t runs = run_count(box, &box->out);
    return runs >= 4 ? 4 : runs >= 2 ? 2 : 1;
}

static int64_t tiles_along(const box *box, uint32_t dim)
{
    return expops_ceil_divide(box->problem->shape[dim], box->step[dim]);
}

static void put_divisor(expops_params *params, int64_t size)
{
    uint32_t magic, shift;
    expops_find_magic((uint32_t)size, &magic, &shift);
    expops_params_u32(params, (uint32_t)size);
    expops_params_u32(params, magic);
    expops_params_u32(params, shift);
}

static void put_params(const box *box, int64_t in_words, uint32_t side, int wide, expops_params *params)
{
    const expops_problem *problem = box->problem;
    const expops_problem_operand *in = problem->operand + 1, *out = problem->operand;
    const int64_t runs = expops_ceil_divide(run_count(box, &box->out), side);
    const int64_t parts = runs < GROUP / 32 ? expops_ceil_divide(GROUP / 32, runs) : 1; /* something for everyone */
    expops_params_bounds(in, 1, params);
    for (uint32_t d = 0; d < problem->rank; d++)
        expops_params_index(params, problem->shape[d], wide);
    for (uint32_t d = 0; d < problem->rank; d++)
        expops_params_index(params, in->strides[d], wide);
    for (uint32_t d = 0; d < problem->rank; d++)
        expops_params_index(params, out->strides[d], wide);
    for (uint32_t d = 0; d < problem->rank; d++)
        put_divisor(params, tiles_along(box, d));
    for (uint32_t d = 0; d < problem->rank; d++)
        put_divisor(params, box->extent[d]);
    for (uint32_t d = 0; d < problem->rank; d++)
        expops_params_u32(params, (uint32_t)box->step[d]);
    put_divisor(params, in_words);
    put_divisor(params, parts);
    for (uint32_t d = 0; d < problem->rank; d++)
        expops_params_u32(params, box->local[d]);
    expops_params_u32(params, (uint32_t)(in_words * run_count(box, &box->in)));
    expops_params_u32(params, (uint32_t)(parts * runs));
    expops_params_finish(params);
}

/* Groups that run at the same time are neighbours along both runs, so that what two of them share of a line is moved once: first
 * along the one that fewer of them make up. */
static void order_groups(const box *box, uint32_t *order)
{
    const uint32_t in = box->in.levels > 1 ? box->in.outer : box->in.inner,
                   out = box->out.levels > 1 ? box->out.outer : box->out.inner;
    const int in_first = tiles_along(box, in) < tiles_along(box, out);
    uint32_t count = 0;
    order[count++] = in_first ? in : out;
    if (in != out)
        order[count++] = in_first ? out : in;
    for (uint32_t d = box->problem->rank; d-- > 0;)
        if (d != in && d != out)
            order[count++] = d;
}

static void define_dims(expops_step *step, const char *name, const uint32_t *dims, uint32_t count)
{
    expops_text_add(&step->defines, "#define %s %u", name, dims[0]);
    for (uint32_t i = 1; i < count; i++)
        expops_text_add(&step->defines, ", %u", dims[i]);
    expops_text_append(&step->defines, "\n");
}

static void write_step(const box *box, uint64_t staged, expops_step *step)
{
    const uint32_t vector = vector_of(box->bytes), side = runs_side_by_side(box);
    uint32_t order[EXPOPS_MAX_RANK];
    const int wide = expops_needs_wide_index(box->problem);
    const int64_t in_words = expops_ceil_divide(run_length(box, &box->in) * box->bytes, 16);
    put_params(box, in_words, side, wide, &step->params);
    expops_define_operands(box->problem, step, vector, NULL, wide);
    define_dims(step, "XK_IN_DIMS", box->in_dim, box->dims);
    define_dims(step, "XK_OUT_DIMS", box->out_dim, box->dims);
    order_groups(box, order);
    define_dims(step, "XK_ORDER", order, box->problem->rank);
    expops_text_add(
        &step->defines,
        "#define XK_RANK %u\n#define XK_BOX %u\n#define XK_IN_RUN %u\n#define XK_OUT_RUN %u\n"
        "#define XK_RUN_BYTES 16\n#define XK_STAGED %u\n#define XK_PITCH %u\n#define XK_SIDE %u\n#define XK_FULL %d\n"
        "#define XK_STEP %u\n#define XK_AHEAD %u\n",
        box->problem->rank, box->dims, box->in.levels, box->out.levels, (uint32_t)(staged / 4),
        box->pitch * box->bytes / 4, side, box->full, box->local[box->out.inner], words_ahead(box->bytes));
    step->variant = "turn";
    step->group = GROUP;
}

static int can_turn(const expops_problem *problem, const expops_device *device)
{
    return problem->common < 0 && problem->num_operands == 2 && problem->bits <= 8 && problem->rank > 1 &&
           problem->operand[0].strides[problem->rank - 1] == 1 && device->info.max_group >= GROUP;
}

int expops_specialize_turn(const expops_problem *problem, const expops_device *device, expops_step *step)
{
    if (!can_turn(problem, device))
        return 0;
    const expops_problem_operand *in = problem->operand + 1, *out = problem->operand;
    box box = { .problem = problem, .bytes = problem->bits, .elements = box_bytes(problem->bits) / problem->bits };
    for (uint32_t d = 0; d < problem->rank; d++)
        box.extent[d] = 1;
    box.in = (run){ .inner = dim_of_stride(problem, in, 1), .levels = 1 };
    if (box.in.inner == NOWHERE)
        return 0;
    box.in.outer = dim_of_stride(problem, in, problem->shape[box.in.inner]);
    box.out = (run){ .inner = problem->rank - 1, .levels = 1 };
    box.out.outer = dim_of_stride(problem, out, problem->shape[problem->rank - 1]);
    if (!shape_box(&box))
        return 0;
    settle_extents(&box);
    order_dims(&box);
    uint64_t tiles = 1, staged = (uint64_t)run_count(&box, &box.in) * box.pitch * box.bytes;
    for (uint32_t d = 0; d < problem->rank; d++)
        tiles *= (uint64_t)tiles_along(&box, d);
    staged = (staged + 1023) / 1024 * 1024;
    if (tiles > INT32_MAX || staged > device->info.local_bytes)
        return 0;
    step->grid = (uint32_t)tiles;
    write_step(&box, staged, step);
    return 1;
}
