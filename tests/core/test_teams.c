/* Groups that wait for each other (team.kernel.c), each as four threads: one work-item that reduces and writes, one that tells the other
 * groups, one that hears them and one that asks for rows: what they tell each other, and when they fill and read what they keep. A copy to local memory arrives as late as it may, so that a read before that finds what must not be there. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <pthread.h>
#include <sched.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { LENGTH = 61, MEMBERS = 4, TEAMS = 3, ROWS = 47, GROUPS = MEMBERS * TEAMS, ITEMS = 4, POISON = 0x55 };

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
#define XK_WG ITEMS
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
#define xk_local_id() own_item
#define xk_group_id() own_group
#define xk_barrier() pthread_barrier_wait(barrier + own_group)
#define xk_shuffle_down_i32(x, by) (x)
#define XK_LOCAL_ASKED(T, name) T *name = local[own_group]

static xk_word16 local[GROUPS][128];
static pthread_barrier_t barrier[GROUPS];
static _Thread_local xk_uint own_group, own_item;
/* Often enough somebody else goes on first. */
static void xk_tell(xk_ulong *to, xk_ulong value)
{
    __atomic_store_n(to, value, __ATOMIC_RELAXED);
    if ((own_group + (value >> 32)) % 3 == 0)
        sched_yield();
}

static xk_ulong xk_see(const xk_ulong *from)
{
    static _Thread_local int looks;
    if (++looks % MEMBERS == 0)
        sched_yield();
    return __atomic_load_n(from, __ATOMIC_RELAXED);
}

#define xk_subgroup_barrier() ((void)0)

/* Each opening is a multiple of the arrivals it takes. */
typedef struct xk_gate {
    xk_uint count, arrivals;
} xk_gate;

static void xk_gate_begin(xk_gate *gate, xk_uint arrivals)
{
    *gate = (xk_gate){ 0, arrivals };
}

static void xk_gate_arrive(xk_gate *gate)
{
    __atomic_add_fetch(&gate->count, 1, __ATOMIC_ACQ_REL);
}

static void xk_gate_wait(const xk_gate *gate, xk_uint parity)
{
    while (__atomic_load_n(&gate->count, __ATOMIC_ACQUIRE) / gate->arrivals % 2 == parity)
        sched_yield();
}

/* What was asked for arrives when the next is asked for, or nothing more. */
#define XK_STREAM_ARRIVALS 1
static _Thread_local struct {
    void *to;
    const void *from;
    xk_uint bytes;
    xk_gate *gate;
} asked;

static void arrive(void)
{
    if (!asked.gate)
        return;
    memcpy(asked.to, asked.from, asked.bytes);
    xk_gate_arrive(asked.gate);
    asked.gate = NULL;
}

static void xk_stream(void *to, const void *from, xk_uint bytes, xk_gate *gate)
{
    arrive();
    memset(to, POISON, bytes);
    asked.to = to, asked.from = from, asked.bytes = bytes, asked.gate = gate;
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
#define XK_SLOTS 4
#define XK_BEHIND 2
#define XK_HEARD MEMBERS
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
static xk_told told[GROUPS * XK_PLACES];

static void *item(void *number)
{
    const xk_params p = { .rows = ROWS,
                          .parts = MEMBERS,
                          .part_length = 16,
                          .teams = TEAMS,
                          .length = LENGTH,
                          .outer = { ROWS },
                          .walked = { LENGTH },
                          .stride = { { LENGTH, 1 }, { LENGTH, 1 } } };
    own_group = (xk_uint)(uintptr_t)number / ITEMS;
    own_item = (xk_uint)(uintptr_t)number % ITEMS;
    xk_main(out, in, told, p);
    arrive();
    return NULL;
}

static void launch(void)
{
    pthread_t thread[GROUPS * ITEMS];
    memset(told, 0, sizeof told);
    memset(local, POISON, sizeof local);
    for (int i = 0; i < GROUPS; i++)
        assert_int_equal(pthread_barrier_init(barrier + i, NULL, ITEMS), 0);
    for (uintptr_t i = 0; i < GROUPS * ITEMS; i++)
        assert_int_equal(pthread_create(thread + i, NULL, item, (void *)i), 0);
    for (int i = 0; i < GROUPS * ITEMS; i++)
        assert_int_equal(pthread_join(thread[i], NULL), 0);
    for (int i = 0; i < GROUPS; i++)
        pthread_barrier_destroy(barrier + i);
}

static void every_row_is_its_own(void **state)
{
    for (int i = 0; i < ROWS * LENGTH; i++)
        in[i] = (int)(i * 2654435761u >> 12);
    for (int again = 0; again < 10; again++) {
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
