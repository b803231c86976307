#include "expops/dtype.h"
#include <string.h>
#include "error.h"

static const struct row {
    const char *name;
    uint8_t bytes, code;
} rows[] = {
#define EXPOPS_DTYPE_ROW(NAME, name, bytes, code, compute) { #name, bytes, code },
#include "expops/dtype.inc"
#undef EXPOPS_DTYPE_ROW
};

static int known(expops_dtype dtype)
{
    return (unsigned)dtype < EXPOPS_DTYPE_COUNT;
}

size_t expops_dtype_bytes(expops_dtype dtype)
{
    return known(dtype) ? rows[dtype].bytes : 0;
}

const char *expops_dtype_name(expops_dtype dtype)
{
    return known(dtype) ? rows[dtype].name : "?";
}

static expops_status fail_no_room(const char *what)
{
    return expops_fail(EXPOPS_ERR_INVALID_ARGUMENT, "%s: out_dtype is NULL", what);
}

expops_status expops_dtype_parse(const char *name, expops_dtype *out_dtype)
{
    if (!out_dtype)
        return fail_no_room("expops_dtype_parse");
    /* a dozen names: nothing faster pays */
    for (unsigned i = 0; name && i < EXPOPS_DTYPE_COUNT; i++) {
        if (!strcmp(rows[i].name, name)) {
            *out_dtype = (expops_dtype)i;
            return EXPOPS_OK;
        }
    }
    return expops_fail(EXPOPS_ERR_DTYPE, "no element type is called \"%s\"", name ? name : "(null)");
}

expops_dl_dtype expops_dtype_to_dl(expops_dtype dtype)
{
    expops_dl_dtype dl = { 0, 0, 1 };
    if (known(dtype)) {
        dl.code = rows[dtype].code;
        dl.bits = (uint8_t)(rows[dtype].bytes * 8);
    }
    return dl;
}

/* Of several lanes an element would be a vector, which no type here is. */
expops_status expops_dtype_from_dl(expops_dl_dtype dl, expops_dtype *out_dtype)
{
    if (!out_dtype)
        return fail_no_room("expops_dtype_from_dl");
    for (unsigned i = 0; i < EXPOPS_DTYPE_COUNT && dl.lanes == 1; i++) {
        if (rows[i].code == dl.code && rows[i].bytes * 8 == dl.bits) {
            *out_dtype = (expops_dtype)i;
            return EXPOPS_OK;
        }
    }
    return expops_fail(EXPOPS_ERR_DTYPE, "no support for DLPack element type code %u, %u bits, %u lanes", dl.code,
                       dl.bits, dl.lanes);
}
