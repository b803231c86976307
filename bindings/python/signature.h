/* What an operator looks like in Python, as text: for help() and for the stubs. No Python needed. */
#ifndef PYTHON_SIGNATURE_H
#define PYTHON_SIGNATURE_H

#include <stdio.h>
#include "expops/op.h"

enum { MAX_NAME = 64 };

/* What a function gives: a new tensor, its first argument, or a view of that. */
enum signature_form { SIGNATURE_NEW, SIGNATURE_IN_PLACE, SIGNATURE_VIEW };

/* Names an operator goes by in Python: its own first (of one whose result is a view, that of the form that copies, its own last),
 * then its aliases; NULL past the last, and "" for one that is no Python name. */
const char *signature_name(const expops_operator *op, size_t index);
/* The name of the form that writes into its first argument: "relu_", "__irshift__". 0 where there is no such form. */
int signature_name_in_place(const expops_operator *op, const char *name, char in_place[MAX_NAME]);
/* Whether what goes by a name of an operator gives views: PyTorch's names for those that copy say so. */
enum signature_form signature_form_of(const expops_operator *op, const char *name);
/* "(self, beta=1, threshold=20, *, out=None)"; with types in `typed`. */
void signature_write(FILE *file, const expops_operator *op, enum signature_form form, int typed);
/* The text of help(). */
void signature_write_doc(FILE *file, const expops_operator *op, enum signature_form form);

#endif
