/* What AMD's code objects say of a kernel, held against what the host will do with it. */
#ifndef VARIANTS_AMD_H
#define VARIANTS_AMD_H

#include <stddef.h>
#include <stdint.h>

typedef struct amd_terms {
    uint32_t tensors, params_bytes, group; /* as the kernel is launched */
    uint32_t local_bytes, subgroup;        /* of the device */
} amd_terms;

/* Lanes of a wave on this target; 0 where it is none of AMD's. */
uint32_t amd_wave(const char *target);
/* NULL, or what is wrong, as text. */
const char *amd_check(const void *image, const amd_terms *terms);

#endif
