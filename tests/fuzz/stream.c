/* Decisions from bytes or from a seed. */
#include "fuzz.h"

#include <math.h>
#include <string.h>

static uint64_t take(fuzz_stream *stream, size_t count)
{
    uint64_t bits = 0;
    const size_t taken = count < stream->left ? count : stream->left;
    memcpy(&bits, stream->bytes, taken);
    stream->bytes += taken;
    stream->left -= taken;
    return bits;
}

uint64_t fuzz_bits(fuzz_stream *stream)
{
    return stream->bytes ? take(stream, 8) : test_random_bits(&stream->random);
}

uint64_t fuzz_below(fuzz_stream *stream, uint64_t limit)
{
    if (stream->bytes)
        return take(stream, limit <= 256 ? 1 : 8) % limit;
    return test_random_below(&stream->random, limit);
}

int fuzz_chance(fuzz_stream *stream, unsigned percent)
{
    return fuzz_below(stream, 100) >= 100 - percent; /* an exhausted stream says no */
}

int64_t fuzz_integer(fuzz_stream *stream)
{
    static const int64_t edges[] = { -1,
                                     INT64_MAX,
                                     INT64_MIN,
                                     (INT64_C(1) << 62) + 1,
                                     INT64_C(1) << 61,
                                     INT64_C(1) << 32,
                                     INT64_C(1) << 31,
                                     INT32_MAX,
                                     -INT64_C(129),
                                     255,
                                     256,
                                     257,
                                     INT64_C(65536),
                                     INT64_C(6148914691236517206),
                                     INT64_MIN + 1,
                                     1000 };
    const uint64_t pick = fuzz_below(stream, 48);
    if (pick < 16)
        return edges[pick];
    return pick < 40 ? (int64_t)fuzz_below(stream, 24) - 6 : (int64_t)(fuzz_bits(stream) >> fuzz_below(stream, 64));
}

double fuzz_real(fuzz_stream *stream)
{
    static const double edges[] = { 0.0,     -0.0,     INFINITY, -INFINITY, NAN,    65504, 65520, 65536,
                                    0x1p-25, 0x1p-149, 3.5e38,   1e308,     0x1p63, 0.1,   -0.3,  255.5 };
    const uint64_t pick = fuzz_below(stream, 48);
    if (pick < 16)
        return edges[pick];
    if (pick < 32)
        return (double)((int64_t)fuzz_below(stream, 33) - 16) / 4;
    return (double)(int64_t)fuzz_bits(stream) * 0x1p-60;
}
