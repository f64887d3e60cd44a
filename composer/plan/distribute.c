/* SPDX-License-Identifier: BSD-2-Clause */
#include "composer/plan/distribute.h"

#include <string.h>

#include "contract/plan/vmm.h"
#include "contract/rpc/console.h"
#include "contract/rpc/link.h"
#include "contract/rpc/timer.h"

#define TIMER_PRIORITY      252u
#define TIMER_POLL_PRIORITY 0u /* below every guest: it never waits */
#define CONSOLE_PRIORITY    250u
#define VMM_STACK_PAGES     16u
#define SERVICE_STACK_PAGES 4u
#define CORES_MAX           8u

#define VMM_UNTYPED_BITS_LEAST 19u /* vCPU, TCB, CNode, ASID-free tables for a few windows */

#define RIGHTS_RW     (PLAN_RIGHT_READ | PLAN_RIGHT_WRITE)
#define RIGHTS_SIGNAL PLAN_RIGHT_WRITE

/* A native service component: console or a timer. */
struct service {
    uint32_t tcb, cnode, vspace, notification;
    uint32_t next_slot;
    uint64_t next_vaddr;
    unsigned badge_count;
    uint32_t irq_slot, irq_ntfn_slot;
    uint64_t irq_badge;
    uint8_t *clients; /* encoded client entries */
    uint32_t client_count;
};

struct work {
    struct model *model;
    const struct board *board;
    const struct distribute_files *files;
    const struct distribute_options *options;
    struct plan_builder *builder;
    struct vmm_view *views;
    uint32_t gicv;
    struct service console;
    struct service timers[CORES_MAX];
    bool has_timer[CORES_MAX];
};

static const char *join(struct work *w, const char *a, const char *b)
{
    return arena_printf(w->model->arena, "%s.%s", a, b);
}

static uint32_t simple_object(struct work *w, const char *owner, const char *name, uint16_t type)
{
    return plan_add_object(w->builder, join(w, owner, name),
                           (struct plan_object){ .type = type, .paddr = PLAN_ANY_PADDR });
}

static uint32_t frames_object(struct work *w, const char *owner, const char *name,
                              uint32_t page_bits, uint64_t bytes, uint64_t paddr)
{
    return plan_add_object(w->builder, join(w, owner, name),
                           (struct plan_object){
                               .type = PLAN_FRAMES,
                               .size_bits = (uint8_t)page_bits,
                               .count = (uint32_t)(bytes >> page_bits),
                               .paddr = paddr,
                           });
}

/* Puts a capability into the next free slots; returns the first. */
static uint32_t give(struct work *w, uint32_t cnode, uint32_t *next_slot, uint32_t object,
                     uint32_t rights, uint64_t badge)
{
    uint32_t slot = *next_slot;

    plan_add_cap(w->builder, (struct plan_cap){
                                 .cnode = cnode,
                                 .slot = slot,
                                 .object = object,
                                 .rights = rights,
                                 .badge = badge,
                             });
    *next_slot += w->builder->objects[object].count;
    return slot;
}

static uint32_t give_vmm(struct work *w, struct vmm_view *view, uint32_t object, uint32_t rights,
                         uint64_t badge)
{
    return give(w, view->cnode, &view->next_slot, object, rights, badge);
}

/* Maps an object into a component; windows start on 2 MiB, with a hole before the next one. */
static uint64_t map(struct work *w, uint32_t vspace, uint64_t *next_vaddr, uint32_t object,
                    uint32_t rights, uint32_t flags)
{
    const struct plan_object *frames = &w->builder->objects[object];
    uint64_t vaddr = *next_vaddr;
    uint64_t bytes = (uint64_t)frames->count << frames->size_bits;

    plan_add_map(w->builder, vspace, object, vaddr, rights, flags);
    *next_vaddr = align_up(vaddr + bytes + PAGE_BYTES, LARGE_PAGE_BYTES);
    return vaddr;
}

/* place_schedule has counted them: there are enough. */
static uint64_t new_badge(struct vmm_view *view)
{
    return UINT64_C(1) << view->badge_count++;
}

/* ---- objects ---- */

/* Stage-2 tables for 4 KiB mappings: one page per 2 MiB, plus what every guest needs. */
static uint32_t untyped_bits(const struct model_vm *vm)
{
    uint64_t bytes = UINT64_C(1) << (VMM_UNTYPED_BITS_LEAST - 1);
    uint64_t wanted = vm->untyped_pool << 24;
    uint32_t bits = VMM_UNTYPED_BITS_LEAST;

    bytes += vm->vcpu_count * UINT64_C(0x8000);
    for (size_t i = 0; i < vm->region_count; i++) {
        if (vm->regions[i].page_bits == 12) {
            bytes += (vm->regions[i].size / LARGE_PAGE_BYTES + 2) * PAGE_BYTES;
        }
        bytes += 4 * PAGE_BYTES;
    }
    bytes = wanted > bytes ? wanted : bytes;
    while ((UINT64_C(1) << bits) < bytes) {
        bits++;
    }
    return bits;
}

static void add_region_frames(struct work *w, struct model_vm *vm)
{
    for (size_t i = 0; i < vm->region_count; i++) {
        struct model_region *region = &vm->regions[i];

        if (region->kind == VMM_REGION_PEER_POOL || region->kind == VMM_REGION_IOBUF) {
            continue; /* objects of the link */
        }
        region->object = frames_object(w, vm->instance, region->name, region->page_bits,
                                       region->size, region->paddr);
    }
}

static void add_vm_objects(struct work *w, struct vmm_view *view)
{
    struct model_vm *vm = w->model->vms[view->vm->index];

    view->tcb = simple_object(w, vm->instance, "tcb", PLAN_TCB);
    view->vspace = simple_object(w, vm->instance, "vspace", PLAN_VSPACE);
    view->endpoint = simple_object(w, vm->instance, "faults", PLAN_ENDPOINT);
    view->notification = simple_object(w, vm->instance, "events", PLAN_NOTIFICATION);
    view->guest_vspace = simple_object(w, vm->instance, "guest", PLAN_VSPACE);
    view->cnode = simple_object(w, vm->instance, "cnode", PLAN_CNODE);
    view->untyped_bits = untyped_bits(vm);
    view->untyped = plan_add_object(w->builder, join(w, vm->instance, "untyped"),
                                    (struct plan_object){ .type = PLAN_UNTYPED,
                                                          .size_bits = (uint8_t)view->untyped_bits,
                                                          .paddr = PLAN_ANY_PADDR });
    view->next_slot = PLAN_SLOT_FREE;
    view->next_vaddr = PLAN_WINDOW_VADDR;
    add_region_frames(w, vm);
}

static struct model_region *find_region(struct model_vm *vm, uint32_t kind, uint32_t link)
{
    for (size_t i = 0; i < vm->region_count; i++) {
        struct model_region *region = &vm->regions[i];

        if (region->kind == kind && (region->link == link || link == UINT32_MAX)) {
            return region;
        }
    }
    return NULL;
}

/* The message area is the link's own; the pool is the driver VM's pool, or all of its RAM. */
static void add_link_objects(struct work *w, struct model_link *link)
{
    const char *name =
        arena_printf(w->model->arena, "%s-%s", link->device->instance, link->driver->instance);
    const struct model_region *pool =
        model_has_pools(w->model, link->driver)
            ? find_region(link->driver, VMM_REGION_POOL, link->driver_index)
            : find_region(link->driver, VMM_REGION_SHARED_RAM, UINT32_MAX);

    link->iobuf_object = frames_object(w, name, "iobuf", 12, LINK_AREA_BYTES, PLAN_ANY_PADDR);
    link->pool_object = pool->object;
    find_region(link->device, VMM_REGION_IOBUF, link->device_index)->object = link->iobuf_object;
    find_region(link->device, VMM_REGION_PEER_POOL, link->device_index)->object = link->pool_object;
}

static void add_module_objects(struct work *w)
{
    for (size_t i = 0; i < w->model->module_count; i++) {
        struct model_module *module = w->model->modules[i];

        plan_add_module(w->builder, module->name, module->paddr, module->size);
        if (module->frames != PLAN_NONE) {
            /* Modules own the 2 MiB blocks that they touch: contract/boot/image.h. */
            module->frames = frames_object(w, "module", module->name, 21,
                                           align_up(module->size, LARGE_PAGE_BYTES), module->paddr);
        }
    }
}

static uint32_t module_index(const struct work *w, const struct model_module *module)
{
    for (size_t i = 0; i < w->model->module_count; i++) {
        if (w->model->modules[i] == module) {
            return (uint32_t)i;
        }
    }
    return PLAN_NONE;
}

/* ---- services ---- */

static void start_service(struct work *w, struct service *service, const char *name)
{
    service->tcb = simple_object(w, name, "tcb", PLAN_TCB);
    service->vspace = simple_object(w, name, "vspace", PLAN_VSPACE);
    service->notification = simple_object(w, name, "events", PLAN_NOTIFICATION);
    service->cnode = simple_object(w, name, "cnode", PLAN_CNODE);
    service->next_slot = PLAN_SLOT_FREE;
    service->next_vaddr = PLAN_WINDOW_VADDR;
    plan_add_cap(w->builder, (struct plan_cap){
                                 .cnode = service->cnode,
                                 .slot = PLAN_SLOT_NOTIFICATION,
                                 .object = service->notification,
                                 .rights = RIGHTS_RW,
                             });
    service->clients =
        arena_alloc(w->model->arena, (MODEL_VMS_MAX + 1) * sizeof(struct console_client));
}

static void give_service_irq(struct work *w, struct service *service, const char *name,
                             uint32_t intid, uint32_t core)
{
    uint32_t irq = plan_add_object(w->builder, join(w, name, "irq"),
                                   (struct plan_object){
                                       .type = PLAN_IRQ,
                                       .irq = intid,
                                       .core = core,
                                       .paddr = PLAN_ANY_PADDR,
                                   });

    service->irq_badge = UINT64_C(1) << service->badge_count++;
    service->irq_slot = give(w, service->cnode, &service->next_slot, irq, PLAN_RIGHTS_ALL, 0);
    service->irq_ntfn_slot = give(w, service->cnode, &service->next_slot, service->notification,
                                  RIGHTS_SIGNAL, service->irq_badge);
}

static void finish_cnode(struct work *w, uint32_t cnode, uint32_t slots)
{
    uint8_t bits = 5;

    while ((UINT32_C(1) << bits) < slots) {
        bits++;
    }
    w->builder->objects[cnode].size_bits = bits;
}

static void finish_service(struct work *w, struct service *service, const char *name,
                           const struct model_module *file, uint32_t priority, uint32_t core,
                           const void *blob, size_t blob_size)
{
    finish_cnode(w, service->cnode, service->next_slot);
    plan_add_component(w->builder, (struct plan_component){
                                       .name = plan_add_string(w->builder, name),
                                       .module = module_index(w, file),
                                       .tcb = service->tcb,
                                       .cnode = service->cnode,
                                       .vspace = service->vspace,
                                       .bound_notification = service->notification,
                                       .priority = priority,
                                       .mcp = 0,
                                       .core = core,
                                       .stack_pages = SERVICE_STACK_PAGES,
                                       .flags = PLAN_COMPONENT_NO_FPU,
                                       .blob_offset = plan_add_blob(w->builder, blob, blob_size),
                                       .blob_size = (uint32_t)blob_size,
                                   });
}

static void start_services(struct work *w)
{
    start_service(w, &w->console, "console");
    give_service_irq(w, &w->console, "console", w->board->uart_intid, 0);
    for (size_t i = 0; i < w->model->vm_count && w->options->has_timer_service; i++) {
        uint32_t core = w->model->vms[i]->core;
        const char *name = arena_printf(w->model->arena, "timer%u", core);

        if (!w->has_timer[core]) {
            w->has_timer[core] = true;
            start_service(w, &w->timers[core], name);
            if (!w->options->timer_polls) {
                give_service_irq(w, &w->timers[core], name, w->board->timer_intid, core);
            }
        }
    }
}

static void join_console(struct work *w, struct vmm_view *view)
{
    struct service *console = &w->console;
    uint32_t channel =
        frames_object(w, view->vm->instance, "console", 12, CONSOLE_CHANNEL_BYTES, PLAN_ANY_PADDR);
    struct console_client client = { .badge = UINT64_C(1) << console->badge_count++ };

    view->console_badge = new_badge(view);
    view->console_signal_slot =
        give_vmm(w, view, console->notification, RIGHTS_SIGNAL, client.badge);
    view->console_vaddr =
        map(w, view->vspace, &view->next_vaddr, channel, RIGHTS_RW, PLAN_MAP_CACHED);
    strncpy(client.name, view->vm->name, sizeof(client.name) - 1);
    client.signal_slot = give(w, console->cnode, &console->next_slot, view->notification,
                              RIGHTS_SIGNAL, view->console_badge);
    client.channel_vaddr =
        map(w, console->vspace, &console->next_vaddr, channel, RIGHTS_RW, PLAN_MAP_CACHED);
    memcpy(console->clients + console->client_count++ * sizeof(client), &client, sizeof(client));
}

static void join_timer(struct work *w, struct vmm_view *view)
{
    struct service *timer = &w->timers[view->vm->core];
    struct timer_client_config client = { .badge = UINT64_C(1) << timer->badge_count++ };
    uint32_t page =
        frames_object(w, view->vm->instance, "deadline", 12, PAGE_BYTES, PLAN_ANY_PADDR);

    view->timer_badge = new_badge(view);
    view->timer_signal_slot = give_vmm(w, view, timer->notification, RIGHTS_SIGNAL, client.badge);
    view->timer_vaddr = map(w, view->vspace, &view->next_vaddr, page, RIGHTS_RW, PLAN_MAP_CACHED);
    client.signal_slot = give(w, timer->cnode, &timer->next_slot, view->notification, RIGHTS_SIGNAL,
                              view->timer_badge);
    client.page_vaddr =
        map(w, timer->vspace, &timer->next_vaddr, page, PLAN_RIGHT_READ, PLAN_MAP_CACHED);
    memcpy(timer->clients + timer->client_count++ * sizeof(client), &client, sizeof(client));
}

/* The initial task logs there too; it takes no input and is never signalled. */
static void join_console_init(struct work *w)
{
    struct service *console = &w->console;
    struct console_client client = { .name = "init",
                                     .badge = UINT64_C(1) << console->badge_count++ };

    w->builder->log_frames =
        frames_object(w, "init", "console", 12, CONSOLE_CHANNEL_BYTES, PLAN_ANY_PADDR);
    w->builder->log_notification = console->notification;
    w->builder->log_badge = client.badge;
    client.channel_vaddr = map(w, console->vspace, &console->next_vaddr, w->builder->log_frames,
                               RIGHTS_RW, PLAN_MAP_CACHED);
    memcpy(console->clients + console->client_count++ * sizeof(client), &client, sizeof(client));
}

static void finish_console(struct work *w)
{
    struct service *console = &w->console;
    uint32_t uart = frames_object(w, "console", "uart", 12, PAGE_BYTES, w->board->uart.base);
    size_t size =
        sizeof(struct console_config) + console->client_count * sizeof(struct console_client);
    uint8_t *blob = arena_alloc(w->model->arena, size);
    struct console_config config = {
        .magic = CONSOLE_CONFIG_MAGIC,
        .client_count = console->client_count,
        .uart_irq_slot = console->irq_slot,
        .uart_ntfn_slot = console->irq_ntfn_slot,
        .attach = w->options->attach ? w->options->attach->index + 1 : 0,
        .uart_badge = console->irq_badge,
        .uart_vaddr = map(w, console->vspace, &console->next_vaddr, uart, RIGHTS_RW, 0),
    };

    memcpy(blob, &config, sizeof(config));
    memcpy(blob + sizeof(config), console->clients,
           console->client_count * sizeof(struct console_client));
    finish_service(w, console, "console", w->files->console, CONSOLE_PRIORITY, 0, blob, size);
}

static void finish_timer(struct work *w, uint32_t core)
{
    struct service *timer = &w->timers[core];
    size_t size =
        sizeof(struct timer_config) + timer->client_count * sizeof(struct timer_client_config);
    uint8_t *blob = arena_alloc(w->model->arena, size);
    struct timer_config config = {
        .magic = TIMER_CONFIG_MAGIC,
        .client_count = timer->client_count,
        .irq_slot = timer->irq_slot,
        .irq_ntfn_slot = timer->irq_ntfn_slot,
        .irq_badge = timer->irq_badge,
    };

    memcpy(blob, &config, sizeof(config));
    memcpy(blob + sizeof(config), timer->clients,
           timer->client_count * sizeof(struct timer_client_config));
    finish_service(w, timer, arena_printf(w->model->arena, "timer%u", core), w->files->timer,
                   w->options->timer_polls ? TIMER_POLL_PRIORITY : TIMER_PRIORITY, core, blob,
                   size);
}

/* ---- VMMs ---- */

static uint64_t map_module(struct work *w, struct vmm_view *view, const struct model_module *module)
{
    return module ? map(w, view->vspace, &view->next_vaddr, module->frames, PLAN_RIGHT_READ,
                        PLAN_MAP_CACHED)
                  : 0;
}

static void give_regions(struct work *w, struct vmm_view *view)
{
    const struct model_vm *vm = view->vm;

    view->regions = arena_alloc(w->model->arena, (vm->region_count + 1) * sizeof(view->regions[0]));
    for (size_t i = 0; i < vm->region_count; i++) {
        const struct model_region *region = &vm->regions[i];

        view->regions[i].slot = give_vmm(w, view, region->object, RIGHTS_RW, 0);
        if (region->is_mapped) {
            view->regions[i].vaddr =
                map(w, view->vspace, &view->next_vaddr, region->object, RIGHTS_RW, PLAN_MAP_CACHED);
        }
    }
}

static void give_irqs(struct work *w, struct vmm_view *view)
{
    const struct model_vm *vm = view->vm;

    view->irqs = arena_alloc(w->model->arena, (vm->irq_count + 1) * sizeof(view->irqs[0]));
    for (size_t i = 0; i < vm->irq_count; i++) {
        const char *name = arena_printf(w->model->arena, "irq%u", vm->irqs[i].intid);
        uint32_t irq = plan_add_object(w->builder, join(w, vm->instance, name),
                                       (struct plan_object){
                                           .type = PLAN_IRQ,
                                           .irq = vm->irqs[i].intid,
                                           .edge = vm->irqs[i].is_edge,
                                           .core = vm->core,
                                           .paddr = PLAN_ANY_PADDR,
                                       });

        view->irqs[i].badge = new_badge(view);
        view->irqs[i].slot = give_vmm(w, view, irq, PLAN_RIGHTS_ALL, 0);
        view->irqs[i].ntfn_slot =
            give_vmm(w, view, view->notification, RIGHTS_SIGNAL, view->irqs[i].badge);
    }
}

static void give_own(struct work *w, struct vmm_view *view)
{
    const struct model_vm *vm = view->vm;
    struct arena *arena = w->model->arena;

    plan_add_cap(w->builder, (struct plan_cap){
                                 .cnode = view->cnode,
                                 .slot = PLAN_SLOT_ENDPOINT,
                                 .object = view->endpoint,
                                 .rights = PLAN_RIGHTS_ALL,
                             });
    plan_add_cap(w->builder, (struct plan_cap){
                                 .cnode = view->cnode,
                                 .slot = PLAN_SLOT_NOTIFICATION,
                                 .object = view->notification,
                                 .rights = RIGHTS_RW,
                             });
    view->untyped_slot = give_vmm(w, view, view->untyped, PLAN_RIGHTS_ALL, 0);
    view->guest_vspace_slot = give_vmm(w, view, view->guest_vspace, PLAN_RIGHTS_ALL, 0);
    view->gicv_slot = give_vmm(w, view, w->gicv, RIGHTS_RW, 0);
    join_console(w, view);
    if (w->options->has_timer_service) {
        join_timer(w, view);
    }
    give_irqs(w, view);
    view->kernel_vaddr = map_module(w, view, vm->kernel);
    view->initrd_vaddr = map_module(w, view, vm->initrd);
    view->dtb_vaddr = map_module(w, view, vm->dtb);
    view->drivers = arena_alloc(arena, (vm->driver_link_count + 1) * sizeof(view->drivers[0]));
    view->devices = arena_alloc(arena, (vm->device_link_count + 1) * sizeof(view->devices[0]));
}

/* Both ends of a link at once: every signal is a badged copy of the other VMM's notification. */
static void give_link(struct work *w, const struct model_link *link)
{
    struct vmm_view *dev = &w->views[link->device->index];
    struct vmm_view *drv = &w->views[link->driver->index];
    struct vmm_device_view *served = &dev->devices[link->device_index];
    struct vmm_driver_view *used = &drv->drivers[link->driver_index];

    used->doorbell_badge = new_badge(drv);
    used->unmapped_badge = new_badge(drv);
    served->kick_badge = new_badge(dev);
    served->unmap_badge = new_badge(dev);
    served->map_badge = new_badge(dev);
    used->kick_slot = give_vmm(w, drv, dev->notification, RIGHTS_SIGNAL, served->kick_badge);
    used->unmap_slot = give_vmm(w, drv, dev->notification, RIGHTS_SIGNAL, served->unmap_badge);
    used->map_slot = give_vmm(w, drv, dev->notification, RIGHTS_SIGNAL, served->map_badge);
    served->doorbell_slot =
        give_vmm(w, dev, drv->notification, RIGHTS_SIGNAL, used->doorbell_badge);
    served->unmapped_slot =
        give_vmm(w, dev, drv->notification, RIGHTS_SIGNAL, used->unmapped_badge);
    used->iobuf_vaddr =
        map(w, drv->vspace, &drv->next_vaddr, link->iobuf_object, RIGHTS_RW, PLAN_MAP_CACHED);
}

static void finish_vmm(struct work *w, struct vmm_view *view, const void *fragment,
                       size_t fragment_size)
{
    const struct model_vm *vm = view->vm;
    const char *name = arena_printf(w->model->arena, "vmm-%s", vm->instance);
    size_t blob_size;

    view->free_slot_first = view->next_slot;
    view->free_slot_count = DISTRIBUTE_FREE_SLOTS;
    finish_cnode(w, view->cnode, view->next_slot + DISTRIBUTE_FREE_SLOTS);

    void *blob = vmm_blob(w->model, w->board, view, fragment, fragment_size, &blob_size);

    plan_add_component(w->builder, (struct plan_component){
                                       .name = plan_add_string(w->builder, name),
                                       .module = module_index(w, w->files->vmm),
                                       .tcb = view->tcb,
                                       .cnode = view->cnode,
                                       .vspace = view->vspace,
                                       .bound_notification = view->notification,
                                       .priority = vm->vmm_priority,
                                       .mcp = vm->guest_priority,
                                       .core = vm->core,
                                       .stack_pages = VMM_STACK_PAGES,
                                       .flags = PLAN_COMPONENT_NO_FPU,
                                       .blob_offset = plan_add_blob(w->builder, blob, blob_size),
                                       .blob_size = (uint32_t)blob_size,
                                   });
}

void distribute(struct model *model, const struct board *board,
                const struct distribute_files *files, const struct distribute_options *options,
                const void *const *fragments, const size_t *fragment_sizes,
                struct plan_builder *builder)
{
    struct work w = {
        .model = model, .board = board, .files = files, .options = options, .builder = builder
    };

    w.views = arena_alloc(model->arena, MODEL_VMS_MAX * sizeof(w.views[0]));
    w.gicv = frames_object(&w, "board", "gicv", 12, 2 * PAGE_BYTES, board->gicv.base);
    add_module_objects(&w);
    start_services(&w);
    for (size_t i = 0; i < model->vm_count; i++) {
        w.views[i].vm = model->vms[i];
        add_vm_objects(&w, &w.views[i]);
    }
    for (size_t i = 0; i < model->link_count; i++) {
        add_link_objects(&w, model->links[i]);
    }
    for (size_t i = 0; i < model->vm_count; i++) {
        give_own(&w, &w.views[i]);
    }
    for (size_t i = 0; i < model->link_count; i++) {
        give_link(&w, model->links[i]);
    }
    for (uint32_t core = 0; core < CORES_MAX; core++) {
        if (w.has_timer[core]) {
            finish_timer(&w, core);
        }
    }
    join_console_init(&w);
    finish_console(&w);
    for (size_t i = 0; i < model->vm_count; i++) {
        give_regions(&w, &w.views[i]);
        finish_vmm(&w, &w.views[i], fragments[i], fragment_sizes[i]);
    }
}
