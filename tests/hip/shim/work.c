/* Memory, streams, events, modules, graphs: the same functions under CUDA's names. */
#include "shim.h"

/* HIP's function, CUDA's row in the table, the parameters as declared and as passed. */
#define FORWARD(name, field, declared, passed) \
    EXPORTED cuhip_result name declared; \
    cuhip_result name declared \
    { \
        const cuhip_result entered = shim_enter(); \
        return entered ? entered : shim_cuda()->field passed; \
    }

FORWARD(hipMalloc, allocate, (cuhip_address * out, size_t bytes), (out, bytes))
FORWARD(hipFree, release, (cuhip_address memory), (memory))
FORWARD(hipMemcpyHtoDAsync, copy_to_device, (cuhip_address to, void *from, size_t bytes, cuhip_stream stream),
        (to, from, bytes, stream))
FORWARD(hipMemcpyDtoHAsync, copy_to_host, (void *to, cuhip_address from, size_t bytes, cuhip_stream stream),
        (to, from, bytes, stream))
FORWARD(hipMemcpyDtoDAsync, copy_on_device, (cuhip_address to, cuhip_address from, size_t bytes, cuhip_stream stream),
        (to, from, bytes, stream))
FORWARD(hipStreamCreateWithFlags, stream_create, (cuhip_stream * out, unsigned flags), (out, flags))
FORWARD(hipStreamDestroy, stream_destroy, (cuhip_stream stream), (stream))
FORWARD(hipStreamSynchronize, stream_synchronize, (cuhip_stream stream), (stream))
FORWARD(hipStreamIsCapturing, stream_capturing, (cuhip_stream stream, unsigned *out), (stream, out))
FORWARD(hipThreadExchangeStreamCaptureMode, capture_mode, (unsigned *mode), (mode))
FORWARD(hipStreamBeginCapture, begin_capture, (cuhip_stream stream, unsigned mode), (stream, mode))
FORWARD(hipStreamEndCapture, end_capture, (cuhip_stream stream, void **out), (stream, out))
FORWARD(hipGraphInstantiate, instantiate, (void **out, void *graph, void **node, char *log, size_t bytes),
        (out, graph, 0))
FORWARD(hipGraphLaunch, graph_launch, (void *exec, cuhip_stream stream), (exec, stream))
FORWARD(hipGraphExecDestroy, exec_destroy, (void *exec), (exec))
FORWARD(hipGraphDestroy, graph_destroy, (void *graph), (graph))
FORWARD(hipEventCreateWithFlags, event_create, (cuhip_event * out, unsigned flags), (out, flags))
FORWARD(hipEventDestroy, event_destroy, (cuhip_event event), (event))
FORWARD(hipEventRecord, event_record, (cuhip_event event, cuhip_stream stream), (event, stream))
FORWARD(hipEventSynchronize, event_synchronize, (cuhip_event event), (event))
FORWARD(hipEventElapsedTime, event_elapsed, (float *out, cuhip_event start, cuhip_event stop), (out, start, stop))
FORWARD(hipModuleLoadData, module_load, (cuhip_module * out, const void *image), (out, image))
FORWARD(hipModuleUnload, module_unload, (cuhip_module module), (module))
FORWARD(hipModuleGetFunction, module_function, (cuhip_function * out, cuhip_module module, const char *name),
        (out, module, name))
FORWARD(hipModuleLaunchKernel, launch,
        (cuhip_function function, unsigned gx, unsigned gy, unsigned gz, unsigned bx, unsigned by, unsigned bz,
         unsigned local, cuhip_stream stream, void **arguments, void **extra),
        (function, gx, gy, gz, bx, by, bz, local, stream, arguments, extra))
#if SHIM_HIP >= 6
FORWARD(hipMallocAsync, allocate_async, (cuhip_address * out, size_t bytes, cuhip_stream stream), (out, bytes, stream))
FORWARD(hipFreeAsync, release_async, (cuhip_address memory, cuhip_stream stream), (memory, stream))
#endif
