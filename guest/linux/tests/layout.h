/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where the test's device tree (link.dts, which includes this file) puts the
 * link in the memory of QEMU's "virt" board.
 */
#ifndef TESTS_LAYOUT_H
#define TESTS_LAYOUT_H

#define TEST_GICD       0x08000000
#define TEST_POOL       0x50000000	/* physical */
#define TEST_POOL_BYTES 0x00800000
#define TEST_AREA       0x50800000
#define TEST_DOORBELL   0x50804000
#define TEST_SPI        120
#define TEST_POOL_IPA   0x60000000	/* driver guest's view */
#define TEST_ECAM       0x3f000000
#define TEST_ECAM_BYTES 0x00100000
#define TEST_MMIO       0x10000000
#define TEST_MMIO_BYTES 0x01000000
#define TEST_VECTORS    128

#endif
