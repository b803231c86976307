/* Words of the kernel dialect in PTX, for both ways to NVIDIA's devices: this text follows the preludes of CUDA and of
 * OpenCL. XK_PTX is the compute capability times 100; OpenCL leaves it undefined where PTX is not understood. */
#ifdef XK_PTX
XK_FN float xk_f16_to_f32(xk_ushort h)
{
    float x;
    asm("cvt.f32.f16 %0, %1;" : "=f"(x) : "h"(h));
    return x;
}

XK_FN xk_ushort xk_f32_to_f16(float x)
{
    xk_ushort h;
    asm("cvt.rn.f16.f32 %0, %1;" : "=h"(h) : "f"(x));
    return h;
}

XK_FN float xk_bf16_to_f32(xk_ushort h)
{
    /* One instruction for either half of a register, which a shift is not. */
    xk_uint bits;
    asm("mov.b32 %0, {%1, %2};" : "=r"(bits) : "h"((xk_ushort)0), "h"(h));
    return xk_bits_f32(bits);
}

XK_FN xk_ushort xk_f32_to_bf16(float x)
{
#if XK_PTX >= 800
    xk_ushort h;
    asm("cvt.rn.bf16.f32 %0, %1;" : "=h"(h) : "f"(x));
    return h;
#else
    const xk_uint bits = xk_f32_bits(x);
    if (x != x)
        return (xk_ushort)0x7fff;
    return (xk_ushort)((bits + 0x7fffu + (bits >> 16 & 1u)) >> 16);
#endif
}

XK_FN xk_uint xk_ptx_permute(xk_uint low, xk_uint high, xk_uint selector)
{
    xk_uint word;
    asm("prmt.b32 %0, %1, %2, %3;" : "=r"(word) : "r"(low), "r"(high), "r"(selector));
    return word;
}
#define xk_permute(low, high, selector) xk_ptx_permute(low, high, selector)

/* Cheap functions for arithmetic whose result is rounded to a half type: first the hardware's own. Those without .ftz work
 * on values below the normal numbers too. */
#define XK_PTX_WORD(name, word) \
    XK_FN float name(float x) \
    { \
        float y; \
        asm(word " %0, %1;" : "=f"(y) : "f"(x)); \
        return y; \
    }
XK_PTX_WORD(xk_raw_exp2, "ex2.approx.ftz.f32")
XK_PTX_WORD(xk_raw_log2, "lg2.approx.ftz.f32")
XK_PTX_WORD(xk_raw_rcp, "rcp.approx.ftz.f32")
XK_PTX_WORD(xk_raw_rsqrt, "rsqrt.approx.ftz.f32")
XK_PTX_WORD(xk_raw_sqrt, "sqrt.approx.ftz.f32")
XK_PTX_WORD(xk_fast_rcp, "rcp.approx.f32")
XK_PTX_WORD(xk_ptx_log2, "lg2.approx.f32")
#define xk_near_exp2(x) xk_raw_exp2(x)
#define xk_near_log2(x) xk_raw_log2(x)
XK_PTX_WORD(xk_within_1, "cvt.sat.f32.f32")

/* As squares, so that results below the normal numbers are not lost. */
XK_FN float xk_fast_exp2(float x)
{
    const float root = xk_raw_exp2(x * 0.5f);
    return root * root;
}

XK_FN float xk_fast_exp(float x)
{
    const float root = xk_raw_exp2(x * 0.72134752f);
    return root * root;
}

#if XK_PTX >= 800
#define XK_MATRIX 1
XK_FN void xk_matrix(float *sum, const float *left, const float *right)
{
    asm("mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, "
        "%3};"
        : "+f"(sum[0]), "+f"(sum[1]), "+f"(sum[2]), "+f"(sum[3])
        : "r"(xk_f32_bits(left[0])), "r"(xk_f32_bits(left[1])), "r"(xk_f32_bits(left[2])), "r"(xk_f32_bits(left[3])),
          "r"(xk_f32_bits(right[0])), "r"(xk_f32_bits(right[1])));
}

/* Two numbers of a half type in a register, the first in its lower half. */
#define XK_PTX_HALVES(type) \
    XK_FN xk_uint xk_pair_##type(float low, float high) \
    { \
        xk_uint pair; \
        asm("cvt.rn." #type "x2.f32 %0, %1, %2;" : "=r"(pair) : "f"(high), "f"(low)); \
        return pair; \
    } \
    XK_FN void xk_matrix_##type(float *sum, const xk_uint *left, const xk_uint *right) \
    { \
        asm("mma.sync.aligned.m16n8k16.row.col.f32." #type "." #type \
            ".f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, " \
            "{%0, %1, %2, %3};" \
            : "+f"(sum[0]), "+f"(sum[1]), "+f"(sum[2]), "+f"(sum[3]) \
            : "r"(left[0]), "r"(left[1]), "r"(left[2]), "r"(left[3]), "r"(right[0]), "r"(right[1])); \
    }
XK_PTX_HALVES(f16)
XK_PTX_HALVES(bf16)

#define XK_PTX_TAKE(name, turned) \
    XK_FN void name(xk_uint *part, XK_LOCAL_POINTER const xk_word16 *row) \
    { \
        asm volatile("ldmatrix.sync.aligned.m8n8.x4" turned ".shared.b16 {%0, %1, %2, %3}, [%4];" \
                     : "=r"(part[0]), "=r"(part[1]), "=r"(part[2]), "=r"(part[3]) \
                     : "r"(xk_local_address(row)) \
                     : "memory"); \
    }
XK_PTX_TAKE(xk_matrix_rows, "")
XK_PTX_TAKE(xk_matrix_columns, ".trans")

/* By all of 32 work-items: what the one has whose number differs in the bits of `by`. */
XK_FN float xk_other_f32(float x, xk_uint by)
{
    float y;
    asm volatile("shfl.sync.bfly.b32 %0, %1, %2, 0x1f, 0xffffffff;" : "=f"(y) : "f"(x), "r"(by));
    return y;
}

/* Copies 16 bytes to local memory, or zeros, some time before the item's xk_copied. */
XK_FN void xk_copy16(XK_LOCAL_POINTER xk_word16 *to, XK_GLOBAL const xk_word16 *from, int inside)
{
    asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;"
                 :
                 : "r"(xk_local_address(to)), "l"(from), "r"(inside ? 16 : 0)
                 : "memory");
}

XK_FN void xk_copied(void)
{
    asm volatile("cp.async.wait_all;" : : : "memory");
}

/* Copies in batches: ends one; waits until all but the last `n` have arrived, a constant. */
XK_FN void xk_copies_end(void)
{
    asm volatile("cp.async.commit_group;" : : : "memory");
}
#define xk_copies_but(n) asm volatile("cp.async.wait_group %0;" : : "n"(n) : "memory")
#endif

/* The hardware's logarithm has an absolute error near 1, where the result is small: a short series there. */
XK_FN float xk_fast_log(float x)
{
    const float d = x - 1.0f, far = xk_ptx_log2(x) * 0.693147181f;
    const float series = d * XK_MATH(fma)(d, XK_MATH(fma)(d, 0.33333333f, -0.5f), 1.0f);
    return XK_MATH(fabs)(d) < 0.015625f ? series : far;
}
#endif
