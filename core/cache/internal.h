/* What the files of this folder share: the directory, the form of an entry, the counters. */
#ifndef EXPOPS_CACHE_INTERNAL_H
#define EXPOPS_CACHE_INTERNAL_H

#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include "disk_cache.h"

/* EXPOPS_CACHE. A value that is none of these counts as MEMORY: a typing error must not write to the disk. */
enum expops_cache_mode {
    EXPOPS_CACHE_RW = 0,
    EXPOPS_CACHE_RO,
    EXPOPS_CACHE_OFF,
    EXPOPS_CACHE_MEMORY,
};

/* --- directory.c --- */

/* Where entries are; opened once, at first use. */
typedef struct expops_cache_place {
    int fd; /* -1: nothing on disk, `reason` says why */
    int writable;
    char path[4096];
    char reason[4352];
} expops_cache_place;
const expops_cache_place *expops_cache_get_place(void);
enum expops_cache_mode expops_cache_get_mode(void);
/* For tests, after expops_env_reload: forgets the directory. Not thread-safe. */
void expops_cache_reset(void);

/* --- entry.c --- */

enum { EXPOPS_CACHE_HEADER_BYTES = 64, EXPOPS_CACHE_ABOUT_BYTES = 255 };
#define EXPOPS_CACHE_PAYLOAD_LIMIT ((uint64_t)1 << 30)

/* The first bytes of a file, checked against its size, not against its checksum. */
typedef struct expops_cache_header {
    expops_cache_key key;
    uint8_t checksum[16];
    uint64_t payload_bytes;
    uint32_t about_bytes;
} expops_cache_header;

/* Fills `bytes` with the header of an entry, checksum included. */
void expops_cache_entry_encode(uint8_t bytes[EXPOPS_CACHE_HEADER_BYTES], const expops_cache_key *key, const char *about,
                               size_t about_bytes, const void *payload, size_t payload_bytes);
/* 1 where `bytes` begin an entry that fills a file of `file_bytes` exactly. */
int expops_cache_entry_decode(const uint8_t bytes[EXPOPS_CACHE_HEADER_BYTES], uint64_t file_bytes,
                              expops_cache_header *out_header);
/* 1 where the whole file in memory is what was written for `key`. */
int expops_cache_entry_verify(const uint8_t *file, uint64_t file_bytes, const expops_cache_key *key,
                              expops_cache_header *out_header);
/* read() and write() to the end, whatever interrupts them. 0 or -1 with errno. */
int expops_cache_read_all(int fd, void *data, size_t bytes);
int expops_cache_write_all(int fd, const void *data, size_t bytes);

/* --- walk.c --- */

/* A file below the version directory. */
typedef struct expops_cache_file {
    int directory;    /* descriptor of the folder it is in */
    const char *name; /* within that folder */
    const char *path; /* from the cache directory */
    struct stat stat;
    int temporary; /* being written, or left by a writer that died */
} expops_cache_file;
/* Calls `visit` for each until it returns nonzero. */
void expops_cache_walk(int root, int (*visit)(void *context, const expops_cache_file *file), void *context);

/* --- collect.c --- */

/* Brings the directory down to its limit where that is due (once a day, by one process). */
void expops_cache_collect(const expops_cache_place *place);

/* Folder of the format that this file describes; another format gets another folder. */
#define EXPOPS_CACHE_VERSION_DIRECTORY "v1"
#define EXPOPS_CACHE_SUFFIX ".xo"
#define EXPOPS_CACHE_TEMPORARY "tmp."

#endif
