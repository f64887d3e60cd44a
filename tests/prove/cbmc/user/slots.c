/* SPDX-License-Identifier: BSD-2-Clause */
/* A range of slots in any state, any number asked for: handed out lies in the range, and once. */
#include "runtime/slots.c"

#include "cbmc.h"

int main(void)
{
    struct rt_slots slots = { any64(), any64(), any64() };
    uint64_t count = any64();
    uint64_t slot = any64();

    ASSUME(slots.first <= slots.next && slots.next <= slots.end);

    struct rt_slots before = slots;
    int error = rt_slots_take(&slots, count, &slot);

    ASSERT(slots.first == before.first && slots.end == before.end, "the range stays");
    ASSERT(slots.next >= before.next && slots.next <= slots.end, "the next slot stays in it");
    ASSERT(error != 0 ||
               (slot == before.next && count <= slots.end - slot && slots.next == slot + count),
           "what is handed out lies behind what was");
    ASSERT(error == 0 || slots.next == before.next, "a refusal takes nothing");
    return 0;
}
