/* SPDX-License-Identifier: BSD-2-Clause */
#include "vmm/gicv2m/gicv2m.h"

#define IIDR_VALUE 0x0000043bu /* implementer Arm, no errata that Linux would look for */

static uint32_t read_register(const struct v2m *v2m, unsigned offset)
{
    switch (offset) {
    case V2M_TYPER: return v2m->spi_first << 16 | v2m->spi_count;
    case V2M_IIDR: return IIDR_VALUE;
    default: return 0;
    }
}

enum bus_result v2m_access(void *opaque, struct bus_access *access)
{
    const struct v2m *v2m = opaque;
    unsigned offset = access->ipa & (V2M_BYTES - 1);

    if (access->size > 4 || (offset & (access->size - 1)) != 0) {
        return BUS_FAULT;
    }
    if (!access->write) {
        access->data = read_register(v2m, offset & ~3u) >> (8 * (offset & 3));
        return BUS_HANDLED;
    }
    if (offset == V2M_SETSPI && access->size >= 2) {
        uint32_t intid = access->data & 0xffff;

        if (intid >= v2m->spi_first && intid - v2m->spi_first < v2m->spi_count) {
            v2m->raise(v2m->context, intid);
        }
    }
    return BUS_HANDLED;
}
