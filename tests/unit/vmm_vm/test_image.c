/* SPDX-License-Identifier: BSD-2-Clause */
/* Image placement: good headers, bad headers, and RAM that is too small. */
#include <string.h>

#include "tests.h"
#include "vmm/vm/image.h"

#define MIB UINT64_C(0x100000)

static unsigned char header[64];
static struct image_request request;
static struct image_layout layout;
static const char *reason;

static void put64(unsigned at, uint64_t value)
{
    for (unsigned i = 0; i < 8; i++) {
        header[at + i] = (unsigned char)(value >> (8 * i));
    }
}

static void fresh(void)
{
    memset(header, 0, sizeof(header));
    put64(8, 0);
    put64(16, 12 * MIB);
    put64(24, 0xa);
    memcpy(header + 56, "ARM\x64", 4);
    request = (struct image_request){
        .kernel = header,
        .kernel_bytes = 10 * MIB,
        .initrd_bytes = 5 * MIB + 3,
        .ram_base = 0x40000000,
        .ram_bytes = 64 * MIB,
    };
    reason = "";
}

static int place(void)
{
    return image_place(&request, &layout, &reason);
}

static void test_placing(void)
{
    fresh();
    check(place() == 0 && layout.kernel_ipa == 0x40000000 && layout.dtb_ipa == 0x40c00000 &&
              layout.initrd_ipa == 0x40e00000,
          "image/kernel, device tree, initrd behind each other");
    put64(8, 0x80000);
    check(place() == 0 && layout.kernel_ipa == 0x40080000 && layout.dtb_ipa == 0x40e00000,
          "image/text offset of old kernels");
    fresh();
    request.ram_base = 0x40100000;
    check(place() == 0 && layout.kernel_ipa == 0x40200000, "image/on a 2 MiB boundary");
    fresh();
    request.initrd_bytes = 0;
    check(place() == 0 && layout.initrd_ipa == 0, "image/no initrd");
    fresh();
    put64(16, 0);
    check(place() == 0 && layout.dtb_ipa == 0x40a00000, "image/without size the file counts");
    fresh();
    request.kernel_ipa = 0x41000000;
    request.dtb_ipa = 0x40000000;
    request.initrd_ipa = 0x42000000;
    check(place() == 0 && layout.kernel_ipa == 0x41000000 && layout.dtb_ipa == 0x40000000 &&
              layout.initrd_ipa == 0x42000000,
          "image/addresses of the description");
}

static void test_refusals(void)
{
    fresh();
    header[56] = 'X';
    check(place() == RT_ERR_FORMAT && reason[0] != '\0', "image/wrong magic");
    fresh();
    header[0] = 0x1f;
    header[1] = 0x8b;
    check(place() == RT_ERR_FORMAT && strstr(reason, "gzip") != NULL, "image/gzip is named");
    fresh();
    put64(24, 1);
    check(place() == RT_ERR_FORMAT, "image/big-endian");
    fresh();
    request.kernel_bytes = 63;
    check(place() == RT_ERR_FORMAT, "image/shorter than its header");
    fresh();
    put64(16, UINT64_MAX);
    check(place() == RT_ERR_RANGE, "image/absurd image size");
    fresh();
    put64(8, UINT64_MAX);
    check(place() == RT_ERR_RANGE, "image/absurd text offset");
    fresh();
    request.ram_bytes = 11 * MIB;
    check(place() == RT_ERR_RANGE, "image/kernel does not fit");
    request.ram_bytes = 13 * MIB;
    check(place() == RT_ERR_RANGE, "image/device tree does not fit");
    request.ram_bytes = 16 * MIB;
    check(place() == RT_ERR_RANGE && strstr(reason, "initrd") != NULL, "image/initrd does not fit");
    fresh();
    request.initrd_bytes = UINT64_MAX;
    check(place() == RT_ERR_RANGE, "image/absurd initrd");
    fresh();
    request.kernel_ipa = 0x40001000;
    check(place() == RT_ERR_ALIGNMENT, "image/kernel address off its boundary");
    fresh();
    request.kernel_ipa = 0x80000000;
    check(place() == RT_ERR_RANGE, "image/kernel address outside of RAM");
    fresh();
    request.dtb_ipa = 0x40b00000;
    check(place() == RT_ERR_OVERLAP, "image/device tree inside the kernel's memory");
    fresh();
    request.initrd_ipa = 0x40000000;
    check(place() == RT_ERR_OVERLAP, "image/initrd on the kernel");
}

void test_image(void)
{
    test_placing();
    test_refusals();
}
