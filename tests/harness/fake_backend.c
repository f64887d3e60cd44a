/* SPDX-License-Identifier: BSD-2-Clause */
#include "fake_backend.h"

#include <string.h>

#include "rpc/link.h"

#define BAR1_AT 0x14u
#define BAR4_AT 0x20u
#define BAR5_AT 0x24u

void fake_backend_init(struct fake_backend *backend, uint64_t ecam_ipa)
{
    memset(backend, 0, sizeof(*backend));
    backend->ecam_ipa = ecam_ipa;
}

void fake_backend_poke(struct fake_backend *backend, unsigned slot, unsigned reg, unsigned len,
                       uint32_t value)
{
    memcpy(&backend->devices[slot].config[reg], &value, len);
}

uint32_t fake_backend_peek(const struct fake_backend *backend, unsigned slot, unsigned reg,
                           unsigned len)
{
    uint32_t value = 0;

    memcpy(&value, &backend->devices[slot].config[reg], len);
    return value;
}

static void allow(struct fake_device *device, unsigned reg, unsigned len, uint32_t mask)
{
    memcpy(&device->writable[reg], &mask, len);
}

static void add_virtio_cap(struct fake_backend *backend, unsigned slot, unsigned at, unsigned next,
                           unsigned type, unsigned bar, uint32_t offset, uint32_t bytes)
{
    unsigned cap_bytes = type == 2 || type == 5 ? 20 : 16;

    fake_backend_poke(backend, slot, at, 4, 0x09u | next << 8 | cap_bytes << 16 | type << 24);
    fake_backend_poke(backend, slot, at + 4, 4, bar);
    fake_backend_poke(backend, slot, at + 8, 4, offset);
    fake_backend_poke(backend, slot, at + 12, 4, bytes);
}

void fake_backend_add(struct fake_backend *backend, unsigned slot, uint16_t device_id,
                      unsigned vectors)
{
    struct fake_device *device = &backend->devices[slot];

    memset(device, 0, sizeof(*device));
    device->present = true;
    fake_backend_poke(backend, slot, 0x00, 4, 0x1af4u | (uint32_t)device_id << 16);
    fake_backend_poke(backend, slot, 0x06, 2, 0x0010);
    fake_backend_poke(backend, slot, 0x08, 4, 0x02000001);
    fake_backend_poke(backend, slot, 0x2c, 4, 0x1af41100);
    fake_backend_poke(backend, slot, 0x34, 1, FAKE_CAP_PCIE);
    fake_backend_poke(backend, slot, 0x3d, 1, 1);
    allow(device, 0x04, 2, 0x0547);
    allow(device, 0x3c, 1, 0xff);
    allow(device, BAR1_AT, 4, ~(FAKE_BAR1_BYTES - 1));
    allow(device, BAR4_AT, 4, ~(FAKE_BAR4_BYTES - 1));
    allow(device, BAR5_AT, 4, UINT32_MAX);
    fake_backend_poke(backend, slot, BAR4_AT, 4, 0xc); /* 64-bit, prefetchable */

    fake_backend_poke(backend, slot, FAKE_CAP_PCIE, 4, 0x10u | FAKE_CAP_MSI << 8 | 0x00920000u);
    allow(device, FAKE_CAP_PCIE + 8, 2, 0xffff);
    fake_backend_poke(backend, slot, FAKE_CAP_MSI, 4, 0x05u | FAKE_CAP_COMMON << 8 | 0x00800000u);
    allow(device, FAKE_CAP_MSI + 2, 2, 0x0071);
    add_virtio_cap(backend, slot, FAKE_CAP_COMMON, FAKE_CAP_NOTIFY, 1, 4, 0, FAKE_COMMON_BYTES);
    add_virtio_cap(backend, slot, FAKE_CAP_NOTIFY, FAKE_CAP_PCICFG, 2, 4, FAKE_NOTIFY_AT, 0x1000);
    add_virtio_cap(backend, slot, FAKE_CAP_PCICFG, FAKE_CAP_MSIX, 5, 0, 0, 0);
    fake_backend_poke(backend, slot, FAKE_CAP_MSIX, 4, 0x11u | (vectors - 1) << 16);
    fake_backend_poke(backend, slot, FAKE_CAP_MSIX + 4, 4, 1);
    fake_backend_poke(backend, slot, FAKE_CAP_MSIX + 8, 4, FAKE_PBA_OFFSET | 1);
    allow(device, FAKE_CAP_MSIX + 2, 2, VPCI_MSIX_CTRL_ENABLE | VPCI_MSIX_CTRL_MASK);
    for (unsigned i = 0; i < vectors; i++) {
        device->table[i * 16 + 12] = 1;
    }
}

void fake_backend_reset(struct fake_backend *backend)
{
    for (unsigned slot = 0; slot < FAKE_DEVICES; slot++) {
        if (backend->devices[slot].present) {
            unsigned vectors = (fake_backend_peek(backend, slot, FAKE_CAP_MSIX + 2, 2) & 0x7ff) + 1;

            fake_backend_add(backend, slot, (uint16_t)fake_backend_peek(backend, slot, 2, 2),
                             vectors);
        }
    }
}

static void config_write(struct fake_device *device, unsigned reg, unsigned len, uint64_t data)
{
    for (unsigned i = 0; i < len; i++) {
        uint8_t mask = device->writable[reg + i];

        device->config[reg + i] =
            (uint8_t)((device->config[reg + i] & ~mask) | ((data >> (8 * i)) & mask));
    }
}

/* The bytes behind a memory address, or NULL. */
static uint8_t *memory_at(struct fake_backend *backend, uint64_t addr, unsigned len)
{
    for (unsigned slot = 0; slot < FAKE_DEVICES; slot++) {
        struct fake_device *device = &backend->devices[slot];
        uint64_t bar1 = fake_backend_peek(backend, slot, BAR1_AT, 4) & ~0xfu;
        uint64_t bar4 = (fake_backend_peek(backend, slot, BAR4_AT, 4) & ~0xfu) |
                        (uint64_t)fake_backend_peek(backend, slot, BAR5_AT, 4) << 32;

        if (!device->present || (fake_backend_peek(backend, slot, 4, 2) & 2) == 0) {
            continue;
        }
        if (addr >= bar1 && addr + len <= bar1 + FAKE_BAR1_BYTES) {
            return &device->table[addr - bar1];
        }
        if (addr >= bar4 && addr + len <= bar4 + FAKE_BAR4_BYTES) {
            return &device->bar4[addr - bar4];
        }
    }
    backend->no_device++;
    return NULL;
}

static bool in_ecam(const struct fake_backend *backend, uint64_t addr)
{
    return addr >= backend->ecam_ipa && addr < backend->ecam_ipa + 0x100000;
}

uint32_t fake_backend_read(struct fake_backend *backend, uint64_t addr, unsigned len,
                           uint64_t *data)
{
    uint8_t *bytes;

    backend->reads++;
    *data = 0;
    if (in_ecam(backend, addr)) {
        uint64_t offset = addr - backend->ecam_ipa;
        struct fake_device *device = &backend->devices[offset >> 15];
        unsigned reg = offset & 0xfff;

        if (!device->present || (offset >> 12 & 7) != 0) {
            *data = UINT64_MAX;
        } else if (reg + len <= sizeof(device->config)) {
            memcpy(data, &device->config[reg], len);
        }
        return LINK_STATUS_OK;
    }
    bytes = memory_at(backend, addr, len);
    if (bytes == NULL) {
        return LINK_STATUS_NO_DEV;
    }
    memcpy(data, bytes, len);
    return LINK_STATUS_OK;
}

uint32_t fake_backend_write(struct fake_backend *backend, uint64_t addr, unsigned len,
                            uint64_t data)
{
    uint8_t *bytes;

    backend->writes++;
    if (in_ecam(backend, addr)) {
        uint64_t offset = addr - backend->ecam_ipa;
        struct fake_device *device = &backend->devices[offset >> 15];
        unsigned reg = offset & 0xfff;

        if (device->present && (offset >> 12 & 7) == 0 && reg + len <= sizeof(device->config)) {
            config_write(device, reg, len, data);
        }
        return LINK_STATUS_OK;
    }
    bytes = memory_at(backend, addr, len);
    if (bytes == NULL) {
        return LINK_STATUS_NO_DEV;
    }
    memcpy(bytes, &data, len);
    return LINK_STATUS_OK;
}

bool fake_backend_msix_enabled(const struct fake_backend *backend, unsigned slot)
{
    return (fake_backend_peek(backend, slot, FAKE_CAP_MSIX + 2, 2) & VPCI_MSIX_CTRL_ENABLE) != 0;
}

struct vpci_msix_entry fake_backend_entry(const struct fake_backend *backend, unsigned slot,
                                          unsigned entry)
{
    const uint8_t *at = &backend->devices[slot].table[entry * 16];
    struct vpci_msix_entry result;
    uint32_t control;

    memcpy(&result.address, at, 8);
    memcpy(&result.data, at + 8, 4);
    memcpy(&control, at + 12, 4);
    result.masked = (control & 1) != 0;
    return result;
}

void *fake_no_memory(void *owner, uint64_t ipa, uint64_t bytes)
{
    (void)owner;
    (void)ipa;
    (void)bytes;
    return NULL;
}
