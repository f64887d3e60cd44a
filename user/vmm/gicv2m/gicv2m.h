/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * GICv2m frame: the address that message-signalled interrupts of a guest's PCI devices are aimed
 * at. Devices here are emulated, and their messages never travel as memory writes: links raise SPIs
 * by function. The frame exists because Linux learns from it which SPIs it may hand out; a write to
 * SETSPI by the guest itself raises one, as on hardware.
 *
 * One frame per VM: Linux pools all frames it finds, but binds PCI to the first.
 *
 * Called by: bus (accesses); vm/setup.c.
 * Source: Arm Server Base System Architecture DEN0029 3.1, appendix E (GICv2m).
 */
#ifndef VMM_GICV2M_H
#define VMM_GICV2M_H

#include <stdint.h>

#include "vmm/bus/bus.h"

#define V2M_BYTES  0x1000u
#define V2M_TYPER  0x008u
#define V2M_SETSPI 0x040u
#define V2M_IIDR   0xfccu

struct v2m {
    uint32_t spi_first; /* INTID, 32..1019 */
    uint32_t spi_count; /* first + count <= 1020 */
    /* Makes an INTID of this frame pending (edge). */
    void (*raise)(void *context, uint32_t intid);
    void *context;
};

/*
 * Frame page, a bus_handler (opaque = struct v2m). SETSPI takes halfwords and words, the other
 * registers any width that is aligned to itself. SPIs that are not the frame's are ignored.
 */
enum bus_result v2m_access(void *opaque, struct bus_access *access);

#endif
