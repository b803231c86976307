/* What a hostile or careless caller does to a valid call. */
#include "fuzz.h"

#include <string.h>

static expops_dl_dtype wild_dtype(fuzz_stream *stream)
{
    static const uint8_t bits[] = { 0, 1, 4, 8, 16, 32, 64, 128, 255 };
    const expops_dl_dtype dtype = { .code = (uint8_t)fuzz_below(stream, 9),
                                    .bits = bits[fuzz_below(stream, sizeof bits)],
                                    .lanes = (uint16_t)(fuzz_chance(stream, 30) ? fuzz_integer(stream) : 1) };
    return dtype;
}

void fuzz_spoil_tensor(fuzz_stream *stream, fuzz_tensor *tensor)
{
    const uint64_t at = fuzz_below(stream, tensor->ndim > 0 && tensor->ndim <= FUZZ_RANK ? (uint64_t)tensor->ndim : 1);
    switch (fuzz_below(stream, 14)) {
    case 0:
    case 1:
    case 2:
        tensor->shape[at] = fuzz_integer(stream);
        break;
    case 3:
    case 4:
    case 5:
        tensor->strides[at] = fuzz_integer(stream);
        tensor->compact = 0;
        break;
    case 6:
        tensor->ndim = (int32_t)(fuzz_chance(stream, 50) ? fuzz_integer(stream) : (int64_t)tensor->ndim + 1);
        break;
    case 7:
        tensor->no_shape = 1;
        break;
    case 8:
        tensor->no_data = 1;
        break;
    case 9:
        tensor->compact = !tensor->compact;
        break;
    case 10:
        tensor->offset = (uint64_t)fuzz_integer(stream);
        break;
    case 11:
        tensor->dtype = wild_dtype(stream);
        break;
    case 12:
        tensor->device.device_type = (int32_t)fuzz_below(stream, 16);
        break;
    default: /* many huge ones, as broadcasting meets them */
        for (int32_t i = 0; i < FUZZ_RANK; i++)
            tensor->shape[i] = fuzz_chance(stream, 50) ? INT64_C(1) << fuzz_below(stream, 63) : tensor->shape[i];
        break;
    }
}

static void spoil_value(fuzz_stream *stream, fuzz_value *value)
{
    const uint32_t given = value->value.kind;
    switch (fuzz_below(stream, 6)) {
    case 0:
        value->value.kind = (uint32_t)fuzz_below(stream, 10); /* two more than there are */
        break;
    case 1:
        value->value.count = (uint32_t)fuzz_below(stream, FUZZ_LIST + 1);
        break;
    case 2:
        value->is_null = 1;
        break;
    case 3:
        if (given != EXPOPS_VALUE_REAL)
            value->value.as.integer = fuzz_integer(stream);
        else
            value->value.as.real = fuzz_real(stream);
        break;
    case 4:
        value->integers[fuzz_below(stream, FUZZ_LIST)] = fuzz_integer(stream);
        break;
    default:
        value->value = expops_none();
        break;
    }
    if (value->value.kind == EXPOPS_VALUE_INTS && given != EXPOPS_VALUE_INTS)
        value->value.count = (uint32_t)fuzz_below(stream, 4);
}

static void spoil_once(fuzz_stream *stream, fuzz_call *call)
{
    fuzz_value *value = call->args + fuzz_below(stream, call->num_args ? call->num_args : 1);
    if (fuzz_chance(stream, 3))
        call->num_args = (size_t)fuzz_below(stream, FUZZ_ARGUMENTS + 1);
    else if (value->value.kind == EXPOPS_VALUE_TENSOR && fuzz_chance(stream, 85))
        fuzz_spoil_tensor(stream, &value->tensor);
    else if (value->value.kind == EXPOPS_VALUE_TENSORS && fuzz_chance(stream, 85))
        fuzz_spoil_tensor(stream, call->items + fuzz_below(stream, value->value.count ? value->value.count : 1));
    else
        spoil_value(stream, value);
}

void fuzz_spoil(fuzz_stream *stream, fuzz_call *call)
{
    const uint64_t times = 1 + fuzz_below(stream, 3);
    for (uint64_t i = 0; i < times; i++)
        spoil_once(stream, call);
}
