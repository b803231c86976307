/* Version numbers and the two macros every public header uses. */
#ifndef EXPOPS_CONFIG_H
#define EXPOPS_CONFIG_H

#define EXPOPS_VERSION_MAJOR 0
#define EXPOPS_VERSION_MINOR 1
#define EXPOPS_VERSION_PATCH 0
#define EXPOPS_VERSION "0.1.0"

/* Number in the name of the shared library; changes when a call built against an older header would break. */
#define EXPOPS_ABI 0

/* Tensors of more dimensions are refused with EXPOPS_ERR_SHAPE. */
#define EXPOPS_MAX_RANK 16

#if defined(__GNUC__)
#define EXPOPS_API __attribute__((visibility("default")))
#else
#define EXPOPS_API
#endif

#ifdef __cplusplus
#define EXPOPS_BEGIN extern "C" {
#define EXPOPS_END }
#else
#define EXPOPS_BEGIN
#define EXPOPS_END
#endif

#endif
