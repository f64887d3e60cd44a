/* SPDX-License-Identifier: BSD-2-Clause */
/* Isolation, read off the finished tables: who holds capabilities to what. */
#include "composer_tests.h"

#include <string.h>

#include "contract/plan/vmm.h"
#include "tap.h"

/* Bit i: the VMM of VM i holds a capability to the object, or maps it. Bit 31: somebody else does. */
static uint32_t holders(const struct composed *c, uint32_t object)
{
    uint32_t mask = 0;

    for (size_t i = 0; i < c->builder.cap_count + c->builder.map_count; i++) {
        bool is_cap = i < c->builder.cap_count;
        const struct plan_cap *cap = is_cap ? &c->builder.caps[i] : NULL;
        const struct plan_map *map = is_cap ? NULL : &c->builder.maps[i - c->builder.cap_count];
        uint32_t what = is_cap ? cap->object : map->object;
        uint32_t where = is_cap ? cap->cnode : map->vspace;
        const char *name = c->builder.strings + c->builder.objects[where].name;
        uint32_t bit = UINT32_C(1) << 31;

        if (what != object) {
            continue;
        }
        for (size_t j = 0; j < c->model.vm_count; j++) {
            const char *instance = c->model.vms[j]->instance;
            size_t length = strlen(instance);

            if (!strncmp(name, instance, length) && name[length] == '.') {
                bit = UINT32_C(1) << j;
            }
        }
        mask |= bit;
    }
    return mask;
}

static uint32_t find_object(const struct composed *c, const char *name)
{
    for (uint32_t i = 0; i < c->builder.object_count; i++) {
        if (!strcmp(c->builder.strings + c->builder.objects[i].name, name)) {
            return i;
        }
    }
    return PLAN_NONE;
}

static uint32_t holders_of(const struct composed *c, const char *name)
{
    uint32_t object = find_object(c, name);

    return object == PLAN_NONE ? UINT32_MAX : holders(c, object);
}

static void memory_tests(void)
{
    struct composed *c = compose_text(two_users, true);

    TAP_OK(holders_of(c, "vm1.ram") == 1u << 1 && holders_of(c, "vm2.ram") == 1u << 2,
           "authority/private RAM is its own VMM's alone");
    TAP_OK(holders_of(c, "vm1.pool-vm0") == 3u,
           "authority/a pool is shared by the two ends of its link");
    TAP_OK(holders_of(c, "vm2.pool-vm0") == 5u, "authority/the other pool by the other two");
    TAP_OK(holders_of(c, "vm0-vm1.iobuf") == 3u && holders_of(c, "vm0-vm2.iobuf") == 5u,
           "authority/so are the message areas");
    TAP_OK(holders_of(c, "vm0.irq79") == 1u && holders_of(c, "vm0.mmio-a003000") == 1u,
           "authority/hardware is its owner's alone");
    TAP_OK(holders_of(c, "console.uart") == 1u << 31, "authority/no VMM has the UART");
    compose_free(c);
    c = compose_text(two_users, false);
    TAP_OK(holders_of(c, "vm1.ram") == 3u && holders_of(c, "vm2.ram") == 5u,
           "authority/VMSWIOTLB=0 shares RAM with the backend and nobody else");
    compose_free(c);
}

/* A VMM may signal others and read their nothing: no foreign endpoint, TCB, CNode or untyped. */
static void control_tests(const char *text, const char *name)
{
    struct composed *c = compose_text(text, true);
    bool is_private = true, is_signal_only = true;

    for (uint32_t i = 0; i < c->builder.object_count; i++) {
        uint16_t type = c->builder.objects[i].type;
        uint32_t mask = holders(c, i);

        if (type == PLAN_ENDPOINT || type == PLAN_UNTYPED || type == PLAN_CNODE ||
            type == PLAN_TCB || type == PLAN_VSPACE || type == PLAN_IRQ) {
            is_private &= (mask & (mask - 1)) == 0;
        }
    }
    for (size_t i = 0; i < c->builder.cap_count; i++) {
        const struct plan_cap *cap = &c->builder.caps[i];

        if (c->builder.objects[cap->object].type == PLAN_NOTIFICATION && cap->badge) {
            is_signal_only &=
                cap->rights == PLAN_RIGHT_WRITE && (cap->badge & (cap->badge - 1)) == 0;
        }
    }
    TAP_OK(is_private, "authority/%s: control objects have one holder", name);
    TAP_OK(is_signal_only, "authority/%s: what crosses is a signal with one bit", name);
    compose_free(c);
}

static void add_badge(uint64_t badge, uint64_t *all, bool *is_unique)
{
    *is_unique &= badge != 0 && (badge & (badge - 1)) == 0 && (*all & badge) == 0;
    *all |= badge;
}

static void blob_tests(void)
{
    struct composed *c = compose_text(two_users, true);
    const struct vmm_config *config = compose_blob(c, "vm0");
    const uint8_t *base = (const uint8_t *)config;
    const struct vmm_irq *irqs = (const void *)(base + config->irqs.offset);
    const struct vmm_device_link *links = (const void *)(base + config->device_links.offset);
    const struct vmm_region *regions = (const void *)(base + config->regions.offset);
    uint64_t all = 0;
    bool is_unique = true, is_sound = true;

    add_badge(config->timer_badge, &all, &is_unique);
    add_badge(config->console_badge, &all, &is_unique);
    for (uint32_t i = 0; i < config->irqs.count; i++) {
        add_badge(irqs[i].badge, &all, &is_unique);
    }
    for (uint32_t i = 0; i < config->device_links.count; i++) {
        add_badge(links[i].kick_badge, &all, &is_unique);
        add_badge(links[i].map_badge, &all, &is_unique);
        add_badge(links[i].unmap_badge, &all, &is_unique);
    }
    for (uint32_t i = 0; i < config->regions.count; i++) {
        is_sound &= regions[i].slot_count == regions[i].size_bytes >> regions[i].page_bits &&
                    regions[i].slot + regions[i].slot_count <= config->free_slot_first;
    }
    TAP_OK(config->magic == VMM_CONFIG_MAGIC && config->irqs.count == 2 &&
               config->device_links.count == 2,
           "blob/vm0 has two interrupts and serves two links");
    TAP_OK(is_unique && (all >> 60) == 0, "blob/every badge is one bit, used once, below bit 60");
    TAP_OK(is_sound, "blob/regions have their pages and lie below the free slots");
    TAP_OK(!strcmp((const char *)base + config->cmdline.offset, "console=ttyAMA0"),
           "blob/command line");
    config = compose_blob(c, "vm1");
    TAP_OK(config->v2m_spi_count == 128 && config->v2m_spi_first > 33 &&
               config->driver_links.count == 1,
           "blob/a driver VM has 128 MSI numbers behind the UART's");
    compose_free(c);
}

void authority_tests(int *run, int *failed)
{
    tap_run_count = *run;
    tap_failed_count = *failed;
    memory_tests();
    control_tests(two_users, "two users");
    control_tests(chain, "chain");
    blob_tests();
    *run = tap_run_count;
    *failed = tap_failed_count;
}
