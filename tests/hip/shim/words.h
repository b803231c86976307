/* What the AMD words of a kernel mean on an NVIDIA device; the shim puts this before every text. */
#pragma nv_diag_suppress 177, 1097, 550
#define __AMDGCN_WAVEFRONT_SIZE__ 32
#define amdgpu_flat_work_group_size(low, high) launch_bounds(high)
#define __builtin_amdgcn_workitem_id_x() (threadIdx.x)
#define __builtin_amdgcn_workgroup_id_x() (blockIdx.x)
#define __builtin_amdgcn_fence(order, scope) __threadfence_block()
#define __builtin_amdgcn_s_barrier() __syncthreads()
#define __builtin_amdgcn_mbcnt_lo(mask, base) (threadIdx.x & 31)
#define __builtin_amdgcn_ds_bpermute(address, value) __shfl_sync(0xffffffffu, (int)(value), (int)(address) >> 2)
#define __builtin_inff() __int_as_float(0x7f800000)
#define __builtin_nanf(text) __int_as_float(0x7fc00000)
#define __builtin_exp2f exp2f
#define __builtin_log2f log2f
#define __builtin_amdgcn_rcpf(x) (1.0f / (x))
#define __builtin_amdgcn_rsqf(x) rsqrtf(x)
#define __builtin_amdgcn_sqrtf(x) sqrtf(x)

/* The compiler's own functions. A prelude gives their plain names to these, so that they have names of their own here. */
#define SHIM_FUNCTIONS(name, parameters, arguments) \
    static __device__ __forceinline__ float shim_##name##f parameters(float) \
    { \
        return name##f arguments; \
    } \
    static __device__ __forceinline__ double shim_##name parameters(double) \
    { \
        return name arguments; \
    }
#define SHIM_ONE(T) (T x)
#define SHIM_TWO(T) (T x, T y)
#define SHIM_THREE(T) (T x, T y, T z)
SHIM_FUNCTIONS(fabs, SHIM_ONE, (x))
SHIM_FUNCTIONS(rint, SHIM_ONE, (x))
SHIM_FUNCTIONS(floor, SHIM_ONE, (x))
SHIM_FUNCTIONS(ceil, SHIM_ONE, (x))
SHIM_FUNCTIONS(trunc, SHIM_ONE, (x))
SHIM_FUNCTIONS(fmax, SHIM_TWO, (x, y))
SHIM_FUNCTIONS(fmin, SHIM_TWO, (x, y))
SHIM_FUNCTIONS(copysign, SHIM_TWO, (x, y))
SHIM_FUNCTIONS(fma, SHIM_THREE, (x, y, z))
#define __builtin_fabsf shim_fabsf
#define __builtin_fabs shim_fabs
#define __builtin_rintf shim_rintf
#define __builtin_rint shim_rint
#define __builtin_floorf shim_floorf
#define __builtin_floor shim_floor
#define __builtin_ceilf shim_ceilf
#define __builtin_ceil shim_ceil
#define __builtin_truncf shim_truncf
#define __builtin_trunc shim_trunc
#define __builtin_fmaxf shim_fmaxf
#define __builtin_fmax shim_fmax
#define __builtin_fminf shim_fminf
#define __builtin_fmin shim_fmin
#define __builtin_copysignf shim_copysignf
#define __builtin_copysign shim_copysign
#define __builtin_fmaf shim_fmaf
#define __builtin_fma shim_fma

/* A half type that is converted from and to, and no more. */
struct shim_half {
    unsigned short bits;
    shim_half() = default;
    __device__ explicit shim_half(float x)
    {
        asm("cvt.rn.f16.f32 %0, %1;" : "=h"(bits) : "f"(x));
    }
    __device__ explicit operator float() const
    {
        float x;
        asm("cvt.f32.f16 %0, %1;" : "=f"(x) : "h"(bits));
        return x;
    }
};
#define _Float16 shim_half
