/* SPDX-License-Identifier: BSD-2-Clause */
#include "builders.h"

#include <string.h>

void seal_image(struct built_image *image)
{
    image->header->crc32 = 0;
    image->header->crc32 =
        ldr_crc32(ldr_crc32(0, image->header, sizeof(*image->header)), image->entries,
                  image->header->entry_count * sizeof(struct image_entry));
}

static void entry(struct image_entry *out, uint32_t type, const char *name, uint64_t offset,
                  uint64_t size, uint64_t target)
{
    memset(out, 0, sizeof(*out));
    out->type = type;
    out->offset = offset;
    out->size = size;
    out->target = target;
    memcpy(out->name, name, strlen(name));
}

void build_image(struct built_image *image)
{
    memset(image->bytes, 0, sizeof(image->bytes));
    image->header = (struct image_header *)(void *)(image->bytes + TABLE_OFFSET);
    image->entries = (struct image_entry *)(void *)(image->header + 1);
    image->header->magic = IMAGE_MAGIC;
    image->header->version = IMAGE_VERSION;
    image->header->entry_count = 4;
    image->header->pa_bits = 44;
    image->header->core_count = 1;
    image->header->image_size = IMAGE_BYTES;
    image->header->load_base = IMAGE_LOAD_BASE_QEMU_VIRT;
    entry(&image->entries[0], IMAGE_KERNEL_ELF, "kernel", 0x2000, 0x1000, IMAGE_TARGET_ANY);
    entry(&image->entries[1], IMAGE_ROOT_ELF, "root task", 0x3000, 0x1000, IMAGE_TARGET_ANY);
    entry(&image->entries[2], IMAGE_MODULE, "plan", 0x4000, 0x1234, IMAGE_TARGET_ANY);
    entry(&image->entries[3], IMAGE_RESERVE, "vm0", 0, 0x200000, 0x50000000);
    seal_image(image);
}

uint64_t build_elf(uint8_t *bytes, uint64_t vaddr, uint64_t paddr, uint64_t memsz)
{
    struct ldr_elf_header header = {
        .ident = { 0x7f, 'E', 'L', 'F', 2, 1, 1 },
        .type = 2,
        .machine = 183,
        .version = 1,
        .entry = vaddr + 4,
        .phoff = sizeof(header),
        .ehsize = sizeof(header),
        .phentsize = sizeof(struct ldr_elf_segment),
        .phnum = 1,
    };
    struct ldr_elf_segment segment = {
        .type = 1,
        .flags = 7,
        .offset = 0x100,
        .vaddr = vaddr,
        .paddr = paddr,
        .filesz = 16,
        .memsz = memsz,
    };

    memset(bytes, 0, 0x200);
    memcpy(bytes, &header, sizeof(header));
    memcpy(bytes + sizeof(header), &segment, sizeof(segment));
    memset(bytes + 0x100, 0xaa, 16);
    return 0x200;
}
