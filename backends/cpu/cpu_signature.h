/* Included before an operator's text: how this instance's elements lie in memory and become arithmetic, and what becomes of the
 * text's KERNEL. One that does not take what the definition says is an error at its line. */
typedef XK_S(XK_D) cpu_store;
typedef XK_S(XK_R) cpu_result;

#define CPU_GET(stored) XK_GET(XK_D, stored)
#define CPU_PUT(value) XK_PUT(XK_R, value)

#define CPU_SYMBOL XK_CAT(XK_CAT(CPU_NAME, _), CPU_LEVEL)

#ifdef CPU_IS_NUMBER
#pragma GCC system_header /* an error in what a macro of such a header becomes is one at the line that uses it */

#define CPU_SAME(a, b) !__builtin_strcmp(a, b)
#ifdef CPU_TAKES
#define CPU_CHECK(given) _Static_assert(CPU_SAME(given, CPU_TAKES), "by the parameters it is KERNEL(" CPU_TAKES ")");
#else
#define CPU_CHECK(given)
#endif

/* How many arguments: of (void) none. */
#define CPU_FIRST(a, ...) a
#define CPU_SECOND(a, b, ...) b
#define CPU_IS_VOID_void ~, 0
#define CPU_HOW_MANY_(a, b, c, d, e, f, g, h, i, j, count, ...) count
#define CPU_HOW_MANY(...) \
    CPU_UNLESS_VOID(XK_CAT(CPU_IS_VOID_, CPU_FIRST(__VA_ARGS__)), \
                    CPU_HOW_MANY_(__VA_ARGS__, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, ))
#define CPU_UNLESS_VOID(...) CPU_SECOND(__VA_ARGS__, ~)

/* A(k) for each of them, and the bits of those that are numbers, given their declarations. */
#define CPU_LIST_0(A)
#define CPU_LIST_1(A) A(0)
#define CPU_LIST_2(A) CPU_LIST_1(A), A(1)
#define CPU_LIST_3(A) CPU_LIST_2(A), A(2)
#define CPU_LIST_4(A) CPU_LIST_3(A), A(3)
#define CPU_LIST_5(A) CPU_LIST_4(A), A(4)
#define CPU_LIST_6(A) CPU_LIST_5(A), A(5)
#define CPU_LIST_7(A) CPU_LIST_6(A), A(6)
#define CPU_LIST_8(A) CPU_LIST_7(A), A(7)
#define CPU_LIST_9(A) CPU_LIST_8(A), A(8)
#define CPU_LIST_10(A) CPU_LIST_9(A), A(9)
#define CPU_BIT(k, declared) (uint32_t) CPU_IS_NUMBER(#declared) << k
#define CPU_BITS_(a, b, c, d, e, f, g, h, i, j, ...) \
    CPU_BIT(0, a) | CPU_BIT(1, b) | CPU_BIT(2, c) | CPU_BIT(3, d) | CPU_BIT(4, e) | CPU_BIT(5, f) | CPU_BIT(6, g) | \
        CPU_BIT(7, h) | CPU_BIT(8, i) | CPU_BIT(9, j)
#define CPU_BITS(...) CPU_BITS_(__VA_ARGS__, , , , , , , , , , )

/* Argument k of element i: a number, or in memory. */
#define CPU_ARGUMENT(k) (scalars >> k & 1 ? scalar[k] : CPU_GET(array[k][i]))

#undef KERNEL
#define KERNEL(...) \
    CPU_CHECK(#__VA_ARGS__) \
    enum { CPU_ARGS = CPU_HOW_MANY(__VA_ARGS__), CPU_NUMBERS = CPU_BITS(__VA_ARGS__), KERNEL_IS_MISSING = 0 }; \
    XK_FN xk_r xk_body(__VA_ARGS__); \
    XK_FN xk_r cpu_element(const cpu_store *const *array, const xk_t *scalar, uint32_t scalars, size_t i) \
    { \
        return xk_body(XK_CAT(CPU_LIST_, CPU_HOW_MANY(__VA_ARGS__))(CPU_ARGUMENT)); \
    } \
    XK_FN xk_r xk_body(__VA_ARGS__)
#endif
