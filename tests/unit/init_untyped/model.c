/* SPDX-License-Identifier: BSD-2-Clause */
#include "model.h"

#include <string.h>

enum { TYPE_UNTYPED = 0 };

const struct ut_kind model_half = { .type = TYPE_UNTYPED };

void model_init(struct model *model)
{
    memset(model, 0, sizeof(*model));
}

void model_add(struct model *model, uint64_t slot, uint64_t paddr, uint32_t bits, bool device)
{
    model->slots[slot] = (struct model_object){
        .present = true, .untyped = true, .device = device, .paddr = paddr, .bits = bits
    };
}

static int refuse(struct model *model, int error)
{
    model->refused++;
    return error;
}

int model_retype(void *context, uint64_t untyped, const struct ut_kind *kind, uint64_t slot,
                 uint64_t count)
{
    struct model *model = context;
    struct model_object *parent = &model->slots[untyped];
    uint64_t size = UINT64_C(1) << kind->bits;
    uint64_t start;

    if (++model->calls == model->fail_at) {
        return RT_ERR_KERNEL;
    }
    if (untyped >= MODEL_SLOTS || !parent->present || !parent->untyped || count == 0 ||
        slot + count > MODEL_SLOTS) {
        return refuse(model, RT_ERR_KERNEL);
    }
    start = (parent->used + size - 1) / size * size;
    if (start + count * size > UINT64_C(1) << parent->bits) {
        return refuse(model, RT_ERR_NO_MEMORY);
    }
    for (uint64_t i = 0; i < count; i++) {
        if (model->slots[slot + i].present) {
            return refuse(model, RT_ERR_EXISTS);
        }
    }
    if (!parent->device && parent->used == 0) {
        model->zeroed += UINT64_C(1) << parent->bits;
    }
    for (uint64_t i = 0; i < count; i++) {
        model->slots[slot + i] = (struct model_object){ .present = true,
                                                        .untyped = kind->type == TYPE_UNTYPED,
                                                        .device = parent->device,
                                                        .paddr = parent->paddr + start + i * size,
                                                        .bits = kind->bits };
    }
    parent->used = start + count * size;
    return RT_OK;
}
