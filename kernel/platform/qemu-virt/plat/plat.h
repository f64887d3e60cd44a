/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * QEMU's `virt` board with virtualization=on, gic-version=2: where things are.
 *
 *   0x0800_0000 GICD   0x0801_0000 GICC   0x0803_0000 GICH   0x0804_0000 GICV (user level maps it)
 *   0x0900_0000 PL011
 *   0x4000_0000 RAM; the first 512 MiB are left to user level as device memory, for guests
 *   0x6000_0000 kernel
 */
#ifndef PLAT_PLAT_H
#define PLAT_PLAT_H

#define PLAT_KERNEL_PADDR 0x60000000

/* RAM that is not the kernel's, whatever the device tree says. */
#define PLAT_RESERVED_BASE 0x40000000
#define PLAT_RESERVED_SIZE 0x20000000

#define PLAT_GICD_PADDR 0x08000000
#define PLAT_GICC_PADDR 0x08010000
#define PLAT_GICH_PADDR 0x08030000
#define PLAT_UART_PADDR 0x09000000

/* The kernel's device window: the last 2 MiB below 2^40, one page each. */
#define PLAT_DEVICE_WINDOW 0xffffe00000
#define PLAT_GICD_VADDR    (PLAT_DEVICE_WINDOW + 0x0000)
#define PLAT_GICC_VADDR    (PLAT_DEVICE_WINDOW + 0x1000)
#define PLAT_GICH_VADDR    (PLAT_DEVICE_WINDOW + 0x2000)
#define PLAT_UART_VADDR    (PLAT_DEVICE_WINDOW + 0x3000)

/* X(physical, virtual, exclusive): exclusive pages are not given to user level. */
#define PLAT_DEVICES(X)                                                                            \
    X(PLAT_GICD_PADDR, PLAT_GICD_VADDR, 1)                                                         \
    X(PLAT_GICC_PADDR, PLAT_GICC_VADDR, 1)                                                         \
    X(PLAT_GICH_PADDR, PLAT_GICH_VADDR, 1)                                                         \
    X(PLAT_UART_PADDR, PLAT_UART_VADDR, 0)

#define PLAT_MAX_IRQ         159
#define PLAT_MAINTENANCE_IRQ 25
#define PLAT_KTIMER_IRQ      26
#define PLAT_VTIMER_IRQ      27

#endif
