/* A small host for the OpenCL plugin: loads it without the library's core and keeps what it
 * reports. */
#ifndef EXPOPS_TEST_OPENCL_FIXTURE_H
#define EXPOPS_TEST_OPENCL_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#define CL_TARGET_OPENCL_VERSION 300
#define CL_USE_DEPRECATED_OPENCL_1_2_APIS
#include <CL/cl.h>
#include "expops/backend.h"
#include "expops/status.h"

enum { EXIT_SKIP = 77, EXIT_BROKEN = 1 };

typedef struct fixture {
    const expops_backend_api *api;
    expops_backend_device *device;
    expops_device_info info;
    uint32_t num_devices;
    int quick;     /* fewer values, for a device that is simulated */
    void *library; /* libOpenCL, for what the tests do themselves */
} fixture;

extern fixture fix;
extern expops_host_api host; /* tests may replace open_library and library_symbol before the first probe */

/* What the plugin reported last. */
const char *last_error(void);
uint32_t last_cause(void);
const char *last_cause_text(void);
void forget_reports(void);

/* Loads the plugin at `path`; NULL and a line on standard error where it cannot. */
expops_backend_query_fn plugin_load(const char *path);
/* Loads the plugin named by argv[1], probes and opens the first device. Returns 0, EXIT_SKIP (no
 * OpenCL here: says why) or EXIT_BROKEN. argv[2] "quick" sets fix.quick. */
int fixture_open(int argc, char **argv);
void fixture_close(void);
/* A function of libOpenCL. */
#define CL(name) ((__typeof__(name) *)cl_symbol(#name))
void *cl_symbol(const char *name);

/* Compiles defines + the device's prelude + text, and loads the image. */
expops_backend_kernel *kernel_of(const char *defines, const char *text);
expops_pointer buffer_of(void *stream, const void *data, uint64_t bytes); /* data may be NULL */
void buffer_read(void *stream, const expops_pointer *buffer, void *data, uint64_t bytes);
void buffer_free(const expops_pointer *buffer);
/* Launches with one dimension and succeeds or fails the test. */
void launch_line(expops_backend_kernel *kernel, void *stream, const expops_pointer *tensors, uint32_t num_tensors,
                 const void *params, uint32_t params_bytes, uint32_t groups, uint32_t group);

#endif
