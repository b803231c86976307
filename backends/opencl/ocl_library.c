/* Opening the OpenCL loader library, and saying what its error codes mean. */
#include "ocl.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

const expops_host_api *ocl_host;
ocl_table ocl;

typedef struct symbol_row {
    const char *name;
    size_t offset;
    int required;
} symbol_row;

static const symbol_row symbols[] = {
#define OCL_REQUIRED(name) { #name, offsetof(ocl_table, name), 1 },
#define OCL_OPTIONAL(name) { #name, offsetof(ocl_table, name), 0 },
#include "ocl_symbols.inc"
#undef OCL_REQUIRED
#undef OCL_OPTIONAL
};

static int32_t report_missing(const char *message)
{
    static const char text[] =
        "libOpenCL.so.1 could not be opened (%s); install the OpenCL loader (ocl-icd-libopencl1) "
        "and a vendor's driver (pocl-opencl-icd runs on any CPU)";

    message = message ? message : "no message";
    ocl_host->cause(EXPOPS_CAUSE_DRIVER_MISSING, text, message);
    ocl_host->error(text, message);
    return EXPOPS_ERR_UNAVAILABLE;
}

static int32_t report_too_old(const char *symbol)
{
    static const char text[] = "libOpenCL.so.1 has no %s; install a loader for OpenCL 1.2 or newer";

    ocl_host->cause(EXPOPS_CAUSE_DRIVER_TOO_OLD, text, symbol);
    ocl_host->error(text, symbol);
    return EXPOPS_ERR_UNAVAILABLE;
}

int32_t ocl_library_open(void)
{
    static int opened; /* written last: the table counts when it is complete, also for a child of fork */
    const char *message = NULL;
    ocl_table table;
    void *library;

    if (opened)
        return EXPOPS_OK;
    library = ocl_host->open_library("libOpenCL.so.1", 0, &message);
    if (!library)
        return report_missing(message);
    for (size_t i = 0; i < sizeof(symbols) / sizeof(symbols[0]); i++) {
        void *address = ocl_host->library_symbol(library, symbols[i].name);

        if (!address && symbols[i].required)
            return report_too_old(symbols[i].name);
        memcpy((char *)&table + symbols[i].offset, &address, sizeof(address));
    }
    ocl = table;
    opened = 1;
    return EXPOPS_OK;
}

typedef struct code_row {
    cl_int code;
    int32_t status;
    const char *name, *advice;
} code_row;

static code_row describe(cl_int code)
{
    static const code_row rows[] = {
#define OCL_CODE(code, status, advice) { code, status, #code, advice },
#include "ocl_errors.inc"
#undef OCL_CODE
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (rows[i].code == code)
            return rows[i];
    return (code_row){ code, EXPOPS_ERR_BACKEND, "an OpenCL error",
                       "look the code up in CL/cl.h or the driver's manual" };
}

int32_t ocl_fail(cl_int code, const char *format, ...)
{
    const code_row row = describe(code);
    char what[512];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(what, sizeof(what), format, arguments);
    va_end(arguments);
    ocl_host->error("%s: %s (%d); %s", what, row.name, (int)code, row.advice);
    return row.status;
}
