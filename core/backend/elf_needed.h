/* What an ELF file says of itself: the libraries it asks for, and how long it should be. */
#ifndef EXPOPS_ELF_NEEDED_H
#define EXPOPS_ELF_NEEDED_H

#include <stddef.h>
#include <stdint.h>

/* Names (DT_NEEDED) of a file of this machine's word size and byte order, at most `max`; they point
 * into `data`. Any bytes are safe input; what does not parse gives 0. */
size_t expops_elf_needed(const void *data, size_t bytes, const char **names, size_t max);

/* Whether a file of `file_bytes`, of which the first `bytes` are given, ends before what would be mapped of it: to touch that
 * would kill the process. 0 for what is no such file; the linker refuses that. */
int expops_elf_cut_short(const void *start, size_t bytes, uint64_t file_bytes);

#endif
