/* SPDX-License-Identifier: BSD-2-Clause */
#include "vmm/vpci/journal.h"

#include <stddef.h>

#include "rt/mem.h"

struct common_field {
    uint8_t offset, bytes;
};

/* Every field that a driver may write, in the order of the specification's structure. */
static const struct common_field fields[] = {
    { VPCI_COMMON_DEVICE_FEATURE_SELECT, 4 },
    { VPCI_COMMON_DRIVER_FEATURE_SELECT, 4 },
    { VPCI_COMMON_DRIVER_FEATURE, 4 },
    { VPCI_COMMON_CONFIG_VECTOR, 2 },
    { VPCI_COMMON_STATUS, 1 },
    { VPCI_COMMON_QUEUE_SELECT, 2 },
    { VPCI_COMMON_QUEUE_SIZE, 2 },
    { VPCI_COMMON_QUEUE_VECTOR, 2 },
    { VPCI_COMMON_QUEUE_ENABLE, 2 },
    { VPCI_COMMON_QUEUE_DESC, 8 },
    { VPCI_COMMON_QUEUE_DRIVER, 8 },
    { VPCI_COMMON_QUEUE_DEVICE, 8 },
    { VPCI_COMMON_QUEUE_RESET, 2 },
};

static void reset_queue(struct vpci_journal_queue *queue)
{
    memset(queue, 0, sizeof(*queue));
    queue->vector = VPCI_NO_VECTOR;
}

static void reset_virtio(struct vpci_journal_virtio *virtio)
{
    memset(virtio, 0, sizeof(*virtio));
    virtio->config_vector = VPCI_NO_VECTOR;
    for (unsigned i = 0; i < VPCI_JOURNAL_QUEUES; i++) {
        reset_queue(&virtio->queues[i]);
    }
}

void vpci_journal_reset(struct vpci_journal *journal)
{
    journal->command = 0;
    journal->interrupt_line = 0;
    memset(journal->bars, 0, sizeof(journal->bars));
    reset_virtio(&journal->virtio);
}

/* The field that an access of this place and width belongs to, or NULL. */
static const struct common_field *find_field(uint32_t offset, unsigned len)
{
    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
        const struct common_field *field = &fields[i];

        if (offset == field->offset && len == field->bytes) {
            return field;
        }
        if (field->bytes == 8 && len == 4 && (offset & ~4u) == field->offset) {
            return field;
        }
    }
    return NULL;
}

/* Replaces the half of *address that a write of `len` bytes at `offset` covers. */
static void merge_address(uint64_t *address, uint32_t offset, unsigned len, uint64_t data)
{
    if (len == 8) {
        *address = data;
    } else if ((offset & 4) != 0) {
        *address = (*address & 0xffffffffu) | data << 32;
    } else {
        *address = (*address & ~UINT64_C(0xffffffff)) | (data & 0xffffffffu);
    }
}

static void record_queue(struct vpci_journal_virtio *virtio, const struct common_field *field,
                         uint32_t offset, unsigned len, uint64_t data)
{
    struct vpci_journal_queue *queue;

    if (virtio->queue_select >= VPCI_JOURNAL_QUEUES) {
        virtio->incomplete = true;
        return;
    }
    queue = &virtio->queues[virtio->queue_select];
    switch (field->offset) {
    case VPCI_COMMON_QUEUE_SIZE: queue->size = (uint16_t)data; break;
    case VPCI_COMMON_QUEUE_VECTOR: queue->vector = (uint16_t)data; break;
    case VPCI_COMMON_QUEUE_ENABLE: queue->enabled = data == 1; break;
    case VPCI_COMMON_QUEUE_DESC: merge_address(&queue->desc, offset, len, data); break;
    case VPCI_COMMON_QUEUE_DRIVER: merge_address(&queue->driver, offset, len, data); break;
    case VPCI_COMMON_QUEUE_DEVICE: merge_address(&queue->device, offset, len, data); break;
    default: /* VPCI_COMMON_QUEUE_RESET */
        if (data == 1) {
            reset_queue(queue);
        }
        break;
    }
}

static void record_feature(struct vpci_journal_virtio *virtio, uint32_t data)
{
    if (virtio->driver_feature_select < VPCI_JOURNAL_FEATURE_DWORDS) {
        virtio->features[virtio->driver_feature_select] = data;
    } else if (data != 0) {
        virtio->incomplete = true;
    }
}

static void record_status(struct vpci_journal_virtio *virtio, uint8_t status)
{
    if (status == 0) {
        reset_virtio(virtio);
    } else {
        virtio->status = status;
    }
}

bool vpci_journal_common_write(struct vpci_journal_virtio *virtio, uint32_t offset, unsigned len,
                               uint64_t *data, uint16_t vector_count)
{
    const struct common_field *field = find_field(offset, len);

    if (field == NULL) {
        return false;
    }
    switch (field->offset) {
    case VPCI_COMMON_DEVICE_FEATURE_SELECT: virtio->device_feature_select = (uint32_t)*data; break;
    case VPCI_COMMON_DRIVER_FEATURE_SELECT: virtio->driver_feature_select = (uint32_t)*data; break;
    case VPCI_COMMON_DRIVER_FEATURE: record_feature(virtio, (uint32_t)*data); break;
    case VPCI_COMMON_CONFIG_VECTOR:
    case VPCI_COMMON_QUEUE_VECTOR:
        if ((*data & 0xffff) >= vector_count) {
            *data = VPCI_NO_VECTOR;
        }
        if (field->offset == VPCI_COMMON_CONFIG_VECTOR) {
            virtio->config_vector = (uint16_t)*data;
        } else {
            record_queue(virtio, field, offset, len, *data);
        }
        break;
    case VPCI_COMMON_STATUS: record_status(virtio, (uint8_t)*data); break;
    case VPCI_COMMON_QUEUE_SELECT: virtio->queue_select = (uint16_t)*data; break;
    default: record_queue(virtio, field, offset, len, *data); break;
    }
    return true;
}
