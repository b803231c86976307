/* Kernel texts for a person to read: EXPOPS_DUMP. */
#ifndef EXPOPS_DUMP_H
#define EXPOPS_DUMP_H

#include <stdint.h>

/* Writes `text` into the directory EXPOPS_DUMP, where that is set; failures are logged only. */
void expops_dump_source(const char *name, const uint8_t key[16], const char *text);

#endif
