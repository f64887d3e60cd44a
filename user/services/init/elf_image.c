/* SPDX-License-Identifier: BSD-2-Clause */
#include "elf_image.h"

#include "rt/log.h"
#include "rt/mem.h"

#define PAGE_BYTES UINT64_C(4096)

#define ELF_CLASS_64        2
#define ELF_DATA_LITTLE     1
#define ELF_TYPE_EXEC       2
#define ELF_MACHINE_AARCH64 183
#define ELF_SEGMENT_LOAD    1
#define ELF_FLAG_EXECUTE    0x1u
#define ELF_FLAG_WRITE      0x2u

struct elf_header {
    uint8_t magic[4];
    uint8_t class_bits;
    uint8_t data_order;
    uint8_t ident_rest[10];
    uint16_t type;
    uint16_t machine;
    uint32_t version;
    uint64_t entry;
    uint64_t phdr_offset;
    uint64_t shdr_offset;
    uint32_t flags;
    uint16_t header_bytes;
    uint16_t phdr_bytes;
    uint16_t phdr_count;
    uint16_t shdr_bytes;
    uint16_t shdr_count;
    uint16_t shdr_names;
};

struct elf_phdr {
    uint32_t type;
    uint32_t flags;
    uint64_t offset;
    uint64_t vaddr;
    uint64_t paddr;
    uint64_t file_bytes;
    uint64_t mem_bytes;
    uint64_t align;
};

_Static_assert(sizeof(struct elf_header) == 64, "ELF header");
_Static_assert(sizeof(struct elf_phdr) == 56, "program header");

static int refuse(const char *name, const char *why)
{
    rt_error("module '%s': %s", name, why);
    return RT_ERR_FORMAT;
}

static bool is_for_us(const struct elf_header *header)
{
    static const uint8_t magic[4] = { 0x7f, 'E', 'L', 'F' };

    return memcmp(header->magic, magic, sizeof(magic)) == 0 && header->class_bits == ELF_CLASS_64 &&
           header->data_order == ELF_DATA_LITTLE && header->type == ELF_TYPE_EXEC &&
           header->machine == ELF_MACHINE_AARCH64 && header->phdr_bytes == sizeof(struct elf_phdr);
}

static const char *phdr_problem(const struct elf_phdr *phdr, size_t size, uint64_t low,
                                uint64_t high)
{
    if (phdr->offset > size || phdr->file_bytes > size - phdr->offset) {
        return "a segment lies outside of the file";
    }
    if (phdr->file_bytes > phdr->mem_bytes) {
        return "a segment is larger in the file than in memory";
    }
    if (phdr->vaddr % PAGE_BYTES != 0) {
        return "a segment does not start on a page";
    }
    if (phdr->vaddr < low || phdr->vaddr >= high || phdr->mem_bytes > high - phdr->vaddr) {
        return "a segment lies outside of the range for component images";
    }
    if ((phdr->flags & ELF_FLAG_WRITE) != 0 && (phdr->flags & ELF_FLAG_EXECUTE) != 0) {
        return "a segment is writable and executable";
    }
    return NULL;
}

static uint64_t page_end(const struct elf_segment *segment)
{
    return (segment->vaddr + segment->mem_bytes + PAGE_BYTES - 1) & ~(PAGE_BYTES - 1);
}

static bool shares_page(const struct elf_image *image, const struct elf_segment *segment)
{
    for (uint32_t i = 0; i < image->segment_count; i++) {
        const struct elf_segment *other = &image->segments[i];

        if (segment->vaddr < page_end(other) && other->vaddr < page_end(segment)) {
            return true;
        }
    }
    return false;
}

static bool entry_is_code(const struct elf_image *image)
{
    for (uint32_t i = 0; i < image->segment_count; i++) {
        const struct elf_segment *segment = &image->segments[i];

        if (segment->executable && image->entry >= segment->vaddr &&
            image->entry - segment->vaddr < segment->file_bytes) {
            return true;
        }
    }
    return false;
}

static int add_segment(const uint8_t *file, const struct elf_phdr *phdr, const char *name,
                       struct elf_image *image)
{
    struct elf_segment segment = {
        .vaddr = phdr->vaddr,
        .mem_bytes = phdr->mem_bytes,
        .data = file + phdr->offset,
        .file_bytes = phdr->file_bytes,
        .writable = (phdr->flags & ELF_FLAG_WRITE) != 0,
        .executable = (phdr->flags & ELF_FLAG_EXECUTE) != 0,
    };

    if (shares_page(image, &segment)) {
        return refuse(name, "two segments share a page");
    }
    if (image->segment_count == ELF_IMAGE_SEGMENTS_MAX) {
        return refuse(name, "too many segments");
    }
    image->segments[image->segment_count++] = segment;
    return RT_OK;
}

int elf_image_read(const void *bytes, size_t size, uint64_t low, uint64_t high, const char *name,
                   struct elf_image *image)
{
    const uint8_t *file = bytes;
    struct elf_header header;

    image->segment_count = 0;
    if (size < sizeof(header)) {
        return refuse(name, "too short for an ELF file");
    }
    memcpy(&header, file, sizeof(header));
    if (!is_for_us(&header)) {
        return refuse(name, "not an ELF file for AArch64");
    }
    if (header.phdr_offset > size ||
        (uint64_t)header.phdr_count * sizeof(struct elf_phdr) > size - header.phdr_offset) {
        return refuse(name, "the program headers lie outside of the file");
    }
    for (uint32_t i = 0; i < header.phdr_count; i++) {
        struct elf_phdr phdr;
        const char *problem;

        memcpy(&phdr, file + header.phdr_offset + i * sizeof(phdr), sizeof(phdr));
        if (phdr.type != ELF_SEGMENT_LOAD || phdr.mem_bytes == 0) {
            continue;
        }
        problem = phdr_problem(&phdr, size, low, high);
        if (problem != NULL) {
            return refuse(name, problem);
        }
        if (add_segment(file, &phdr, name, image) != RT_OK) {
            return RT_ERR_FORMAT;
        }
    }
    image->entry = header.entry;
    if (!entry_is_code(image)) {
        return refuse(name, "the entry point is not in a code segment");
    }
    return RT_OK;
}
