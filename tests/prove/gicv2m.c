/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * For Eva: any access of a guest to the GICv2m frame. No run-time error, and the only interrupts
 * raised are those of its own frame.
 */
#include "vmm/gicv2m/gicv2m.h"
#include "__fc_builtin.h"

#define SPI_FIRST 64
#define SPI_COUNT 128

static void raise(void *context, uint32_t intid)
{
    (void)context;
    //@ check own_frame: SPI_FIRST <= intid < SPI_FIRST + SPI_COUNT;
}

int main(void)
{
    static const unsigned sizes[] = { 1, 2, 4, 8 };
    struct v2m v2m = { SPI_FIRST, SPI_COUNT, raise, 0 };
    struct bus_access access = {
        .ipa = Frama_C_unsigned_long_interval(0, UINT64_MAX),
        .data = Frama_C_unsigned_long_interval(0, UINT64_MAX),
        .size = sizes[Frama_C_interval(0, 3)],
        .write = Frama_C_interval(0, 1),
    };

    (void)v2m_access(&v2m, &access);
    return 0;
}
