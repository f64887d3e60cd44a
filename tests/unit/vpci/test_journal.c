/* SPDX-License-Identifier: BSD-2-Clause */
#include "test_vpci.h"

#include <stdbool.h>
#include <stdint.h>

#include "vmm/vpci/journal.h"

static struct vpci_journal journal;

static bool put(uint32_t offset, unsigned len, uint64_t data)
{
    return vpci_journal_common_write(&journal.virtio, offset, len, &data, 3);
}

static void test_queue(void)
{
    const struct vpci_journal_queue *queue = &journal.virtio.queues[1];

    put(VPCI_COMMON_QUEUE_SELECT, 2, 1);
    put(VPCI_COMMON_QUEUE_SIZE, 2, 256);
    put(VPCI_COMMON_QUEUE_DESC, 4, 0x50000000);
    put(VPCI_COMMON_QUEUE_DESC + 4, 4, 1);
    put(VPCI_COMMON_QUEUE_DRIVER, 8, UINT64_C(0x250001000));
    put(VPCI_COMMON_QUEUE_ENABLE, 2, 1);
    tap_report(queue->size == 256 && queue->desc == UINT64_C(0x150000000) && queue->enabled &&
                   queue->driver == UINT64_C(0x250001000),
               "journal/a queue is recorded, addresses also in halves");
    put(VPCI_COMMON_QUEUE_RESET, 2, 1);
    tap_report(queue->size == 0 && !queue->enabled && queue->vector == VPCI_NO_VECTOR,
               "journal/a queue reset forgets the queue");
    put(VPCI_COMMON_QUEUE_SELECT, 2, 1000);
    put(VPCI_COMMON_QUEUE_SIZE, 2, 1);
    tap_report(journal.virtio.incomplete,
               "journal/more queues than fit make the record incomplete");
}

static void test_vectors(void)
{
    uint64_t data = 2;

    tap_report(vpci_journal_common_write(&journal.virtio, VPCI_COMMON_CONFIG_VECTOR, 2, &data, 3) &&
                   data == 2,
               "journal/a vector that the guest was shown passes");
    data = 3;
    tap_report(vpci_journal_common_write(&journal.virtio, VPCI_COMMON_CONFIG_VECTOR, 2, &data, 3) &&
                   data == VPCI_NO_VECTOR,
               "journal/a vector that it was not shown becomes none");
}

void test_journal(void)
{
    vpci_journal_reset(&journal);
    test_vectors();
    tap_report(!put(VPCI_COMMON_CONFIG_VECTOR, 4, 0) && !put(VPCI_COMMON_STATUS, 2, 0) &&
                   !put(VPCI_COMMON_CONFIG_VECTOR + 1, 1, 0) && !put(0x04, 4, 0) &&
                   !put(0x100, 4, 0),
               "journal/accesses of the wrong width or place are dropped");
    put(VPCI_COMMON_DRIVER_FEATURE_SELECT, 4, 1);
    put(VPCI_COMMON_DRIVER_FEATURE, 4, 0x3);
    put(VPCI_COMMON_STATUS, 1, 0xf);
    tap_report(journal.virtio.features[1] == 3 && journal.virtio.status == 0xf,
               "journal/features and status are recorded");
    test_queue();
    put(VPCI_COMMON_STATUS, 1, 0);
    tap_report(journal.virtio.features[1] == 0 && journal.virtio.status == 0 &&
                   journal.virtio.config_vector == VPCI_NO_VECTOR && !journal.virtio.incomplete,
               "journal/writing status 0 forgets all of the device");
}
