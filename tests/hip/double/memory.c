/* Device memory: the host's, filled with a pattern, known by address. */
#include "double.h"
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { PATTERN = 0xA5, ALIGNMENT = 256 };
static const size_t device_bytes = (size_t)16 << 30;

typedef struct range {
    char *begin, *end;
    int is_device; /* or a module's segments */
} range;

static pthread_rwlock_t lock = PTHREAD_RWLOCK_INITIALIZER;
static range *ranges; /* by address */
static size_t count, capacity, used_bytes;

/* The first range that ends behind the address. */
static size_t place_of(const char *address)
{
    size_t low = 0, high = count;
    while (low < high) {
        const size_t middle = (low + high) / 2;
        if (ranges[middle].end <= address)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

int double_find(const void *address, const char **begin, const char **end)
{
    pthread_rwlock_rdlock(&lock);
    const size_t place = place_of(address);
    const int found = place < count && ranges[place].begin <= (const char *)address;
    if (found) {
        *begin = ranges[place].begin;
        *end = ranges[place].end;
    }
    pthread_rwlock_unlock(&lock);
    return found;
}

static void add(char *begin, size_t bytes, int is_device)
{
    pthread_rwlock_wrlock(&lock);
    if (count == capacity) {
        capacity = capacity ? 2 * capacity : 64;
        ranges = realloc(ranges, capacity * sizeof *ranges);
        if (!ranges)
            abort(); /* test equipment: nothing sensible is left */
    }
    const size_t place = place_of(begin);
    memmove(ranges + place + 1, ranges + place, (count - place) * sizeof *ranges);
    ranges[place] = (range){ begin, begin + bytes, is_device };
    count++;
    used_bytes += is_device ? bytes : 0;
    pthread_rwlock_unlock(&lock);
}

/* 1 where a range starts there. */
static int drop(const char *begin)
{
    pthread_rwlock_wrlock(&lock);
    const size_t place = place_of(begin);
    const int found = place < count && ranges[place].begin == begin;
    if (found) {
        used_bytes -= ranges[place].is_device ? (size_t)(ranges[place].end - ranges[place].begin) : 0;
        memmove(ranges + place, ranges + place + 1, (count - place - 1) * sizeof *ranges);
        count--;
    }
    pthread_rwlock_unlock(&lock);
    return found;
}

void double_add_range(void *begin, size_t bytes)
{
    add(begin, bytes, 0);
}

void double_drop_range(void *begin)
{
    drop(begin);
}

static hipError_t allocate(void **out, size_t bytes)
{
    *out = NULL;
    if (!bytes)
        return hipSuccess;
    if (bytes > device_bytes - used_bytes || posix_memalign(out, ALIGNMENT, bytes))
        return hipErrorOutOfMemory;
    memset(*out, PATTERN, bytes);
    add(*out, bytes, 1);
    return hipSuccess;
}

static hipError_t release(void *memory)
{
    const hipError_t status = double_drain();
    if (!memory)
        return status;
    if (!drop(memory))
        return hipErrorInvalidValue;
    free(memory);
    return status;
}

EXPORTED hipError_t hipMalloc(void **out, size_t bytes)
{
    RECORD();
    return allocate(out, bytes);
}

EXPORTED hipError_t hipFree(void *memory)
{
    RECORD();
    return release(memory);
}

EXPORTED hipError_t hipMallocAsync(void **out, size_t bytes, hipStream_t stream)
{
    RECORD();
    return allocate(out, bytes);
}

EXPORTED hipError_t hipFreeAsync(void *memory, hipStream_t stream)
{
    RECORD();
    return release(memory);
}

EXPORTED hipError_t hipDeviceTotalMem(size_t *out_bytes, hipDevice_t device)
{
    RECORD();
    *out_bytes = device_bytes;
    return hipSuccess;
}

static int is_device_range(const void *address, size_t bytes)
{
    const char *begin, *end;
    return double_find(address, &begin, &end) && (const char *)address + bytes <= end;
}

static hipError_t copy(void *to, const void *from, size_t bytes, int checks_to, int checks_from, hipStream_t stream)
{
    if ((checks_to && !is_device_range(to, bytes)) || (checks_from && !is_device_range(from, bytes)))
        return bytes ? hipErrorInvalidValue : hipSuccess;
    return double_submit(stream, (double_work){ .kind = WORK_COPY, .to = to, .from = from, .bytes = bytes });
}

EXPORTED hipError_t hipMemcpyHtoDAsync(hipDeviceptr_t to, void *from, size_t bytes, hipStream_t stream)
{
    RECORD();
    return copy(to, from, bytes, 1, 0, stream);
}

EXPORTED hipError_t hipMemcpyDtoHAsync(void *to, hipDeviceptr_t from, size_t bytes, hipStream_t stream)
{
    RECORD();
    return copy(to, from, bytes, 0, 1, stream);
}

EXPORTED hipError_t hipMemcpyDtoDAsync(hipDeviceptr_t to, hipDeviceptr_t from, size_t bytes, hipStream_t stream)
{
    RECORD();
    return copy(to, from, bytes, 1, 1, stream);
}
