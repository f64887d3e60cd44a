/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A model of the kernel's Untyped_Retype, made from the description of the API and independent of the
 * allocator under test: watermark, alignment, occupied slots, what a device untyped may become.
 */
#ifndef TESTS_INIT_UNTYPED_MODEL_H
#define TESTS_INIT_UNTYPED_MODEL_H

#include <stdbool.h>
#include <stdint.h>

#include "untyped.h"

#define MODEL_SLOTS 20000

struct model_object {
    bool present;
    bool untyped;
    bool device;
    uint64_t paddr;
    uint32_t bits;
    uint64_t used;
};

struct model {
    struct model_object slots[MODEL_SLOTS];
    unsigned calls;
    unsigned refused; /* calls that the real kernel would have refused */
    unsigned fail_at; /* the call with this number fails (1 = first); 0 = none */
    uint64_t zeroed;  /* bytes of boot RAM untypeds that were touched for the first time */
};

extern const struct ut_kind model_half;

void model_init(struct model *model);
void model_add(struct model *model, uint64_t slot, uint64_t paddr, uint32_t bits, bool device);

/* struct ut_kernel's retype; context is the model. */
int model_retype(void *context, uint64_t untyped, const struct ut_kind *kind, uint64_t slot,
                 uint64_t count);

#endif
