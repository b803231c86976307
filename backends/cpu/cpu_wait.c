/* Waiting on words of memory: actively for a short time, then in the kernel. */
#include "cpu_wait.h"

#include <linux/futex.h>
#include <sched.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum {
    SPIN_NS = 30000,     /* about what waking a thread takes */
    POLLS = 32,          /* between two offers of the processor to others */
    ELSEWHERE_NS = 5000, /* a processor that was gone for so long is wanted by others */
};

int64_t cpu_now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

void cpu_wait_while(_Atomic uint32_t *word, uint32_t value)
{
    syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, value, NULL, NULL, 0);
}

void cpu_wake(_Atomic uint32_t *word)
{
    syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
}

static void relax(void)
{
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

int cpu_changes(_Atomic uint32_t *word, uint32_t value)
{
    int64_t now = cpu_now_ns(), before;
    const int64_t end = now + SPIN_NS;

    do {
        for (int i = 0; i < POLLS; i++) {
            if (atomic_load_explicit(word, memory_order_acquire) != value)
                return 1;
            relax();
        }
        sched_yield();
        before = now;
        now = cpu_now_ns();
    } while (now < end && now - before < ELSEWHERE_NS);
    return atomic_load_explicit(word, memory_order_acquire) != value;
}

int cpu_turn(_Atomic uint32_t *word, uint32_t from, uint32_t to)
{
    return atomic_compare_exchange_strong_explicit(word, &from, to, memory_order_acq_rel, memory_order_acquire);
}
