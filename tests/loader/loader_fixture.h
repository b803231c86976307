/* What the loader's tests share. */
#ifndef LOADER_FIXTURE_H
#define LOADER_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "backend/catalogue.h"
#include "backend/cause.h"
#include "backend/device.h"
#include "backend/doctor.h"
#include "backend/host_api.h"
#include "backend/loader.h"
#include "base/env.h"
#include "base/error.h"
#include "base/log.h"
#include "null_backend.h"

extern atomic_int live_kernel_tables;
extern int fail_kernel_tables;

/* Sets a variable (NULL unsets it) and reads the environment anew. */
void set_environment(const char *name, const char *value);
/* Sets EXPOPS_BACKEND_PATH and rescans. */
void search_in(const char *path);
/* The path of a fixture, in a static buffer for each of 4 calls. */
const char *fixture(const char *kind);
/* The candidate with that path; fails the test where there is none. */
expops_candidate candidate_at(const char *path);
/* Fails the test unless the thread's error text contains `part`. */
void assert_error_has(const char *part);
void assert_has(const char *text, const char *part);
/* A new directory of mode 0700, removed with what is in it by remove_directory. */
char *make_directory(void);
void remove_directory(char *directory);
/* Copies a file; the mode is that given. Returns the new path, in a static buffer. */
const char *copy_file(const char *from, const char *directory, const char *name, unsigned mode);

#endif
