/* SPDX-License-Identifier: BSD-2-Clause */
/* MSI frame: what Linux reads from it, and which SPIs a write can raise. */
#include "vmm/gicv2m/gicv2m.h"

#include "tap.h"

#define FRAME UINT64_C(0x08020000)

static unsigned raised;
static uint32_t last;

static void raise_irq(void *context, uint32_t intid)
{
    (void)context;
    raised++;
    last = intid;
}

static enum bus_result run(struct v2m *v2m, unsigned offset, unsigned size, bool write,
                           uint64_t *data)
{
    struct bus_access access = {
        .ipa = FRAME + offset,
        .size = size,
        .write = write,
        .data = *data,
    };
    enum bus_result result = v2m_access(v2m, &access);

    *data = access.data;
    return result;
}

static uint64_t read_reg(struct v2m *v2m, unsigned offset)
{
    uint64_t data = 0;

    return run(v2m, offset, 4, false, &data) == BUS_HANDLED ? data : UINT64_MAX;
}

static void set_spi(struct v2m *v2m, unsigned size, uint64_t value)
{
    (void)run(v2m, V2M_SETSPI, size, true, &value);
}

int main(void)
{
    struct v2m v2m = { .spi_first = 96, .spi_count = 128, .raise = raise_irq };
    uint64_t data = 0;

    TAP_OK(read_reg(&v2m, V2M_TYPER) == (96u << 16 | 128u), "gicv2m/TYPER tells first and count");
    TAP_OK(read_reg(&v2m, V2M_IIDR) == 0x43b, "gicv2m/IIDR names no machine with errata");
    TAP_OK(read_reg(&v2m, V2M_SETSPI) == 0 && read_reg(&v2m, 0x100) == 0, "gicv2m/others are zero");
    set_spi(&v2m, 4, 96);
    TAP_OK(raised == 1 && last == 96, "gicv2m/first SPI");
    set_spi(&v2m, 2, 223);
    TAP_OK(raised == 2 && last == 223, "gicv2m/last SPI, by halfword");
    set_spi(&v2m, 4, 95);
    set_spi(&v2m, 4, 224);
    set_spi(&v2m, 4, 0xffff);
    TAP_OK(raised == 2, "gicv2m/SPIs of others are not raised");
    set_spi(&v2m, 1, 97);
    TAP_OK(raised == 2, "gicv2m/a byte write raises nothing");
    TAP_OK(run(&v2m, V2M_SETSPI, 8, true, &data) == BUS_FAULT, "gicv2m/8 bytes are refused");
    TAP_OK(run(&v2m, V2M_TYPER + 1, 4, false, &data) == BUS_FAULT, "gicv2m/misaligned is refused");
    return TAP_DONE();
}
