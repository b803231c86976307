/* libamd_comgr, as far as it is asked which targets exist: those that the clang of rtc_clang.c is tried with. */
#include <stddef.h>

#define EXPORTED __attribute__((visibility("default")))

static const char *const names[] = {
    "amdgcn-amd-amdhsa--gfx90a",  "amdgcn-amd-amdhsa--gfx942",  "amdgcn-amd-amdhsa--gfx1030",
    "amdgcn-amd-amdhsa--gfx1100", "amdgcn-amd-amdhsa--gfx1200",
};

EXPORTED unsigned amd_comgr_get_isa_count(size_t *out_count);
EXPORTED unsigned amd_comgr_get_isa_name(size_t index, const char **out_name);

EXPORTED unsigned amd_comgr_get_isa_count(size_t *out_count)
{
    *out_count = sizeof names / sizeof names[0];
    return 0;
}

EXPORTED unsigned amd_comgr_get_isa_name(size_t index, const char **out_name)
{
    *out_name = index < sizeof names / sizeof names[0] ? names[index] : NULL;
    return *out_name ? 0 : 2;
}
