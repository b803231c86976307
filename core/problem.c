/* From arguments to a problem: each step checks what it needs and says which argument is wrong. */
#include "problem.h"
#include <math.h>
#include <string.h>
#include "error.h"
#include "promote.h"
#include "view.h"

/* The story of a bad argument starts with the operator and the argument. */
#define BAD(status, op, index, ...) \
    (expops_fail(status, __VA_ARGS__), expops_fail_more(status, "%s: argument %s", (op)->name, (op)->parameters[index].name))

static expops_status check_descriptor(const expops_tensor *tensor, expops_dtype *out_dtype)
{
    EXPOPS_TRY(expops_dtype_from_dl(tensor->dtype, out_dtype));
    if (tensor->ndim < 0 || tensor->ndim > EXPOPS_MAX_RANK)
        return expops_fail(EXPOPS_ERR_SHAPE, "%d dimensions; at most %d are supported", tensor->ndim, EXPOPS_MAX_RANK);
    if (tensor->ndim > 0 && !tensor->shape)
        return expops_fail(EXPOPS_ERR_INVALID_ARGUMENT, "%d dimensions but no shape", tensor->ndim);
    for (int32_t i = 0; i < tensor->ndim; i++)
        if (tensor->shape[i] < 0)
            return expops_fail(EXPOPS_ERR_SHAPE, "dimension %d has size %lld", i, (long long)tensor->shape[i]);
    return EXPOPS_OK;
}

static void view_of(const expops_tensor *tensor, expops_view *view)
{
    view->ndim = tensor->ndim;
    view->offset = view->step = 0;
    if (tensor->ndim > 0)
        memcpy(view->shape, tensor->shape, (size_t)tensor->ndim * sizeof *view->shape);
    if (tensor->ndim > 0 && tensor->strides)
        memcpy(view->strides, tensor->strides, (size_t)tensor->ndim * sizeof *view->strides);
    else
        expops_contiguous_strides(tensor->ndim, tensor->shape, view->strides);
}

/* Whether the argument is a tensor as the kernel sees it. */
static int is_tensor(const expops_value *value)
{
    return value->kind == EXPOPS_VALUE_TENSOR;
}

static int is_number(const expops_value *value)
{
    return value->kind >= EXPOPS_VALUE_BOOL && value->kind <= EXPOPS_VALUE_COMPLEX;
}

/* --- argument kinds --- */

static expops_status check_kind(const expops_operator *op, uint32_t index, const expops_value *value)
{
    static const char *const expected[] = {
        "nothing", "a tensor", "a tensor or a number", "a number", "an int", "a list of ints", "a bool", "a choice", "a dtype",
    };
    const expops_parameter *parameter = op->parameters + index;
    int fits = 0;
    if (value->kind == EXPOPS_VALUE_NONE) {
        if (parameter->optional)
            return EXPOPS_OK;
        return BAD(EXPOPS_ERR_INVALID_ARGUMENT, op, index, "is missing");
    }
    switch (parameter->kind) {
    case EXPOPS_PARAMETER_TENSOR:
        fits = is_tensor(value);
        break;
    case EXPOPS_PARAMETER_OPERAND:
        fits = is_tensor(value) || is_number(value);
        break;
    case EXPOPS_PARAMETER_NUMBER:
        fits = is_number(value);
        break;
    case EXPOPS_PARAMETER_INT:
        fits = value->kind == EXPOPS_VALUE_INT;
        break;
    case EXPOPS_PARAMETER_DTYPE:
        fits = value->kind == EXPOPS_VALUE_INT && value->as.integer >= 0 && value->as.integer < EXPOPS_DTYPE_COUNT;
        break;
    case EXPOPS_PARAMETER_BOOL:
        fits = value->kind == EXPOPS_VALUE_BOOL || value->kind == EXPOPS_VALUE_INT;
        break;
    case EXPOPS_PARAMETER_INTS:
        fits = value->kind == EXPOPS_VALUE_INTS && (value->count == 0 || value->as.integers);
        break;
    case EXPOPS_PARAMETER_CHOICE:
        fits = value->kind == EXPOPS_VALUE_CHOICE || value->kind == EXPOPS_VALUE_INT;
        for (int64_t i = 0; fits && i <= value->as.integer; i++)
            fits = value->as.integer >= 0 && parameter->choices[i];
        break;
    }
    if (!fits)
        return BAD(EXPOPS_ERR_INVALID_ARGUMENT, op, index, "is not %s", expected[parameter->kind]);
    return EXPOPS_OK;
}

/* --- types --- */

static int number_dtype(const expops_value *value)
{
    switch (value->kind) {
    case EXPOPS_VALUE_BOOL:
        return EXPOPS_DTYPE_BOOL;
    case EXPOPS_VALUE_INT:
        return EXPOPS_DTYPE_I64;
    case EXPOPS_VALUE_COMPLEX:
        return EXPOPS_DTYPE_C64;
    default:
        return EXPOPS_DTYPE_F32;
    }
}

/* The type that an argument names, -1 where none does and *out_may says whether one could. */
static int named_dtype(const expops_operator *op, const expops_value *args, int *out_may)
{
    *out_may = 0;
    for (uint32_t i = 0; op->parameters[i].name; i++) {
        if (op->parameters[i].kind != EXPOPS_PARAMETER_DTYPE)
            continue;
        *out_may = 1;
        if (args[i].kind != EXPOPS_VALUE_NONE)
            return (int)args[i].as.integer;
    }
    return -1;
}

/* Type of each argument that is a tensor (-1 otherwise), and the type they have in common. */
static expops_status find_common(const expops_operator *op, const expops_value *args, int dtypes[EXPOPS_MAX_PARAMETERS],
                                 int *out_common)
{
    expops_promotion_state state = EXPOPS_PROMOTION_START;
    int first = -1, may_be_named;
    const int named = named_dtype(op, args, &may_be_named);
    for (uint32_t i = 0; op->parameters[i].name; i++) {
        const expops_parameter *parameter = op->parameters + i;
        expops_dtype dtype;
        dtypes[i] = -1;
        if (is_number(args + i) && parameter->kind == EXPOPS_PARAMETER_OPERAND) {
            state.number = expops_promote_types(state.number, number_dtype(args + i));
        } else if (is_tensor(args + i)) {
            const expops_tensor *tensor = args[i].as.tensor;
            EXPOPS_TRY_SAYING(check_descriptor(tensor, &dtype), "%s: argument %s", op->name, parameter->name);
            dtypes[i] = (int)dtype;
            if (parameter->dtypes)
                continue;
            if (first < 0)
                first = (int)dtype;
            int *rank = tensor->ndim ? &state.dimensioned : &state.zero_dim;
            *rank = expops_promote_types(*rank, (int)dtype);
            if (op->promotion == EXPOPS_PROMOTE_SAME && first != (int)dtype)
                return BAD(EXPOPS_ERR_DTYPE, op, i, "has type %s where %s was expected, as the first tensor has",
                           expops_dtype_name(dtype), expops_dtype_name((expops_dtype)first));
        }
    }
    const int by_first = op->promotion == EXPOPS_PROMOTE_SELF || op->promotion == EXPOPS_PROMOTE_SAME ||
                         op->promotion == EXPOPS_PROMOTE_BITS;
    *out_common = named >= 0 ? named : by_first && first >= 0 ? first : expops_promoted(&state);
    if (*out_common < 0 && may_be_named)
        *out_common = EXPOPS_DTYPE_F32;
    if (*out_common < 0)
        return expops_fail(EXPOPS_ERR_INVALID_ARGUMENT, "%s: needs at least one tensor", op->name);
    return EXPOPS_OK;
}

static void name_set(uint32_t set, char text[120])
{
    size_t used = 0;
    text[0] = 0;
    for (unsigned i = 0; i < EXPOPS_DTYPE_COUNT; i++) {
        if (set >> i & 1u) {
            const char *name = expops_dtype_name((expops_dtype)i);
            if (used)
                text[used++] = ' ';
            memcpy(text + used, name, strlen(name) + 1);
            used += strlen(name);
        }
    }
}

static expops_status check_dtypes(const expops_operator *op, const expops_value *args,
                                  const int dtypes[EXPOPS_MAX_PARAMETERS], int common)
{
    char taken[120];
    for (uint32_t i = 0; op->parameters[i].name; i++) {
        const uint32_t set = op->parameters[i].dtypes ? op->parameters[i].dtypes : op->dtypes;
        if (dtypes[i] >= 0 && !(set >> dtypes[i] & 1u)) {
            name_set(set, taken);
            return BAD(EXPOPS_ERR_DTYPE, op, i, "has type %s; accepted are %s", expops_dtype_name((expops_dtype)dtypes[i]),
                       taken);
        }
        const int self_decides = op->promotion == EXPOPS_PROMOTE_SELF &&
                                 op->parameters[i].kind == EXPOPS_PARAMETER_OPERAND && !op->parameters[i].converts;
        const int complex = dtypes[i] >= 0 ? self_decides && expops_dtype_is_complex(dtypes[i])
                                           : args[i].kind == EXPOPS_VALUE_COMPLEX;
        if (complex && !expops_dtype_is_complex(common))
            return BAD(EXPOPS_ERR_DTYPE, op, i, "is complex, which %s cannot hold", expops_dtype_name((expops_dtype)common));
    }
    if (!(op->dtypes >> common & 1u)) {
        name_set(op->dtypes, taken);
        return expops_fail(EXPOPS_ERR_DTYPE, "%s: the arguments' common type is %s; accepted are %s", op->name,
                           expops_dtype_name((expops_dtype)common), taken);
    }
    return EXPOPS_OK;
}

static void settle_types(const expops_operator *op, int common, expops_problem *problem)
{
    problem->bits = 0;
    if (op->promotion == EXPOPS_PROMOTE_BOOL_TO_INT && common == EXPOPS_DTYPE_BOOL)
        common = EXPOPS_DTYPE_I64;
    if (op->promotion == EXPOPS_PROMOTE_INT_TO_FLOAT && !expops_dtype_is_float(common) && !expops_dtype_is_complex(common))
        common = EXPOPS_DTYPE_F32;
    problem->common = common;
    problem->result = common;
    problem->compute = (uint32_t)expops_dtype_compute(common);
    if (op->promotion == EXPOPS_PROMOTE_TO_BOOL)
        problem->result = EXPOPS_DTYPE_BOOL;
    if (op->promotion == EXPOPS_PROMOTE_COMPLEX_TO_REAL)
        problem->result = expops_dtype_real(common);
    if (op->promotion == EXPOPS_PROMOTE_BITS) {
        problem->bits = (uint32_t)expops_dtype_bytes((expops_dtype)common);
        problem->common = -1;
    }
    problem->inferred.dtype = (expops_dtype)problem->result;
    if (op->promotion == EXPOPS_PROMOTE_POSITION) {
        problem->common = EXPOPS_DTYPE_I64;
        problem->result = EXPOPS_DTYPE_BOOL;
        problem->compute = EXPOPS_COMPUTE_I64;
    }
}

/* --- shapes --- */

/* What gives the result's shape must have all of it. */
static expops_status check_not_enlarged(const expops_operator *op, uint32_t index, const expops_view *view,
                                        const expops_result *result)
{
    char own[EXPOPS_SHAPE_TEXT], all[EXPOPS_SHAPE_TEXT];
    if (view->ndim == result->ndim && !memcmp(view->shape, result->shape, (size_t)view->ndim * sizeof *view->shape))
        return EXPOPS_OK;
    return BAD(EXPOPS_ERR_SHAPE, op, index, "has shape %s, which the others broadcast to %s",
               expops_shape_text(view->ndim, view->shape, own), expops_shape_text(result->ndim, result->shape, all));
}

static expops_status infer_pointwise(const expops_operator *op, const expops_value *args, expops_problem *problem,
                                     expops_view *views)
{
    expops_result *result = &problem->inferred;
    for (uint32_t i = 0; op->parameters[i].name; i++)
        if (is_tensor(args + i) && op->parameters[i].max_ndim && views[i].ndim >= op->parameters[i].max_ndim)
            return BAD(EXPOPS_ERR_SHAPE, op, i, "has %d dimensions; at most %d are accepted", views[i].ndim,
                       op->parameters[i].max_ndim - 1);
    if (op->view)
        EXPOPS_TRY_SAYING(op->view(op, args, views), "%s", op->name);
    result->ndim = 0;
    if (op->shape)
        return op->shape(op, args, result) == EXPOPS_OK ? EXPOPS_OK : expops_fail_more(EXPOPS_ERR_SHAPE, "%s", op->name);
    for (uint32_t i = 0; op->parameters[i].name; i++)
        if (is_tensor(args + i))
            EXPOPS_TRY_SAYING(expops_broadcast(&result->ndim, result->shape, views + i), "%s: argument %s", op->name,
                              op->parameters[i].name);
    for (uint32_t i = 0; op->parameters[i].name; i++)
        if (op->parameters[i].shape_only)
            EXPOPS_TRY(check_not_enlarged(op, i, views + i, result));
    return EXPOPS_OK;
}

static expops_status infer_rows(const expops_operator *op, const expops_value *args, expops_problem *problem,
                                expops_view *views, uint8_t *walked, int *keepdim)
{
    const expops_view *self = views;
    expops_result *result = &problem->inferred;
    int64_t length = 1, sizes[EXPOPS_MAX_RANK];
    int32_t count = 0;
    *keepdim = 0;
    EXPOPS_TRY_SAYING(op->rows(op, args, self, walked, keepdim), "%s", op->name);
    result->ndim = 0;
    for (int32_t d = 0; d < self->ndim; d++) {
        if (walked[d]) {
            length *= self->shape[d];
            sizes[count++] = self->shape[d];
        }
        if (!walked[d] || *keepdim || op->family == EXPOPS_FAMILY_MAP)
            result->shape[result->ndim++] = walked[d] && op->family == EXPOPS_FAMILY_REDUCE ? 1 : self->shape[d];
    }
    if (length == 0 && !op->empty_rows && op->family == EXPOPS_FAMILY_REDUCE) {
        int64_t numel = 1;
        for (int32_t d = 0; d < result->ndim; d++)
            numel *= result->shape[d];
        if (numel > 0)
            return expops_fail(EXPOPS_ERR_SHAPE, "%s: a reduction over no elements has no value", op->name);
    }
    for (uint32_t i = 1; op->parameters[i].name; i++) {
        char want[EXPOPS_SHAPE_TEXT], got[EXPOPS_SHAPE_TEXT];
        if (!is_tensor(args + i) || !op->parameters[i].walked)
            continue;
        if (views[i].ndim != count || memcmp(views[i].shape, sizes, (size_t)count * sizeof *sizes))
            return BAD(EXPOPS_ERR_SHAPE, op, i, "has shape %s; expected %s",
                       expops_shape_text(views[i].ndim, views[i].shape, got), expops_shape_text(count, sizes, want));
    }
    return EXPOPS_OK;
}

static void note_choice(const expops_operator *op, const expops_value *args, expops_problem *problem)
{
    problem->choice = 0;
    for (uint32_t i = 0; op->parameters[i].name; i++)
        if (op->parameters[i].kind == EXPOPS_PARAMETER_CHOICE || op->parameters[i].chosen) {
            const int64_t given = args[i].kind == EXPOPS_VALUE_NONE ? (int64_t)op->parameters[i].default_value
                                                                    : args[i].as.integer;
            problem->choice = op->parameters[i].chosen ? given != 0 : (uint32_t)given;
        }
}

expops_status expops_problem_infer(const expops_operator *op, const expops_value *args, expops_problem *problem,
                                   expops_view views[EXPOPS_MAX_PARAMETERS], uint8_t walked[EXPOPS_MAX_RANK], int *keepdim)
{
    int dtypes[EXPOPS_MAX_PARAMETERS], common = -1;
    problem->op = op;
    for (uint32_t i = 0; op->parameters[i].name; i++)
        EXPOPS_TRY(check_kind(op, i, args + i));
    EXPOPS_TRY(find_common(op, args, dtypes, &common));
    EXPOPS_TRY(check_dtypes(op, args, dtypes, common));
    settle_types(op, common, problem);
    note_choice(op, args, problem);
    for (uint32_t i = 0; op->parameters[i].name; i++)
        if (is_tensor(args + i))
            view_of(args[i].as.tensor, views + i);
    if (op->family == EXPOPS_FAMILY_POINTWISE)
        return infer_pointwise(op, args, problem, views);
    return infer_rows(op, args, problem, views, walked, keepdim);
}

/* --- the output and the operands --- */

static expops_status check_output(const expops_operator *op, const expops_problem *problem, const expops_tensor *out,
                                  expops_view *view, expops_dtype *out_dtype)
{
    char want[EXPOPS_SHAPE_TEXT], got[EXPOPS_SHAPE_TEXT];
    const expops_result *result = &problem->inferred;
    EXPOPS_TRY_SAYING(check_descriptor(out, out_dtype), "%s: output", op->name);
    view_of(out, view);
    if (view->ndim != result->ndim || memcmp(view->shape, result->shape, (size_t)view->ndim * sizeof *view->shape))
        return expops_fail(EXPOPS_ERR_SHAPE, "%s: output has shape %s; the result's is %s", op->name,
                           expops_shape_text(view->ndim, view->shape, got),
                           expops_shape_text(result->ndim, result->shape, want));
    if (problem->common < 0 ? *out_dtype != result->dtype : !expops_dtype_can_cast((int)result->dtype, *out_dtype))
        return expops_fail(EXPOPS_ERR_DTYPE, "%s: output has type %s, which cannot hold a result of type %s", op->name,
                           expops_dtype_name(*out_dtype), expops_dtype_name(result->dtype));
    if (expops_view_overlaps_itself(view))
        return expops_fail(EXPOPS_ERR_OVERLAP, "%s: several elements of the output share one address", op->name);
    return EXPOPS_OK;
}

/* A device's own memory; host tensors of no dimensions are taken as numbers. */
static expops_status check_memory(const expops_operator *op, const expops_device *device, const expops_tensor *tensor,
                                  const char *name, int element_bytes)
{
    const expops_device_info *info = &device->info;
    int known = 0;
    for (uint32_t i = 0; i < info->num_device_types; i++)
        known |= info->device_types[i] == tensor->device.device_type;
    const int host = tensor->device.device_type == EXPOPS_DL_CPU || info->caps & EXPOPS_CAP_HOST;
    if (!known || (!host && tensor->device.device_id != info->device_id))
        return expops_fail(EXPOPS_ERR_DEVICE, "%s: argument %s is on DLPack device %d:%d, which %s cannot use", op->name,
                           name, tensor->device.device_type, tensor->device.device_id, device->name);
    if (!tensor->data && expops_tensor_numel(tensor) > 0)
        return expops_fail(EXPOPS_ERR_INVALID_ARGUMENT, "%s: argument %s has no data", op->name, name);
    const uint64_t address = tensor->byte_offset + (info->caps & EXPOPS_CAP_HANDLES ? 0 : (uint64_t)(uintptr_t)tensor->data);
    if (address % (uint64_t)(element_bytes > 8 ? 8 : element_bytes))
        return expops_fail(EXPOPS_ERR_INVALID_ARGUMENT, "%s: argument %s starts at an address that is no multiple of its "
                                                        "element's size", op->name, name);
    return EXPOPS_OK;
}

static uint32_t is_aligned(const expops_device *device, const expops_tensor *tensor)
{
    const uint64_t data = device->info.caps & EXPOPS_CAP_HANDLES ? 0 : (uint64_t)(uintptr_t)tensor->data;
    return (data + tensor->byte_offset) % 16 == 0;
}

static expops_status add_tensor(expops_problem *problem, const expops_device *device, const expops_tensor *tensor,
                                int32_t argument, uint32_t piece, const char *name)
{
    expops_problem_operand *operand = problem->operand + problem->num_operands++;
    expops_dtype dtype;
    EXPOPS_TRY(expops_dtype_from_dl(tensor->dtype, &dtype));
    EXPOPS_TRY(check_memory(problem->op, device, tensor, name, (int)expops_dtype_bytes(dtype)));
    operand->kind = argument < 0 ? EXPOPS_OPERAND_OUTPUT : EXPOPS_OPERAND_INPUT;
    operand->argument = argument;
    operand->piece = piece;
    operand->dtype = (int32_t)dtype;
    operand->device_type = tensor->device.device_type;
    operand->aligned = is_aligned(device, tensor);
    problem->num_tensors++;
    return EXPOPS_OK;
}

static void add_number(expops_problem *problem, int32_t argument, uint32_t source, double constant)
{
    expops_problem_operand *operand = problem->operand + problem->num_operands++;
    memset(operand, 0, sizeof *operand);
    operand->kind = EXPOPS_OPERAND_NUMBER;
    operand->argument = argument;
    operand->dtype = problem->common;
    operand->number_source = source;
    operand->constant = constant;
    problem->num_numbers++;
}

static void add_position(expops_problem *problem)
{
    expops_problem_operand *operand = problem->operand + problem->num_operands++;
    memset(operand, 0, sizeof *operand);
    operand->kind = EXPOPS_OPERAND_POSITION;
    operand->dtype = EXPOPS_DTYPE_I64;
    memcpy(operand->strides, problem->op->position, sizeof problem->op->position);
}

/* Of the arithmetic, which for the half types is f32's: what PyTorch takes. */
static double machine_epsilon(const expops_problem *problem)
{
    return problem->compute == EXPOPS_COMPUTE_F32 ? 0x1p-23 : 0x1p-52;
}

static int is_host_number(const expops_device *device, const expops_value *value, const expops_parameter *parameter)
{
    return is_tensor(value) && parameter->kind == EXPOPS_PARAMETER_OPERAND && value->as.tensor->ndim == 0 &&
           value->as.tensor->device.device_type == EXPOPS_DL_CPU && !(device->info.caps & EXPOPS_CAP_HOST) &&
           value->as.tensor->data;
}

static expops_status add_argument(expops_problem *problem, const expops_device *device, const expops_value *args,
                                  uint32_t index)
{
    const expops_parameter *parameter = problem->op->parameters + index;
    const expops_value *value = args + index;
    const int kernel_kind = parameter->kind == EXPOPS_PARAMETER_TENSOR || parameter->kind == EXPOPS_PARAMETER_OPERAND ||
                            parameter->kind == EXPOPS_PARAMETER_NUMBER;
    if (!kernel_kind || parameter->shape_only)
        return EXPOPS_OK;
    const uint32_t pieces = is_tensor(value) && parameter->pieces ? parameter->pieces : 1;
    if (problem->num_operands + pieces > 1 + EXPOPS_MAX_OPERANDS)
        return expops_fail(EXPOPS_ERR_INTERNAL, "%s: more than %d operands", problem->op->name, EXPOPS_MAX_OPERANDS);
    if (is_host_number(device, value, parameter))
        add_number(problem, (int32_t)index, EXPOPS_NUMBER_TENSOR, 0);
    else if (is_tensor(value))
        for (uint32_t piece = 0; piece < pieces; piece++)
            EXPOPS_TRY(add_tensor(problem, device, value->as.tensor, (int32_t)index, piece, parameter->name));
    else if (value->kind != EXPOPS_VALUE_NONE)
        add_number(problem, (int32_t)index, EXPOPS_NUMBER_VALUE, 0);
    else
        add_number(problem, (int32_t)index, EXPOPS_NUMBER_CONSTANT,
                   parameter->epsilon ? machine_epsilon(problem) : parameter->default_value);
    return EXPOPS_OK;
}

/* --- the iteration space --- */

static void take_strides(expops_problem_operand *operand, const expops_view *view)
{
    expops_view piece = *view;
    piece.offset += operand->piece * view->step;
    operand->offset = piece.offset;
    memcpy(operand->strides, piece.strides, sizeof operand->strides);
    expops_view_extent(&piece, expops_operand_bytes(operand), &operand->low, &operand->high);
}

static void lay_out_pointwise(expops_problem *problem, const expops_view *out_view, expops_view *views)
{
    const expops_result *result = &problem->inferred;
    problem->rank = (uint32_t)result->ndim;
    problem->row_dims = 0;
    memcpy(problem->shape, result->shape, sizeof problem->shape);
    take_strides(problem->operand, out_view);
    for (uint32_t i = 1; i < problem->num_operands; i++) {
        expops_problem_operand *operand = problem->operand + i;
        if (operand->kind != EXPOPS_OPERAND_INPUT)
            continue;
        expops_view_expand(views + operand->argument, result->ndim, result->shape);
        take_strides(operand, views + operand->argument);
    }
}

/* Kept dimensions first, then the walked ones; every operand's strides are put in that order. */
static void lay_out_rows(expops_problem *problem, const expops_view *out_view, const expops_view *views,
                         const uint8_t *walked, int keepdim)
{
    const expops_view *self = views;
    uint32_t at = 0;
    take_strides(problem->operand, out_view);
    for (uint32_t i = 1; i < problem->num_operands; i++)
        if (problem->operand[i].kind == EXPOPS_OPERAND_INPUT)
            take_strides(problem->operand + i, views + problem->operand[i].argument);
    for (int walk = 0; walk < 2; walk++) {
        int32_t kept_seen = 0, walked_seen = 0;
        for (int32_t d = 0; d < self->ndim; d++) {
            const int32_t out_dim = problem->op->family == EXPOPS_FAMILY_MAP || keepdim ? d : kept_seen;
            const int32_t weight_dim = walked_seen;
            kept_seen += !walked[d];
            walked_seen += walked[d];
            if (walked[d] != walk)
                continue;
            problem->shape[at] = self->shape[d];
            problem->operand[0].strides[at] =
                walk && problem->op->family == EXPOPS_FAMILY_REDUCE ? 0 : out_view->strides[out_dim];
            for (uint32_t i = 1; i < problem->num_operands; i++) {
                expops_problem_operand *operand = problem->operand + i;
                if (operand->kind != EXPOPS_OPERAND_INPUT)
                    continue;
                if (problem->op->parameters[operand->argument].walked)
                    operand->strides[at] = walk ? views[operand->argument].strides[weight_dim] : 0;
                else
                    operand->strides[at] = views[operand->argument].strides[d];
            }
            at++;
        }
        if (!walk)
            problem->row_dims = (uint32_t)self->ndim - at;
    }
    problem->rank = at;
}

/* Without a change of type nothing is computed, and every bit of a NaN arrives. */
static void move_as_bits(expops_problem *problem)
{
    for (uint32_t i = 0; i < problem->num_operands; i++)
        if (!expops_is_tensor(problem->operand + i) || problem->operand[i].dtype != problem->operand[0].dtype)
            return;
    problem->bits = expops_operand_bytes(problem->operand);
    problem->common = -1;
}

expops_status expops_problem_make(const expops_operator *op, const expops_device *device, const expops_value *args,
                                  const expops_tensor *out, expops_problem *problem)
{
    expops_view views[EXPOPS_MAX_PARAMETERS], out_view;
    uint8_t walked[EXPOPS_MAX_RANK];
    int keepdim = 0;
    expops_dtype out_dtype;
    EXPOPS_TRY(expops_problem_infer(op, args, problem, views, walked, &keepdim));
    EXPOPS_TRY(check_output(op, problem, out, &out_view, &out_dtype));
    problem->num_operands = problem->num_tensors = problem->num_numbers = 0;
    EXPOPS_TRY(add_tensor(problem, device, out, -1, 0, "out"));
    for (uint32_t i = 0; op->parameters[i].name; i++)
        EXPOPS_TRY(add_argument(problem, device, args, i));
    if (op->promotion == EXPOPS_PROMOTE_POSITION)
        add_position(problem);
    if (op->moves)
        move_as_bits(problem);
    problem->empty = expops_view_numel(&out_view) == 0;
    if (problem->empty)
        return EXPOPS_OK;
    if (op->family == EXPOPS_FAMILY_POINTWISE)
        lay_out_pointwise(problem, &out_view, views);
    else
        lay_out_rows(problem, &out_view, views, walked, keepdim);
    expops_problem_collapse(problem, op->family == EXPOPS_FAMILY_POINTWISE ? 0 : 1);
    return EXPOPS_OK;
}
