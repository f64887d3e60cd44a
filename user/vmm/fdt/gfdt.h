/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The device tree that a guest boots with: generated, or the user's own with the few facts patched
 * in that only the VMM knows. Layout and phandles: docs/reference/device-tree.md.
 *
 * The fragment comes from the composer, the user's tree from the user; both are walked once before
 * use, and a tree that does not hold together is refused.
 *
 * Called by: vm/load.c.
 * Source: Devicetree Specification 0.4; Linux Documentation/devicetree/bindings.
 */
#ifndef VMM_GFDT_H
#define VMM_GFDT_H

#include <stddef.h>
#include <stdint.h>

#include "rt/error.h"

#define GFDT_RAM_MAX 8u

#define GFDT_PHANDLE_GIC   1u
#define GFDT_PHANDLE_V2M   2u
#define GFDT_PHANDLE_CLOCK 3u

struct gfdt_range {
    uint64_t base;
    uint64_t bytes;
};

/* Addresses are guest-physical; all values come from the checked configuration. */
struct gfdt_params {
    unsigned vcpu_count;
    struct gfdt_range ram[GFDT_RAM_MAX];
    unsigned ram_count;
    uint64_t gicd_ipa;
    uint64_t gicc_ipa;
    uint64_t v2m_ipa;        /* 0 = no frame */
    uint64_t uart_ipa;       /* 0 = no UART */
    uint32_t uart_intid;     /* >= 32 */
    uint64_t watchdog_ipa;   /* control frame, refresh frame behind it; 0 = no watchdog */
    uint32_t watchdog_intid; /* >= 32 */
    uint64_t initrd_ipa;
    uint64_t initrd_bytes; /* 0 = none */
    const char *cmdline;   /* NUL-terminated; NULL or "" = none */
    const void *fragment;  /* FDT blob; NULL = none */
    size_t fragment_bytes;
};

/*
 * Writes the generated tree, with the fragment merged in, into `buffer`.
 *
 * @bytes: size of the buffer, the tree's totalsize is set to what is used.
 * @detail: set to libfdt's error text if the result is not 0.
 * Returns 0, RT_ERR_FORMAT (broken fragment) or RT_ERR_NO_MEMORY (buffer too small).
 */
int gfdt_generate(void *buffer, size_t bytes, const struct gfdt_params *params,
                  const char **detail) RT_MUST_CHECK;

/*
 * Copies the user's tree into `buffer` and sets /memory, /chosen (command line if given, initrd).
 *
 * @dtb: blob of at most dtb_bytes, of unknown quality.
 * Returns as gfdt_generate; RT_ERR_FORMAT if the user's tree is broken.
 */
int gfdt_patch(void *buffer, size_t bytes, const void *dtb, size_t dtb_bytes,
               const struct gfdt_params *params, const char **detail) RT_MUST_CHECK;

#endif
