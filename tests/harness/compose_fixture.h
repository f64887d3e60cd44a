/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Composes a description that is given as text, for an emulated board that is made up here: no files,
 * no preprocessor. Everything lives until compose_free.
 */
#ifndef TESTS_HARNESS_COMPOSE_FIXTURE_H
#define TESTS_HARNESS_COMPOSE_FIXTURE_H

#include "composer/plan/distribute.h"

struct composed {
    struct arena arena;
    struct diag diag;
    struct model model;
    struct board board;
    struct plan_builder builder;
    uint8_t *plan;
    size_t plan_size;
    const void *fragments[MODEL_VMS_MAX];
    size_t fragment_sizes[MODEL_VMS_MAX];
};

/* Two virtio-mmio transports on one page, as on QEMU's board, and one on the next. */
#define COMPOSE_DISK "/virtio_mmio@a003e00"
#define COMPOSE_NIC  "/virtio_mmio@a003c00"
#define COMPOSE_FAR  "/virtio_mmio@a002e00"

/* Composes; on errors in the description diag has them and plan is NULL. */
struct composed *compose_text(const char *text, bool is_swiotlb);
void compose_free(struct composed *composed);

/* Configuration blob of the VMM of a VM. */
const struct vmm_config *compose_blob(const struct composed *composed, const char *instance);

#endif
