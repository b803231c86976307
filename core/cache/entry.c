/* The form of an entry on disk. All numbers are little-endian:
 *
 *      0  8  "EXPOPSXO"
 *      8  4  bytes of this header
 *     12  4  bytes of the provenance text that follows it
 *     16  8  bytes of the payload that follows the text
 *     24  16 key
 *     40  8  zero, for a later format
 *     48  16 XXH3 (128 bits) of the first 48 bytes, the text and the payload
 *
 * The file ends with the payload, so a lost or an added byte shows, and the checksum covers the rest. It guards against
 * accidents, not against malice: that is the directory's ownership. */
#include <errno.h>
#include <string.h>
#include <unistd.h>
#define XXH_INLINE_ALL
#include <xxhash.h>
#include "internal.h"

enum { AT_HEADER_BYTES = 8, AT_ABOUT_BYTES = 12, AT_PAYLOAD_BYTES = 16, AT_KEY = 24, AT_CHECKSUM = 48 };
static const char magic[8] = { 'E', 'X', 'P', 'O', 'P', 'S', 'X', 'O' };

static void put(uint8_t *at, uint64_t value, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++)
        at[i] = (uint8_t)(value >> 8 * i);
}

static uint64_t get(const uint8_t *at, size_t bytes)
{
    uint64_t value = 0;
    for (size_t i = 0; i < bytes; i++)
        value |= (uint64_t)at[i] << 8 * i;
    return value;
}

static void put_hash(uint8_t out[16], XXH128_hash_t hash)
{
    put(out, hash.low64, 8);
    put(out + 8, hash.high64, 8);
}

static void checksum(uint8_t out[16], const uint8_t *header, const void *about, size_t about_bytes, const void *payload,
                     size_t payload_bytes)
{
    XXH3_state_t state;
    XXH3_128bits_reset(&state);
    XXH3_128bits_update(&state, header, AT_CHECKSUM);
    XXH3_128bits_update(&state, about, about_bytes);
    XXH3_128bits_update(&state, payload, payload_bytes);
    put_hash(out, XXH3_128bits_digest(&state));
}

expops_cache_key expops_cache_key_of(const void *const *parts, const size_t *sizes, size_t count)
{
    XXH3_state_t state;
    XXH3_128bits_reset(&state);
    for (size_t i = 0; i < count; i++) {
        uint8_t length[8];
        put(length, sizes[i], sizeof(length));
        XXH3_128bits_update(&state, length, sizeof(length));
        if (sizes[i])
            XXH3_128bits_update(&state, parts[i], sizes[i]);
    }
    expops_cache_key key;
    put_hash(key.bytes, XXH3_128bits_digest(&state));
    return key;
}

void expops_cache_entry_encode(uint8_t bytes[EXPOPS_CACHE_HEADER_BYTES], const expops_cache_key *key, const char *about,
                               size_t about_bytes, const void *payload, size_t payload_bytes)
{
    memset(bytes, 0, EXPOPS_CACHE_HEADER_BYTES);
    memcpy(bytes, magic, sizeof(magic));
    put(bytes + AT_HEADER_BYTES, EXPOPS_CACHE_HEADER_BYTES, 4);
    put(bytes + AT_ABOUT_BYTES, about_bytes, 4);
    put(bytes + AT_PAYLOAD_BYTES, payload_bytes, 8);
    memcpy(bytes + AT_KEY, key->bytes, sizeof(key->bytes));
    checksum(bytes + AT_CHECKSUM, bytes, about, about_bytes, payload, payload_bytes);
}

int expops_cache_entry_decode(const uint8_t bytes[EXPOPS_CACHE_HEADER_BYTES], uint64_t file_bytes,
                              expops_cache_header *out_header)
{
    expops_cache_header header = {
        .payload_bytes = get(bytes + AT_PAYLOAD_BYTES, 8),
        .about_bytes = (uint32_t)get(bytes + AT_ABOUT_BYTES, 4),
    };
    if (memcmp(bytes, magic, sizeof(magic)) || get(bytes + AT_HEADER_BYTES, 4) != EXPOPS_CACHE_HEADER_BYTES)
        return 0;
    if (header.payload_bytes > EXPOPS_CACHE_PAYLOAD_LIMIT || header.about_bytes > EXPOPS_CACHE_ABOUT_BYTES)
        return 0;
    if (EXPOPS_CACHE_HEADER_BYTES + header.about_bytes + header.payload_bytes != file_bytes)
        return 0;
    memcpy(header.key.bytes, bytes + AT_KEY, sizeof(header.key.bytes));
    memcpy(header.checksum, bytes + AT_CHECKSUM, sizeof(header.checksum));
    *out_header = header;
    return 1;
}

int expops_cache_entry_verify(const uint8_t *file, uint64_t file_bytes, const expops_cache_key *key,
                              expops_cache_header *out_header)
{
    if (file_bytes < EXPOPS_CACHE_HEADER_BYTES || !expops_cache_entry_decode(file, file_bytes, out_header))
        return 0;
    if (memcmp(out_header->key.bytes, key->bytes, sizeof(key->bytes)))
        return 0;
    const uint8_t *about = file + EXPOPS_CACHE_HEADER_BYTES;
    uint8_t sum[16];
    checksum(sum, file, about, out_header->about_bytes, about + out_header->about_bytes, out_header->payload_bytes);
    return memcmp(sum, out_header->checksum, sizeof(sum)) == 0;
}

int expops_cache_read_all(int fd, void *data, size_t bytes)
{
    for (size_t done = 0; done < bytes;) {
        const ssize_t now = read(fd, (char *)data + done, bytes - done);
        if (now == 0)
            errno = EIO; /* the file shrank under us */
        if (now == 0 || (now < 0 && errno != EINTR))
            return -1;
        done += now > 0 ? (size_t)now : 0;
    }
    return 0;
}

int expops_cache_write_all(int fd, const void *data, size_t bytes)
{
    for (size_t done = 0; done < bytes;) {
        const ssize_t now = write(fd, (const char *)data + done, bytes - done);
        if (now < 0 && errno != EINTR)
            return -1;
        done += now > 0 ? (size_t)now : 0;
    }
    return 0;
}
