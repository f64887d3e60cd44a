/* SPDX-License-Identifier: BSD-2-Clause */
#include "vmm/vm/config.h"

#include <stdbool.h>

#include "rt/mem.h"
#include "vmm/board/watchdog.h"
#include "vmm/vgic/vgic.h"

static int fail(const char **reason, const char *text, int error)
{
    *reason = text;
    return error;
}

/* The entries of a table; NULL if it does not lie inside of the blob or holds more than `max`. */
static const void *table(const struct vmm_config *base, struct vmm_table where, size_t entry_bytes,
                         size_t max, bool *broken)
{
    if (where.count == 0) {
        return NULL;
    }
    if (where.count > max || where.offset % 8 != 0 || where.offset > base->size_bytes ||
        where.count * entry_bytes > base->size_bytes - where.offset) {
        *broken = true;
        return NULL;
    }
    return (const char *)base + where.offset;
}

static bool one_bit(uint64_t badge)
{
    return badge != 0 && (badge & (badge - 1)) == 0 && badge != VM_FAULT_BADGE;
}

static bool optional_bit(uint64_t badge)
{
    return badge == 0 || one_bit(badge);
}

static bool is_name(const char *name)
{
    return memchr(name, '\0', VMM_NAME_BYTES) != NULL;
}

static bool is_spi(uint32_t intid)
{
    return intid >= 32 && intid < VGIC_IRQS_MAX;
}

static bool range_fits(uint64_t base, uint64_t bytes)
{
    return bytes == 0 || base <= UINT64_MAX - (bytes - 1);
}

static bool region_is_sound(const struct vmm_region *region)
{
    uint64_t page = UINT64_C(1) << (region->page_bits & 63);

    return region->kind >= VMM_REGION_RAM && region->kind <= VMM_REGION_SHARED_RAM &&
           (region->page_bits == 12 || region->page_bits == 21) && region->size_bytes != 0 &&
           (region->ipa | region->size_bytes | region->vaddr) % page == 0 &&
           region->slot_count == region->size_bytes >> region->page_bits &&
           range_fits(region->ipa, region->size_bytes) &&
           range_fits(region->vaddr, region->size_bytes) && is_name(region->name);
}

static int check_base(const struct vmm_config *base, const char **reason)
{
    if (base->vcpu_count < 1 || base->vcpu_count > VGIC_VCPUS_MAX) {
        return fail(reason, "number of vCPUs", RT_ERR_RANGE);
    }
    if (!optional_bit(base->timer_badge) || !optional_bit(base->console_badge)) {
        return fail(reason, "badge of timer or console", RT_ERR_RANGE);
    }
    if (base->gicd_ipa % 0x1000 != 0 || base->gicc_ipa % 0x1000 != 0 ||
        base->v2m_ipa % 0x1000 != 0 || base->uart_ipa % 0x1000 != 0 ||
        base->watchdog_ipa % WATCHDOG_BYTES != 0) {
        return fail(reason, "address of an emulated device", RT_ERR_RANGE);
    }
    if (base->uart_ipa != 0 && !is_spi(base->uart_spi)) {
        return fail(reason, "interrupt of the UART", RT_ERR_RANGE);
    }
    if (base->watchdog_ipa != 0 && !is_spi(base->watchdog_spi)) {
        return fail(reason, "interrupt of the watchdog", RT_ERR_RANGE);
    }
    if (base->v2m_ipa != 0 &&
        (!is_spi(base->v2m_spi_first) || base->v2m_spi_count > VGIC_IRQS_MAX ||
         base->v2m_spi_first + base->v2m_spi_count > VGIC_IRQS_MAX)) {
        return fail(reason, "interrupts of the MSI frame", RT_ERR_RANGE);
    }
    return 0;
}

static int check_tables(const struct vm_config *config, const char **reason)
{
    for (unsigned i = 0; i < config->region_count; i++) {
        if (!region_is_sound(&config->regions[i])) {
            return fail(reason, "a memory region", RT_ERR_RANGE);
        }
    }
    for (unsigned i = 0; i < config->irq_count; i++) {
        if (!one_bit(config->irqs[i].badge) || config->irqs[i].virq < 16 ||
            config->irqs[i].virq >= VGIC_IRQS_MAX) {
            return fail(reason, "a physical interrupt", RT_ERR_RANGE);
        }
    }
    for (unsigned i = 0; i < config->driver_link_count; i++) {
        const struct vmm_driver_link *link = &config->driver_links[i];

        if (!is_name(link->name) || !one_bit(link->doorbell_badge) ||
            !optional_bit(link->unmapped_badge) || link->iobuf_vaddr == 0) {
            return fail(reason, "a driver link", RT_ERR_RANGE);
        }
    }
    for (unsigned i = 0; i < config->device_link_count; i++) {
        const struct vmm_device_link *link = &config->device_links[i];

        if (!is_name(link->name) || !one_bit(link->kick_badge) ||
            !optional_bit(link->unmap_badge) || !optional_bit(link->map_badge) ||
            !is_spi(link->virq)) {
            return fail(reason, "a device link", RT_ERR_RANGE);
        }
    }
    return 0;
}

static int find_tables(struct vm_config *config, const char **reason)
{
    const struct vmm_config *base = config->base;
    bool broken = false;

    config->cmdline = table(base, base->cmdline, 1, base->size_bytes, &broken);
    config->dtb_fragment = table(base, base->dtb_fragment, 1, base->size_bytes, &broken);
    config->dtb_fragment_bytes = base->dtb_fragment.count;
    config->regions =
        table(base, base->regions, sizeof(struct vmm_region), VMM_REGIONS_MAX, &broken);
    config->region_count = base->regions.count;
    config->irqs = table(base, base->irqs, sizeof(struct vmm_irq), VM_IRQS_MAX, &broken);
    config->irq_count = base->irqs.count;
    config->driver_links =
        table(base, base->driver_links, sizeof(struct vmm_driver_link), VMM_LINKS_MAX, &broken);
    config->driver_link_count = base->driver_links.count;
    config->device_links =
        table(base, base->device_links, sizeof(struct vmm_device_link), VMM_LINKS_MAX, &broken);
    config->device_link_count = base->device_links.count;
    if (broken) {
        return fail(reason, "a table outside of the blob, or too long", RT_ERR_FORMAT);
    }
    if (config->cmdline != NULL && config->cmdline[base->cmdline.count - 1] != '\0') {
        return fail(reason, "command line without end", RT_ERR_FORMAT);
    }
    return 0;
}

int vm_config_read(const void *blob, size_t bytes, struct vm_config *config, const char **reason)
{
    const struct vmm_config *base = blob;
    int error;

    memset(config, 0, sizeof(*config));
    if (bytes < sizeof(*base) || base->magic != VMM_CONFIG_MAGIC ||
        base->version != VMM_CONFIG_VERSION || base->size_bytes < sizeof(*base) ||
        base->size_bytes > bytes || !is_name(base->name)) {
        return fail(reason, "not a VMM configuration of this version", RT_ERR_FORMAT);
    }
    config->base = base;
    error = find_tables(config, reason);
    if (error == 0) {
        error = check_base(base, reason);
    }
    if (error == 0) {
        error = check_tables(config, reason);
    }
    if (error) {
        return error;
    }
    for (unsigned i = config->region_count; i-- > 0;) {
        const struct vmm_region *region = &config->regions[i];

        if ((region->kind == VMM_REGION_RAM || region->kind == VMM_REGION_SHARED_RAM) &&
            region->vaddr != 0) {
            config->ram = region;
        }
    }
    return config->ram != NULL ? 0 : fail(reason, "no RAM that the VMM can load", RT_ERR_NOT_FOUND);
}
