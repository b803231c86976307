/* The candidates that a search has found, shared by those who use them. Called without the runtime lock. */
#ifndef EXPOPS_CATALOGUE_H
#define EXPOPS_CATALOGUE_H

#include "plugin.h"

/* --- catalogue.c --- */

/* What was found when places were last searched, which they are at the first call; counted. */
expops_status expops_catalogue_open(expops_catalogue **out_catalogue);
void expops_catalogue_close(expops_catalogue *catalogue);
/* Searches again; who holds what was found before keeps that. */
expops_status expops_catalogue_renew(void);

/* --- search.c --- */

/* Adds what lies in the places to look at, in their order. */
expops_status expops_search(expops_catalogue *catalogue);

/* --- added.c --- */

/* Whether `path` is not to be loaded (doctor.h). */
int expops_loader_skips(const char *path);

#endif
