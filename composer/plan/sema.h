/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From syntax to meaning: instances become VMs, connections become links, attributes are checked
 * and stored. What can be judged without looking at the board or at addresses is judged here.
 */
#ifndef COMPOSER_PLAN_SEMA_H
#define COMPOSER_PLAN_SEMA_H

#include "composer/plan/model.h"

/*
 * Fills in `model` (arena, diag, file and is_swiotlb set by the caller) from `description`. All
 * errors are reported; the model is usable for later phases only if there were none.
 */
void sema_build(struct model *model, const struct description *description);

/* --- between the sema_*.c files --- */

struct sema {
    struct model *model;
    const struct description *description;
    /* settings[vm][rule of schema_vm]: what the user set, or NULL */
    const struct setting **settings;
    const struct value **values; /* the same index; `<-` resolved */
};

/* What the user set, or NULL. `name` must be a rule of schema_vm. */
const struct value *sema_value(const struct sema *sema, const struct model_vm *vm,
                               const char *name);

/* Reads the attributes of one VM (sema_vm.c). */
void sema_read_vm(struct sema *sema, struct model_vm *vm);

/* Reads vm_virtio_devices and vm_virtio_drivers (sema_device.c). */
void sema_read_devices(struct sema *sema, struct model_vm *vm);

/* Makes links from connections, gives each its devices, finds cycles (sema_link.c). */
void sema_build_links(struct sema *sema);

#endif
