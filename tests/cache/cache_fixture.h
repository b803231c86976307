/* A cache directory of its own for each test. The library reads its settings once, so each test's body runs in a child.
 */
#ifndef EXPOPS_CACHE_FIXTURE_H
#define EXPOPS_CACHE_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "cache/internal.h"
#include "expops/cache.h"

/* In a child: a failed check ends it, which the test sees. */
#define CHECK(condition) \
    do { \
        if (!(condition)) { \
            fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition); \
            _Exit(1); \
        } \
    } while (0)

enum { CHILD_SKIPS = 77 };

int fixture_setup(void **state); /* *state is the path of an empty directory */
int fixture_teardown(void **state);

/* Runs `body` in a child with EXPOPS_CACHE_DIR at `directory`, nothing else of EXPOPS_ set, and fails the test with it.
 */
void in_child(const char *directory, void (*body)(const char *directory));
/* Sets or, with NULL, unsets a variable and makes the library look again. */
void set_variable(const char *name, const char *value);

expops_cache_key key_of(uint32_t number);
/* Writes and reads entry `number` of `bytes` bytes that depend on both. */
void write_entry(uint32_t number, size_t bytes);
/* 1 for a hit with the right content, 0 for a miss; anything else ends the child. */
int read_entry(uint32_t number, size_t bytes);
/* Path of the entry's file. */
const char *path_of(const char *directory, uint32_t number);
/* Makes a file look unused for `seconds`. */
void make_older(const char *path, long seconds);
uint64_t counter_corrupt(void);
uint64_t counter_io_errors(void);
int count_files(const char *directory, const char *prefix);

#endif
