/* SPDX-License-Identifier: BSD-2-Clause */
#include "elf64.h"

#include <string.h>

#define PT_LOAD    1u
#define ET_EXEC    2u
#define EM_AARCH64 183u
#define PAGE_BYTES UINT64_C(4096)

static int check_header(const struct ldr_elf_header *header, uint64_t size_bytes, const char *name,
                        struct ldr_error *error)
{
    static const uint8_t magic[6] = { 0x7f, 'E', 'L', 'F', 2 /* 64 bit */, 1 /* little endian */ };

    if (memcmp(header->ident, magic, sizeof(magic)) != 0) {
        return ldr_fail(error, "%s: not a 64-bit little-endian ELF file", name, 0, 0, 0, 0);
    }
    if (header->machine != EM_AARCH64) {
        return ldr_fail(error, "%s: ELF file for machine 0x%x, not AArch64", name, header->machine,
                        0, 0, 0);
    }
    if (header->type != ET_EXEC) {
        return ldr_fail(error, "%s: ELF type 0x%x, need an executable with fixed addresses", name,
                        header->type, 0, 0, 0);
    }
    if (header->phentsize != sizeof(struct ldr_elf_segment) || header->phnum == 0 ||
        header->phnum > LDR_ELF_MAX_SEGMENTS || header->phoff > size_bytes ||
        (uint64_t)header->phnum * header->phentsize > size_bytes - header->phoff) {
        return ldr_fail(error, "%s: bad program headers (0x%x at 0x%x)", name, header->phnum,
                        header->phoff, 0, 0);
    }
    return 0;
}

static int check_segment(const struct ldr_elf_segment *segment, uint64_t size_bytes,
                         const char *name, struct ldr_error *error)
{
    struct ldr_range vaddr = { segment->vaddr, segment->memsz };
    struct ldr_range paddr = { segment->paddr, segment->memsz };

    /* Where nothing is read, as of a segment that is zeroed data only, the offset means nothing. */
    if (segment->filesz > segment->memsz ||
        (segment->filesz &&
         (segment->offset > size_bytes || segment->filesz > size_bytes - segment->offset))) {
        return ldr_fail(error, "%s: segment at 0x%x is not inside the file", name, segment->vaddr,
                        0, 0, 0);
    }
    if (!ldr_range_sane(vaddr) || !ldr_range_sane(paddr)) {
        return ldr_fail(error, "%s: segment at 0x%x/0x%x + 0x%x is beyond 2^48", name,
                        segment->vaddr, segment->paddr, segment->memsz, 0);
    }
    return 0;
}

static void extend(struct ldr_range *range, uint64_t base, uint64_t size)
{
    uint64_t start = base & ~(PAGE_BYTES - 1);
    uint64_t end = ldr_round_up(base + size, PAGE_BYTES);

    if (range->size != 0) {
        uint64_t old_end = range->base + range->size;

        start = start < range->base ? start : range->base;
        end = end > old_end ? end : old_end;
    }
    range->base = start;
    range->size = end - start;
}

static int add_segment(struct ldr_elf *elf, const struct ldr_elf_segment *segment, const char *name,
                       struct ldr_error *error)
{
    for (unsigned int i = 0; i < elf->segment_count; i++) {
        const struct ldr_elf_segment *other = &elf->segments[i];
        struct ldr_range a = { segment->vaddr, segment->memsz };
        struct ldr_range b = { other->vaddr, other->memsz };
        struct ldr_range pa = { segment->paddr, segment->memsz };
        struct ldr_range pb = { other->paddr, other->memsz };

        if (ldr_range_overlap(a, b) || ldr_range_overlap(pa, pb)) {
            return ldr_fail(error, "%s: segments 0x%x and 0x%x overlap", name, segment->vaddr,
                            other->vaddr, 0, 0);
        }
    }
    extend(&elf->vaddr, segment->vaddr, segment->memsz);
    extend(&elf->paddr, segment->paddr, segment->memsz);
    elf->segments[elf->segment_count++] = *segment;
    return 0;
}

static bool entry_inside(const struct ldr_elf *elf)
{
    for (unsigned int i = 0; i < elf->segment_count; i++) {
        if (elf->entry >= elf->segments[i].vaddr &&
            elf->entry - elf->segments[i].vaddr < elf->segments[i].memsz) {
            return true;
        }
    }
    return false;
}

int ldr_elf_read(const uint8_t *file, uint64_t size_bytes, const char *name, struct ldr_elf *elf,
                 struct ldr_error *error)
{
    struct ldr_elf_header header;

    memset(elf, 0, sizeof(*elf));
    if (size_bytes < sizeof(header)) {
        return ldr_fail(error, "%s: 0x%x bytes are no ELF file", name, size_bytes, 0, 0, 0);
    }
    memcpy(&header, file, sizeof(header));
    if (check_header(&header, size_bytes, name, error) != 0) {
        return -1;
    }
    elf->entry = header.entry;
    elf->header_count = header.phnum;
    memcpy(elf->headers, file + header.phoff, header.phnum * sizeof(elf->headers[0]));
    for (unsigned int i = 0; i < header.phnum; i++) {
        const struct ldr_elf_segment *segment = &elf->headers[i];

        if (segment->type != PT_LOAD || segment->memsz == 0) {
            continue;
        }
        if (check_segment(segment, size_bytes, name, error) != 0 ||
            add_segment(elf, segment, name, error) != 0) {
            return -1;
        }
    }
    if (!entry_inside(elf)) {
        return ldr_fail(error, "%s: entry point 0x%x is in no segment", name, elf->entry, 0, 0, 0);
    }
    return 0;
}

void ldr_elf_load(const struct ldr_elf *elf, const uint8_t *file, uint8_t *memory, bool by_paddr)
{
    const struct ldr_range *range = by_paddr ? &elf->paddr : &elf->vaddr;

    memset(memory, 0, range->size);
    for (unsigned int i = 0; i < elf->segment_count; i++) {
        const struct ldr_elf_segment *segment = &elf->segments[i];
        uint64_t address = by_paddr ? segment->paddr : segment->vaddr;

        if (segment->filesz) {
            memcpy(memory + (address - range->base), file + segment->offset, segment->filesz);
        }
    }
}
