/* The compiler's half of fake_driver.h. Machine code is the text "code", the text form "text". */
#include "fake_driver.h"

#include <stdio.h>
#include <string.h>

static int program;

static cuhip_rtc_result fake_version(int *out_major, int *out_minor)
{
    *out_major = fake.compiler_major;
    *out_minor = 4;
    return 0;
}

static const char *fake_error_text(cuhip_rtc_result result)
{
    return result == 6 ? "ERROR_COMPILATION" : "OTHER";
}

#if defined(CUDA_NAMES_H)
#define CONST_ARRAY const
#else
#define CONST_ARRAY
#endif

static cuhip_rtc_result fake_create(cuhip_program *out, const char *text, const char *name, int num_headers,
                                    const char *CONST_ARRAY *headers, const char *CONST_ARRAY *header_names)
{
    (void)text, (void)name, (void)num_headers, (void)headers, (void)header_names;
    *out = (cuhip_program)&program;
    fake.live++;
    return 0;
}

static cuhip_rtc_result fake_destroy(cuhip_program *destroyed)
{
    *destroyed = NULL;
    fake.live--;
    return 0;
}

static cuhip_rtc_result fake_compile(cuhip_program compiled, int num_options, const char *CONST_ARRAY *options)
{
    (void)compiled;
    fake.num_options = num_options;
    for (int i = 0; i < num_options && i < FAKE_MAX_OPTIONS; i++)
        snprintf(fake.options[i], sizeof fake.options[i], "%s", options[i]);
    return fake.compile_result;
}

static const char log_text[] = "line 3: no such word";

static cuhip_rtc_result fake_log_bytes(cuhip_program of, size_t *out)
{
    (void)of;
    *out = sizeof log_text;
    return 0;
}

static cuhip_rtc_result fake_log(cuhip_program of, char *out)
{
    (void)of;
    memcpy(out, log_text, sizeof log_text);
    return 0;
}

static cuhip_rtc_result fake_code_bytes(cuhip_program of, size_t *out)
{
    (void)of;
    *out = 5;
    return 0;
}

static cuhip_rtc_result fake_code(cuhip_program of, char *out)
{
    (void)of;
    memcpy(out, "code", 5);
    return 0;
}

#if defined(CUDA_NAMES_H)
#define fake_text_bytes fake_code_bytes

static cuhip_rtc_result fake_text(cuhip_program of, char *out)
{
    (void)of;
    memcpy(out, "text", 5);
    return 0;
}

static cuhip_rtc_result fake_num_targets(int *out)
{
    for (*out = 0; *out < FAKE_MAX_TARGETS && fake.targets[*out]; ++*out)
        ;
    return 0;
}

static cuhip_rtc_result fake_targets(int *out)
{
    for (int i = 0; i < FAKE_MAX_TARGETS && fake.targets[i]; i++)
        out[i] = fake.targets[i];
    return 0;
}
#else
static unsigned int fake_isa_count(size_t *out)
{
    *out = 2;
    return 0;
}

static unsigned int fake_isa_name(size_t index, const char **out)
{
    *out = index == 0 ? "amdgcn-amd-amdhsa--gfx90a" : "amdgcn-amd-amdhsa--gfx942";
    return 0;
}
#endif

void *fake_compiler_symbol(const char *name);
void *fake_compiler_symbol(const char *name)
{
#define CUHIP_RTC_ROW(need, field, symbol, result, parameters) \
    if (strcmp(name, #symbol) == 0) \
        return (void *)fake_##field;
#include CUHIP_RTC_SYMBOLS
#undef CUHIP_RTC_ROW
#if !defined(CUDA_NAMES_H)
    if (strcmp(name, "amd_comgr_get_isa_count") == 0)
        return (void *)fake_isa_count;
    if (strcmp(name, "amd_comgr_get_isa_name") == 0)
        return (void *)fake_isa_name;
#endif
    return NULL;
}
