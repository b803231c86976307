/* Text to machine code. */
#include "cuhip.h"

#include <stdio.h>
#include <stdlib.h>

/* Reports a text that does not compile, with the compiler's log. */
static int32_t fail(const cuhip_rtc *rtc, cuhip_program program, cuhip_rtc_result result, const expops_source *source)
{
    size_t bytes = 0;
    char *log = NULL;
    if (program && rtc->log_bytes(program, &bytes) == 0 && bytes > 1 && (log = calloc(1, bytes + 1)))
        (void)rtc->log(program, log);
    cuhip_host->error("compiling %s for %s with %s: %s%s%s", source->name, source->target, rtc->identity,
                      rtc->error_text(result), log ? "\n" : "", log ? log : "");
    free(log);
    return EXPOPS_ERR_COMPILE;
}

static int32_t take_code(const cuhip_rtc *rtc, cuhip_program program, const cuhip_options *options,
                         const expops_source *source, expops_image *out_image)
{
    const cuhip_image_functions get = CUHIP_IMAGE_FUNCTIONS(rtc, options->want_text);
    size_t bytes = 0;
    cuhip_rtc_result result = get.bytes(program, &bytes);
    if (result != 0 || bytes == 0)
        return fail(rtc, program, result, source);
    char *data = malloc(bytes);
    if (!data) {
        cuhip_host->error("compiling %s: the host has no memory for %zu bytes of machine code", source->name, bytes);
        return EXPOPS_ERR_OUT_OF_MEMORY;
    }
    result = get.data(program, data);
    if (result != 0) {
        free(data);
        return fail(rtc, program, result, source);
    }
    out_image->data = data;
    out_image->bytes = bytes;
    return EXPOPS_OK;
}

static int32_t build(const cuhip_rtc *rtc, const cuhip_options *options, const expops_source *source,
                     expops_image *out_image)
{
    cuhip_program program = NULL;
    cuhip_rtc_result result = rtc->create(&program, source->text, source->name, 0, NULL, NULL);
    if (result != 0)
        return fail(rtc, NULL, result, source);
    result = rtc->compile(program, options->count, CUHIP_OPTION_LIST(options));
    const int32_t status =
        result == 0 ? take_code(rtc, program, options, source, out_image) : fail(rtc, program, result, source);
    (void)rtc->destroy(&program);
    return status;
}

int32_t cuhip_compile(expops_backend_device *device, const expops_source *source, expops_image *out_image)
{
    cuhip_trail trail = { .used = 0 };
    cuhip_options options = { .count = 0 };
    out_image->data = NULL;
    out_image->bytes = 0;
    const cuhip_rtc *rtc = cuhip_compiler(&trail);
    if (!rtc) {
        cuhip_host->error("compiling %s: %s not found: %s. Looked at: %s", source->name, CUHIP_RTC_NAME,
                          CUHIP_RTC_ADVICE, trail.text);
        return EXPOPS_ERR_UNAVAILABLE;
    }
    if (CUHIP_RTC_SERIAL)
        cuhip_lock(CUHIP_LOCK_COMPILING);
    int32_t status = cuhip_vendor_options(rtc, device, source, &options);
    if (status == EXPOPS_OK)
        status = build(rtc, &options, source, out_image);
    if (CUHIP_RTC_SERIAL)
        cuhip_unlock(CUHIP_LOCK_COMPILING);
    return status;
}

void cuhip_release_image(expops_image *image)
{
    free(image->data);
    image->data = NULL;
    image->bytes = 0;
}
