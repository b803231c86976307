/* Everything a caller needs. */
#ifndef EXPOPS_EXPOPS_H
#define EXPOPS_EXPOPS_H

#include "expops/config.h"
#include "expops/status.h"
#include "expops/dtype.h"
#include "expops/tensor.h"
#include "expops/device.h"
#include "expops/op.h"
#include "expops/array.h"
#include "expops/cache.h"
#include "expops/ops.h"

#endif
