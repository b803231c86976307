#include "elf_needed.h"

#include <elf.h>
#include <link.h>
#include <string.h>

/* Whatever the file says of itself may be wrong: each offset is held against its length before it is followed. */
typedef struct file {
    const uint8_t *data;
    size_t bytes;
    ElfW(Ehdr) header;
} file;

/* Copies a struct out of the file; 0 where it lies outside. */
static int take(const file *f, uint64_t offset, void *to, size_t bytes)
{
    if (offset > f->bytes || bytes > f->bytes - offset)
        return 0;
    memcpy(to, f->data + offset, bytes);
    return 1;
}

/* Of another machine's files the linker says enough. */
static int read_header(file *f)
{
    const uint16_t probe = 1;
    const uint8_t order = *(const uint8_t *)&probe ? ELFDATA2LSB : ELFDATA2MSB;
    const uint8_t class = sizeof(void *) == 8 ? ELFCLASS64 : ELFCLASS32;
    return take(f, 0, &f->header, sizeof f->header) && !memcmp(f->header.e_ident, ELFMAG, SELFMAG) &&
           f->header.e_ident[EI_CLASS] == class && f->header.e_ident[EI_DATA] == order &&
           f->header.e_phentsize == sizeof(ElfW(Phdr));
}

static int segment_at(const file *f, unsigned index, ElfW(Phdr) * out)
{
    const uint64_t offset = (uint64_t)f->header.e_phoff + (uint64_t)index * sizeof *out;
    return offset >= f->header.e_phoff && take(f, offset, out, sizeof *out);
}

/* Where an address lies in the file; 0 where no segment holds it. */
static uint64_t offset_of(const file *f, uint64_t address)
{
    ElfW(Phdr) segment;
    for (unsigned i = 0; i < f->header.e_phnum && segment_at(f, i, &segment); i++)
        if (segment.p_type == PT_LOAD && address >= segment.p_vaddr && address - segment.p_vaddr < segment.p_filesz)
            return address - segment.p_vaddr + segment.p_offset;
    return 0;
}

static int dynamic_segment(const file *f, ElfW(Phdr) * out)
{
    for (unsigned i = 0; i < f->header.e_phnum && segment_at(f, i, out); i++)
        if (out->p_type == PT_DYNAMIC)
            return 1;
    return 0;
}

/* The string at an offset of the string table, if its end is in the file too. */
static const char *string_at(const file *f, uint64_t table, uint64_t offset)
{
    const uint64_t at = table + offset;
    if (at < table || at >= f->bytes || !memchr(f->data + at, 0, f->bytes - at))
        return NULL;
    return (const char *)f->data + at;
}

/* Entry `index` of the dynamic section; 0 past the last. */
static int dynamic_at(const file *f, const ElfW(Phdr) * dynamic, size_t index, ElfW(Dyn) * out)
{
    const uint64_t within = (uint64_t)index * sizeof *out;
    const uint64_t offset = (uint64_t)dynamic->p_offset + within;
    return within + sizeof *out <= dynamic->p_filesz && offset >= within && take(f, offset, out, sizeof *out) &&
           out->d_tag != DT_NULL;
}

static uint64_t string_table(const file *f, const ElfW(Phdr) * dynamic)
{
    ElfW(Dyn) entry;
    for (size_t i = 0; dynamic_at(f, dynamic, i, &entry); i++)
        if (entry.d_tag == DT_STRTAB)
            return offset_of(f, entry.d_un.d_ptr);
    return 0;
}

size_t expops_elf_needed(const void *data, size_t bytes, const char **names, size_t max)
{
    file f = { .data = data, .bytes = bytes };
    ElfW(Phdr) dynamic;
    ElfW(Dyn) entry;
    size_t count = 0;
    if (!read_header(&f) || !dynamic_segment(&f, &dynamic))
        return 0;
    const uint64_t table = string_table(&f, &dynamic);
    for (size_t i = 0; table && count < max && dynamic_at(&f, &dynamic, i, &entry); i++) {
        const char *name = entry.d_tag == DT_NEEDED ? string_at(&f, table, entry.d_un.d_val) : NULL;
        if (name && *name)
            names[count++] = name;
    }
    return count;
}

static int ends_within(uint64_t offset, uint64_t bytes, uint64_t file_bytes)
{
    return offset <= file_bytes && bytes <= file_bytes - offset;
}

/* Asked before dlopen: mapping a file that ends too early is no error, reading behind its end a signal that ends
 * the process. */
int expops_elf_cut_short(const void *start, size_t bytes, uint64_t file_bytes)
{
    file f = { .data = start, .bytes = bytes };
    ElfW(Phdr) segment;
    if (!read_header(&f))
        return 0;
    const uint64_t table_bytes = (uint64_t)f.header.e_phnum * sizeof segment;
    if (!ends_within(f.header.e_phoff, table_bytes, file_bytes))
        return 1;
    for (unsigned i = 0; i < f.header.e_phnum && segment_at(&f, i, &segment); i++)
        if (segment.p_type == PT_LOAD && !ends_within(segment.p_offset, segment.p_filesz, file_bytes))
            return 1;
    return 0;
}
