/* From a signature to a kernel: the instance is found, the signature copied, and the leaf's driver plans the rest. */
#include "cpu_plan.h"

#include <stdlib.h>
#include <string.h>

static int order(const cpu_table_row *row, const char *name, int32_t store)
{
    const int names = strcmp(row->name, name);

    return names ? names : row->store - store;
}

/* The first row of the operator's and type's, by bisection. */
static const cpu_table_row *first_row(const char *name, int32_t store)
{
    size_t low = 0, high = cpu_table_rows;

    while (low < high) {
        const size_t middle = (low + high) / 2;
        if (order(&cpu_table[middle], name, store) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return &cpu_table[low];
}

static const cpu_instance *find(const expops_signature *signature, uint32_t level)
{
    /* What moves elements has one for all types, as written. */
    const int32_t store = signature->dtype < 0 ? EXPOPS_DTYPE_I64 : cpu_store_of(signature->dtype);
    const cpu_instance *best = NULL;

    /* What makes a score another one is a function of two elements. */
    const uint32_t family = signature->family == EXPOPS_FAMILY_WEIGHTED ? EXPOPS_FAMILY_POINTWISE : signature->family;

    for (const cpu_table_row *row = first_row(signature->operator_name, store);
         row->name && !order(row, signature->operator_name, store); row++)
        if (row->level <= level && row->instance->family == family &&
            (row->num_choices == 1 || row->choice == signature->choice))
            best = row->instance;
    return best;
}

static int fits(const expops_signature *signature)
{
    return signature->rank <= CPU_MAX_RANK && signature->num_operands <= CPU_MAX_OPERANDS &&
           signature->operands[0].kind == EXPOPS_OPERAND_OUTPUT &&
           (signature->num_operands == 1 || signature->operands[1].kind != EXPOPS_OPERAND_OUTPUT);
}

/* A position, and an input of which elements are moved. */
static int keeps(const expops_signature *signature)
{
    return signature->dtype < 0 && signature->family == EXPOPS_FAMILY_POINTWISE && signature->num_operands == 3 &&
           signature->operands[1].kind == EXPOPS_OPERAND_POSITION &&
           signature->operands[2].kind == EXPOPS_OPERAND_INPUT;
}

/* The operands must be those the instance was compiled for. */
static int matches(const cpu_instance *instance, const expops_signature *signature)
{
    const uint32_t inputs = signature->num_operands - 1;

    if (signature->family == EXPOPS_FAMILY_WINDOW && !instance->rows)
        return signature->dtype < 0 && signature->window->single;
    if (signature->family == EXPOPS_FAMILY_WEIGHTED)
        return signature->row_dims == 4;
    if (signature->dtype < 0)
        return instance->position && keeps(signature);
    if (inputs != instance->num_args || cpu_store_of(signature->result) != instance->result)
        return 0;
    for (uint32_t i = 0; i < inputs; i++) {
        const int number = signature->operands[1 + i].kind == EXPOPS_OPERAND_NUMBER;
        const int wanted = instance->rows ? i >= instance->num_arrays : (int)(instance->numbers >> i & 1);
        if (wanted && !number)
            return 0;
    }
    return !instance->rows || signature->operands[1].kind == EXPOPS_OPERAND_INPUT;
}

static int32_t number_type(uint32_t compute)
{
    static const int32_t types[] = {
        [EXPOPS_COMPUTE_F32] = EXPOPS_DTYPE_F32, [EXPOPS_COMPUTE_F64] = EXPOPS_DTYPE_F64,
        [EXPOPS_COMPUTE_I32] = EXPOPS_DTYPE_I64, [EXPOPS_COMPUTE_I64] = EXPOPS_DTYPE_I64,
        [EXPOPS_COMPUTE_C64] = EXPOPS_DTYPE_C64, [EXPOPS_COMPUTE_C128] = EXPOPS_DTYPE_C128,
    };

    return types[compute];
}

static int32_t scalar_type(const expops_signature *signature)
{
    return signature->compute == EXPOPS_COMPUTE_I32 ? EXPOPS_DTYPE_I32 : number_type(signature->compute);
}

static int32_t half_or_none(int32_t half, int32_t dtype)
{
    return cpu_store_of(half) != half && half != dtype ? half : -1;
}

static void copy_operand(cpu_kernel *kernel, const expops_signature *signature, uint32_t i, uint32_t *tensors,
                         uint32_t *numbers)
{
    const expops_operand *const from =
        (const expops_operand *)((const char *)signature->operands + (size_t)i * signature->operands[0].struct_size);
    cpu_operand *const to = &kernel->operand[i];
    const int number = from->kind == EXPOPS_OPERAND_NUMBER, position = from->kind == EXPOPS_OPERAND_POSITION;

    to->kind = from->kind;
    to->slot = number ? (*numbers)++ : position ? 0 : (*tensors)++;
    to->offset = position ? from->first : 0;
    to->dtype = number ? kernel->number_dtype : from->dtype;
    to->bytes = cpu_dtype_bytes[to->dtype];
    to->through = -1;
    to->store = to->dtype;
    if (kernel->instance && signature->dtype >= 0) {
        to->store = i ? kernel->instance->store : kernel->instance->position ? to->dtype : kernel->instance->result;
        to->through = number ? -1 : half_or_none(from->as, to->dtype);
    }
    if (!number)
        memcpy(to->strides, from->strides, signature->rank * sizeof(int64_t));
}

static void copy_signature(cpu_kernel *kernel, const expops_signature *signature)
{
    uint32_t tensors = 0, numbers = 0;
    int64_t kept = 1;

    kernel->rank = signature->rank;
    kernel->kept = signature->rank - signature->row_dims;
    kernel->length = 1;
    kernel->number_dtype = number_type(signature->compute);
    kernel->scalar_dtype = scalar_type(signature);
    kernel->num_operands = signature->num_operands;
    memcpy(kernel->shape, signature->shape, signature->rank * sizeof(int64_t));
    for (uint32_t d = 0; d < kernel->rank; d++)
        if (d < kernel->kept)
            kept *= kernel->shape[d];
        else
            kernel->length *= kernel->shape[d];
    /* A reduction over nothing still has results. */
    kernel->elements = signature->family == EXPOPS_FAMILY_REDUCE && !kernel->length ? kept : kept * kernel->length;
    kernel->work = kernel->elements;
    for (uint32_t i = 0; i < signature->num_operands; i++)
        copy_operand(kernel, signature, i, &tensors, &numbers);
}

/* Whether numbers stand in arrays, or may: at most one argument takes the place of an array as a scalar. */
static int fills_arrays(const cpu_kernel *kernel)
{
    uint32_t numbers = 0, others = 0;

    for (uint32_t i = 1; i < kernel->num_operands; i++) {
        const cpu_operand *const op = &kernel->operand[i];
        if (op->kind == EXPOPS_OPERAND_NUMBER)
            numbers += !(kernel->instance->numbers >> (i - 1) & 1);
        else
            for (uint32_t d = 0, found = 0; d < kernel->rank && !found; d++)
                others += found = !op->strides[d];
    }
    return numbers && numbers + others > 1;
}

/* The half type that all tensors are of, but for results of a type of their own, or -1. */
static int32_t half_type(const cpu_kernel *kernel)
{
    int32_t half = -1;

    for (uint32_t i = kernel->instance->result != EXPOPS_DTYPE_F32; i < kernel->num_operands; i++) {
        const cpu_operand *const op = &kernel->operand[i];
        if (op->kind == EXPOPS_OPERAND_NUMBER)
            continue;
        if (cpu_store_of(op->dtype) == op->dtype || op->through >= 0 || (half >= 0 && op->dtype != half))
            return -1;
        half = op->dtype;
    }
    return half;
}

/* The function that computes; elements of a half type are not converted where it has a loop for them. */
static void choose_loop(cpu_kernel *kernel)
{
    const cpu_instance *const instance = kernel->instance;
    const int32_t half = instance->halves[0] ? half_type(kernel) : -1;

    kernel->pointwise = instance->pointwise;
    if (half < 0 || fills_arrays(kernel))
        return;
    kernel->pointwise = instance->halves[half == EXPOPS_DTYPE_BF16];
    for (uint32_t i = instance->result != EXPOPS_DTYPE_F32; i < kernel->num_operands; i++)
        if (kernel->operand[i].kind != EXPOPS_OPERAND_NUMBER)
            kernel->operand[i].store = half;
}

static void copy_window(cpu_kernel *kernel, const expops_window *window)
{
    cpu_walk *const walk = &kernel->walk;

    walk->walked = window->walked;
    walk->indices = kernel->rank - kernel->kept;
    memcpy(walk->sizes, window->sizes, sizeof(walk->sizes));
    memcpy(walk->strides, window->strides, sizeof(walk->strides));
    memcpy(walk->reads, window->reads, sizeof(walk->reads));
    memcpy(walk->values, window->values, sizeof(walk->values));
    walk->picked = window->picked ? kernel->num_operands - 1 : 0;
    for (uint32_t i = 0; i < walk->indices; i++)
        walk->around[i] = kernel->shape[kernel->kept + i];
}

static void run_nothing(const cpu_kernel *kernel, const expops_launch *launch, cpu_scratch *scratch)
{
    (void)kernel;
    (void)launch;
    (void)scratch;
}

static int is_move(const expops_signature *signature)
{
    return signature->dtype < 0 && signature->family == EXPOPS_FAMILY_POINTWISE && signature->num_operands == 2 &&
           signature->operands[1].kind == EXPOPS_OPERAND_INPUT;
}

static const struct {
    cpu_planner *plan;
    int alone;
} leaves[] = {
#define CPU_LEAF(family, name, alone) [EXPOPS_FAMILY_##family] = { cpu_##name##_plan, alone },
    CPU_LEAVES
};

static int is_alone(uint32_t family)
{
    return family < sizeof(leaves) / sizeof(leaves[0]) && leaves[family].alone;
}

int32_t cpu_offer(const expops_host_api *host, const cpu_level *level, uint32_t level_index, const cpu_cores *cores,
                  const expops_signature *signature, expops_backend_kernel **out_kernel)
{
    const cpu_instance *instance = NULL;

    *out_kernel = NULL;
    if (!fits(signature))
        return 0;
    if (!is_move(signature) && !is_alone(signature->family)) {
        instance = find(signature, level_index);
        if (!instance || !matches(instance, signature))
            return 0;
    }
    cpu_kernel *const kernel = calloc(1, sizeof(*kernel));
    if (!kernel) {
        host->error("no memory for a kernel's plan (%zu bytes)", sizeof(*kernel));
        return EXPOPS_ERR_OUT_OF_MEMORY;
    }
    kernel->level = level;
    kernel->cores = cores;
    kernel->instance = instance;
    copy_signature(kernel, signature);
    if (instance && signature->family == EXPOPS_FAMILY_POINTWISE)
        choose_loop(kernel);
    if (signature->window)
        copy_window(kernel, signature->window);
    if (!kernel->elements)
        kernel->run = run_nothing;
    else if (is_move(signature))
        cpu_move_plan(kernel);
    else
        leaves[signature->family].plan(kernel);
    *out_kernel = kernel;
    return 0;
}
