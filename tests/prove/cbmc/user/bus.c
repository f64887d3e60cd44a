/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A window and an access, both in the first or both in the last 4 KiB of the address space: it holds
 * the access exactly if all of it lies inside.
 */
#include "vmm/bus/bus.c"

#include "cbmc.h"

#define AREA_MASK 0xfffull

int main(void)
{
    uint64_t area = any_bool() ? ~AREA_MASK : 0;
    struct bus_window window = { .base = area | (any64() & AREA_MASK),
                                 .size_bytes = any64() & AREA_MASK };
    uint64_t ipa = area | (any64() & AREA_MASK);
    uint64_t bytes = any64() & AREA_MASK;
    uint64_t last = window.base + (window.size_bytes - 1);

    ASSUME(window.size_bytes > 0 && last >= window.base && bytes > 0);
    ASSERT(holds(&window, ipa, bytes) ==
               (ipa >= window.base && ipa <= last && bytes - 1 <= last - ipa),
           "an access is held if its first and its last byte are inside");
    return 0;
}
