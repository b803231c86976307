/* A libamdhip64 over CUDA's driver, so that the HIP plugin as it is built for AMD runs on an NVIDIA GPU: its host code at real
 * sizes, with a driver that is really asynchronous. Kernels are compiled by NVRTC, after their AMD words were given a meaning.
 * The device calls itself gfx1030: waves of 32, as here.
 *
 *   EXPOPS_TEST_SHIM_NVRTC    the compiler's library; default libnvrtc.so.13, .12, as the linker finds them
 *   EXPOPS_TEST_SHIM_TARGET   compile for this ("sm_90") rather than for the device that there is */
#ifndef HIP_SHIM_H
#define HIP_SHIM_H

#include "cuda_api.h"

#define EXPORTED __attribute__((visibility("default")))

/* CUDA's driver, by the names that the plugins' own tables have. */
typedef struct shim_driver {
#define CUHIP_ROW(need, field, symbol, parameters) cuhip_result(*field) parameters;
#include "cuda_symbols.inc"
#undef CUHIP_ROW
    cuhip_result (*begin_capture)(cuhip_stream stream, unsigned mode);
    cuhip_result (*end_capture)(cuhip_stream stream, void **out_graph);
    cuhip_result (*instantiate)(void **out_exec, void *graph, unsigned long long flags);
    cuhip_result (*graph_launch)(void *exec, cuhip_stream stream);
    cuhip_result (*exec_destroy)(void *exec);
    cuhip_result (*graph_destroy)(void *graph);
} shim_driver;

/* Results are numbered alike on both sides, as far as they are used. */
enum { SHIM_OK = 0, SHIM_INVALID_VALUE = 1, SHIM_NO_DEVICE = 100, SHIM_INVALID_DEVICE = 101 };

/* NULL where there is no NVIDIA driver. */
const shim_driver *shim_cuda(void);
/* Makes the thread's device current. */
cuhip_result shim_enter(void);

#endif
