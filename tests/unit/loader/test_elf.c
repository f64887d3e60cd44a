/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>
#include <string.h>

#include "builders.h"

static struct ldr_elf elf;

/* Copies to a block of exact size, so that the sanitizer sees each byte read too far. */
static const char *read_exact(const uint8_t *bytes, uint64_t size)
{
    struct ldr_error error = { 0 };
    uint8_t *copy = malloc(size ? size : 1);
    int result;

    memcpy(copy, bytes, size);
    result = ldr_elf_read(copy, size, "test", &elf, &error);
    free(copy);
    return result == 0 ? NULL : error.format;
}

static int refused(const uint8_t *bytes, uint64_t size, const char *part)
{
    const char *error = read_exact(bytes, size);

    return error && strstr(error, part);
}

static void check_refusals(void)
{
    uint8_t bytes[0x400];
    struct ldr_elf_header *header = (struct ldr_elf_header *)(void *)bytes;
    struct ldr_elf_segment *segment = (struct ldr_elf_segment *)(void *)(header + 1);
    uint64_t size = build_elf(bytes, 0x400000, 0x400000, 0x1000);

    check(refused(bytes, 0, "no ELF file"), "elf: nothing is refused");
    check(refused(bytes, 63, "no ELF file"), "elf: half a header is refused");
    check(refused(bytes, 64, "program headers"), "elf: missing program headers are refused");
    check(refused(bytes, 0x108, "not inside the file"), "elf: a cut segment is refused");
    bytes[1] = 'X';
    check(refused(bytes, size, "not a 64-bit"), "elf: no ELF magic is refused");
    build_elf(bytes, 0x400000, 0x400000, 0x1000);
    header->machine = 62;
    check(refused(bytes, size, "not AArch64"), "elf: another machine is refused");
    build_elf(bytes, 0x400000, 0x400000, 0x1000);
    header->type = 3;
    check(refused(bytes, size, "fixed addresses"), "elf: a shared object is refused");
    build_elf(bytes, 0x400000, 0x400000, 0x1000);
    header->phnum = 1000;
    check(refused(bytes, size, "program headers"), "elf: too many program headers are refused");
    build_elf(bytes, 0x400000, 0x400000, 0x1000);
    header->phoff = UINT64_MAX - 10;
    check(refused(bytes, size, "program headers"), "elf: headers that wrap are refused");
    build_elf(bytes, 0x400000, 0x400000, 0x1000);
    segment->offset = UINT64_MAX - 8;
    check(refused(bytes, size, "not inside the file"), "elf: an offset that wraps is refused");
    build_elf(bytes, 0x400000, 0x400000, 0x1000);
    segment->filesz = 0x2000;
    check(refused(bytes, size, "not inside the file"), "elf: more file than memory is refused");
    build_elf(bytes, UINT64_MAX - 0x800, 0x400000, 0x1000);
    check(refused(bytes, size, "beyond 2^48"), "elf: an address that wraps is refused");
    build_elf(bytes, 0x400000, 0x400000, 0x1000);
    header->entry = 0x500000;
    check(refused(bytes, size, "in no segment"), "elf: an entry point outside is refused");
    build_elf(bytes, 0x400000, 0x400000, 0x1000);
    header->phnum = 2;
    segment[1] = segment[0];
    segment[1].vaddr += 0x800;
    segment[1].paddr += 0x800;
    check(refused(bytes, size, "overlap"), "elf: overlapping segments are refused");
}

void test_elf(void)
{
    uint8_t bytes[0x400];
    uint8_t memory[0x3000];
    uint64_t size = build_elf(bytes, 0x400800, 0x600800, 0x1000);

    check(read_exact(bytes, size) == NULL, "elf: a good file is accepted");
    check(elf.vaddr.base == 0x400000 && elf.vaddr.size == 0x2000, "elf: ranges are whole pages");
    check(elf.paddr.base == 0x600000 && elf.segment_count == 1,
          "elf: physical range is kept apart");
    memset(memory, 0xff, sizeof(memory));
    ldr_elf_load(&elf, bytes, memory, false);
    check(memory[0] == 0 && memory[0x7ff] == 0 && memory[0x800] == 0xaa && memory[0x80f] == 0xaa &&
              memory[0x810] == 0 && memory[0x1fff] == 0 && memory[0x2000] == 0xff,
          "elf: loading zeroes what the file does not give, and no byte more");
    build_elf(bytes, 0x400000, 0x400000, 0x1000);
    struct ldr_elf_segment *segment =
        (struct ldr_elf_segment *)(void *)(bytes + sizeof(struct ldr_elf_header));

    segment->filesz = 0;
    segment->offset = UINT64_MAX;
    check(read_exact(bytes, size) == NULL, "elf: where nothing is read, any offset is accepted");
    memset(memory, 0xff, sizeof(memory));
    ldr_elf_load(&elf, bytes, memory, false);
    check(memory[0] == 0 && memory[0xfff] == 0 && memory[0x1000] == 0xff, "elf: and zeroed");
    check_refusals();
}
