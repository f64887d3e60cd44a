/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A backend for tests: behaves like a QEMU with modern virtio-pci devices behind a link's ECAM and
 * memory windows. Each device has PCIe, plain MSI, MSI-X (table and pending bits in the 4 KiB
 * BAR 1) and the virtio vendor capabilities (64-bit BAR 4), real BAR sizing and decoding.
 */
#ifndef TESTS_HARNESS_FAKE_BACKEND_H
#define TESTS_HARNESS_FAKE_BACKEND_H

#include <stdbool.h>
#include <stdint.h>

#include "vmm/vpci/msix.h"

#define FAKE_DEVICES 32u

#define FAKE_CAP_PCIE   0x40u
#define FAKE_CAP_MSI    0x50u
#define FAKE_CAP_COMMON 0x70u
#define FAKE_CAP_NOTIFY 0x84u
#define FAKE_CAP_PCICFG 0x98u
#define FAKE_CAP_MSIX   0xb0u

#define FAKE_BAR1_BYTES   0x1000u
#define FAKE_PBA_OFFSET   0x800u
#define FAKE_BAR4_BYTES   0x4000u
#define FAKE_COMMON_BYTES 0x1000u
#define FAKE_NOTIFY_AT    0x3000u

struct fake_device {
    bool present;
    uint8_t config[256];
    uint8_t writable[256];
    uint8_t table[FAKE_BAR1_BYTES];
    uint8_t bar4[FAKE_BAR4_BYTES];
};

struct fake_backend {
    uint64_t ecam_ipa;
    struct fake_device devices[FAKE_DEVICES];
    unsigned reads, writes; /* requests served */
    unsigned no_device;     /* memory accesses that hit nothing */
};

void fake_backend_init(struct fake_backend *backend, uint64_t ecam_ipa);

/* Puts a virtio device with `vectors` MSI-X entries into a slot. */
void fake_backend_add(struct fake_backend *backend, unsigned slot, uint16_t device_id,
                      unsigned vectors);

/* As qemu_system_reset: BARs, command, MSI-X and virtio state as after power-on. */
void fake_backend_reset(struct fake_backend *backend);

/* Serve one request. Return a LINK_STATUS_*. */
uint32_t fake_backend_read(struct fake_backend *backend, uint64_t addr, unsigned len,
                           uint64_t *data);
uint32_t fake_backend_write(struct fake_backend *backend, uint64_t addr, unsigned len,
                            uint64_t data);

/* As vpci_ops.peer_memory, for tests without rings: there is none. */
void *fake_no_memory(void *owner, uint64_t ipa, uint64_t bytes);

/* What the device's own MSI-X says. */
bool fake_backend_msix_enabled(const struct fake_backend *backend, unsigned slot);
struct vpci_msix_entry fake_backend_entry(const struct fake_backend *backend, unsigned slot,
                                          unsigned entry);

/* Raw config bytes, for tests that spoil them. */
void fake_backend_poke(struct fake_backend *backend, unsigned slot, unsigned reg, unsigned len,
                       uint32_t value);
uint32_t fake_backend_peek(const struct fake_backend *backend, unsigned slot, unsigned reg,
                           unsigned len);

#endif
