/* What an operator looks like in Python, as text: for help() and for the stubs. No Python needed. */
#ifndef PYTHON_SIGNATURE_H
#define PYTHON_SIGNATURE_H

#include <stdio.h>
#include "expops/op.h"

enum { MAX_NAME = 64 };

/* Names an operator goes by in Python: its own first (of one whose result is a view, that of the form that copies), then its
 * aliases; NULL past the last, and "" for one that is no Python name. */
const char *signature_name(const expops_operator *op, size_t index);
/* The name of the form that writes into its first argument: "relu_", "__irshift__". 0 where there is no such form. */
int signature_name_in_place(const expops_operator *op, const char *name, char in_place[MAX_NAME]);
/* "(self, beta=1, threshold=20, *, out=None)"; with types in `typed`. */
void signature_write(FILE *file, const expops_operator *op, int in_place, int typed);
/* The text of help(). */
void signature_write_doc(FILE *file, const expops_operator *op, int in_place);

#endif
