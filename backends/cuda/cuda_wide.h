/* Words of the kernel dialect for matrix instructions of 128 work-items; this text follows ptx_words.h. */
#ifdef __CUDA_ARCH_FEAT_SM90_ALL
#define XK_WIDE_MATRIX 1

/* Rows of 128 bytes, whose words lie in an order that repeats every 8 rows. */
XK_FN xk_ulong xk_wide_place(const xk_word16 *rows, xk_uint apart)
{
    return (xk_ulong)(xk_local_address(rows) >> 4 | apart << 16) | 64ull << 32 | 1ull << 62;
}

#define XK_PTX_16(s, n) \
    "+f"((s)[n]), "+f"((s)[n + 1]), "+f"((s)[n + 2]), "+f"((s)[n + 3]), "+f"((s)[n + 4]), "+f"((s)[n + 5]), \
        "+f"((s)[n + 6]), "+f"((s)[n + 7]), "+f"((s)[n + 8]), "+f"((s)[n + 9]), "+f"((s)[n + 10]), "+f"((s)[n + 11]), \
        "+f"((s)[n + 12]), "+f"((s)[n + 13]), "+f"((s)[n + 14]), "+f"((s)[n + 15])
#define XK_PTX_SUMS64(s) XK_PTX_16(s, 0), XK_PTX_16(s, 16)
#define XK_PTX_SUMS128(s) XK_PTX_SUMS64(s), XK_PTX_16(s, 32), XK_PTX_16(s, 48)
#define XK_PTX_LIST64 \
    "%0, %1, %2, %3, %4, %5, %6, %7, %8, %9, %10, %11, %12, %13, %14, %15, %16, %17, %18, %19, %20, %21, %22, %23, " \
    "%24, %25, %26, %27, %28, %29, %30, %31"
#define XK_PTX_LIST128 \
    XK_PTX_LIST64 ", %32, %33, %34, %35, %36, %37, %38, %39, %40, %41, %42, %43, %44, %45, %46, %47, %48, %49, %50, " \
                  "%51, %52, %53, %54, %55, %56, %57, %58, %59, %60, %61, %62, %63"

#define XK_PTX_WIDE(columns, type) \
    "wgmma.mma_async.sync.aligned.m64n" #columns "k16.f32." #type "." #type " {" XK_PTX_LIST##columns "}, "
#define XK_PTX_WIDE_WORDS(columns, type, a, b, c, d, e) \
    XK_FN void xk_wide_rows##columns##_##type(float *sum, xk_ulong left, xk_ulong right, int adds) \
    { \
        asm volatile("{.reg .pred p; setp.ne.s32 p, " c ", 0; " XK_PTX_WIDE(columns, type) a ", " b \
                                                                                             ", p, 1, 1, 0, 0;}" \
                     : XK_PTX_SUMS##columns(sum) \
                     : "l"(left), "l"(right), "r"(adds)); \
    } \
    XK_FN void xk_wide_columns##columns##_##type(float *sum, const xk_uint *left, xk_ulong right) \
    { \
        asm volatile(XK_PTX_WIDE(columns, type) "{" a ", " b ", " c ", " d "}, " e ", 1, 1, 1, 1;" \
                     : XK_PTX_SUMS##columns(sum) \
                     : "r"(left[0]), "r"(left[1]), "r"(left[2]), "r"(left[3]), "l"(right)); \
    }
XK_PTX_WIDE_WORDS(64, f16, "%32", "%33", "%34", "%35", "%36")
XK_PTX_WIDE_WORDS(64, bf16, "%32", "%33", "%34", "%35", "%36")
XK_PTX_WIDE_WORDS(128, f16, "%64", "%65", "%66", "%67", "%68")
XK_PTX_WIDE_WORDS(128, bf16, "%64", "%65", "%66", "%67", "%68")

#define xk_wide_shown() asm volatile("fence.proxy.async.shared::cta;" ::: "memory")
#define xk_wide_begin() asm volatile("wgmma.fence.sync.aligned;" ::: "memory")
#define xk_wide_go() asm volatile("wgmma.commit_group.sync.aligned;" ::: "memory")
#define xk_wide_wait() asm volatile("wgmma.wait_group.sync.aligned 0;" ::: "memory")
/* Keeps the compiler from moving what is made of x to before the wait. */
#define xk_wide_hold(x) asm volatile("" : "+f"(x))

XK_FN void xk_gate_open(xk_word16 *gate)
{
    asm volatile("mbarrier.init.shared::cta.b64 [%0], %1;" : : "r"(xk_local_address(gate)), "r"(XK_WG) : "memory");
}

XK_FN void xk_gate_arrive(xk_word16 *gate)
{
    asm volatile("{.reg .b64 t; mbarrier.arrive.shared::cta.b64 t, [%0];}" : : "r"(xk_local_address(gate)) : "memory");
}

XK_FN void xk_gate_wait(xk_word16 *gate, int turn)
{
    xk_uint passed = 0;
    while (!passed)
        asm volatile("{.reg .pred p; mbarrier.try_wait.parity.shared::cta.b64 p, [%1], %2; selp.u32 %0, 1, 0, p;}"
                     : "=r"(passed)
                     : "r"(xk_local_address(gate)), "r"(turn)
                     : "memory");
}
#endif
