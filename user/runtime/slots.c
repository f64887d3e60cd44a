/* SPDX-License-Identifier: BSD-2-Clause */
#include "rt/slots.h"

void rt_slots_init(struct rt_slots *slots, uint64_t first, uint64_t count)
{
    slots->first = first;
    slots->next = first;
    slots->end = first + count;
}

int rt_slots_take(struct rt_slots *slots, uint64_t count, uint64_t *slot)
{
    if (count > slots->end - slots->next) {
        return RT_ERR_NO_SLOT;
    }
    *slot = slots->next;
    slots->next += count;
    return RT_OK;
}

void rt_slots_reset(struct rt_slots *slots)
{
    slots->next = slots->first;
}
