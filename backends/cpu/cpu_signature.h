/* Included before an operator's text: how this instance's elements lie in memory and become arithmetic, and what the
 * definition says of the text's KERNEL. One that is not so is an error at its line. */
typedef XK_S(XK_D) cpu_store;
typedef XK_S(XK_R) cpu_result;

#define CPU_GET(stored) XK_GET(XK_D, stored)
#define CPU_PUT(value) XK_PUT(XK_R, value)

#define CPU_SYMBOL XK_CAT(XK_CAT(CPU_NAME, _), CPU_LEVEL)

#ifdef CPU_BODY
#pragma GCC system_header /* an error in what a macro of such a header becomes is one at the line that uses it */
#ifdef CPU_TAKES
#define CPU_CHECK(given) \
    _Static_assert(!__builtin_strcmp(given, CPU_TAKES), "by the parameters it is KERNEL(" CPU_TAKES ")");
#else
#define CPU_CHECK(given)
#endif
#undef KERNEL
#define KERNEL(...) \
    CPU_CHECK(#__VA_ARGS__) \
    XK_FN xk_r xk_body(__VA_ARGS__)

XK_FN xk_r CPU_BODY;
#endif
