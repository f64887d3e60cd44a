/* SPDX-License-Identifier: BSD-2-Clause */
#include "composer/audit/audit.h"

#include <libfdt.h>

#include "contract/plan/vmm.h"

static unsigned long long mib(uint64_t bytes)
{
    return (unsigned long long)(bytes / MIB);
}

static void print_range(FILE *out, uint64_t base, uint64_t size)
{
    fprintf(out, "0x%llx..0x%llx", (unsigned long long)base, (unsigned long long)(base + size));
}

static void print_memory(const struct model_vm *vm, FILE *out)
{
    for (size_t i = 0; i < vm->region_count; i++) {
        const struct model_region *region = &vm->regions[i];
        const char *what = region->kind == VMM_REGION_RAM          ? "private RAM"
                           : region->kind == VMM_REGION_SHARED_RAM ? "RAM, shared with its backends"
                           : region->kind == VMM_REGION_POOL       ? "DMA pool"
                           : region->kind == VMM_REGION_PEER_POOL  ? "memory of a client"
                                                                   : NULL;

        if (what) {
            fprintf(out, "  memory      %llu MiB %s (%s), physical ", mib(region->size), what,
                    region->name);
            print_range(out, region->paddr, region->size);
            fputc('\n', out);
        }
    }
}

/* A page is the smallest thing that can be given away: its other devices come along. */
static void print_bystanders(const struct board *board, const struct model_vm *vm,
                             const struct model_region *region, FILE *out)
{
    struct range pages = { region->paddr, region->size };

    for (int node = fdt_next_node(board->fdt, 0, NULL); node >= 0;
         node = fdt_next_node(board->fdt, node, NULL)) {
        struct range ranges[4];
        size_t count = board_node_ranges(board, node, ranges, 4);
        bool is_asked = false;

        for (size_t i = 0; i < vm->node_count; i++) {
            is_asked |= vm->nodes[i].offset == node;
        }
        for (size_t i = 0; i < count && !is_asked; i++) {
            if (range_overlaps(ranges[i], pages)) {
                fprintf(out, "              same page: %s (reachable, not assigned)\n",
                        fdt_get_name(board->fdt, node, NULL));
            }
        }
    }
}

static void print_devices(const struct board *board, const struct model_vm *vm, FILE *out)
{
    for (size_t i = 0; i < vm->node_count; i++) {
        fprintf(out, "  device      %s\n", vm->nodes[i].path);
    }
    for (size_t i = 0; i < vm->region_count; i++) {
        if (vm->regions[i].kind == VMM_REGION_MMIO) {
            fprintf(out, "  registers   ");
            print_range(out, vm->regions[i].paddr, vm->regions[i].size);
            fputc('\n', out);
            print_bystanders(board, vm, &vm->regions[i], out);
        }
    }
    for (size_t i = 0; i < vm->irq_count; i++) {
        fprintf(out, "  interrupt   %u\n", vm->irqs[i].intid);
    }
    if (vm->node_count == 0 && vm->mmio_count == 0) {
        fputs("  device      none\n", out);
    }
}

static void print_links(const struct model_vm *vm, FILE *out)
{
    for (size_t i = 0; i < vm->device_link_count; i++) {
        const struct model_link *link = vm->device_links[i];

        fprintf(out, "  serves      %s:", link->driver->instance);
        for (size_t j = 0; j < link->device_count; j++) {
            fprintf(out, " %s", link->devices[j]->type);
        }
        fputc('\n', out);
    }
    for (size_t i = 0; i < vm->driver_link_count; i++) {
        const struct model_link *link = vm->driver_links[i];

        fprintf(out, "  uses        %s:", link->device->instance);
        for (size_t j = 0; j < link->device_count; j++) {
            fprintf(out, " %s", link->devices[j]->type);
        }
        fputc('\n', out);
    }
}

static void print_reach(const struct model *model, const struct board *board, FILE *out)
{
    fputs("WHAT EACH VM CAN REACH\n", out);
    for (size_t i = 0; i < model->vm_count; i++) {
        const struct model_vm *vm = model->vms[i];

        fprintf(out, "\n%s (%s)\n", vm->instance, vm->name);
        print_memory(vm, out);
        print_devices(board, vm, out);
        print_links(vm, out);
    }
}

static void print_dma(const struct model *model, const struct model_vm *vm, FILE *out)
{
    fprintf(out,
            "  - ALL memory of the board: it drives %s, which masters the bus, and there is\n"
            "    no IOMMU; so it reads and writes all %zu VMs, their VMMs and the kernel by DMA.\n"
            "    The rest of this list is what falls to its CPU alone.\n",
            vm->dma_name, model->vm_count);
}

static void print_one_fall(const struct model *model, const struct model_vm *vm, FILE *out)
{
    fprintf(out, "\n%s\n", vm->instance);
    if (vm->is_dma_master) {
        print_dma(model, vm, out);
    }
    fprintf(out, "  - its own RAM, its own console\n");
    for (size_t i = 0; i < vm->device_link_count; i++) {
        const struct model_link *link = vm->device_links[i];

        fprintf(out,
                "  - of %s: %s (%llu MiB), and every byte that %s reads from or writes to its\n"
                "    virtio devices here\n",
                link->driver->instance,
                model_has_pools(model, link->driver) ? "the DMA pool" : "ALL of its RAM",
                mib(link->pool.size), link->driver->instance);
    }
    for (size_t i = 0; i < vm->driver_link_count; i++) {
        fprintf(out,
                "  - of %s: nothing but what its virtio devices offer; it can attack QEMU there "
                "by\n    requests\n",
                vm->driver_links[i]->device->instance);
    }
}

static void print_falls(const struct model *model, FILE *out)
{
    fputs("\nWHAT FALLS IF A VM IS COMPROMISED\n", out);
    for (size_t i = 0; i < model->vm_count; i++) {
        print_one_fall(model, model->vms[i], out);
    }
}

static bool serves(const struct model_vm *vm, const struct model_vm *client)
{
    for (size_t i = 0; i < vm->device_link_count; i++) {
        if (vm->device_links[i]->driver == client) {
            return true;
        }
    }
    return false;
}

static const char *time_reason(const struct model_vm *vm, const struct model_vm *other)
{
    if (vm->core != other->core) {
        return NULL;
    }
    if (vm->guest_priority > other->guest_priority) {
        return "time: it runs above it on the same core";
    }
    if (vm->guest_priority == other->guest_priority) {
        return "a share of its time: they take turns on one core, and its VMM's work comes on top";
    }
    return "a share of its time: its VMM runs above every guest of the core";
}

static bool print_stop(const struct model_vm *vm, const struct model_vm *other, FILE *out)
{
    const char *reason = time_reason(vm, other);

    if (serves(vm, other)) {
        fprintf(out,
                "%s -> %s: its devices (an access ends after 5 s at most; who needs the disk "
                "stops)\n",
                vm->instance, other->instance);
    }
    if (reason) {
        fprintf(out, "%s -> %s: %s\n", vm->instance, other->instance, reason);
    }
    return reason || serves(vm, other);
}

static void print_stops(const struct model *model, FILE *out)
{
    bool is_any = false;

    fputs("\nWHO CAN STOP WHOM\n\n", out);
    for (size_t i = 0; i < model->vm_count; i++) {
        for (size_t j = 0; j < model->vm_count; j++) {
            is_any |= i != j && print_stop(model->vms[i], model->vms[j], out);
        }
        if (model->vms[i]->is_dma_master) {
            fprintf(out, "%s -> everything: DMA without an IOMMU\n", model->vms[i]->instance);
            is_any = true;
        }
    }
    if (!is_any) {
        fputs("nobody\n", out);
    }
}

/* Fewest VMs whose compromise exposes the private RAM of `victim` to an attacker who starts outside. */
static void print_secrets(const struct model *model, FILE *out)
{
    fputs("\nHOW FAR AWAY EACH VM'S PRIVATE RAM IS\n\n", out);
    for (size_t i = 0; i < model->vm_count; i++) {
        const struct model_vm *victim = model->vms[i];
        const char *by = NULL;

        for (size_t j = 0; j < model->vm_count && !by; j++) {
            const struct model_vm *vm = model->vms[j];

            if (vm != victim && vm->is_dma_master) {
                by = vm->instance;
            } else if (vm != victim && !model_has_pools(model, victim) && serves(vm, victim)) {
                by = vm->instance;
            }
        }
        if (by) {
            fprintf(out, "%s: one compromise: itself, or %s\n", victim->instance, by);
        } else {
            fprintf(out, "%s: only by its own compromise, its VMM's or the kernel's\n",
                    victim->instance);
        }
    }
}

void audit_write(const struct model *model, const struct board *board, FILE *out)
{
    fprintf(out, "Audit of %s\n", model->file);
    fprintf(out, "Memory sharing: VMSWIOTLB=%d (%s)\n", model->is_swiotlb,
            model->is_swiotlb
                ? "backends see the pools of their links, nothing else of their clients"
                : "backends see ALL RAM of their clients, but the pools only of those that serve "
                  "others");
    fputs("Trusted by every VM: the kernel, the initial task, the console and timer services, "
          "and its own VMM.\n\n",
          out);
    print_reach(model, board, out);
    print_falls(model, out);
    print_stops(model, out);
    print_secrets(model, out);
}
