/* What one run of expops bench times, and what became of it. */
#ifndef EXPOPS_TOOLS_BENCH_RUN_H
#define EXPOPS_TOOLS_BENCH_RUN_H

#include <json-c/json.h>
#include "bench.h"
#include "command.h"

enum { BENCH_MAX_SHAPES = 32 };

typedef struct bench {
    const char *names;             /* of operators, with commas between them; NULL: every one */
    const tool_option *attributes; /* NULL where several operators are timed */
    bench_setup setup;             /* with the shape that is being timed */
    bench_setup shapes[BENCH_MAX_SHAPES];
    size_t num_shapes;
    enum bench_format format;
    const char *plot;        /* the file to draw, or NULL */
    int first_calls_only;    /* print this process's own first calls, and time nothing else */
    int without_first_calls; /* do not start processes to time theirs */
    json_object *earlier;    /* of --compare, or NULL */
    double tolerated;        /* of --slower; 0: anything */
    json_object *list;       /* what was found so far */
    size_t number, total;
    size_t failures, slower;
    int status;
} bench;

/* Times what was chosen and prints it. An exit status. */
int bench_run(bench *b);

#endif
