/* SPDX-License-Identifier: BSD-2-Clause */
#include "vmm/vm/image.h"

#include <stdbool.h>

#include "rt/mem.h"

#define OFFSET_TEXT_OFFSET 8u
#define OFFSET_IMAGE_SIZE  16u
#define OFFSET_FLAGS       24u
#define OFFSET_MAGIC       56u
#define MAGIC              0x644d5241u /* "ARM\x64" */
#define FLAG_BIG_ENDIAN    UINT64_C(1)
#define PAGE               UINT64_C(0x1000)

struct span {
    uint64_t base;
    uint64_t bytes;
};

static uint64_t word64(const uint8_t *from)
{
    uint64_t value = 0;

    for (unsigned i = 8; i-- > 0;) {
        value = value << 8 | from[i];
    }
    return value;
}

static uint64_t align_up(uint64_t value, uint64_t align)
{
    return (value + align - 1) & ~(align - 1);
}

static bool inside(const struct image_request *request, struct span span)
{
    return span.base >= request->ram_base && span.bytes <= request->ram_bytes &&
           span.base - request->ram_base <= request->ram_bytes - span.bytes;
}

static bool overlap(struct span a, struct span b)
{
    return a.bytes != 0 && b.bytes != 0 && a.base < b.base + b.bytes && b.base < a.base + a.bytes;
}

static int fail(const char **reason, const char *text, int error)
{
    *reason = text;
    return error;
}

/* Checks the header. text_offset and the memory that the kernel uses, BSS included, come out. */
static int read_header(const struct image_request *request, uint64_t *text_offset, uint64_t *bytes,
                       const char **reason)
{
    const uint8_t *header = request->kernel;
    uint32_t magic;

    if (request->kernel_bytes < IMAGE_HEADER_BYTES) {
        return fail(reason, "shorter than its header", RT_ERR_FORMAT);
    }
    if (header[0] == 0x1f && header[1] == 0x8b) {
        return fail(reason, "compressed with gzip: unpack it first", RT_ERR_FORMAT);
    }
    magic = (uint32_t)word64(header + OFFSET_MAGIC);
    if (magic != MAGIC) {
        return fail(reason, "magic number missing", RT_ERR_FORMAT);
    }
    if (word64(header + OFFSET_FLAGS) & FLAG_BIG_ENDIAN) {
        return fail(reason, "big-endian", RT_ERR_FORMAT);
    }
    *text_offset = word64(header + OFFSET_TEXT_OFFSET);
    *bytes = word64(header + OFFSET_IMAGE_SIZE);
    if (*bytes < request->kernel_bytes) {
        *bytes = request->kernel_bytes; /* images of before 3.17 say 0 */
    }
    if (*text_offset >= IMAGE_ALIGN || *bytes > request->ram_bytes) {
        return fail(reason, "kernel does not fit into RAM", RT_ERR_RANGE);
    }
    return 0;
}

int image_place(const struct image_request *request, struct image_layout *layout,
                const char **reason)
{
    uint64_t text_offset = 0;
    struct span kernel = { 0, 0 };
    int error = read_header(request, &text_offset, &kernel.bytes, reason);

    if (error) {
        return error;
    }
    kernel.base = request->kernel_ipa;
    if (kernel.base == 0) {
        kernel.base = align_up(request->ram_base, IMAGE_ALIGN) + text_offset;
    } else if ((kernel.base - text_offset) % IMAGE_ALIGN != 0) {
        return fail(reason, "kernel address does not match the Image's offset", RT_ERR_ALIGNMENT);
    }
    if (!inside(request, kernel)) {
        return fail(reason, "kernel does not fit into RAM", RT_ERR_RANGE);
    }

    struct span dtb = { request->dtb_ipa, IMAGE_DTB_BYTES };

    if (dtb.base == 0) {
        dtb.base = align_up(kernel.base + kernel.bytes, IMAGE_ALIGN);
    } else if (dtb.base % 8 != 0) {
        return fail(reason, "device tree address is not a multiple of 8", RT_ERR_ALIGNMENT);
    }
    if (!inside(request, dtb)) {
        return fail(reason, "no room for the device tree behind the kernel", RT_ERR_RANGE);
    }

    struct span initrd = { request->initrd_ipa, request->initrd_bytes };

    if (initrd.bytes == 0) {
        initrd.base = 0;
    } else if (initrd.base == 0) {
        uint64_t end = dtb.base + dtb.bytes;

        if (end < kernel.base + kernel.bytes) {
            end = kernel.base + kernel.bytes;
        }
        initrd.base = align_up(end, PAGE);
    }
    if (initrd.bytes != 0 && !inside(request, initrd)) {
        return fail(reason, "initrd does not fit into RAM", RT_ERR_RANGE);
    }
    if (overlap(kernel, dtb) || overlap(kernel, initrd) || overlap(dtb, initrd)) {
        return fail(reason, "kernel, device tree and initrd overlap", RT_ERR_OVERLAP);
    }
    *layout = (struct image_layout){
        .kernel_ipa = kernel.base,
        .dtb_ipa = dtb.base,
        .initrd_ipa = initrd.base,
    };
    return 0;
}
