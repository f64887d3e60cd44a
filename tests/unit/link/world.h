/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A VM with one link whose peer is a fake one with a fake backend: what the tests of this folder
 * play with. Signals are only noted; settle() plays both event loops until nothing is left to do.
 */
#ifndef TESTS_UNIT_LINK_WORLD_H
#define TESTS_UNIT_LINK_WORLD_H

#include <stdbool.h>
#include <stdint.h>

#include "fake_peer.h"
#include "vmm/link/link.h"

#define ECAM   UINT64_C(0x20000000)
#define MMIO   UINT64_C(0x10000000)
#define BAR1   (MMIO + 0x10000)
#define BAR4   (MMIO + 0x20000)
#define NOTIFY (BAR4 + FAKE_NOTIFY_AT)
#define FRAME  UINT64_C(0x08020000)
#define MS     UINT64_C(1000000)

/* Guest memory that the peer shares. */
#define POOL       UINT64_C(0x50000000)
#define POOL_BYTES UINT64_C(0x10000)

enum { KICK_SLOT = 5, UNMAP_SLOT, MAP_SLOT };
enum { DOORBELL = 1, UNMAPPED = 2 };

extern struct world {
    _Alignas(4096) uint8_t area[LINK_AREA_BYTES];
    _Alignas(4096) uint8_t pool[POOL_BYTES];
    struct vmm_driver_link config;
    struct link link;
    struct bus bus;
    struct fake_peer peer;
    struct fake_backend backend;
    struct vpci_boot_budget budget;
    uint64_t now;
    bool kicked, rung;
    unsigned kick_signals, unmaps, maps;
    bool done[VPCI_VCPUS_MAX];
    uint64_t value[VPCI_VCPUS_MAX];
    uint32_t spi[64];
    unsigned spi_count, doubled;
} w;

struct link_area *area(void);

/* Power-on; w.config says what the link is. */
int init_link(void);
int init_another_link(struct link *link, const struct vmm_driver_link *config);
void start(void);

/* And a device VM that serves it; and a guest whose driver has set its device up. */
void start_attached(void);
void start_running(void);
void run_guest(void);

/* Both sides, until quiet. */
void settle(void);

/* Accesses of the guest: begin tells whether it is done at once, run settles and gives the value read. */
struct bus_access access_at(uint64_t ipa, unsigned size, bool write, uint64_t data);
bool begin(struct bus_access *access);
uint64_t run(struct bus_access access);
uint64_t config_read(unsigned reg, unsigned len);
void config_write(unsigned reg, unsigned len, uint64_t data);

#endif
