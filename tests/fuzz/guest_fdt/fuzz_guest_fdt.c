/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A user's device tree and a fragment made of arbitrary bytes: refused, or the result is a sound
 * tree. Random bytes rarely get past the header, so half of the inputs get a header that fits them.
 */
#include <libfdt.h>
#include <stdlib.h>
#include <string.h>

#include "vmm/fdt/gfdt.h"

#define ROOM 16384u

static _Alignas(8) char input[4096];
static _Alignas(8) char tree[ROOM];

static void give_header(size_t bytes)
{
    size_t strings = bytes - 64 < 128 ? 16 : 64;

    fdt_set_magic(input, FDT_MAGIC);
    fdt_set_totalsize(input, (uint32_t)bytes);
    fdt_set_off_mem_rsvmap(input, 40);
    memset(input + 40, 0, 16);
    fdt_set_off_dt_struct(input, 56);
    fdt_set_size_dt_struct(input, (uint32_t)((bytes - 56 - strings) & ~3ul));
    fdt_set_off_dt_strings(input, (uint32_t)(bytes - strings));
    fdt_set_size_dt_strings(input, (uint32_t)strings);
    fdt_set_version(input, 17);
    fdt_set_last_comp_version(input, 16);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct gfdt_params params = {
        .vcpu_count = 1,
        .ram = { { 0x40000000, 0x10000000 } },
        .ram_count = 1,
        .gicd_ipa = 0x8000000,
        .gicc_ipa = 0x8010000,
        .cmdline = "x",
        .fragment = input,
        .fragment_bytes = size,
    };
    const char *detail = "";

    if (size < 1 || size > sizeof(input)) {
        return 0;
    }
    memcpy(input, data, size);
    if ((data[size - 1] & 1) && size >= 96) {
        give_header(size);
    }
    if (gfdt_generate(tree, ROOM, &params, &detail) == 0 && fdt_check_header(tree) != 0) {
        abort();
    }
    if (gfdt_patch(tree, ROOM, input, size, &params, &detail) == 0 && fdt_check_header(tree) != 0) {
        abort();
    }
    return 0;
}
