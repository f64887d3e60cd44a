/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the guest told one function: enough to bring a fresh backend to the same state. PCI part:
 * kept for all of a function's life and also the source from which the backend is programmed
 * (sync.c), so replaying it is the same code. Virtio part: recorded here, and where the rings of a disk
 * are found (queues.c); its replay is not built yet.
 *
 * Called by: config.c, vpci.c.
 * Source: Virtual I/O Device 1.2 section 4.1.4.3 (common configuration).
 */
#ifndef VMM_VPCI_JOURNAL_H
#define VMM_VPCI_JOURNAL_H

#include <stdbool.h>
#include <stdint.h>

#define VPCI_JOURNAL_QUEUES         64u
#define VPCI_JOURNAL_FEATURE_DWORDS 4u

/* Layout of the common configuration. */
#define VPCI_COMMON_DEVICE_FEATURE_SELECT 0x00u
#define VPCI_COMMON_DRIVER_FEATURE_SELECT 0x08u
#define VPCI_COMMON_DRIVER_FEATURE        0x0cu
#define VPCI_COMMON_CONFIG_VECTOR         0x10u
#define VPCI_COMMON_STATUS                0x14u
#define VPCI_COMMON_QUEUE_SELECT          0x16u
#define VPCI_COMMON_QUEUE_SIZE            0x18u
#define VPCI_COMMON_QUEUE_VECTOR          0x1au
#define VPCI_COMMON_QUEUE_ENABLE          0x1cu
#define VPCI_COMMON_QUEUE_DESC            0x20u
#define VPCI_COMMON_QUEUE_DRIVER          0x28u
#define VPCI_COMMON_QUEUE_DEVICE          0x30u
#define VPCI_COMMON_QUEUE_RESET           0x3au

#define VPCI_NO_VECTOR 0xffffu

struct vpci_journal_queue {
    uint64_t desc, driver, device; /* guest-physical */
    uint16_t size;                 /* 0: never written, the device's default */
    uint16_t vector;
    bool enabled;
};

struct vpci_journal_virtio {
    uint32_t features[VPCI_JOURNAL_FEATURE_DWORDS]; /* accepted by the driver */
    uint32_t device_feature_select, driver_feature_select;
    uint16_t queue_select;
    uint16_t config_vector;
    uint8_t status;
    bool incomplete; /* the guest used more queues or feature words than fit: no replay */
    struct vpci_journal_queue queues[VPCI_JOURNAL_QUEUES];
};

struct vpci_journal {
    uint16_t command;
    uint8_t interrupt_line;
    uint32_t bars[6]; /* as the guest reads them, type bits included */
    struct vpci_journal_virtio virtio;
    /* MSI-X: struct vpci_msix of the function and its entries in struct vpci_msix_vectors */
};

/* State after power-on; type bits of the BARs are the caller's. */
void vpci_journal_reset(struct vpci_journal *journal);

/*
 * A guest write to the common configuration, before it is forwarded.
 *
 * @offset: in the structure, @len, @data: the guest's. *data may be changed: a vector that the guest
 *     was not shown becomes VPCI_NO_VECTOR (the backend's table has nothing for it).
 * @vector_count: entries of the MSI-X table shown to the guest.
 * Returns true if the write goes to the backend, false if it is dropped because it is not one of the
 * accesses that the specification allows (the field's own width; 64-bit fields also in halves).
 */
bool vpci_journal_common_write(struct vpci_journal_virtio *virtio, uint32_t offset, unsigned len,
                               uint64_t *data, uint16_t vector_count);

#endif
