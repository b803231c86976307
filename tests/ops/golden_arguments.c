/* From Python's call to ours: JSON values become the arguments of an operator's parameters. */
#include "golden_file.h"

#include <math.h>
#include <string.h>

/* Any one of the values bool, int, float, non-finite float and complex. Returns 0 for anything else. */
int golden_number(struct json_object *json, double parts[2], expops_value *out_value)
{
    struct json_object *inner = NULL;
    double real[2];
    switch (json_object_get_type(json)) {
    case json_type_boolean:
        *out_value = expops_bool(json_object_get_boolean(json));
        return 1;
    case json_type_int:
        *out_value = expops_int(json_object_get_int64(json));
        return 1;
    case json_type_double:
        *out_value = expops_real(json_object_get_double(json));
        return 1;
    case json_type_object:
        break;
    default:
        return 0;
    }
    if (json_object_object_get_ex(json, "f", &inner)) {
        const char *word = json_object_get_string(inner);
        *out_value = expops_real(strcmp(word, "nan") == 0 ? (double)NAN : word[0] == '-' ? -INFINITY : INFINITY);
        return 1;
    }
    if (!json_object_object_get_ex(json, "c", &inner))
        return 0;
    for (size_t i = 0; i < 2; i++)
        real[i] = json_object_is_type(json_object_array_get_idx(inner, i), json_type_object)
                      ? golden_number(json_object_array_get_idx(inner, i), parts, out_value) ? out_value->as.real : 0
                      : json_object_get_double(json_object_array_get_idx(inner, i));
    memcpy(parts, real, sizeof(real));
    *out_value = expops_complex(parts);
    return 1;
}

static int make_array(const test_golden *golden, test_call *call, size_t index, struct json_object *json)
{
    golden_tensor tensor;
    test_array *array = &call->arrays[index];
    if (!golden_tensor_of(golden, json, &tensor))
        return 0;
    if (!test_array_view(array, call->device, tensor.dtype, tensor.ndim, tensor.shape, tensor.strides, 0,
                         tensor.stored))
        return 0;
    const size_t size = expops_dtype_bytes(tensor.dtype);
    for (int64_t i = 0; i < tensor.stored; i++)
        test_array_set(array, i, test_load(tensor.dtype, golden->data + tensor.offset + (size_t)i * size));
    return 1;
}

static int tensor_argument(const test_golden *golden, test_call *call, size_t index, struct json_object *json)
{
    if (!make_array(golden, call, index, json))
        return 0;
    call->args[index] = expops_tensor_value(&call->arrays[index].tensor);
    return 1;
}

/* One list a call. */
static int list_argument(const test_golden *golden, test_call *call, size_t index, struct json_object *json)
{
    const size_t count = json_object_is_type(json, json_type_array) ? json_object_array_length(json) : 0;
    if (count > TEST_ITEMS)
        return 0;
    for (size_t i = 0; i < count; i++)
        if (!make_array(golden, call, call->num_args + i, json_object_array_get_idx(json, i)))
            return 0;
    test_call_list(call, index, (uint32_t)count);
    return 1;
}

static int choice_argument(test_call *call, size_t index, struct json_object *json)
{
    const char *const *choices = call->op->parameters[index].choices;
    for (int i = 0; choices[i]; i++)
        if (strcmp(choices[i], json_object_get_string(json)) == 0) {
            call->args[index] = expops_choice(i);
            return 1;
        }
    return 0;
}

static int ints_argument(test_call *call, size_t index, struct json_object *json)
{
    int64_t integers[EXPOPS_MAX_RANK];
    if (json_object_is_type(json, json_type_int)) { /* Python takes dim=1 for dim=[1] */
        integers[0] = json_object_get_int64(json);
        test_call_ints(call, index, integers, 1);
        return 1;
    }
    if (!json_object_is_type(json, json_type_array) || json_object_array_length(json) > EXPOPS_MAX_RANK)
        return 0;
    const size_t count = json_object_array_length(json);
    for (size_t i = 0; i < count; i++)
        integers[i] = json_object_get_int64(json_object_array_get_idx(json, i));
    test_call_ints(call, index, integers, (uint32_t)count);
    return 1;
}

static int dtype_argument(test_call *call, size_t index, struct json_object *json)
{
    struct json_object *name = NULL;
    expops_dtype dtype;
    if (!json_object_object_get_ex(json, "d", &name) ||
        expops_dtype_parse(json_object_get_string(name), &dtype) != EXPOPS_OK)
        return 0;
    call->args[index] = expops_int((int64_t)dtype);
    return 1;
}

int golden_argument(const test_golden *golden, test_call *call, size_t index, struct json_object *json)
{
    golden_tensor tensor;
    const uint32_t kind = call->op->parameters[index].kind;
    call->args[index] = expops_none();
    if (!json)
        return call->op->parameters[index].optional != 0;
    switch (kind) {
    case EXPOPS_PARAMETER_TENSOR:
        return tensor_argument(golden, call, index, json);
    case EXPOPS_PARAMETER_TENSORS:
        return list_argument(golden, call, index, json);
    case EXPOPS_PARAMETER_CHOICE:
        return choice_argument(call, index, json);
    case EXPOPS_PARAMETER_INTS:
        return ints_argument(call, index, json);
    case EXPOPS_PARAMETER_DTYPE:
        return dtype_argument(call, index, json);
    default:
        if (golden_tensor_of(golden, json, &tensor))
            return kind == EXPOPS_PARAMETER_OPERAND && tensor_argument(golden, call, index, json);
        return golden_number(json, call->complexes[index], &call->args[index]);
    }
}

int golden_arguments(const test_golden *golden, struct json_object *json, test_call *call)
{
    struct json_object *input = NULL, *args = NULL, *kwargs = NULL, *by_name[EXPOPS_MAX_PARAMETERS] = { NULL };
    json_object_object_get_ex(json, "input", &input);
    json_object_object_get_ex(json, "args", &args);
    json_object_object_get_ex(json, "kwargs", &kwargs);
    const size_t num_args = json_object_array_length(args);
    if (num_args + 1 > call->num_args)
        return test_report(call, "the case has %zu arguments, the operator %zu parameters", num_args + 1,
                           call->num_args);
    by_name[0] = input;
    for (size_t i = 0; i < num_args; i++)
        by_name[i + 1] = json_object_array_get_idx(args, i);
    json_object_object_foreach(kwargs, key, value)
    {
        size_t i = 0;
        while (i < call->num_args && strcmp(call->op->parameters[i].name, key) != 0)
            i++;
        if (i == call->num_args)
            return test_report(call, "the case has the argument %s, which the operator lacks", key);
        by_name[i] = value;
    }
    for (size_t i = 0; i < call->num_args; i++)
        if (!golden_argument(golden, call, i, by_name[i]))
            return test_report(call, "the case's value %s cannot be passed as %s",
                               by_name[i] ? json_object_to_json_string(by_name[i]) : "(absent)",
                               call->op->parameters[i].name);
    return 0;
}
