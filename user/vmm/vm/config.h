/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reading the configuration blob (contract/plan/vmm.h). The composer wrote it and the initial task
 * handed it over; it is still checked once, so that a wrong blob is one log line and not a VMM that
 * runs wild.
 *
 * Pure. Called by: main.c.
 */
#ifndef VMM_VM_CONFIG_H
#define VMM_VM_CONFIG_H

#include <stddef.h>

#include "plan/vmm.h"
#include "rt/error.h"

#define VM_IRQS_MAX 64u

/* Set in the badge of the guests' fault endpoints, never in a notification's badge. */
#define VM_FAULT_BADGE (UINT64_C(1) << 63)

/* The checked blob, with its tables as pointers into it. */
struct vm_config {
    const struct vmm_config *base;
    const char *cmdline;      /* NUL-terminated, NULL = none */
    const void *dtb_fragment; /* NULL = none */
    size_t dtb_fragment_bytes;
    const struct vmm_region *regions;
    unsigned region_count;
    const struct vmm_irq *irqs;
    unsigned irq_count;
    const struct vmm_driver_link *driver_links;
    unsigned driver_link_count;
    const struct vmm_device_link *device_links;
    unsigned device_link_count;
    const struct vmm_region *ram; /* first RAM region that the VMM sees: images go there */
};

/*
 * Checks the blob at `blob` and fills `config`.
 *
 * @reason: set to a text for the log if the result is not 0.
 * Returns 0, RT_ERR_FORMAT (no such blob, tables outside of it), RT_ERR_RANGE (counts, addresses or
 * badges that make no sense), RT_ERR_NOT_FOUND (no RAM).
 */
int vm_config_read(const void *blob, size_t bytes, struct vm_config *config,
                   const char **reason) RT_MUST_CHECK;

#endif
