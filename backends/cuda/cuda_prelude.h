/* The kernel dialect for NVRTC. The words are those of docs/kernel-dialect.md. */
#if __CUDACC_VER_MAJOR__ >= 12
#pragma nv_diag_suppress 177
#endif

typedef long long xk_long;
typedef unsigned long long xk_ulong;
typedef unsigned int xk_uint;
typedef unsigned short xk_ushort;
typedef unsigned char xk_uchar;
typedef signed char xk_schar;
typedef unsigned char xk_word1;
typedef unsigned short xk_word2;
typedef unsigned int xk_word4;
typedef uint2 xk_word8;
typedef uint4 xk_word16;

#ifdef XK_RESIDENT
#define XK_LAUNCH_BOUNDS __launch_bounds__(XK_WG, XK_RESIDENT)
#else /* asked for one group at least, the compiler would spend registers as if there were no other */
#define XK_LAUNCH_BOUNDS __launch_bounds__(XK_WG)
#endif
#if XK_CLUSTER > 1
#define XK_KERNEL extern "C" __global__ XK_LAUNCH_BOUNDS __cluster_dims__(XK_CLUSTER, 1, 1)
#else
#define XK_KERNEL extern "C" __global__ XK_LAUNCH_BOUNDS
#endif
#define XK_TENSOR(T, name) T *name
#define XK_POINTER(T, name) (name)
#define XK_GLOBAL
#define XK_LOCAL __shared__
#define XK_LOCAL_POINTER
#define XK_CONSTANT static __device__ const
#define XK_FN static __device__ __forceinline__
#define XK_UNROLL _Pragma("unroll")

#define xk_local_id() (threadIdx.x)
#define xk_group_id() (blockIdx.x)
#define xk_barrier() __syncthreads()
#define xk_cluster_arrive() asm volatile("barrier.cluster.arrive.release.aligned;" ::: "memory")
#define xk_cluster_wait() asm volatile("barrier.cluster.wait.acquire.aligned;" ::: "memory")
static __device__ __forceinline__ void xk_pause(long long cycles)
{
    const long long start = clock64();
    while (clock64() - start < cycles)
        ;
}
#define xk_mulhi(a, b) __umulhi(a, b)
#define xk_f32_bits(x) __float_as_uint(x)
#define xk_bits_f32(x) __uint_as_float(x)
#define xk_f64_bits(x) ((xk_ulong)__double_as_longlong(x))
#define xk_bits_f64(x) __longlong_as_double((xk_long)(x))
#define XK_INFINITY __uint_as_float(0x7f800000u)
#define XK_NAN __uint_as_float(0x7fc00000u)

#if XK_F32 || XK_C64
#define XK_MATH(name) name##f
#else
#define XK_MATH(name) name
#endif

/* The local variable at `here` of another group of the cluster. */
static __device__ __forceinline__ const void *xk_local_of(const void *here, unsigned int group)
{
    const void *there;
    asm("mapa.u64 %0, %1, %2;" : "=l"(there) : "l"(here), "r"(group));
    return there;
}

/* Behind the last memory that such a launch may read or write. */
#if __CUDA_ARCH__ >= 900
#define xk_wait_previous() asm volatile("griddepcontrol.wait;" : : : "memory")
#endif

#define XK_LOCAL_ASKED(T, name) extern __shared__ __align__(1024) T name[]

/* For groups that all run at once: what the one tells, others see sooner or later, whole. */
static __device__ __forceinline__ void xk_tell(xk_ulong *to, xk_ulong value)
{
    asm volatile("st.relaxed.gpu.u64 [%0], %1;" : : "l"(to), "l"(value) : "memory");
}

static __device__ __forceinline__ xk_ulong xk_see(const xk_ulong *from)
{
    xk_ulong value;
    asm volatile("ld.relaxed.gpu.u64 %0, [%1];" : "=l"(value) : "l"(from) : "memory");
    return value;
}

#define xk_subgroup_barrier() __syncwarp()

#if __CUDA_ARCH__ >= 800
typedef xk_ulong xk_gate;
static __device__ __forceinline__ xk_uint xk_gate_address(const xk_gate *gate)
{
    return (xk_uint)__cvta_generic_to_shared(gate);
}

static __device__ __forceinline__ void xk_gate_begin(xk_gate *gate, xk_uint arrivals)
{
    asm volatile("mbarrier.init.shared.b64 [%0], %1;" : : "r"(xk_gate_address(gate)), "r"(arrivals) : "memory");
#if __CUDA_ARCH__ >= 900
    asm volatile("fence.mbarrier_init.release.cluster;" : : : "memory");
#endif
}

static __device__ __forceinline__ void xk_gate_arrive(xk_gate *gate)
{
    asm volatile("{ .reg .b64 state; mbarrier.arrive.shared.b64 state, [%0]; }" : : "r"(xk_gate_address(gate)) : "memory");
}

static __device__ __forceinline__ void xk_gate_wait(const xk_gate *gate, xk_uint parity)
{
    xk_uint open;
    do {
#if __CUDA_ARCH__ >= 900
        asm volatile("{ .reg .pred p; mbarrier.try_wait.parity.shared.b64 p, [%1], %2; selp.u32 %0, 1, 0, p; }"
                     : "=r"(open) : "r"(xk_gate_address(gate)), "r"(parity) : "memory");
#else
        asm volatile("{ .reg .pred p; mbarrier.test_wait.parity.shared.b64 p, [%1], %2; selp.u32 %0, 1, 0, p; }"
                     : "=r"(open) : "r"(xk_gate_address(gate)), "r"(parity) : "memory");
#endif
    } while (!open);
}

/* One item asks for all where the device copies so much at once. */
#if __CUDA_ARCH__ >= 900
#define XK_STREAM_ARRIVALS 1
static __device__ __forceinline__ void xk_stream(void *to, const void *from, xk_uint bytes, xk_gate *gate)
{
    if (xk_local_id() % 32)
        return;
    asm volatile("{ .reg .b64 state; mbarrier.arrive.expect_tx.shared.b64 state, [%0], %1; }"
                 : : "r"(xk_gate_address(gate)), "r"(bytes) : "memory");
    if (bytes)
        asm volatile("cp.async.bulk.shared::cluster.global.mbarrier::complete_tx::bytes [%0], [%1], %2, [%3];"
                     : : "r"((xk_uint)__cvta_generic_to_shared(to)), "l"(from), "r"(bytes), "r"(xk_gate_address(gate)) : "memory");
}
#else
#define XK_STREAM_ARRIVALS 32
static __device__ __forceinline__ void xk_stream(void *to, const void *from, xk_uint bytes, xk_gate *gate)
{
    for (xk_uint at = xk_local_id() % 32 * 16; at < bytes; at += 512)
        asm volatile("cp.async.cg.shared.global [%0], [%1], 16;"
                     : : "r"((xk_uint)__cvta_generic_to_shared(to) + at), "l"((const char *)from + at) : "memory");
    asm volatile("cp.async.mbarrier.arrive.noinc.shared.b64 [%0];" : : "r"(xk_gate_address(gate)) : "memory");
}
#endif
#endif

/* ptx_words.h follows. */
#define XK_PTX __CUDA_ARCH__
#define xk_local_address(pointer) ((xk_uint)__cvta_generic_to_shared(pointer))
#define xk_fast_sin(x) sinf(x)
#define xk_fast_cos(x) cosf(x)

#define XK_SHUFFLE 1
#define XK_SUBGROUP 32
#define xk_shuffle_down_f32(x, by) __shfl_down_sync(0xffffffffu, (float)(x), (by), 32)
#define xk_shuffle_down_i32(x, by) __shfl_down_sync(0xffffffffu, (int)(x), (by), 32)
