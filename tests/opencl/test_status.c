/* A plugin does not include status.h and tensor.h: the values it shares with them must still be the
 * same. */
#include "../../backends/opencl/ocl.h"
#include "expops/status.h"
#include "expops/tensor.h"

_Static_assert(OCL_OK == (int)EXPOPS_OK, "");
_Static_assert(OCL_ERR_DEVICE == (int)EXPOPS_ERR_DEVICE, "");
_Static_assert(OCL_ERR_UNSUPPORTED == (int)EXPOPS_ERR_UNSUPPORTED, "");
_Static_assert(OCL_ERR_UNAVAILABLE == (int)EXPOPS_ERR_UNAVAILABLE, "");
_Static_assert(OCL_ERR_OUT_OF_MEMORY == (int)EXPOPS_ERR_OUT_OF_MEMORY, "");
_Static_assert(OCL_ERR_BACKEND == (int)EXPOPS_ERR_BACKEND, "");
_Static_assert(OCL_ERR_COMPILE == (int)EXPOPS_ERR_COMPILE, "");
_Static_assert(OCL_DL_OPENCL == (int)EXPOPS_DL_OPENCL, "");
_Static_assert(OCL_DL_EXT == (int)EXPOPS_DL_EXT, "");
