/* SPDX-License-Identifier: BSD-2-Clause */
#include "composer/plan/passthrough.h"

#include <libfdt.h>
#include <string.h>

#include "contract/plan/vmm.h"
#include "contract/plan/plan.h"

#include "composer/plan/schema.h"
#include "composer/plan/space.h"

#define NODE_RANGES_MAX 16u
#define NODE_IRQS_MAX   32u

static void add_mmio(struct model *model, struct model_vm *vm, struct range range, struct pos pos,
                     const char *name)
{
    uint64_t end = align_up(range.base + range.size, PAGE_BYTES);

    range.base = align_down(range.base, PAGE_BYTES);
    range.size = end - range.base;
    vm->mmios = arena_grow(model->arena, vm->mmios, vm->mmio_count, &vm->mmio_capacity,
                           sizeof(vm->mmios[0]));
    vm->mmios[vm->mmio_count++] = (struct model_mmio){ range, pos, name };
}

static bool is_wanted_irq(const struct model_vm *vm, uint32_t intid)
{
    uint64_t number;

    if (!vm->dtb_irqs) {
        return true;
    }
    for (const struct value_item *item = vm->dtb_irqs->items; item; item = item->next) {
        if (schema_number(item->value, &number) && number == intid) {
            return true;
        }
    }
    return false;
}

static void add_irqs(struct model *model, const struct board *board, struct model_vm *vm,
                     const struct model_node *node)
{
    struct model_irq irqs[NODE_IRQS_MAX];
    size_t count = board_node_irqs(board, node->offset, irqs, NODE_IRQS_MAX);

    for (size_t i = 0; i < count; i++) {
        if (irqs[i].intid < 32 || !is_wanted_irq(vm, irqs[i].intid)) {
            continue;
        }
        irqs[i].pos = node->pos;
        irqs[i].name = node->path;
        vm->irqs =
            arena_grow(model->arena, vm->irqs, vm->irq_count, &vm->irq_capacity, sizeof(irqs[0]));
        vm->irqs[vm->irq_count++] = irqs[i];
    }
}

/* True if another entry, of this VM or an earlier one, names the same node. */
static bool is_node_taken(const struct model *model, const struct model_vm *vm,
                          const struct model_node *node)
{
    for (size_t i = 0; i <= vm->index; i++) {
        const struct model_vm *other = model->vms[i];
        size_t count = other == vm ? (size_t)(node - vm->nodes) : other->node_count;

        for (size_t j = 0; j < count; j++) {
            if (other->nodes[j].offset == node->offset) {
                diag_error(model->diag, node->pos, "device-twice",
                           "'%s' is already given to '%s' (line %u)", node->path, other->instance,
                           other->nodes[j].pos.line);
                return true;
            }
        }
    }
    return false;
}

static void resolve_node(struct model *model, const struct board *board, struct model_vm *vm,
                         struct model_node *node)
{
    struct range ranges[NODE_RANGES_MAX];

    node->offset = node->path[0] == '/' ? fdt_path_offset(board->fdt, node->path) : -1;
    if (node->offset <= 0) {
        diag_error(model->diag, node->pos, "node-missing",
                   "the board's device tree has no node '%s'", node->path);
        node->offset = -1;
        return;
    }
    if (is_node_taken(model, vm, node)) {
        return;
    }
    size_t count = board_node_ranges(board, node->offset, ranges, NODE_RANGES_MAX);

    if (count == 0 || fdt_getprop(board->fdt, node->offset, "interrupt-map", NULL)) {
        diag_error(model->diag, node->pos, "node-shape",
                   "'%s' is not a simple device with registers; it cannot be given to a VM",
                   node->path);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        add_mmio(model, vm, ranges[i], node->pos, node->path);
    }
    add_irqs(model, board, vm, node);
    if (board_node_is_dma_master(board, node->offset)) {
        vm->is_dma_master = true;
        vm->dma_pos = node->pos;
        vm->dma_name = node->path;
    }
}

/* RAM, the interrupt controller and the console's UART belong to nobody else. */
static bool is_mmio_owned(const struct model *model, const struct board *board,
                          const struct model_vm *vm, const struct model_mmio *mmio)
{
    const struct {
        const char *what;
        struct range range;
    } owned[] = {
        { "RAM", board->ram },
        { "the interrupt controller", board->gicd },
        { "the interrupt controller", board->gicc },
        { "the interrupt controller", board->gich },
        { "the interrupt controller", board->gicv },
        { "the console's UART", board->uart },
    };

    for (size_t i = 0; i < sizeof(owned) / sizeof(owned[0]); i++) {
        if (range_overlaps(owned[i].range, mmio->range)) {
            diag_error(model->diag, mmio->pos, "mmio-memory",
                       "'%s' asks for 0x%llx..0x%llx, which is %s", vm->instance,
                       (unsigned long long)mmio->range.base,
                       (unsigned long long)(mmio->range.base + mmio->range.size), owned[i].what);
            return true;
        }
    }
    return false;
}

static void check_irq_twice(const struct model *model, const struct model_vm *vm, size_t index)
{
    const struct model_irq *irq = &vm->irqs[index];

    for (size_t i = 0; i <= vm->index; i++) {
        const struct model_vm *other = model->vms[i];
        size_t count = other == vm ? index : other->irq_count;

        for (size_t j = 0; j < count; j++) {
            if (other->irqs[j].intid == irq->intid) {
                diag_error(model->diag, irq->pos, "irq-twice",
                           "interrupt %u is already given to '%s' (line %u)", irq->intid,
                           other->instance, other->irqs[j].pos.line);
                return;
            }
        }
    }
}

static void check_board_irq(const struct model *model, const struct board *board,
                            const struct model_irq *irq)
{
    if (irq->intid == board->uart_intid) {
        diag_error(model->diag, irq->pos, "irq-twice", "interrupt %u belongs to the console's UART",
                   irq->intid);
    }
}

static void check_page_shared(const struct model *model, const struct model_vm *vm,
                              const struct model_mmio *mmio)
{
    for (size_t i = 0; i < vm->index; i++) {
        const struct model_vm *other = model->vms[i];

        for (size_t j = 0; j < other->mmio_count; j++) {
            const struct model_mmio *theirs = &other->mmios[j];

            if (range_overlaps(theirs->range, mmio->range)) {
                uint64_t page =
                    theirs->range.base > mmio->range.base ? theirs->range.base : mmio->range.base;

                diag_error(model->diag, mmio->pos, "page-shared",
                           "page 0x%llx would belong to '%s' (%s) and '%s' (%s); a page is the "
                           "smallest thing that can be given away",
                           (unsigned long long)page, other->instance, theirs->name, vm->instance,
                           mmio->name);
                return;
            }
        }
    }
}

/* Merges the VM's pages into as few regions as possible; two devices in one page are one region. */
static void add_regions(struct model *model, struct model_vm *vm)
{
    for (size_t i = 1; i < vm->mmio_count; i++) {
        for (size_t j = i; j > 0 && vm->mmios[j].range.base < vm->mmios[j - 1].range.base; j--) {
            struct model_mmio swap = vm->mmios[j];

            vm->mmios[j] = vm->mmios[j - 1];
            vm->mmios[j - 1] = swap;
        }
    }
    for (size_t i = 0; i < vm->mmio_count; i++) {
        const struct model_mmio *mmio = &vm->mmios[i];
        struct model_region *last = vm->region_count ? &vm->regions[vm->region_count - 1] : NULL;
        uint64_t end = mmio->range.base + mmio->range.size;

        if (last && last->kind == VMM_REGION_MMIO && mmio->range.base <= last->ipa + last->size) {
            last->size = end > last->ipa + last->size ? end - last->ipa : last->size;
            continue;
        }
        vm->regions = arena_grow(model->arena, vm->regions, vm->region_count, &vm->region_capacity,
                                 sizeof(vm->regions[0]));
        vm->regions[vm->region_count++] = (struct model_region){
            .kind = VMM_REGION_MMIO,
            .page_bits = 12,
            .ipa = mmio->range.base,
            .size = mmio->range.size,
            .paddr = mmio->range.base,
            .is_writable = true,
            .link = UINT32_MAX,
            .object = PLAN_NONE,
            .name = arena_printf(model->arena, "mmio-%llx", (unsigned long long)mmio->range.base),
        };
    }
}

static void check_pci(const struct model *model, const struct model_vm *vm)
{
    for (size_t i = 0; i < vm->pci_count; i++) {
        diag_error(model->diag, vm->pcis[i].pos, "pci-missing",
                   "'%s' asks for PCI device '%s'; PCI functions of the board cannot be given to "
                   "VMs yet, give a device of its tree with 'dtb'",
                   vm->instance, vm->pcis[i].name ? vm->pcis[i].name : "?");
    }
}

void passthrough_resolve(struct model *model, const struct board *board)
{
    for (size_t i = 0; i < model->vm_count; i++) {
        struct model_vm *vm = model->vms[i];

        for (size_t j = 0; j < vm->node_count; j++) {
            resolve_node(model, board, vm, &vm->nodes[j]);
        }
        for (size_t j = 0; j < vm->mmio_count; j++) {
            if (is_mmio_owned(model, board, vm, &vm->mmios[j])) {
                vm->mmios[j--] = vm->mmios[--vm->mmio_count];
                continue;
            }
            check_page_shared(model, vm, &vm->mmios[j]);
        }
        for (size_t j = 0; j < vm->irq_count; j++) {
            check_irq_twice(model, vm, j);
            check_board_irq(model, board, &vm->irqs[j]);
        }
        check_pci(model, vm);
        add_regions(model, vm);
    }
}
