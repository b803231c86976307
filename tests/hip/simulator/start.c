/* A wave's first state: what the kernel's descriptor asks for. */
#include "families.h"
#include <string.h>

typedef struct descriptor {
    uint32_t resources1, resources2;
    uint16_t properties;
} descriptor;

static descriptor read_descriptor(const simulator_launch *launch)
{
    const char *at = launch->image + launch->descriptor;
    descriptor out;
    memcpy(&out.resources1, at + 48, 4);
    memcpy(&out.resources2, at + 52, 4);
    memcpy(&out.properties, at + 56, 2);
    return out;
}

static int packs_ids(const char *arch)
{
    static const char *const packed[] = { "gfx90a", "gfx94", "gfx95", "gfx11", "gfx12" };
    for (size_t i = 0; i < sizeof packed / sizeof packed[0]; i++)
        if (!strncmp(arch, packed[i], strlen(packed[i])))
            return 1;
    return 0;
}

static void set_pair(uint32_t *registers, const void *address)
{
    registers[0] = (uint32_t)(uintptr_t)address;
    registers[1] = (uint32_t)((uint64_t)(uintptr_t)address >> 32);
}

/* User registers in the order that the descriptor names them, then the group's numbers, which gfx12 has in registers of their own. */
static void set_scalars(sim_wave *wave, const descriptor *of)
{
    const simulator_launch *launch = wave->group->launch;
    uint32_t *s = wave->s, next = 0;
    if (of->properties & 1) {
        s[next + 3] = SIM_POISON; /* marks the private memory's descriptor */
        next += 4;
    }
    if (of->properties & 2) {
        set_pair(s + next, wave->group->packet);
        next += 2;
    }
    if (of->properties & 4)
        next += 2;
    if (of->properties & 8) {
        set_pair(s + next, launch->kernarg);
        next += 2;
    }
    if (of->properties & 16)
        next += 2;
    if (of->properties & 32) {
        s[next] = s[next + 1] = 0; /* flat_scratch */
        next += 2;
    }
    next = of->resources2 >> 1 & 31;
    if (!strncmp(launch->arch, "gfx12", 5)) {
        s[SIM_TTMP + 9] = wave->group->id[0];
        s[SIM_TTMP + 7] = wave->group->id[1] | wave->group->id[2] << 16;
        return;
    }
    for (int d = 0; d < 3; d++)
        if (of->resources2 >> (7 + d) & 1)
            s[next++] = wave->group->id[d];
    if (of->resources2 & 1)
        s[next++] = 0; /* where the wave's private memory starts */
}

static void set_items(sim_wave *wave)
{
    const uint32_t *block = wave->group->launch->block, items = block[0] * block[1] * block[2];
    const int packed = packs_ids(wave->group->launch->arch);
    uint64_t exec = 0;
    for (int lane = 0; lane < wave->lanes; lane++) {
        const uint32_t item = wave->number * (uint32_t)wave->lanes + (uint32_t)lane;
        const uint32_t x = item % block[0], y = item / block[0] % block[1], z = item / (block[0] * block[1]);
        if (item >= items)
            break;
        exec |= (uint64_t)1 << lane;
        wave->v[0][lane] = packed ? x | y << 10 | z << 20 : x;
        wave->v[1][lane] = packed ? wave->v[1][lane] : y;
        wave->v[2][lane] = packed ? wave->v[2][lane] : z;
    }
    wave->s[SIM_EXEC] = (uint32_t)exec;
    wave->s[SIM_EXEC + 1] = (uint32_t)(exec >> 32);
}

int sim_start_wave(sim_wave *wave, sim_group *group, uint32_t number)
{
    const descriptor of = read_descriptor(group->launch);
    unsigned char *private_memory = wave->private_memory;
    memset(wave, SIM_POISON, sizeof *wave);
    wave->private_memory = private_memory;
    if (private_memory)
        memset(private_memory, SIM_POISON, (size_t)group->launch->private_bytes * SIM_LANES);
    wave->group = group;
    wave->number = number;
    wave->lanes = (int)group->launch->wave;
    wave->pc = group->program->entry;
    wave->done = wave->at_barrier = wave->signalled = wave->index_source = wave->index_result = 0;
    wave->mode = of.resources1 >> 12 & 255;
    wave->zero_high = !strncmp(group->launch->arch, "gfx8", 4) || !strncmp(group->launch->arch, "gfx9", 4);
    wave->known_begin = wave->known_end = NULL;
    wave->error[0] = 0;
    wave->s[SIM_SCC] = 0;
    set_scalars(wave, &of);
    set_items(wave);
    return SIM_NEXT;
}
