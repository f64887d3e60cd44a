/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reads one function of the backend, once: header, BAR sizes, capability chain. Everything read is
 * the backend's choice; what is kept was checked.
 */
#include "vmm/vpci/function.h"

#include <stddef.h>

#include "rt/mem.h"

#define HEADER_DWORDS       (VPCI_HEADER_BYTES / 4)
#define CONFIG_LEGACY_BYTES 0x100u

#define BAR_TYPE_IO   0x1u
#define BAR_TYPE_MASK 0x6u
#define BAR_TYPE_32   0x0u
#define BAR_TYPE_64   0x4u
#define BAR_FLAGS     0xfu

#define VIRTIO_CFG_COMMON 1u
#define VIRTIO_CFG_PCI    5u

#define MSI_CTRL_64          0x0080u
#define MSI_CTRL_MASK        0x0100u
#define MSIX_CAP_BYTES       12u
#define VIRTIO_PCI_CAP_BYTES 20u

void vpci_function_reset(struct vpci_function *function, uint8_t slot, bool filled)
{
    memset(function, 0, sizeof(*function));
    function->slot = slot;
    function->state = filled ? VPCI_UNKNOWN : VPCI_EMPTY;
    vpci_journal_reset(&function->journal);
}

void vpci_scan_begin(struct vpci_function *function)
{
    vpci_function_reset(function, function->slot, true);
    function->state = VPCI_SCANNING;
}

static void read_step(struct vpci_step *step, uint64_t reg)
{
    *step = (struct vpci_step){ .config = true, .addr = reg, .len = 4 };
}

static void write_step(struct vpci_step *step, uint64_t reg, uint32_t data, unsigned len)
{
    *step = (struct vpci_step){
        .config = true, .write = true, .posted = true, .addr = reg, .data = data, .len = len
    };
}

/* Sizing one BAR: all ones, read back, zero. */
static void size_step(const struct vpci_scan *scan, struct vpci_step *step)
{
    uint64_t reg = VPCI_REG_BAR0 + 4 * scan->index;

    if (scan->step == 1) {
        read_step(step, reg);
    } else {
        write_step(step, reg, scan->step == 0 ? UINT32_MAX : 0, 4);
    }
}

bool vpci_scan_next(const struct vpci_function *function, struct vpci_step *step)
{
    const struct vpci_scan *scan = &function->scan;

    switch (scan->phase) {
    case VPCI_SCAN_HEADER: read_step(step, 4 * scan->index); return true;
    case VPCI_SCAN_QUIET: /* no decoding while the BARs hold sizes */
        write_step(step, VPCI_REG_COMMAND, 0, 2);
        return true;
    case VPCI_SCAN_SIZE: size_step(scan, step); return true;
    case VPCI_SCAN_CAPS: read_step(step, scan->cap_at + 4 * scan->step); return true;
    default: return false;
    }
}

static void begin_caps(struct vpci_function *function)
{
    struct vpci_scan *scan = &function->scan;
    bool listed = (function->header[VPCI_REG_COMMAND / 4] >> 16 & VPCI_STATUS_CAPS) != 0;

    scan->cap_at = listed ? function->header[VPCI_REG_CAP_PTR / 4] & 0xfc : 0;
    scan->step = 0;
    scan->phase = scan->cap_at != 0 ? VPCI_SCAN_CAPS : VPCI_SCAN_END;
    if (scan->cap_at != 0 && scan->cap_at < VPCI_HEADER_BYTES) {
        scan->broken = true;
        scan->phase = VPCI_SCAN_END;
    }
}

static void next_size_step(struct vpci_function *function)
{
    struct vpci_scan *scan = &function->scan;

    if (++scan->step < 3) {
        return;
    }
    scan->step = 0;
    if (++scan->index == VPCI_BARS) {
        begin_caps(function);
    }
}

void vpci_scan_sent(struct vpci_function *function, const struct vpci_step *step)
{
    struct vpci_scan *scan = &function->scan;

    if (!step->posted) {
        return; /* moves on with the reply */
    }
    if (scan->phase == VPCI_SCAN_QUIET) {
        scan->phase = VPCI_SCAN_SIZE;
        scan->index = 0;
        scan->step = 0;
    } else {
        next_size_step(function);
    }
}

static void header_reply(struct vpci_function *function, uint32_t data)
{
    struct vpci_scan *scan = &function->scan;

    function->header[scan->index] = data;
    if (scan->index == 0 && ((data & 0xffff) == 0xffff || (data & 0xffff) <= 1)) {
        scan->phase = VPCI_SCAN_END;
    } else if (++scan->index == HEADER_DWORDS) {
        scan->phase = VPCI_SCAN_QUIET;
    }
}

/* Dwords of a capability that say something which matters here. */
static unsigned cap_dwords(uint32_t first)
{
    switch (first & 0xff) {
    case VPCI_CAP_MSIX: return 3;
    case VPCI_CAP_VENDOR: return 4;
    default: return 1;
    }
}

static void note_virtio_cap(struct vpci_function *function, struct vpci_cap *cap)
{
    const uint32_t *dwords = function->scan.dwords;
    uint32_t type = dwords[0] >> 24;

    if (type == VIRTIO_CFG_COMMON && function->common.bytes == 0) {
        function->common.bar = (uint8_t)dwords[1];
        function->common.offset = dwords[2];
        function->common.bytes = dwords[3];
    } else if (type == VIRTIO_CFG_PCI) {
        /* A second way into the BARs, past the checks of vpci.c; drivers can do without it. */
        cap->hidden = true;
        cap->bytes = VIRTIO_PCI_CAP_BYTES;
    }
}

static uint8_t msi_bytes(uint32_t first)
{
    uint32_t control = first >> 16;

    return (uint8_t)(10 + ((control & MSI_CTRL_64) != 0 ? 4 : 0) +
                     ((control & MSI_CTRL_MASK) != 0 ? 10 : 0));
}

/* One capability is complete: keep what matters, find the next. */
static void note_cap(struct vpci_function *function)
{
    struct vpci_scan *scan = &function->scan;
    struct vpci_cap *cap = &function->caps[function->cap_count++];
    uint8_t next = scan->dwords[0] >> 8 & 0xfc;

    cap->offset = scan->cap_at;
    cap->id = (uint8_t)scan->dwords[0];
    cap->bytes = 2;
    if (cap->id == VPCI_CAP_MSI) {
        cap->hidden = true;
        cap->bytes = msi_bytes(scan->dwords[0]);
    } else if (cap->id == VPCI_CAP_MSIX) {
        cap->bytes = MSIX_CAP_BYTES;
        scan->broken |= scan->msix_at != 0;
        scan->msix_at = cap->offset;
        memcpy(scan->msix, scan->dwords, sizeof(scan->msix));
    } else if (cap->id == VPCI_CAP_VENDOR) {
        note_virtio_cap(function, cap);
    }
    scan->step = 0;
    scan->cap_at = next;
    if (next == 0) {
        scan->phase = VPCI_SCAN_END;
    } else if (next < VPCI_HEADER_BYTES || function->cap_count == VPCI_CAPS_MAX) {
        scan->broken = true; /* a chain that loops ends here too */
        scan->phase = VPCI_SCAN_END;
    }
}

static void cap_reply(struct vpci_function *function, uint32_t data)
{
    struct vpci_scan *scan = &function->scan;

    scan->dwords[scan->step] = data;
    if (++scan->step < cap_dwords(scan->dwords[0])) {
        if (scan->cap_at + 4 * scan->step >= CONFIG_LEGACY_BYTES) {
            scan->broken = true;
            scan->phase = VPCI_SCAN_END;
        }
        return;
    }
    note_cap(function);
}

void vpci_scan_reply(struct vpci_function *function, uint32_t data)
{
    struct vpci_scan *scan = &function->scan;

    switch (scan->phase) {
    case VPCI_SCAN_HEADER: header_reply(function, data); break;
    case VPCI_SCAN_SIZE:
        scan->sizes[scan->index] = data;
        next_size_step(function);
        break;
    case VPCI_SCAN_CAPS: cap_reply(function, data); break;
    default: break;
    }
}

/* Size from the bits that took a one; 0 if they are not the top bits of a 32-bit address. */
static uint64_t size_of_mask(uint32_t mask)
{
    uint64_t bytes = (uint64_t)(uint32_t)(~mask) + 1;

    return mask != 0 && (bytes & (bytes - 1)) == 0 ? bytes : 0;
}

/* Fills bars[i] (and i + 1 for a 64-bit one). Returns false if the function cannot be used. */
static bool note_bar(struct vpci_function *function, unsigned i, uint64_t window_bytes)
{
    struct vpci_bar *bar = &function->bars[i];
    uint32_t size = function->scan.sizes[i];
    bool wide = (size & BAR_TYPE_MASK) == BAR_TYPE_64;

    if (size == 0 || (size & BAR_TYPE_IO) != 0) {
        return true; /* port windows do not exist here */
    }
    bar->type_bits = size & BAR_FLAGS;
    bar->mask = size & ~BAR_FLAGS;
    bar->bytes = size_of_mask(bar->mask);
    if ((!wide && (size & BAR_TYPE_MASK) != BAR_TYPE_32) || bar->bytes == 0 ||
        bar->bytes > window_bytes) {
        return false;
    }
    bar->kind = wide ? VPCI_BAR_MEM64 : VPCI_BAR_MEM32;
    if (wide) {
        if (i + 1 == VPCI_BARS || function->scan.sizes[i + 1] != UINT32_MAX) {
            return false;
        }
        function->bars[i + 1].kind = VPCI_BAR_UPPER;
        function->bars[i + 1].mask = UINT32_MAX;
    }
    function->journal.bars[i] = bar->type_bits;
    return true;
}

static bool note_bars(struct vpci_function *function, uint64_t window_bytes)
{
    for (unsigned i = 0; i < VPCI_BARS; i++) {
        if (function->bars[i].kind == VPCI_BAR_UPPER) {
            continue;
        }
        if (!note_bar(function, i, window_bytes)) {
            return false;
        }
        function->shadow.bars[i] = function->journal.bars[i];
    }
    return true;
}

/* Chains the capabilities that are shown. */
static void link_caps(struct vpci_function *function)
{
    uint8_t next = 0;

    for (unsigned i = function->cap_count; i-- > 0;) {
        function->caps[i].next = next;
        if (!function->caps[i].hidden) {
            next = function->caps[i].offset;
        }
    }
    function->first_cap = next;
}

static const char *set_up_msix(struct vpci_function *function, struct vpci_msix_vectors *vectors,
                               uint32_t vector_limit)
{
    uint64_t bar_bytes[VPCI_BARS];

    if (function->scan.msix_at == 0) {
        return NULL;
    }
    for (unsigned i = 0; i < VPCI_BARS; i++) {
        bar_bytes[i] = function->bars[i].bytes;
    }
    if (vpci_msix_parse(&function->msix, function->scan.msix_at, function->scan.msix, bar_bytes) !=
        0) {
        return "MSI-X table or pending bits do not fit their BAR";
    }
    if (vpci_msix_grant(vectors, &function->msix, function->slot, vector_limit) != 0) {
        return "no interrupt vector left on this link";
    }
    return NULL;
}

static bool common_valid(const struct vpci_function *function)
{
    const struct vpci_range *common = &function->common;
    uint64_t end = (uint64_t)common->offset + common->bytes;

    return common->bytes == 0 ||
           (common->bar < VPCI_BARS && end <= function->bars[common->bar].bytes &&
            common->bytes >= VPCI_COMMON_QUEUE_DEVICE + 8);
}

/* The journal of the common configuration must not be shadowed by the MSI-X table. */
static bool common_overlaps_msix(const struct vpci_function *function)
{
    const struct vpci_range *common = &function->common;

    return common->bytes != 0 && vpci_msix_hit(&function->msix, common->bar, common->offset,
                                               common->bytes) != VPCI_MSIX_NEITHER;
}

const char *vpci_scan_finish(struct vpci_function *function, struct vpci_msix_vectors *vectors,
                             uint64_t window_bytes, uint32_t vector_limit)
{
    uint32_t vendor = function->header[0] & 0xffff;
    const char *wrong;

    function->state = VPCI_ABSENT;
    if (vendor == 0xffff || vendor <= 1) {
        return "";
    }
    if ((function->header[VPCI_REG_HEADER_TYPE / 4] >> 16 & 0x7f) != 0) {
        return "header type is not 0";
    }
    if (function->scan.broken) {
        return "capability chain makes no sense";
    }
    if (!note_bars(function, window_bytes)) {
        return "a BAR makes no sense or is larger than the link's window";
    }
    if (!common_valid(function)) {
        return "virtio common configuration does not fit its BAR";
    }
    wrong = set_up_msix(function, vectors, vector_limit);
    if (wrong != NULL) {
        return wrong;
    }
    if (common_overlaps_msix(function)) {
        return "virtio common configuration overlaps the MSI-X table";
    }
    link_caps(function);
    function->state = VPCI_PRESENT;
    return NULL;
}
