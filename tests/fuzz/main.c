/* fuzz descriptors|differential|moves [--calls N] [--seed S] [--threads T] [--case LINE] [--cases FILE]
 *              [--only OPERATOR], which accepts them all
 *
 * Call number i of a run has the seed S + i: a finding prints its line, which --case runs again. differential and moves run on
 * the device that EXPOPS_BACKEND names; a line of either is one of differential's. */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "expops/expops.h"
#include "fuzz.h"
#include "session.h"

typedef struct settings {
    int hostile; /* descriptors */
    int moves;
    expops_device *device;
    uint64_t calls, seed;
    unsigned threads;
    const char *line, *file, *only;
} settings;

typedef struct worker {
    const settings *settings;
    uint64_t first;
    fuzz_counts counts;
    pthread_t thread;
} worker;

enum { MAX_THREADS = 64, MAX_FINDINGS = 25 };

/* --- the line of a call that ends the process --- */

static __thread const fuzz_call *current;
void __sanitizer_set_death_callback(void (*callback)(void)) __attribute__((weak));

static void print_current(void)
{
    char text[FUZZ_LINE];
    if (!current)
        return;
    fuzz_print(current, text, sizeof text);
    printf("the process ended in: %s\n", text);
    current = NULL;
}

static void end(int number)
{
    print_current();
    signal(number, SIG_DFL);
    raise(number);
}

static void watch(void)
{
    static const int numbers[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT };
    if (__sanitizer_set_death_callback)
        __sanitizer_set_death_callback(print_current);
    for (size_t i = 0; !__sanitizer_set_death_callback && i < sizeof numbers / sizeof *numbers; i++)
        signal(numbers[i], end);
}

void fuzz_watch(const fuzz_call *call)
{
    current = call;
}

/* --- */

static void try(const settings *s, fuzz_stream *stream, fuzz_call *call, fuzz_counts *counts)
{
    current = call;
    if (s->hostile)
        fuzz_descriptors(stream, call, counts);
    else
        fuzz_differential(stream, call, s->device, counts);
    current = NULL;
}

/* Neighbouring numbers far apart, so that neither calls nor seeds share what they draw. */
uint64_t fuzz_mix(uint64_t x)
{
    x = (x ^ x >> 33) * UINT64_C(0xFF51AFD7ED558CCD);
    x = (x ^ x >> 33) * UINT64_C(0xC4CEB9FE1A85EC53);
    return x ^ x >> 33;
}

static void *work(void *data)
{
    worker *w = data;
    const settings *s = w->settings;
    fuzz_call call;
    for (uint64_t i = w->first; i < s->calls && w->counts.findings < MAX_FINDINGS; i += s->threads) {
        fuzz_stream stream = { .random = { fuzz_mix(fuzz_mix(s->seed) + i) } };
        if (s->only)
            fuzz_draw_accepted(&stream, expops_find(s->only), &call);
        else
            fuzz_draw(&stream, &call);
        if (s->hostile && fuzz_chance(&stream, 80))
            fuzz_spoil(&stream, &call);
        try(s, &stream, &call, &w->counts);
    }
    return NULL;
}

static int run_random(const settings *s)
{
    static worker workers[MAX_THREADS];
    fuzz_counts all = { 0 };
    for (unsigned t = 0; t < s->threads; t++) {
        workers[t] = (worker){ .settings = s, .first = t };
        if (s->threads == 1)
            work(workers);
        else if (pthread_create(&workers[t].thread, NULL, work, workers + t))
            return TEST_EXIT_BROKEN;
    }
    for (unsigned t = 0; t < s->threads; t++) {
        if (s->threads > 1)
            pthread_join(workers[t].thread, NULL);
        all.calls += workers[t].counts.calls;
        all.refused += workers[t].counts.refused;
        all.findings += workers[t].counts.findings;
    }
    printf("%llu calls from seed %llu, %llu of them refused, %llu findings\n", (unsigned long long)all.calls,
           (unsigned long long)s->seed, (unsigned long long)all.refused, (unsigned long long)all.findings);
    return all.findings || !all.calls ? 1 : 0;
}

static int run_moves(const settings *s)
{
    fuzz_counts counts = { 0 };
    return fuzz_moves(s->device, s->only, s->calls, s->seed, &counts);
}

static int run_line(const settings *s, const char *line)
{
    fuzz_stream stream = { 0 };
    fuzz_counts counts = { 0 };
    fuzz_call call;
    if (!fuzz_parse(line, &call)) {
        printf("not understood: %s\n", line);
        return 1;
    }
    try(s, &stream, &call, &counts);
    return counts.findings != 0;
}

/* Lines "descriptors CALL" and "differential CALL"; # begins a comment. */
static int run_file(const settings *s)
{
    const char *kind = s->hostile ? "descriptors " : "differential ";
    char line[FUZZ_LINE];
    int failures = 0, count = 0;
    FILE *file = fopen(s->file, "r");
    if (!file) {
        printf("%s cannot be read\n", s->file);
        return TEST_EXIT_BROKEN;
    }
    while (fgets(line, sizeof line, file))
        if (!strncmp(line, kind, strlen(kind))) {
            failures += run_line(s, line + strlen(kind));
            count++;
        }
    fclose(file);
    printf("%d cases, %d failures\n", count, failures);
    return failures || !count;
}

static int run(const settings *s)
{
    int failures = s->line ? run_line(s, s->line) : 0;
    if (s->file)
        failures |= run_file(s);
    if (s->calls)
        failures |= s->moves ? run_moves(s) : run_random(s);
    return failures;
}

static int understand(int argc, char **argv, settings *s)
{
    s->hostile = argc > 1 && !strcmp(argv[1], "descriptors");
    s->moves = argc > 1 && !strcmp(argv[1], "moves");
    if (argc % 2 || (!s->hostile && !s->moves && strcmp(argv[1], "differential") != 0))
        return 0;
    for (int i = 2; i < argc; i += 2) {
        if (!strcmp(argv[i], "--calls"))
            s->calls = strtoull(argv[i + 1], NULL, 0);
        else if (!strcmp(argv[i], "--seed"))
            s->seed = strtoull(argv[i + 1], NULL, 0);
        else if (!strcmp(argv[i], "--threads"))
            s->threads = (unsigned)strtoul(argv[i + 1], NULL, 0);
        else if (!strcmp(argv[i], "--case"))
            s->line = argv[i + 1];
        else if (!strcmp(argv[i], "--cases"))
            s->file = argv[i + 1];
        else if (!strcmp(argv[i], "--only") && (s->moves || expops_find(argv[i + 1])))
            s->only = argv[i + 1];
        else
            return 0;
    }
    return s->threads >= 1 && s->threads <= MAX_THREADS;
}

int main(int argc, char **argv)
{
    settings s = { .seed = test_seed(), .threads = 1 };
    int failures = TEST_EXIT_BROKEN;
    if (!understand(argc, argv, &s)) {
        puts("fuzz descriptors|differential|moves [--calls N] [--seed S] [--threads T] [--case LINE] [--cases FILE] "
             "[--only OPERATOR]");
        return TEST_EXIT_BROKEN;
    }
    watch();
    setvbuf(stdout, NULL, _IOLBF, 0);
    if (s.hostile && fuzz_descriptors_open(s.threads)) {
        failures = run(&s);
        fuzz_descriptors_close();
    } else if (!s.hostile && (s.device = test_session_open(&failures))) {
        failures = run(&s);
        expops_device_close(&s.device);
    }
    return failures;
}
