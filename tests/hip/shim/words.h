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
#define __builtin_fmaf fmaf
#define __builtin_fabsf fabsf
#define __builtin_amdgcn_rcpf(x) (1.0f / (x))
#define __builtin_amdgcn_rsqf(x) rsqrtf(x)
#define __builtin_amdgcn_sqrtf(x) sqrtf(x)

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
