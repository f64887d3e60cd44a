/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One PCI function (function 0 of a slot): what the VMM knows of it, what the guest sees of it, what
 * the backend was told.
 *
 * The VMM reads the function's header and capabilities once (scan.c). From then on header, BARs,
 * command, capability chain and MSI-X are served here and the backend is brought to the same
 * state (sync.c); other config registers are forwarded (vpci.c).
 *
 * Source: PCI Local Bus 3.0 section 6.1, 6.2.5; PCI Express Base 5.0 section 7.5; Virtual I/O
 * Device 1.2 section 4.1.4.
 */
#ifndef VMM_VPCI_FUNCTION_H
#define VMM_VPCI_FUNCTION_H

#include <stdbool.h>
#include <stdint.h>

#include "rpc/link.h"
#include "rt/error.h"
#include "vmm/vpci/journal.h"
#include "vmm/vpci/msix.h"

#define VPCI_BARS         6u
#define VPCI_CAPS_MAX     24u
#define VPCI_CONFIG_BYTES 4096u /* per function in the ECAM */

/* Registers of a type 0 header. */
#define VPCI_REG_COMMAND     0x04u
#define VPCI_REG_STATUS      0x06u
#define VPCI_REG_HEADER_TYPE 0x0eu
#define VPCI_REG_BAR0        0x10u
#define VPCI_REG_CAP_PTR     0x34u
#define VPCI_REG_INT_LINE    0x3cu
#define VPCI_REG_INT_PIN     0x3du
#define VPCI_HEADER_BYTES    0x40u

#define VPCI_COMMAND_MEMORY   0x0002u
#define VPCI_COMMAND_WRITABLE 0x0546u /* memory, master, parity, SERR, INTx disable */
#define VPCI_STATUS_CAPS      0x0010u

#define VPCI_CAP_MSI    0x05u
#define VPCI_CAP_VENDOR 0x09u
#define VPCI_CAP_MSIX   0x11u

enum vpci_function_state {
    VPCI_EMPTY,   /* the description puts nothing here */
    VPCI_UNKNOWN, /* no backend has been asked yet */
    VPCI_SCANNING,
    VPCI_PRESENT,
    VPCI_ABSENT, /* the backend has nothing here, or something unusable */
    VPCI_STALE,  /* the backend that the guest knew is gone */
};

enum vpci_bar_kind { VPCI_BAR_NONE, VPCI_BAR_MEM32, VPCI_BAR_MEM64, VPCI_BAR_UPPER };

struct vpci_bar {
    enum vpci_bar_kind kind;
    uint32_t type_bits; /* low four bits, read-only */
    uint32_t mask;      /* writable bits */
    uint64_t bytes;     /* 0 for NONE and UPPER */
};

struct vpci_cap {
    uint8_t offset, id, next; /* next: offset of the next capability shown */
    uint8_t bytes;            /* what belongs to it, as far as it is served or hidden here */
    bool hidden;
};

/* A part of a BAR. */
struct vpci_range {
    uint8_t bar;
    uint32_t offset, bytes; /* bytes 0: there is none */
};

/* What the backend was told last. */
struct vpci_shadow {
    uint32_t bars[VPCI_BARS];
    uint16_t command;
    bool msix;            /* its Enable bit */
    uint32_t msix_halves; /* 8-byte halves of its table written since Enable was last clear */
};

enum vpci_scan_phase {
    VPCI_SCAN_HEADER,
    VPCI_SCAN_QUIET,
    VPCI_SCAN_SIZE,
    VPCI_SCAN_CAPS,
    VPCI_SCAN_END,
};

struct vpci_scan {
    enum vpci_scan_phase phase;
    unsigned index, step;
    uint8_t cap_at;
    uint32_t dwords[4]; /* of the capability being read */
    uint32_t sizes[VPCI_BARS];
    uint32_t msix[3];
    uint8_t msix_at; /* 0: none */
    bool broken;
};

struct vpci_function {
    enum vpci_function_state state;
    uint8_t slot;
    bool awaiting; /* a request of the VMM's own is on its way */
    uint32_t header[VPCI_HEADER_BYTES / 4];
    struct vpci_bar bars[VPCI_BARS];
    struct vpci_cap caps[VPCI_CAPS_MAX];
    unsigned cap_count;
    uint8_t first_cap;        /* as shown */
    struct vpci_range common; /* virtio common configuration */
    struct vpci_msix msix;
    struct vpci_journal journal;
    struct vpci_shadow shadow;
    struct vpci_scan scan;
};

/* Forgets everything; state becomes UNKNOWN (or EMPTY). */
void vpci_function_reset(struct vpci_function *function, uint8_t slot, bool filled);

/* A request of the VMM's own. */
struct vpci_step {
    bool write, posted;
    bool config; /* addr: config offset; otherwise guest-physical */
    uint64_t addr, data;
    unsigned len;
    enum {
        VPCI_STEP_OTHER,
        VPCI_STEP_BAR,
        VPCI_STEP_COMMAND,
        VPCI_STEP_ENTRY,
        VPCI_STEP_ENABLE,
        VPCI_STEP_DISABLE
    } what;
    unsigned index;
};

/*
 * Scan: begin, then while next gives a step: send it, call sent, and for each step that is not posted
 * call reply with the backend's answer. After the last, finish judges what was read.
 */
void vpci_scan_begin(struct vpci_function *function);
bool vpci_scan_next(const struct vpci_function *function, struct vpci_step *step);
void vpci_scan_sent(struct vpci_function *function, const struct vpci_step *step);
void vpci_scan_reply(struct vpci_function *function, uint32_t data);

/*
 * @window_bytes: size of the link's memory window; a BAR larger than it is refused.
 * @vector_limit: see vpci_msix_grant.
 * Returns NULL if the function is usable (then also set up for the guest), or what is wrong with it,
 * as a static text; "" if the slot is simply empty.
 */
const char *vpci_scan_finish(struct vpci_function *function, struct vpci_msix_vectors *vectors,
                             uint64_t window_bytes, uint32_t vector_limit);

/*
 * Sync: the next write that brings the backend closer to what the guest programmed, if any; after it
 * was sent, vpci_sync_sent.
 */
bool vpci_sync_next(const struct vpci_function *function, struct vpci_step *step);
void vpci_sync_sent(struct vpci_function *function, const struct vpci_step *step);

/*
 * Guest config access of a PRESENT function, reg + len within one dword.
 *
 * vpci_config_byte: true and the value if this byte is served here.
 * vpci_config_owns: true if any byte of the range is.
 * vpci_config_write: a write to a range that vpci_config_owns; may leave the function out of sync.
 */
bool vpci_config_byte(const struct vpci_function *function, uint32_t reg, uint8_t *value);
bool vpci_config_owns(const struct vpci_function *function, uint32_t reg, unsigned len);
void vpci_config_write(struct vpci_function *function, struct vpci_msix_vectors *vectors,
                       uint32_t reg, unsigned len, uint32_t data);

/*
 * Finds the BAR of a function with memory decoding on that holds all of [ipa, ipa + len).
 * Returns true, the BAR's number and the offset in it.
 */
bool vpci_bar_find(const struct vpci_function *function, uint64_t ipa, unsigned len, unsigned *bar,
                   uint64_t *offset);

/* Address in BAR `bar` (kind MEM32 or MEM64) as the guest programmed it. */
uint64_t vpci_bar_base(const struct vpci_function *function, unsigned bar);

#endif
