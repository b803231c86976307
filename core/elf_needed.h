/* The libraries an ELF file asks for. */
#ifndef EXPOPS_ELF_NEEDED_H
#define EXPOPS_ELF_NEEDED_H

#include <stddef.h>

/* Names (DT_NEEDED) of a file of this machine's word size and byte order, at most `max`; they point
 * into `data`. Any bytes are safe input; what does not parse gives 0. */
size_t expops_elf_needed(const void *data, size_t bytes, const char **names, size_t max);

#endif
