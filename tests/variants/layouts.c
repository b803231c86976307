/* Which layouts are tried: each leads the specialisation down another path. */
#include "variant.h"

static const variant_layout pointwise[] = {
    { "contiguous", 1, { 4096 }, .basic = 1 },
    { "tail", 1, { 4099 } },
    { "misaligned", 1, { 4096 }, .misaligned = 1 },
    { "scalar", 0 },
    { "strided", 3, { 6, 10, 14 }, { { 800, 60, 3 }, { 900, 70, 2 } }, { 1000, 80, 4 } },
    { "rows apart", 2, { 48, 64 }, { { 128, 1 }, { 64, 1 } } },
    { "transposed", 2, { 64, 96 }, { { 1, 64 }, { 96, 1 } } },
    { "transposed odd", 2, { 65, 97 }, { { 1, 65 }, { 97, 1 } } },
    { "all transposed", 2, { 64, 96 }, { { 1, 64 }, { 1, 64 } } },
    { "broadcast", 2, { 48, 64 }, { { 1, 0 }, { 0, 1 } } },
    { "broadcast odd", 2, { 48, 65 }, { { 1, 0 }, { 0, 1 } } },
    { "channels odd", 3, { 6, 15, 49 }, { { 735, 49, 1 }, { 0, 1, 0 } } },
    { "numbers", 1, { 4096 }, .numbers = 1 },
    { "absent", 1, { 4096 }, .absent = 1 },
    { "mixed", 1, { 4096 }, .mixed = 1 },
    { "other output", 1, { 4096 }, .other_out = 1 },
    { "wide", 1, { 3ll << 30 } },
    { "wide odd", 2, { 1 << 16, (1 << 16) + 1 }, { { (1 << 16) + 1, 1 }, { 1, 0 } } },
    { "wide strided", 2, { 1 << 16, 1 << 15 }, { { 1 << 17, 3 }, { 1 << 17, 2 } } },
    { NULL },
};

static const variant_layout rows[] = {
    { "rows", 2, { 512, 1024 }, .walked = 1, .basic = 1 },
    { "short rows", 2, { 4096, 8 }, .walked = 1 },
    { "long rows", 2, { 2048, 65536 }, .walked = 1 },
    { "odd rows", 2, { 512, 1001 }, .walked = 1 },
    { "short odd rows", 2, { 4096, 17 }, .walked = 1 },
    { "whole", 1, { 1000 }, .walked = 1 },
    { "columns", 2, { 512, 512 }, { { 1, 512 }, { 1, 512 } }, .walked = 1 },
    { "long columns", 2, { 64, 1 << 20 }, { { 1, 64 }, { 1, 64 } }, .walked = 1 },
    { "few rows", 2, { 3, 1 << 17 }, .walked = 1 },
    { "cut rows", 2, { 2, 1 << 24 }, .walked = 1 },
    { "cut odd rows", 2, { 2, (1 << 22) + 1 }, .walked = 1 },
    { "strided", 3, { 5, 6, 7 }, { { 600, 50, 3 }, { 700, 60, 2 } }, .walked = 2 },
    { "misaligned", 2, { 512, 1024 }, .walked = 1, .misaligned = 1 },
    { "numbers", 2, { 512, 1024 }, .walked = 1, .numbers = 1 },
    { "absent", 2, { 512, 1024 }, .walked = 1, .absent = 1 },
    { "mixed", 2, { 512, 1024 }, .walked = 1, .mixed = 1 },
    { "other output", 2, { 512, 1024 }, .walked = 1, .other_out = 1 },
    { "wide", 2, { 1 << 16, 1 << 16 }, .walked = 1 },
    { NULL },
};

const variant_layout *variant_layouts(const expops_operator *op)
{
    return op->family == EXPOPS_FAMILY_POINTWISE ? pointwise : rows;
}

uint32_t variant_choices(const expops_operator *op)
{
    for (uint32_t i = 0; op->parameters[i].name; i++) {
        uint32_t count = 0;
        while (op->parameters[i].kind == EXPOPS_PARAMETER_CHOICE && op->parameters[i].choices[count])
            count++;
        if (count)
            return count;
    }
    return 1;
}
