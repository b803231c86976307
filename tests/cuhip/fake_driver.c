#include "fake_driver.h"

#include <stdio.h>
#include <string.h>

enum { FAKE_RESULT_NO_CONTEXT = 201, FAKE_MAX_COUNTED = 64 };

fake_driver fake;
int fake_is_old;

static struct {
    const char *symbol;
    int calls;
} counted[FAKE_MAX_COUNTED];

static void count(const char *symbol)
{
    for (int i = 0; i < FAKE_MAX_COUNTED; i++) {
        if (counted[i].symbol && strcmp(counted[i].symbol, symbol) != 0)
            continue;
        counted[i].symbol = symbol;
        counted[i].calls++;
        return;
    }
}

int fake_calls(const char *symbol)
{
    for (int i = 0; i < FAKE_MAX_COUNTED && counted[i].symbol; i++)
        if (strcmp(counted[i].symbol, symbol) == 0)
            return counted[i].calls;
    return 0;
}

/* Every function begins with one of these: the result it must give. */
static cuhip_result begin(const char *symbol)
{
    count(symbol);
    return fake.failing && strcmp(fake.failing, symbol) == 0 ? fake.failing_result : 0;
}

static cuhip_result begin_current(const char *symbol)
{
    const cuhip_result result = begin(symbol);
    return result == 0 && fake.current == FAKE_NOTHING_CURRENT ? FAKE_RESULT_NO_CONTEXT : result;
}

#define BEGIN(begin_, symbol) \
    do { \
        const cuhip_result result_ = begin_(symbol); \
        if (result_ != 0) \
            return result_; \
    } while (0)

/* Names of the symbols, by the names the plugin's code has for them. */
static const struct {
#define CUHIP_ROW(need, field, symbol, parameters) const char *field;
#include CUHIP_SYMBOLS
#undef CUHIP_ROW
} names = {
#define CUHIP_ROW(need, field, symbol, parameters) .field = #symbol,
#include CUHIP_SYMBOLS
#undef CUHIP_ROW
};

static cuhip_result fake_init(unsigned int flags)
{
    (void)flags;
    return begin(names.init);
}

static cuhip_result fake_driver_version(int *out)
{
    BEGIN(begin, names.driver_version);
    *out = fake.version;
    return 0;
}

static cuhip_result fake_device_count(int *out)
{
    BEGIN(begin, names.device_count);
    *out = fake.num_devices;
    return 0;
}

static cuhip_result fake_device_get(int *out, int ordinal)
{
    BEGIN(begin, names.device_get);
    if (ordinal < 0 || ordinal >= fake.num_devices)
        return 101;
    *out = ordinal;
    return 0;
}

static cuhip_result fake_device_name(char *out, int room, int device)
{
    BEGIN(begin, names.device_name);
    snprintf(out, (size_t)room, "Fake %d", device);
    return 0;
}

static cuhip_result fake_device_memory(size_t *out, int device)
{
    BEGIN(begin, names.device_memory);
    *out = (size_t)(device + 1) << 30;
    return 0;
}

static cuhip_result fake_allocate(cuhip_address *out, size_t bytes)
{
    BEGIN(begin_current, names.allocate);
    *out = CUHIP_ADDRESS((char *)0x1000 + bytes);
    fake.live++;
    return 0;
}

static cuhip_result fake_release(cuhip_address address)
{
    BEGIN(begin_current, names.release);
    (void)address;
    fake.live--;
    return 0;
}

static cuhip_result fake_allocate_async(cuhip_address *out, size_t bytes, cuhip_stream stream)
{
    BEGIN(begin_current, names.allocate_async);
    *out = CUHIP_ADDRESS((char *)0x2000 + bytes);
    fake.stream = stream;
    fake.live++;
    return 0;
}

#if defined(CUDA_NAMES_H)
static cuhip_result fake_pool_create(cuda_pool *out, const struct CUmemPoolProps_st *properties)
{
    BEGIN(begin, names.pool_create);
    fake.pool_device = ((const int *)properties)[3];
    *out = (cuda_pool)0x500;
    fake.live++;
    return 0;
}

static cuhip_result fake_pool_destroy(cuda_pool pool)
{
    BEGIN(begin, names.pool_destroy);
    (void)pool;
    fake.live--;
    return 0;
}

static cuhip_result fake_pool_set(cuda_pool pool, unsigned int attribute, void *value)
{
    BEGIN(begin, names.pool_set);
    (void)pool;
    (void)attribute;
    fake.pool_keeps = *(unsigned long long *)value;
    return 0;
}

static cuhip_result fake_allocate_from(cuhip_address *out, size_t bytes, cuda_pool pool, cuhip_stream stream)
{
    BEGIN(begin_current, names.allocate_from);
    (void)pool;
    *out = CUHIP_ADDRESS((char *)0x3000 + bytes);
    fake.stream = stream;
    fake.live++;
    return 0;
}
#endif

static cuhip_result fake_release_async(cuhip_address address, cuhip_stream stream)
{
    BEGIN(begin_current, names.release_async);
    (void)address;
    fake.stream = stream;
    fake.live--;
    return 0;
}

static cuhip_result note_copy(const char *symbol, size_t bytes, cuhip_stream stream)
{
    BEGIN(begin_current, symbol);
    snprintf(fake.copied, sizeof fake.copied, "%s %zu", symbol, bytes);
    fake.stream = stream;
    return 0;
}

#if defined(CUDA_NAMES_H)
static cuhip_result fake_copy_to_device(cuhip_address to, const void *from, size_t bytes, cuhip_stream stream)
#else
static cuhip_result fake_copy_to_device(cuhip_address to, void *from, size_t bytes, cuhip_stream stream)
#endif
{
    fake.argument_values[0] = (void *)(uintptr_t)to;
    fake.argument_values[1] = (void *)(uintptr_t)from;
    return note_copy(names.copy_to_device, bytes, stream);
}

static cuhip_result fake_copy_to_host(void *to, cuhip_address from, size_t bytes, cuhip_stream stream)
{
    fake.argument_values[0] = to;
    fake.argument_values[1] = (void *)(uintptr_t)from;
    return note_copy(names.copy_to_host, bytes, stream);
}

static cuhip_result fake_copy_on_device(cuhip_address to, cuhip_address from, size_t bytes, cuhip_stream stream)
{
    fake.argument_values[0] = (void *)(uintptr_t)to;
    fake.argument_values[1] = (void *)(uintptr_t)from;
    return note_copy(names.copy_on_device, bytes, stream);
}

static cuhip_result fake_stream_create(cuhip_stream *out, unsigned int flags)
{
    BEGIN(begin_current, names.stream_create);
    *out = (cuhip_stream)(uintptr_t)(0x100 + flags);
    fake.live++;
    return 0;
}

static cuhip_result fake_stream_destroy(cuhip_stream stream)
{
    BEGIN(begin_current, names.stream_destroy);
    (void)stream;
    fake.live--;
    return 0;
}

static cuhip_result fake_stream_synchronize(cuhip_stream stream)
{
    BEGIN(begin_current, names.stream_synchronize);
    fake.stream = stream;
    return 0;
}

static cuhip_result fake_stream_capturing(cuhip_stream stream, unsigned int *out)
{
    BEGIN(begin_current, names.stream_capturing);
    (void)stream;
    *out = fake.capture_state;
    return 0;
}

static cuhip_result fake_capture_mode(unsigned int *mode)
{
    BEGIN(begin_current, names.capture_mode);
    const unsigned int before = fake.capture_mode;
    fake.capture_mode = *mode;
    *mode = before;
    return 0;
}

static cuhip_result fake_event_create(cuhip_event *out, unsigned int flags)
{
    BEGIN(begin_current, names.event_create);
    *out = (cuhip_event)(uintptr_t)(0x200 + flags);
    fake.live++;
    return 0;
}

static cuhip_result fake_event_destroy(cuhip_event event)
{
    BEGIN(begin_current, names.event_destroy);
    (void)event;
    fake.live--;
    return 0;
}

static cuhip_result fake_event_record(cuhip_event event, cuhip_stream stream)
{
    BEGIN(begin_current, names.event_record);
    (void)event;
    fake.stream = stream;
    return 0;
}

static cuhip_result fake_event_synchronize(cuhip_event event)
{
    (void)event;
    return begin_current(names.event_synchronize);
}

static cuhip_result fake_event_elapsed(float *out_ms, cuhip_event start, cuhip_event stop)
{
    BEGIN(begin_current, names.event_elapsed);
    (void)start;
    (void)stop;
    *out_ms = 0.25f;
    return 0;
}

static cuhip_result fake_module_load(cuhip_module *out, const void *image)
{
    BEGIN(begin_current, names.module_load);
    *out = (cuhip_module)(uintptr_t)image;
    fake.live++;
    return 0;
}

static cuhip_result fake_module_unload(cuhip_module module)
{
    BEGIN(begin_current, names.module_unload);
    (void)module;
    fake.unloaded_in_mode = fake.capture_mode;
    fake.live--;
    return 0;
}

static cuhip_result fake_module_function(cuhip_function *out, cuhip_module module, const char *entry)
{
    BEGIN(begin_current, names.module_function);
    (void)module;
    *out = (cuhip_function)(uintptr_t)entry;
    return 0;
}

static cuhip_result fake_launch(cuhip_function function, unsigned int gx, unsigned int gy, unsigned int gz,
                                unsigned int bx, unsigned int by, unsigned int bz, unsigned int shared,
                                cuhip_stream stream, void **arguments, void **extra)
{
    BEGIN(begin_current, names.launch);
    (void)function;
    if (extra)
        return 1;
    fake.local_bytes = shared;
    for (int i = 0; i < 2; i++)
        fake.argument_values[i] = *(void **)arguments[i];
    fake.params = arguments[2];
    fake.stream = stream;
    memcpy(fake.grid, (unsigned int[]){ gx, gy, gz }, sizeof fake.grid);
    memcpy(fake.group, (unsigned int[]){ bx, by, bz }, sizeof fake.group);
    return 0;
}

static cuhip_result fake_device_attribute(int *out, unsigned int attribute, int device);

#if defined(CUDA_NAMES_H)
static cuda_context context_of(int ordinal)
{
    return ordinal == FAKE_NOTHING_CURRENT ? NULL : (cuda_context)(uintptr_t)(0x10000 + ordinal);
}

static int stack[8], depth;

static cuhip_result fake_error_name(cuhip_result result, const char **out)
{
    *out = result == 2 ? "CUDA_ERROR_OUT_OF_MEMORY" : "CUDA_ERROR_OTHER";
    return 0;
}

static cuhip_result fake_error_text(cuhip_result result, const char **out)
{
    *out = result == 2 ? "out of memory" : "other";
    return 0;
}

static cuhip_result fake_context_retain(cuda_context *out, int device)
{
    BEGIN(begin, names.context_retain);
    *out = context_of(device);
    fake.live++;
    return 0;
}

static cuhip_result fake_context_release(int device)
{
    BEGIN(begin, names.context_release);
    (void)device;
    fake.live--;
    return 0;
}

static cuhip_result fake_context_get(cuda_context *out)
{
    BEGIN(begin, names.context_get);
    *out = context_of(fake.current);
    return 0;
}

static cuhip_result fake_context_push(cuda_context context)
{
    BEGIN(begin, names.context_push);
    stack[depth++] = fake.current;
    fake.current = (int)((uintptr_t)context - 0x10000);
    return 0;
}

static cuhip_result fake_context_pop(cuda_context *out)
{
    BEGIN(begin, names.context_pop);
    if (depth == 0)
        return FAKE_RESULT_NO_CONTEXT;
    *out = context_of(fake.current);
    fake.current = stack[--depth];
    return 0;
}

static cuhip_result fake_function_load(cuhip_function function)
{
    (void)function;
    return begin_current(names.function_load);
}

static cuhip_result fake_function_set(cuhip_function function, unsigned int attribute, int value)
{
    BEGIN(begin_current, names.function_set);
    (void)function;
    fake.allowed_local_bytes = attribute == CUDA_FUNCTION_LAUNCH_LOCAL ? (unsigned int)value : 0;
    return 0;
}

static cuhip_result fake_launch_together(cuhip_function function, unsigned int gx, unsigned int gy, unsigned int gz,
                                         unsigned int bx, unsigned int by, unsigned int bz, unsigned int shared,
                                         cuhip_stream stream, void **arguments)
{
    BEGIN(begin_current, names.launch_together);
    fake.together = 1;
    return fake_launch(function, gx, gy, gz, bx, by, bz, shared, stream, arguments, NULL);
}

/* CUlaunchConfig and CUlaunchAttribute, as cuda.h has them. */
typedef struct fake_config {
    unsigned int gx, gy, gz, bx, by, bz, shared;
    cuhip_stream stream;
    struct {
        unsigned int id;
        char pad[4];
        int value;
        char rest[60];
    } * attributes;
    unsigned int num_attributes;
} fake_config;

static cuhip_result fake_launch_extended(const struct CUlaunchConfig_st *given, cuhip_function function,
                                         void **arguments, void **extra)
{
    const fake_config *how = (const fake_config *)given;
    BEGIN(begin_current, names.launch_extended);
    fake.early = how->num_attributes == 1 && how->attributes->id == CUDA_LAUNCH_EARLY && how->attributes->value == 1;
    return fake_launch(function, how->gx, how->gy, how->gz, how->bx, how->by, how->bz, how->shared, how->stream,
                       arguments, extra);
}

static cuhip_result fake_device_attribute(int *out, unsigned int attribute, int device)
{
    static const struct {
        unsigned int attribute;
        int value;
    } facts[] = {
        { CUDA_ATTRIBUTE_GROUP_ITEMS, 1024 },    { CUDA_ATTRIBUTE_LOCAL_BYTES, 49152 }, { CUDA_ATTRIBUTE_SUBGROUP, 32 },
        { CUDA_ATTRIBUTE_UNITS, 132 },           { CUDA_ATTRIBUTE_MAJOR, 9 },           { CUDA_ATTRIBUTE_MINOR, 0 },
        { CUDA_ATTRIBUTE_LAUNCH_LOCAL, 232448 }, { CUDA_ATTRIBUTE_TOGETHER, 1 }
    };
    BEGIN(begin, names.device_attribute);
    (void)device;
    if (attribute == CUDA_ATTRIBUTE_POOLS) {
        *out = fake.pools;
        return 0;
    }
    for (size_t i = 0; i < sizeof facts / sizeof facts[0]; i++)
        if (facts[i].attribute == attribute) {
            *out = facts[i].value;
            return 0;
        }
    return 1;
}
#else
static const char *fake_error_name(cuhip_result result)
{
    return result == 2 ? "hipErrorOutOfMemory" : "hipErrorOther";
}

static const char *fake_error_text(cuhip_result result)
{
    return result == 2 ? "out of memory" : "other";
}

static cuhip_result fake_current_get(int *out)
{
    BEGIN(begin, names.current_get);
    *out = fake.current == FAKE_NOTHING_CURRENT ? 0 : fake.current;
    return 0;
}

static cuhip_result fake_current_set(int ordinal)
{
    BEGIN(begin, names.current_set);
    fake.current = ordinal;
    return 0;
}

static cuhip_result fake_properties_6(void *properties, int ordinal)
{
    BEGIN(begin, "hipGetDevicePropertiesR0600");
    (void)ordinal;
    strcpy((char *)properties + HIP_PROPERTIES_ARCH_6, "gfx942:sramecc+:xnack-");
    return 0;
}

static cuhip_result fake_properties_5(struct hipDeviceProp_t *properties, int ordinal)
{
    BEGIN(begin, "hipGetDeviceProperties");
    (void)ordinal;
    strcpy((char *)properties + HIP_PROPERTIES_ARCH_5, "gfx90a:sramecc+:xnack-");
    return 0;
}

static cuhip_result fake_device_attribute(int *out, unsigned int attribute, int device)
{
    BEGIN(begin, names.device_attribute);
    (void)device;
    *out = attribute == HIP_ATTRIBUTE_GROUP_ITEMS   ? 1024
           : attribute == HIP_ATTRIBUTE_LOCAL_BYTES ? 65536
           : attribute == HIP_ATTRIBUTE_SUBGROUP    ? 64
           : attribute == HIP_ATTRIBUTE_UNITS       ? 304
                                                    : fake.pools;
    return 0;
}
#endif

void *fake_driver_symbol(const char *name);
void *fake_driver_symbol(const char *name)
{
#define CUHIP_ROW(need, field, symbol, parameters) \
    if (strcmp(name, #symbol) == 0) \
        return (void *)fake_##field;
#include CUHIP_SYMBOLS
#undef CUHIP_ROW
#if !defined(CUDA_NAMES_H)
#define HIP_ROW(need, field, symbol, result, parameters) \
    if (strcmp(name, #symbol) == 0) \
        return (void *)fake_##field;
#include "hip_extra_symbols.inc"
#undef HIP_ROW
#endif
    return NULL;
}

void *fake_compiler_symbol(const char *name);

static char driver_handle, compiler_handle, comgr_handle;

static void *fake_open_library(const char *name, int only_loaded, const char **out_message)
{
    static char message[256];
    const char *base = strrchr(name, '/') ? strrchr(name, '/') + 1 : name;
    *out_message = message;
    snprintf(message, sizeof message, "%s: no such file", name);
    if (strncmp(base, "libamd_comgr", 12) == 0)
        return &comgr_handle;
    if (only_loaded)
        return NULL;
    if (strncmp(base, CUHIP_RTC_STEM, strlen(CUHIP_RTC_STEM)) == 0)
        return fake.no_compiler ? NULL : &compiler_handle;
    if (strncmp(base, CUHIP_DRIVER_LIBRARY, strlen(CUHIP_DRIVER_LIBRARY)) == 0)
        return fake.no_driver ? NULL : &driver_handle;
    return NULL;
}

static void *fake_library_symbol(void *library, const char *name)
{
    if (fake.missing && strcmp(fake.missing, name) == 0)
        return NULL;
    return library == &driver_handle ? fake_driver_symbol(name) : fake_compiler_symbol(name);
}

void fake_reset(void)
{
    memset(counted, 0, sizeof counted);
    fake = (fake_driver){ .num_devices = 2,
                          .version = fake_is_old ? FAKE_OLD_VERSION : FAKE_VERSION,
                          .missing = fake_is_old ? FAKE_NEW_SYMBOL : NULL,
                          .pools = 1,
                          .current = FAKE_NOTHING_CURRENT,
                          .compiler_major = fake_is_old ? 11 : 12 };
    host_state.open_library = fake_open_library;
    host_state.library_symbol = fake_library_symbol;
    host_state.config = NULL;
    plugin_host_clear();
}
