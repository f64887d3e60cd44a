/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * MSI-X of the functions behind one link, owned by the VMM. The guest programs this copy of the
 * table; the backend's own table holds constants that the VMM wrote (sync.c) and is never shown. An
 * interrupt arrives as a link-local vector and leaves as the SPI that the guest's own entry names.
 *
 * The 128 vectors of a link are one array; each function owns a run of it.
 *
 * Called by: config.c (capability), vpci.c (table accesses, interrupts), scan.c (capability check).
 * Source: PCI Express Base 5.0 sections 6.1.4 and 7.7.2; GICv2m (Arm SBSA, appendix E).
 */
#ifndef VMM_VPCI_MSIX_H
#define VMM_VPCI_MSIX_H

#include <stdbool.h>
#include <stdint.h>

#include "rpc/link.h"
#include "rt/error.h"

#define VPCI_MSIX_ENTRY_BYTES 16u
#define VPCI_MSIX_NO_OWNER    UINT8_MAX

/* Message control register (capability offset 2). */
#define VPCI_MSIX_CTRL_SIZE   0x07ffu
#define VPCI_MSIX_CTRL_MASK   0x4000u
#define VPCI_MSIX_CTRL_ENABLE 0x8000u

struct vpci_msix_entry {
    uint64_t address; /* guest-chosen */
    uint32_t data;    /* guest-chosen */
    bool masked;
};

/* Where messages of this guest may go, and who raises them. */
struct vpci_msix_frame {
    uint64_t setspi_ipa; /* the only address that counts */
    uint32_t spi_first;  /* INTIDs that count: [spi_first, spi_first + spi_count) */
    uint32_t spi_count;
    void (*raise_spi)(void *owner, uint32_t intid);
    void *owner;
};

/* All vectors of one link. */
struct vpci_msix_vectors {
    struct vpci_msix_frame frame;
    struct vpci_msix_entry entries[LINK_IRQ_COUNT];
    uint64_t pending[LINK_IRQ_COUNT / 64];
    uint8_t owner[LINK_IRQ_COUNT]; /* PCI slot, or VPCI_MSIX_NO_OWNER */
    uint32_t used;                 /* vectors given out */
    uint64_t dropped;              /* messages without a valid target */
};

/* One function's share. size 0: the function has no MSI-X. */
struct vpci_msix {
    uint8_t cap; /* offset of the capability */
    uint8_t table_bar, pba_bar;
    bool enabled;       /* guest's Enable bit */
    bool all_masked;    /* guest's function mask */
    uint16_t real_size; /* entries in the backend's table, 1..2048 */
    uint16_t size;      /* entries shown to the guest */
    uint32_t table_offset, pba_offset;
    uint32_t first; /* link-local vector of entry 0 */
};

/* The vectors of a function are some of its link's. */
/*@ predicate share_sound(struct vpci_msix *m) = m->first + m->size <= LINK_IRQ_COUNT; */

void vpci_msix_vectors_init(struct vpci_msix_vectors *vectors, const struct vpci_msix_frame *frame);

/* Forgets all functions' shares and entries (guest reset, new backend). */
void vpci_msix_vectors_reset(struct vpci_msix_vectors *vectors);

/*
 * Reads the capability's three dwords, as the backend gave them.
 *
 * @bar_bytes: sizes of the function's memory BARs, 0 where there is none.
 * Returns 0 and fills *msix (size still 0), or RT_ERR_PEER: BAR missing, table or PBA beyond its
 * end, or the two overlap.
 */
int vpci_msix_parse(struct vpci_msix *msix, uint8_t cap, const uint32_t dwords[3],
                    const uint64_t bar_bytes[6]) RT_MUST_CHECK;

/*
 * Gives a parsed function its vectors: at most `limit`, possibly fewer than its table has.
 * Returns 0, or RT_ERR_NO_MEMORY if none is left.
 */
int vpci_msix_grant(struct vpci_msix_vectors *vectors, struct vpci_msix *msix, uint8_t slot,
                    uint32_t limit) RT_MUST_CHECK;

/* Message control register as the guest sees it. */
uint16_t vpci_msix_control(const struct vpci_msix *msix);

/* Guest writes the message control register; pending vectors that become unmasked fire. */
void vpci_msix_set_control(struct vpci_msix_vectors *vectors, struct vpci_msix *msix,
                           uint16_t value);

/* What a BAR access hits. */
enum vpci_msix_region { VPCI_MSIX_NEITHER, VPCI_MSIX_TABLE, VPCI_MSIX_PBA };

/*
 * Tells whether [offset, offset + len) of a BAR touches the table (all of the backend's, also the
 * entries not shown) or the pending bits.
 */
enum vpci_msix_region vpci_msix_hit(const struct vpci_msix *msix, unsigned bar, uint64_t offset,
                                    unsigned len);

/* Guest access to that region; offset in the BAR and len are the guest's. Aligned dwords and qwords
   count; others read 0 and are ignored as writes. */
uint64_t vpci_msix_read(const struct vpci_msix_vectors *vectors, const struct vpci_msix *msix,
                        enum vpci_msix_region region, uint64_t offset, unsigned len);
void vpci_msix_write(struct vpci_msix_vectors *vectors, const struct vpci_msix *msix,
                     enum vpci_msix_region region, uint64_t offset, unsigned len, uint64_t data);

/* The backend raised entry vector - msix->first: fires, or is kept pending while masked. */
void vpci_msix_message(struct vpci_msix_vectors *vectors, const struct vpci_msix *msix,
                       uint32_t vector);

#endif
