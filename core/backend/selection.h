/* The grammar of EXPOPS_BACKEND: items separated by commas, blanks around them ignored. An item is
 * name, name:ordinal, auto, or !name. Items are tried in order; a list of nothing but exclusions
 * ends in auto. */
#ifndef EXPOPS_SELECTION_H
#define EXPOPS_SELECTION_H

#include "backend_order.h"
#include "expops/status.h"

enum { EXPOPS_SELECT_NAME, EXPOPS_SELECT_AUTO, EXPOPS_SELECT_NOT };
enum { EXPOPS_MAX_SELECTION = 16 };

typedef struct expops_selection_item {
    uint32_t kind;
    int32_t ordinal; /* -1: not given */
    char name[EXPOPS_NAME_BYTES];
} expops_selection_item;

typedef struct expops_selection {
    uint32_t count;
    expops_selection_item items[EXPOPS_MAX_SELECTION + 1];
} expops_selection;

/* NULL is auto. *out_selection is untouched on failure. */
expops_status expops_selection_parse(const char *text, expops_selection *out_selection);
int expops_selection_excludes(const expops_selection *selection, const char *name);

#endif
