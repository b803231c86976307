/* Groups that wait for each other (team.kernel.c) as threads of one work-item each: what they tell each other, and when they fill and
 * read what they keep. A copy to local memory arrives as late as it may, so that a read before that finds what must not be there. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <pthread.h>
#include <sched.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { LENGTH = 61, MEMBERS = 4, TEAMS = 3, ROWS = 47, GROUPS = MEMBERS * TEAMS, POISON = 0x55 };

/* --- a prelude --- */
typedef int64_t xk_long;
typedef uint64_t xk_ulong;
typedef uint32_t xk_uint;
typedef uint16_t xk_ushort;
typedef uint8_t xk_uchar, xk_word1;
typedef int8_t xk_schar;
typedef uint16_t xk_word2;
typedef uint32_t xk_word4;
typedef uint64_t xk_word8;
typedef struct xk_word16 {
    uint32_t part[4];
} xk_word16;
#define XK 1
#define XK_D i32
#define XK_R i32
#define XK_I32 1
#define XK_C128 0
#define XK_WG 1
#define XK_SUBGROUP 1
#define XK_KERNEL static
#define XK_TENSOR(T, name) T *name
#define XK_POINTER(T, name) (name)
#define XK_GLOBAL
#define XK_LOCAL
#define XK_LOCAL_POINTER
#define XK_FN static inline
#define XK_UNROLL
#define XK_INFINITY 0
#define XK_NAN 0
#define XK_MATH(name) name
#define xk_local_id() 0u
#define xk_group_id() own_group
#define xk_barrier() ((void)0)
#define xk_shuffle_down_i32(x, by) (x)
#define XK_LOCAL_ASKED(T, name) T name[XK_SLOTS * XK_TURNS * XK_WG + 4]

typedef struct copy {
    xk_word16 *to;
    const xk_word16 *from;
    int batch;
} copy;

static _Thread_local xk_uint own_group;
static _Thread_local copy asked[4096];
static _Thread_local int num_asked, num_arrived, batch;

static void xk_copy16(xk_word16 *to, const xk_word16 *from, int inside)
{
    memset(to, POISON, sizeof *to);
    asked[num_asked++] = (copy){ to, from, batch };
}

static void xk_copies_end(void)
{
    batch++;
}

static void xk_copies_but(int n)
{
    for (; num_arrived < num_asked && asked[num_arrived].batch < batch - n; num_arrived++)
        memcpy(asked[num_arrived].to, asked[num_arrived].from, sizeof(xk_word16));
}

/* Often enough somebody else goes on first. */
static void xk_tell(xk_ulong *to, xk_ulong value)
{
    __atomic_store_n(to, value, __ATOMIC_RELAXED);
    if ((own_group + (value >> 32)) % 3 == 0)
        sched_yield();
}

static xk_ulong xk_see(const xk_ulong *from)
{
    static _Thread_local const xk_ulong *last;
    if (from == last)
        sched_yield();
    last = from;
    return __atomic_load_n(from, __ATOMIC_RELAXED);
}

/* --- what the core defines: rows of LENGTH elements, in parts of at most 4 vectors of 4 elements --- */
#define XK_O i32
#define XK_D0 i32
#define XK_SAMEO 1
#define XK_SAME0 1
#define XK_WO 16
#define XK_W0 16
#define XK_K0 C
#define XK_NT 1
#define XK_NN 0
#define XK_EACH XK_EACH_1
#define XK_EACH_LIFTED XK_EACH_1
#define XK_EACH_OTHER(m)
#define XK_LIFTED 1
#define XK_OTHERS 0
#define XK_VEC 4
#define XK_OR 1
#define XK_WR 1
#define XK_BY_ROWS 0
#define XK_TURNS 4
#define XK_EXACT 0
#define XK_PART 0
#define XK_TEAM 1
#define XK_TPR 1
#define XK_RPG 1
#define XK_ACC_BYTES 64
#define XK_IS_MAP 1
#define XK_CLUSTER 1
#define XK_EDGES 1
#define XK_SLOTS 3
#define XK_LIFT xk_lift(XK_X(0))
#define XK_SETTLE acc
#define XK_CALL (XK_X(0) + acc)
#include "integers.kernel.h"
#include "kernels/common.kernel.h"

typedef int xk_acc;

XK_FN xk_acc xk_identity(void)
{
    return 0;
}

XK_FN xk_acc xk_lift(xk_t x)
{
    return x;
}

XK_FN xk_acc xk_combine(xk_acc a, xk_acc b)
{
    return a + b;
}

#define XK_OPERATOR <stddef.h> /* these functions are it */
#include "kernels/team.kernel.c"

/* --- the launch --- */
static _Alignas(16) int in[ROWS * LENGTH], out[ROWS * LENGTH];
static xk_told told[GROUPS * 2];

static void *group(void *number)
{
    const xk_params p = { .rows = ROWS,
                          .parts = MEMBERS,
                          .part_length = 16,
                          .teams = TEAMS,
                          .length = LENGTH,
                          .outer = { ROWS },
                          .walked = { LENGTH },
                          .stride = { { LENGTH, 1 }, { LENGTH, 1 } } };
    own_group = (xk_uint)(uintptr_t)number;
    xk_main(out, in, told, p);
    return NULL;
}

static void launch(void)
{
    pthread_t thread[GROUPS];
    memset(told, 0, sizeof told);
    for (uintptr_t i = 0; i < GROUPS; i++)
        assert_int_equal(pthread_create(thread + i, NULL, group, (void *)i), 0);
    for (int i = 0; i < GROUPS; i++)
        assert_int_equal(pthread_join(thread[i], NULL), 0);
}

static void every_row_is_its_own(void **state)
{
    for (int i = 0; i < ROWS * LENGTH; i++)
        in[i] = (int)(i * 2654435761u >> 12);
    for (int again = 0; again < 20; again++) {
        memset(out, 0, sizeof out);
        launch();
        for (int row = 0; row < ROWS; row++) {
            int sum = 0;
            for (int i = 0; i < LENGTH; i++)
                sum += in[row * LENGTH + i];
            for (int i = 0; i < LENGTH; i++)
                assert_int_equal(out[row * LENGTH + i], in[row * LENGTH + i] + sum);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(every_row_is_its_own) };
    return cmocka_run_group_tests_name("teams", tests, NULL, NULL);
}
