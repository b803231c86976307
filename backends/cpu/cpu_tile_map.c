/* What a plan knows of a tile: its runs, by their length, where that is better than where each element comes from. */
#include "cpu_tile.h"

#include <stdlib.h>

/* Elements that are gathered by vectors of addresses are as quick as runs of so many; others cost more, and more again where it must be
 * asked whether there are any. */
enum { GATHERED = 12, SINGLE = 3 };

/* Where the run ends that begins at i. It does not go on into another part of the tile, since blocks may have some of them. */
static int64_t end_of_run(const int64_t *places, int64_t n, int64_t each, int64_t i)
{
    const int64_t end = cpu_least(n, each < n ? (i / each + 1) * each : n), first = places[i];
    int64_t next = i + 1;

    while (next < end && (first == CPU_ABSENT ? places[next] == CPU_ABSENT : places[next] == first + next - i))
        next++;
    return next;
}

/* The group of this length; NULL where there is no room for it. */
static cpu_run_group *group_of(cpu_tile *tile, uint32_t bytes)
{
    for (uint32_t g = 0; g < tile->num_groups; g++)
        if (tile->group[g].bytes == bytes)
            return &tile->group[g];
    if (tile->num_groups == CPU_MOST_GROUPS)
        return NULL;
    tile->group[tile->num_groups] = (cpu_run_group){ .bytes = bytes };
    return &tile->group[tile->num_groups++];
}

/* Whether the runs have few lengths, and are worth it. */
static int count_runs(const int64_t *places, int64_t n, uint32_t bytes, cpu_tile *tile)
{
    const int gathered = bytes == 4 || bytes == 8;
    int64_t runs = 0, there = 0;

    for (int64_t i = 0, next; i < n; i = next) {
        next = end_of_run(places, n, tile->each, i);
        if (places[i] == CPU_ABSENT)
            continue;
        cpu_run_group *const group = group_of(tile, (uint32_t)(next - i) * bytes);
        if (!group)
            return 0;
        group->count++;
        runs++;
        there += next - i;
    }
    return gathered ? there >= GATHERED * runs : tile->absent || there >= SINGLE * runs;
}

static void list_runs(const int64_t *places, int64_t n, uint32_t bytes, cpu_tile *tile)
{
    int32_t *free_places = tile->map;

    for (uint32_t g = 0; g < tile->num_groups; g++) {
        tile->group[g].to = free_places;
        tile->group[g].from = free_places + tile->group[g].count;
        free_places += 2 * tile->group[g].count;
        tile->group[g].count = 0;
    }
    for (int64_t i = 0, next; i < n; i = next) {
        next = end_of_run(places, n, tile->each, i);
        if (places[i] == CPU_ABSENT)
            continue;
        cpu_run_group *const group = group_of(tile, (uint32_t)(next - i) * bytes);
        tile->map[group->to - tile->map + group->count] = (int32_t)(i * bytes);
        tile->map[group->from - tile->map + group->count++] = (int32_t)((places[i] - tile->lowest) * bytes);
    }
}

/* Whether there are any elements, all near enough. */
static int look_at(const int64_t *places, int64_t n, uint32_t bytes, cpu_tile *tile)
{
    int64_t low = INT64_MAX, high = INT64_MIN;

    for (int64_t i = 0; i < n; i++) {
        tile->absent |= places[i] == CPU_ABSENT;
        if (places[i] == CPU_ABSENT)
            continue;
        low = cpu_least(low, places[i]);
        high = places[i] > high ? places[i] : high;
    }
    tile->lowest = low;
    return high != INT64_MIN && high - low <= INT32_MAX / (int64_t)bytes;
}

cpu_tile *cpu_tile_new(const int64_t *places, int64_t n, int64_t each, uint32_t bytes)
{
    cpu_tile *const tile = calloc(1, sizeof(*tile) + 2 * (size_t)n * sizeof(tile->map[0]));

    if (!tile)
        return NULL;
    tile->each = each;
    if (!look_at(places, n, bytes, tile)) {
        free(tile);
        return NULL;
    }
    if (count_runs(places, n, bytes, tile)) {
        list_runs(places, n, bytes, tile);
        return tile;
    }
    tile->num_groups = 0;
    for (int64_t i = 0; i < n; i++)
        tile->map[i] = places[i] == CPU_ABSENT ? -1 : (int32_t)(places[i] - tile->lowest);
    return tile;
}
