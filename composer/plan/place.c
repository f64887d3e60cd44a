/* SPDX-License-Identifier: BSD-2-Clause */
#include "composer/plan/place.h"

#include <string.h>

#include "contract/plan/plan.h"
#include "contract/plan/vmm.h"
#include "contract/rpc/link.h"

#include "composer/plan/device.h"
#include "composer/plan/space.h"

#define RAM_BASE_DEFAULT UINT64_C(0x40000000)
#define POOL_FLOOR       (8 * MIB)

/* The VMM's own devices, at the same place in every VM. */
#define GUEST_GICD     UINT64_C(0x08000000)
#define GUEST_GICC     UINT64_C(0x08010000)
#define GUEST_V2M      UINT64_C(0x08020000)
#define GUEST_WATCHDOG UINT64_C(0x08030000)
#define GUEST_UART     UINT64_C(0x09000000)
#define GUEST_UART_SPI 33u
/* The last one: what boards and links use starts at the other end. */
#define GUEST_WATCHDOG_SPI (SPI_END - 1)

#define IOBUF_WINDOWS ((struct range){ 0x0b000000, 0x04000000 })
#define ECAM_WINDOWS  ((struct range){ 0x10000000, 0x30000000 })
#define POOL_WINDOWS  ((struct range){ 0x10000000, 0xf0000000 }) /* below 4 GiB */
#define IOBUF_STEP    UINT64_C(0x10000)
#define ECAM_BUS      MIB
#define BAR_WINDOW    (16 * MIB)

#define SPI_FIRST 32u
#define SPI_END   1020u

struct placing {
    struct model *model;
    const struct board *board;
    struct range areas[2]; /* physical memory that VMs may have, best first */
    struct space physical;
    struct space guests[MODEL_VMS_MAX];
    bool is_short; /* "does not fit" has been said */
};

static uint64_t link_pool_bytes(const struct model *model, const struct model_link *link)
{
    uint64_t bytes = 0;

    if (!model_has_pools(model, link->driver)) {
        return 0;
    }
    if (link->pool_size_wish.is_set) {
        return link->pool_size_wish.value;
    }
    if (link->driver->swiotlb_size.is_set) {
        return align_down(link->driver->swiotlb_size.value / link->driver->driver_link_count,
                          PAGE_BYTES);
    }
    for (size_t i = 0; i < link->device_count; i++) {
        bytes += device_pool_bytes(link->devices[i]);
    }
    bytes = align_up(bytes, LARGE_PAGE_BYTES);
    return bytes > POOL_FLOOR ? bytes : POOL_FLOOR;
}

uint64_t place_bytes(const struct model *model)
{
    uint64_t bytes = 0;

    for (size_t i = 0; i < model->vm_count; i++) {
        bytes += align_up(model->vms[i]->ram_size, LARGE_PAGE_BYTES);
    }
    for (size_t i = 0; i < model->link_count; i++) {
        bytes += align_up(link_pool_bytes(model, model->links[i]), LARGE_PAGE_BYTES);
    }
    return bytes;
}

static const char *text(const struct placing *p, const char *before, const char *name)
{
    return arena_printf(p->model->arena, "%s%s", before, name);
}

static void report_overlap(const struct placing *p, const char *where, struct range range,
                           const char *name, struct pos pos, const struct space_entry *other)
{
    diag_error(p->model->diag, pos, "overlap",
               "%s: %s [0x%llx, 0x%llx) overlaps %s [0x%llx, 0x%llx)", where, name,
               (unsigned long long)range.base, (unsigned long long)(range.base + range.size),
               other->name, (unsigned long long)other->range.base,
               (unsigned long long)(other->range.base + other->range.size));
}

/* ---- physical memory ---- */

static bool lies_in(struct range range, struct range area)
{
    return range.base >= area.base && range.base + range.size <= area.base + area.size;
}

static void claim_physical(struct placing *p, struct range range, const char *name, struct pos pos)
{
    const struct space_entry *other;

    if (!lies_in(range, p->areas[0]) && !lies_in(range, p->areas[1])) {
        diag_error(p->model->diag, pos, "ram-place",
                   "%s must lie at physical 0x%llx..0x%llx, but VMs can have 0x%llx..0x%llx and "
                   "0x%llx..0x%llx",
                   name, (unsigned long long)range.base,
                   (unsigned long long)(range.base + range.size),
                   (unsigned long long)p->areas[0].base,
                   (unsigned long long)(p->areas[0].base + p->areas[0].size),
                   (unsigned long long)p->areas[1].base,
                   (unsigned long long)(p->areas[1].base + p->areas[1].size));
        return;
    }
    other = space_add(&p->physical, range, name, pos);
    if (other) {
        report_overlap(p, "board", range, name, pos, other);
    }
}

static void report_short(struct placing *p, uint64_t size, const char *name, struct pos pos)
{
    const struct board *board = p->board;

    if (p->is_short) {
        return;
    }
    p->is_short = true;
    diag_error(
        p->model->diag, pos, "ram-board",
        "no room for %s (%llu MiB): the VMs need %llu MiB, the board has %llu MiB, of which "
        "the kernel has %llu and VMs can have %llu + %llu MiB",
        name, (unsigned long long)(size / MIB), (unsigned long long)(place_bytes(p->model) / MIB),
        (unsigned long long)(board->ram.size / MIB), (unsigned long long)(board->kernel.size / MIB),
        (unsigned long long)(p->areas[0].size / MIB), (unsigned long long)(p->areas[1].size / MIB));
}

static uint64_t find_physical(struct placing *p, uint64_t size, uint64_t align, const char *name,
                              struct pos pos)
{
    uint64_t base = 0;

    for (unsigned i = 0; i < 2; i++) {
        if (space_find(&p->physical, p->areas[i], size, align, &base)) {
            space_add(&p->physical, (struct range){ base, size }, name, pos);
            return base;
        }
    }
    report_short(p, size, name, pos);
    return p->areas[0].base;
}

/* Where the description fixes the physical address: said outright, or 1:1 for the sake of DMA. */
static bool fixed_ram(const struct placing *p, const struct model_vm *vm, uint64_t *base)
{
    if (vm->ram_paddr.is_set) {
        *base = vm->ram_paddr.value;
        if (vm->is_dma_master && vm->ram_base.is_set && vm->ram_base.value != *base) {
            diag_error(p->model->diag, vm->ram_base.pos, "dma-not-1to1",
                       "'%s' owns %s, which reads and writes memory by itself and there is no "
                       "IOMMU: its ram_base must be its ram_paddr_base",
                       vm->instance, vm->dma_name);
        }
        return true;
    }
    if (vm->is_dma_master && vm->ram_base.is_set) {
        *base = vm->ram_base.value;
        if (!lies_in((struct range){ *base, vm->ram_size }, p->areas[0]) &&
            !lies_in((struct range){ *base, vm->ram_size }, p->areas[1])) {
            diag_error(p->model->diag, vm->ram_base.pos, "dma-not-1to1",
                       "'%s' owns %s, which reads and writes memory by itself and there is no "
                       "IOMMU: its RAM must lie at its physical address, but 0x%llx is no RAM "
                       "that VMs can have (leave ram_base away, or use 0x%llx or more)",
                       vm->instance, vm->dma_name, (unsigned long long)*base,
                       (unsigned long long)p->areas[0].base);
            *base = p->areas[0].base;
        }
        return true;
    }
    return false;
}

static void place_ram(struct placing *p, bool fixed_ones)
{
    for (size_t i = 0; i < p->model->vm_count; i++) {
        struct model_vm *vm = p->model->vms[i];
        const char *name = text(p, "RAM of ", vm->instance);
        struct pos pos = vm->ram_size_wish.is_set ? vm->ram_size_wish.pos : vm->pos;
        uint64_t base = 0;

        if (fixed_ram(p, vm, &base) != fixed_ones) {
            continue;
        }
        if (fixed_ones) {
            claim_physical(p, (struct range){ base, vm->ram_size }, name, pos);
        } else {
            base = find_physical(p, vm->ram_size, LARGE_PAGE_BYTES, name, pos);
        }
        vm->ram_phys = base;
        vm->ram_ipa = vm->is_dma_master     ? base
                      : vm->ram_base.is_set ? vm->ram_base.value
                                            : RAM_BASE_DEFAULT;
    }
}

static void check_pool(const struct placing *p, const struct model_link *link)
{
    if (link->pool.size < MIB) {
        diag_error(p->model->diag,
                   link->pool_size_wish.is_set ? link->pool_size_wish.pos : link->pos, "pool-small",
                   "the pool between '%s' and '%s' has %llu KiB; 1 MiB is the least",
                   link->device->instance, link->driver->instance,
                   (unsigned long long)(link->pool.size / 1024));
    }
}

static void place_pools(struct placing *p)
{
    for (size_t i = 0; i < p->model->link_count; i++) {
        struct model_link *link = p->model->links[i];
        const char *name = text(p, "pool of ", link->driver->instance);
        struct optional wish = link->pool_base_wish;

        if (!model_has_pools(p->model, link->driver)) {
            link->pool_phys = link->driver->ram_phys;
            link->pool = (struct range){ link->driver->ram_ipa, link->driver->ram_size };
            link->pool_page_bits = link->driver->has_large_pages ? 21 : 12;
            continue;
        }
        link->pool.size = link_pool_bytes(p->model, link);
        check_pool(p, link);
        if (link->driver->is_dma_master && wish.is_set) {
            link->pool_phys = wish.value;
            claim_physical(p, (struct range){ wish.value, link->pool.size }, name, wish.pos);
        } else {
            link->pool_phys = find_physical(p, align_up(link->pool.size, LARGE_PAGE_BYTES),
                                            LARGE_PAGE_BYTES, name, link->pos);
        }
    }
}

/* ---- one guest's map ---- */

static void claim(struct placing *p, const struct model_vm *vm, struct range range,
                  const char *name, struct pos pos)
{
    const struct space_entry *other = space_add(&p->guests[vm->index], range, name, pos);

    if (other) {
        report_overlap(p, vm->instance, range, name, pos, other);
    }
}

static uint64_t find(struct placing *p, const struct model_vm *vm, struct range within,
                     uint64_t size, uint64_t align, const char *name, struct pos pos)
{
    uint64_t base;

    if (!space_find(&p->guests[vm->index], within, size, align, &base)) {
        diag_error(p->model->diag, pos, "window-room",
                   "%s: no room for %s (0x%llx bytes) in 0x%llx..0x%llx", vm->instance, name,
                   (unsigned long long)size, (unsigned long long)within.base,
                   (unsigned long long)(within.base + within.size));
        return within.base;
    }
    space_add(&p->guests[vm->index], (struct range){ base, size }, name, pos);
    return base;
}

static void add_region(struct placing *p, struct model_vm *vm, struct model_region region)
{
    region.object = PLAN_NONE;
    vm->regions = arena_grow(p->model->arena, vm->regions, vm->region_count, &vm->region_capacity,
                             sizeof(region));
    vm->regions[vm->region_count++] = region;
}

static void map_devices(struct placing *p, struct model_vm *vm)
{
    vm->gicd_ipa = GUEST_GICD;
    vm->gicc_ipa = GUEST_GICC;
    vm->uart_ipa = GUEST_UART;
    vm->watchdog_ipa = GUEST_WATCHDOG;
    claim(p, vm, (struct range){ GUEST_GICD, 0x10000 }, "the GIC distributor", vm->pos);
    claim(p, vm, (struct range){ GUEST_GICC, 0x10000 }, "the GIC CPU interface", vm->pos);
    claim(p, vm, (struct range){ GUEST_UART, PAGE_BYTES }, "the console UART", vm->pos);
    claim(p, vm, (struct range){ GUEST_WATCHDOG, 2 * PAGE_BYTES }, "the watchdog", vm->pos);
    if (vm->driver_link_count) {
        vm->v2m_ipa = GUEST_V2M;
        claim(p, vm, (struct range){ GUEST_V2M, PAGE_BYTES }, "the MSI frame", vm->pos);
    }
    for (size_t i = 0; i < vm->region_count; i++) {
        claim(p, vm, (struct range){ vm->regions[i].ipa, vm->regions[i].size }, vm->regions[i].name,
              vm->pos);
    }
}

static void map_ram(struct placing *p, struct model_vm *vm)
{
    bool is_shared = !model_has_pools(p->model, vm) && vm->driver_link_count > 0;
    struct pos pos = vm->ram_base.is_set ? vm->ram_base.pos : vm->pos;

    claim(p, vm, (struct range){ vm->ram_ipa, vm->ram_size }, "RAM", pos);
    add_region(p, vm,
               (struct model_region){
                   .kind = is_shared ? VMM_REGION_SHARED_RAM : VMM_REGION_RAM,
                   .page_bits = vm->has_large_pages ? 21 : 12,
                   .ipa = vm->ram_ipa,
                   .size = vm->ram_size,
                   .paddr = vm->ram_phys,
                   .is_writable = true,
                   .is_mapped = true,
                   .link = UINT32_MAX,
                   .name = "ram",
               });
}

/* Where the driver VM sees the pool, if the description says so. */
static struct optional pool_wish(const struct model_link *link)
{
    struct optional wish = link->pool_base_wish;
    const struct model_vm *vm = link->driver;

    if (!wish.is_set && vm->swiotlb_base.is_set) {
        wish = vm->swiotlb_base;
        for (unsigned i = 0; i < link->driver_index; i++) {
            wish.value += vm->driver_links[i]->pool.size;
        }
    }
    return wish;
}

static void check_pool_1to1(const struct placing *p, const struct model_link *link,
                            const struct optional *wish)
{
    if (wish->is_set && wish->value != link->pool_phys) {
        diag_error(p->model->diag, wish->pos, "dma-not-1to1",
                   "'%s' owns %s, which reads and writes memory by itself and there is no IOMMU: "
                   "its pool must lie at its physical address 0x%llx",
                   link->driver->instance, link->driver->dma_name,
                   (unsigned long long)link->pool_phys);
    }
}

static bool is_large(const struct model_link *link, uint64_t ipa)
{
    return link->pool.size % LARGE_PAGE_BYTES == 0 && ipa % LARGE_PAGE_BYTES == 0 &&
           link->pool_phys % LARGE_PAGE_BYTES == 0;
}

static void map_pool(struct placing *p, struct model_vm *vm, struct model_link *link)
{
    struct optional wish = pool_wish(link);
    const char *name = text(p, "the pool shared with ", link->device->instance);

    if (!model_has_pools(p->model, vm)) {
        return;
    }
    if (vm->is_dma_master) {
        check_pool_1to1(p, link, &wish);
        link->pool.base = link->pool_phys;
        claim(p, vm, link->pool, name, link->pos);
    } else if (wish.is_set) {
        link->pool.base = wish.value;
        claim(p, vm, link->pool, name, wish.pos);
    } else {
        uint64_t above = vm->ram_ipa + vm->ram_size;
        struct range windows = { above,
                                 above < (UINT64_C(1) << 32) ? (UINT64_C(1) << 32) - above : 0 };

        if (windows.size < link->pool.size) {
            windows = POOL_WINDOWS;
        }
        link->pool.base = find(p, vm, windows, link->pool.size, LARGE_PAGE_BYTES, name, link->pos);
    }
    link->pool_page_bits = is_large(link, link->pool.base) ? 21 : 12;
    add_region(p, vm,
               (struct model_region){
                   .kind = VMM_REGION_POOL,
                   .page_bits = link->pool_page_bits,
                   .ipa = link->pool.base,
                   .size = link->pool.size,
                   .paddr = link->pool_phys,
                   .is_writable = true,
                   .is_mapped = true,
                   .link = link->driver_index,
                   .name = text(p, "pool-", link->device->instance),
               });
}

static unsigned bus_count(const struct model_link *link)
{
    unsigned buses = 1;

    for (uint32_t late = link->late_slots; late; late &= late - 1) {
        buses++; /* a root port that can be filled later has a bus of its own */
    }
    return buses;
}

static void map_bridge(struct placing *p, struct model_vm *vm, struct model_link *link)
{
    const char *ecam = text(p, "the PCI configuration window of ", link->device->instance);
    const char *mmio = text(p, "the PCI memory window of ", link->device->instance);
    const struct optional *wish = &link->mmio_base_wish;

    link->mmio.size = link->mmio_size_wish.is_set ? link->mmio_size_wish.value : BAR_WINDOW;
    if (link->mmio.size < 0x20000) {
        diag_error(p->model->diag, link->mmio_size_wish.pos, "window-room",
                   "ctrl_size is 0x%llx; the devices of a link need 0x20000 at least",
                   (unsigned long long)link->mmio.size);
    }
    if (wish->is_set) {
        link->mmio.base = wish->value;
        if (wish->value + link->mmio.size > UINT64_C(1) << 32) {
            diag_error(p->model->diag, wish->pos, "window-room",
                       "ctrl_base must lie below 4 GiB: 32-bit BARs go there");
        }
        claim(p, vm, link->mmio, mmio, wish->pos);
    } else {
        link->mmio.base = find(p, vm, ECAM_WINDOWS, link->mmio.size, MIB, mmio, link->pos);
    }
    link->ecam.size = bus_count(link) * ECAM_BUS;
    link->ecam.base = find(p, vm, ECAM_WINDOWS, link->ecam.size, MIB, ecam, link->pos);
}

static void map_served(struct placing *p, struct model_vm *vm, struct model_link *link)
{
    const char *pool = text(p, "the memory shared with ", link->driver->instance);
    const char *area = text(p, "the message area of ", link->driver->instance);
    uint64_t size = link->pool.size;

    link->iobuf_ipa = find(p, vm, IOBUF_WINDOWS, IOBUF_STEP, IOBUF_STEP, area, link->pos);
    link->doorbell_ipa = link->iobuf_ipa + LINK_AREA_BYTES;
    add_region(p, vm,
               (struct model_region){
                   .kind = VMM_REGION_IOBUF,
                   .page_bits = 12,
                   .ipa = link->iobuf_ipa,
                   .size = LINK_AREA_BYTES,
                   .paddr = PLAN_ANY_PADDR,
                   .is_writable = true,
                   .link = link->device_index,
                   .name = text(p, "iobuf-", link->driver->instance),
               });
    if (vm->is_dma_master) {
        link->peer_pool_ipa = link->pool_phys;
        claim(p, vm, (struct range){ link->pool_phys, size }, pool, link->pos);
    } else {
        uint64_t above = vm->ram_ipa + vm->ram_size;
        struct range windows = { above,
                                 above < (UINT64_C(1) << 32) ? (UINT64_C(1) << 32) - above : 0 };

        link->peer_pool_ipa = find(p, vm, windows.size < size ? POOL_WINDOWS : windows, size,
                                   LARGE_PAGE_BYTES, pool, link->pos);
    }
    add_region(p, vm,
               (struct model_region){
                   .kind = VMM_REGION_PEER_POOL,
                   .page_bits = link->pool_page_bits,
                   .ipa = link->peer_pool_ipa,
                   .size = size,
                   .paddr = link->pool_phys,
                   .is_writable = true,
                   .link = link->device_index,
                   .name = text(p, "memdev-", link->driver->instance),
               });
}

/* ---- interrupt numbers ---- */

static bool is_free_spi(const struct model_vm *vm, uint32_t intid)
{
    if (intid == vm->uart_spi || intid == vm->watchdog_spi) {
        return false;
    }
    for (size_t i = 0; i < vm->irq_count; i++) {
        if (vm->irqs[i].intid == intid) {
            return false;
        }
    }
    for (size_t i = 0; i < vm->device_link_count; i++) {
        if (vm->device_links[i]->virq == intid) {
            return false;
        }
    }
    return true;
}

/* At most 60 interrupts and links (rule badge-count) and two devices: one of 988 is free. */
static uint32_t free_spi(const struct model_vm *vm)
{
    for (uint32_t intid = SPI_FIRST; intid < SPI_END; intid++) {
        if (is_free_spi(vm, intid)) {
            return intid;
        }
    }
    return SPI_FIRST;
}

/* Longest run of at most `wanted` free numbers; runs of the full length win at the lowest place. */
static uint32_t free_run(const struct model_vm *vm, uint32_t wanted, uint32_t *first)
{
    uint32_t best = 0, length = 0;

    for (uint32_t intid = SPI_FIRST; intid < SPI_END && best < wanted; intid++) {
        length = is_free_spi(vm, intid) ? length + 1 : 0;
        if (length > best) {
            best = length;
            *first = intid + 1 - length;
        }
    }
    return best;
}

static void number_interrupts(struct placing *p, struct model_vm *vm)
{
    uint32_t wanted = (uint32_t)vm->driver_link_count * MODEL_VECTORS_MAX;

    vm->uart_spi = 0;
    vm->watchdog_spi = 0;
    vm->uart_spi = is_free_spi(vm, GUEST_UART_SPI) ? GUEST_UART_SPI : free_spi(vm);
    vm->watchdog_spi = is_free_spi(vm, GUEST_WATCHDOG_SPI) ? GUEST_WATCHDOG_SPI : free_spi(vm);
    for (size_t i = 0; i < vm->device_link_count; i++) {
        vm->device_links[i]->virq = 0;
    }
    for (size_t i = 0; i < vm->device_link_count; i++) {
        vm->device_links[i]->virq = free_spi(vm);
    }
    if (vm->driver_link_count == 0) {
        return;
    }
    vm->v2m_spi_count = free_run(vm, wanted, &vm->v2m_spi_first);
    if (vm->v2m_spi_count < vm->driver_link_count * 8) {
        diag_error(p->model->diag, vm->pos, "msi-count",
                   "'%s' uses %zu links but only %u interrupt numbers in a row are left",
                   vm->instance, vm->driver_link_count, vm->v2m_spi_count);
    }
}

static void map_guest(struct placing *p, struct model_vm *vm)
{
    map_devices(p, vm);
    map_ram(p, vm);
    /* Fixed places first, so that chosen ones go around them. */
    for (unsigned pass = 0; pass < 2; pass++) {
        for (size_t i = 0; i < vm->driver_link_count; i++) {
            struct model_link *link = vm->driver_links[i];

            if ((vm->is_dma_master || pool_wish(link).is_set) == (pass == 0)) {
                map_pool(p, vm, link);
            }
        }
        for (size_t i = 0; i < vm->driver_link_count; i++) {
            if (vm->driver_links[i]->mmio_base_wish.is_set == (pass == 0)) {
                map_bridge(p, vm, vm->driver_links[i]);
            }
        }
    }
}

_Static_assert(VMM_LINKS_MAX >= MODEL_VMS_MAX - 1, "a VM may be linked to every other one");

static void check_regions(const struct model *model, const struct model_vm *vm)
{
    if (vm->region_count > VMM_REGIONS_MAX) {
        diag_error(model->diag, vm->pos, "region-count",
                   "'%s' has %zu ranges of memory and registers; a VM can have %u", vm->instance,
                   vm->region_count, VMM_REGIONS_MAX);
    }
}

void place_all(struct model *model, const struct board *board, uint64_t image_end)
{
    struct placing p = { .model = model, .board = board, .physical = { .arena = model->arena } };
    uint64_t modules_end = board->modules.base + board->modules.size;

    image_end = align_up(image_end, LARGE_PAGE_BYTES);
    p.areas[0] = board->rest;
    p.areas[1] = (struct range){ image_end, modules_end > image_end ? modules_end - image_end : 0 };
    place_ram(&p, true);
    place_ram(&p, false);
    place_pools(&p);
    for (size_t i = 0; i < model->vm_count; i++) {
        p.guests[i].arena = model->arena;
        map_guest(&p, model->vms[i]);
    }
    /* The device side needs what the driver side has decided about page sizes. */
    for (size_t i = 0; i < model->vm_count; i++) {
        struct model_vm *vm = model->vms[i];

        for (size_t j = 0; j < vm->device_link_count; j++) {
            map_served(&p, vm, vm->device_links[j]);
        }
        number_interrupts(&p, vm);
        check_regions(model, vm);
    }
}
