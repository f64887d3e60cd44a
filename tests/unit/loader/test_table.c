/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "builders.h"

static struct built_image image;
static struct ldr_table table;

static const char *read_error(void)
{
    struct ldr_error error = { 0 };

    return ldr_table_read(image.bytes, TABLE_OFFSET, &table, &error) == 0 ? NULL : error.format;
}

static int refused(const char *part)
{
    const char *error = read_error();

    return error && strstr(error, part);
}

static void check_header_fields(void)
{
    build_image(&image);
    image.header->magic ^= 1;
    check(refused("no image table"), "table: wrong magic is refused");
    build_image(&image);
    image.header->version = 2;
    check(refused("version"), "table: another version is refused");
    build_image(&image);
    image.header->entry_count = IMAGE_MAX_ENTRIES + 1;
    check(refused("entries"), "table: too many entries are refused before they are read");
    build_image(&image);
    image.header->entry_count = 0xffffffff;
    check(refused("entries"), "table: an absurd entry count is refused");
    build_image(&image);
    image.header->pa_bits = 48;
    seal_image(&image);
    check(refused("address bits"), "table: unknown address width is refused");
    build_image(&image);
    image.header->core_count = 0;
    seal_image(&image);
    check(refused("cores"), "table: no core is refused");
    build_image(&image);
    image.header->least_cores = 2;
    seal_image(&image);
    check(refused("cores or more"), "table: more cores needed than used is refused");
    build_image(&image);
    image.entries[2].size++;
    check(refused("damaged"), "table: a change without a new crc is refused");
}

static void check_entries(void)
{
    build_image(&image);
    image.entries[0].offset = IMAGE_BYTES - 8;
    seal_image(&image);
    check(refused("outside the image"), "table: a payload beyond the end is refused");
    build_image(&image);
    image.entries[0].offset = UINT64_MAX - 8;
    image.entries[0].size = 16;
    seal_image(&image);
    check(refused("outside the image"), "table: a payload that wraps is refused");
    build_image(&image);
    image.entries[1].offset = 0;
    seal_image(&image);
    check(refused("outside the image"), "table: a payload over loader and table is refused");
    build_image(&image);
    memset(image.entries[2].name, 'x', IMAGE_NAME_BYTES);
    seal_image(&image);
    check(refused("endless name"), "table: an endless name is refused");
    build_image(&image);
    image.entries[2].name[0] = '\0';
    seal_image(&image);
    check(refused("without a name"), "table: a module without a name is refused");
    build_image(&image);
    image.entries[2].type = 9;
    seal_image(&image);
    check(refused("unknown type"), "table: an unknown type is refused");
    build_image(&image);
    image.entries[2].target = 0x50001000;
    seal_image(&image);
    check(refused("not possible"), "table: an unaligned module target is refused");
    build_image(&image);
    image.entries[3].target = UINT64_C(1) << 60;
    seal_image(&image);
    check(refused("not possible"), "table: a reservation beyond 2^48 is refused");
    build_image(&image);
    image.entries[3].size = 0x1001;
    seal_image(&image);
    check(refused("whole pages"), "table: a reservation of half pages is refused");
}

static void check_set(void)
{
    build_image(&image);
    image.entries[1].type = IMAGE_KERNEL_ELF;
    seal_image(&image);
    check(refused("image has"), "table: two kernels are refused");
    build_image(&image);
    image.entries[2].target = 0x50000000;
    seal_image(&image);
    check(refused("overlaps"), "table: a module on a reservation is refused");
    build_image(&image);
    image.entries[2].target = 0x4fe00000;
    seal_image(&image);
    check(read_error() == NULL, "table: a module just below a reservation is accepted");
    image.entries[2].size = 0x1000;
    image.entries[3].target = 0x4fe01000;
    image.entries[3].size = 0x1000;
    seal_image(&image);
    check(refused("overlaps"), "table: a module owns the whole 2 MB block that it touches");
}

void test_table(void)
{
    struct ldr_error error = { 0 };

    build_image(&image);
    check(ldr_table_read(image.bytes, TABLE_OFFSET, &table, &error) == 0,
          "table: a good image is accepted");
    check(ldr_table_find(&table, IMAGE_ROOT_ELF) == &table.entries[1],
          "table: finds the root task");
    check(ldr_crc32(0, "123456789", 9) == 0xcbf43926,
          "table: crc32 of the standard's check string");
    check(ldr_crc32(ldr_crc32(0, "1234", 4), "56789", 5) == 0xcbf43926, "table: crc32 continues");
    image.header->entry_count = 3;
    check(table.header.entry_count == 4, "table: the copy does not follow the image");
    check_header_fields();
    check_entries();
    check_set();
}
