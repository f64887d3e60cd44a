/* SPDX-License-Identifier: BSD-2-Clause */
/* Any access of a guest to any MSI frame: what is raised is one of the frame's own interrupts. */
#include "vmm/gicv2m/gicv2m.c"

#include "cbmc.h"

static struct v2m v2m;

static void raise(void *context, uint32_t intid)
{
    ASSERT(intid >= v2m.spi_first && intid < v2m.spi_first + v2m.spi_count, "one of its own");
    ASSERT(intid >= 32 && intid < 1020, "a shared interrupt");
}

int main(void)
{
    static const unsigned sizes[] = { 1, 2, 4, 8 };
    struct bus_access access = {
        .ipa = any64(), .data = any64(), .size = sizes[any_below(4)], .write = any_bool()
    };

    v2m = (struct v2m){ any_below(1020), any_below(1020), raise, 0 };
    ASSUME(v2m.spi_first >= 32 && v2m.spi_first + v2m.spi_count <= 1020);

    enum bus_result result = v2m_access(&v2m, &access);

    ASSERT(result == BUS_HANDLED || result == BUS_FAULT, "an access is answered at once");
    return 0;
}
