/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where a guest's kernel, device tree and initial RAM disk go. Reads the header of an arm64 Linux
 * Image and places all three in the guest's RAM; copies nothing.
 *
 * Kernel and initrd come from the user: whatever does not fit or is no kernel is refused with a
 * reason, and only that VM stops.
 *
 * Called by: load.c.
 * Source: Linux Documentation/arch/arm64/booting.rst (header, placement rules).
 */
#ifndef VMM_VM_IMAGE_H
#define VMM_VM_IMAGE_H

#include <stdint.h>

#include "rt/error.h"

#define IMAGE_HEADER_BYTES 64u
#define IMAGE_ALIGN        UINT64_C(0x200000)
#define IMAGE_DTB_BYTES    UINT64_C(0x200000) /* room kept for the device tree */

struct image_request {
    const void *kernel; /* at least kernel_bytes readable bytes */
    uint64_t kernel_bytes;
    uint64_t initrd_bytes; /* 0 = none */
    uint64_t ram_base;     /* guest-physical */
    uint64_t ram_bytes;
    uint64_t kernel_ipa; /* 0 = choose: first 2 MiB boundary of RAM + the Image's text_offset */
    uint64_t dtb_ipa;    /* 0 = choose: behind the kernel */
    uint64_t initrd_ipa; /* 0 = choose: behind both */
};

struct image_layout {
    uint64_t kernel_ipa; /* where the Image is copied to, and its entry */
    uint64_t dtb_ipa;
    uint64_t initrd_ipa; /* 0 = none */
};

/*
 * Checks the header and places everything without overlap inside of RAM.
 *
 * @reason: set to a text for the log if the result is not 0.
 * Returns 0, RT_ERR_FORMAT (no arm64 Image), RT_ERR_RANGE (does not fit in RAM), RT_ERR_ALIGNMENT
 * or RT_ERR_OVERLAP (addresses that the description fixed make no sense).
 */
int image_place(const struct image_request *request, struct image_layout *layout,
                const char **reason) RT_MUST_CHECK;

#endif
