/* Files that a program of the build writes. */
#ifndef WRITTEN_H
#define WRITTEN_H

#include <stdio.h>

/* Turns stdout to memory; 0 where there is none. */
int written_begin(void);
/* What was printed since, as the file `path`: one that would not change keeps its time, so that nothing is built anew for it.
 * Returns 0 where it could not be written. */
int written_end(const char *path);

#endif
