/* SPDX-License-Identifier: BSD-2-Clause */
#include "vmm/link/device_side.h"

#include "rt/mem.h"

void link_device_init(struct link_device *link, const struct vmm_device_link *config,
                      uint32_t index, const struct link_device_ops *ops, void *vm)
{
    memset(link, 0, sizeof(*link));
    link->config = config;
    link->index = index;
    link->ops = ops;
    link->vm = vm;
    link->pool_mapped = true;
}

int link_device_add_to_bus(struct link_device *link, struct bus *bus)
{
    return bus_add(bus, link->config->name, link->config->doorbell_ipa, LINK_DOORBELL_BYTES,
                   link_device_doorbell, link);
}

int link_device_add_pool(struct link_device *link, struct bus *bus, uint64_t ipa,
                         uint64_t size_bytes)
{
    return bus_add(bus, link->config->name, ipa, size_bytes, link_device_pool_access, link);
}

enum bus_result link_device_pool_access(void *opaque, struct bus_access *access)
{
    struct link_device *link = opaque;

    if (link->pool_mapped) {
        return BUS_UNMAPPED; /* no access of this kind reaches the bus while it is */
    }
    rt_warn_limited(&link->stray_log, "link %s: %s of the pool at 0x%llx after it was taken away",
                    link->config->name, access->write ? "write" : "read",
                    (unsigned long long)access->ipa);
    access->data = 0;
    return BUS_HANDLED;
}

enum bus_result link_device_doorbell(void *opaque, struct bus_access *access)
{
    struct link_device *link = opaque;

    if (!access->write) {
        access->data = 0;
        return BUS_HANDLED;
    }
    link->rings_out++;
    link->ops->signal(link->vm, link->config->doorbell_slot);
    return BUS_HANDLED;
}

/*
 * One word may hold several badges. The driver side asks for a map only after our answer to its last
 * unmap, so map and unmap together mean that map came first. The interrupt comes last: the guest
 * must find the pool as the ring promises.
 */
void link_device_signals(struct link_device *link, uint64_t badges)
{
    const struct vmm_device_link *config = link->config;

    if ((badges & config->map_badge) != 0) {
        link->ops->map_pool(link->vm, link->index);
        link->pool_mapped = true;
    }
    if ((badges & config->unmap_badge) != 0) {
        link->ops->unmap_pool(link->vm, link->index);
        link->pool_mapped = false;
        link->ops->signal(link->vm, config->unmapped_slot);
    }
    if ((badges & config->kick_badge) != 0) {
        link->rings_in++;
        link->ops->raise_spi(link->vm, config->virq);
    }
}

bool link_device_pool_mapped(const struct link_device *link)
{
    return link->pool_mapped;
}
