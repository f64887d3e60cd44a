/* SPDX-License-Identifier: BSD-2-Clause */
#include "composer/plan/text.h"

#include "contract/plan/vmm.h"

static const char *name_of(const struct plan_builder *builder, uint32_t object)
{
    return builder->strings + builder->objects[object].name;
}

static void print_paddr(uint64_t paddr, FILE *out)
{
    if (paddr != PLAN_ANY_PADDR) {
        fprintf(out, ", paddr: 0x%llx", (unsigned long long)paddr);
    }
}

static void print_object(const struct plan_builder *builder, uint32_t index, FILE *out)
{
    const struct plan_object *object = &builder->objects[index];

    fprintf(out, "  %s = ", name_of(builder, index));
    switch (object->type) {
    case PLAN_UNTYPED:
        fprintf(out, "ut (%u bits", object->size_bits);
        print_paddr(object->paddr, out);
        fputc(')', out);
        break;
    case PLAN_FRAMES:
        fprintf(out, "frame[%u] (%s", object->count,
                object->size_bits == 12   ? "4k"
                : object->size_bits == 21 ? "2M"
                                          : "1G");
        print_paddr(object->paddr, out);
        fputc(')', out);
        break;
    case PLAN_CNODE: fprintf(out, "cnode (%u bits)", object->size_bits); break;
    case PLAN_IRQ:
        fprintf(out, "irq (%u, %s, core: %u)", object->irq, object->edge ? "edge" : "level",
                object->core);
        break;
    case PLAN_ENDPOINT: fputs("ep", out); break;
    case PLAN_NOTIFICATION: fputs("notification", out); break;
    case PLAN_TCB: fputs("tcb", out); break;
    default: fputs("vspace", out); break;
    }
    fputc('\n', out);
}

static void print_rights(uint32_t rights, FILE *out)
{
    fprintf(out, "%s%s%s%s", rights & PLAN_RIGHT_READ ? "R" : "",
            rights & PLAN_RIGHT_WRITE ? "W" : "", rights & PLAN_RIGHT_GRANT ? "G" : "",
            rights & PLAN_RIGHT_GRANTREPLY ? "P" : "");
}

static void print_cnode(const struct plan_builder *builder, uint32_t cnode, FILE *out)
{
    fprintf(out, "  %s {\n", name_of(builder, cnode));
    for (size_t i = 0; i < builder->cap_count; i++) {
        const struct plan_cap *cap = &builder->caps[i];

        if (cap->cnode != cnode) {
            continue;
        }
        fprintf(out, "    0x%x", cap->slot);
        if (cap->count > 1) {
            fprintf(out, "..0x%x", cap->slot + cap->count - 1);
        }
        fprintf(out, ": %s (", name_of(builder, cap->object));
        print_rights(cap->rights, out);
        if (cap->badge) {
            fprintf(out, ", badge: 0x%llx", (unsigned long long)cap->badge);
        }
        fputs(")\n", out);
    }
    fputs("  }\n", out);
}

static void print_map(const struct plan_builder *builder, const struct plan_map *map, FILE *out)
{
    const struct plan_object *object = &builder->objects[map->object];
    uint64_t bytes = (uint64_t)map->count << object->size_bits;

    fprintf(out, "  %s: [0x%llx, 0x%llx) -> %s (", name_of(builder, map->vspace),
            (unsigned long long)map->vaddr, (unsigned long long)(map->vaddr + bytes),
            name_of(builder, map->object));
    print_rights(map->rights, out);
    fprintf(out, "%s%s)\n", map->flags & PLAN_MAP_CACHED ? "" : ", device",
            map->flags & PLAN_MAP_EXECUTABLE ? ", executable" : "");
}

static void print_component(const struct plan_builder *builder,
                            const struct plan_component *component, FILE *out)
{
    fprintf(out,
            "  %s = \"%s\" (tcb: %s, cspace: %s, vspace: %s, prio: %u, mcp: %u, core: %u, "
            "stack: %u pages, config: %u bytes)\n",
            builder->strings + component->name,
            builder->strings + builder->modules[component->module].name,
            name_of(builder, component->tcb), name_of(builder, component->cnode),
            name_of(builder, component->vspace), component->priority, component->mcp,
            component->core, component->stack_pages, component->blob_size);
}

void text_plan(const struct plan_builder *builder, FILE *out)
{
    fputs("arch aarch64\n\nobjects {\n", out);
    for (uint32_t i = 0; i < builder->object_count; i++) {
        print_object(builder, i, out);
    }
    fputs("}\n\ncaps {\n", out);
    for (uint32_t i = 0; i < builder->object_count; i++) {
        if (builder->objects[i].type == PLAN_CNODE) {
            print_cnode(builder, i, out);
        }
    }
    fputs("}\n\nmaps {\n", out);
    for (size_t i = 0; i < builder->map_count; i++) {
        print_map(builder, &builder->maps[i], out);
    }
    fputs("}\n\nmodules {\n", out);
    for (size_t i = 0; i < builder->module_count; i++) {
        fprintf(out, "  %s (paddr: 0x%llx, %llu bytes)\n",
                builder->strings + builder->modules[i].name,
                (unsigned long long)builder->modules[i].paddr,
                (unsigned long long)builder->modules[i].size_bytes);
    }
    fputs("}\n\ncomponents {\n", out);
    for (size_t i = 0; i < builder->component_count; i++) {
        print_component(builder, &builder->components[i], out);
    }
    fputs("}\n", out);
}

static const char *region_kind(uint32_t kind)
{
    static const char *const names[] = {
        [VMM_REGION_RAM] = "ram",
        [VMM_REGION_POOL] = "pool",
        [VMM_REGION_PEER_POOL] = "peer pool",
        [VMM_REGION_IOBUF] = "message area",
        [VMM_REGION_MMIO] = "device registers",
        [VMM_REGION_SHARED_RAM] = "shared ram",
    };

    return names[kind];
}

static void print_vm(const struct model_vm *vm, FILE *out)
{
    fprintf(out, "# vm %s \"%s\": core %u, vmm prio %u, guest prio %u, %u vcpu\n", vm->instance,
            vm->name, vm->core, vm->vmm_priority, vm->guest_priority, vm->vcpu_count);
    for (size_t i = 0; i < vm->region_count; i++) {
        const struct model_region *region = &vm->regions[i];

        fprintf(out, "#   [0x%09llx, 0x%09llx) %s %s", (unsigned long long)region->ipa,
                (unsigned long long)(region->ipa + region->size), region_kind(region->kind),
                region->name);
        if (region->paddr != PLAN_ANY_PADDR) {
            fprintf(out, " at physical 0x%llx", (unsigned long long)region->paddr);
        }
        fputc('\n', out);
    }
    for (size_t i = 0; i < vm->irq_count; i++) {
        fprintf(out, "#   interrupt %u, %s, %s\n", vm->irqs[i].intid,
                vm->irqs[i].is_edge ? "edge" : "level", vm->irqs[i].name);
    }
    if (vm->v2m_spi_count) {
        fprintf(out, "#   MSI frame 0x%llx, interrupts %u..%u\n", (unsigned long long)vm->v2m_ipa,
                vm->v2m_spi_first, vm->v2m_spi_first + vm->v2m_spi_count - 1);
    }
}

void text_model(const struct model *model, FILE *out)
{
    for (size_t i = 0; i < model->vm_count; i++) {
        print_vm(model->vms[i], out);
    }
    for (size_t i = 0; i < model->link_count; i++) {
        const struct model_link *link = model->links[i];

        fprintf(out,
                "# link %s -> %s: config 0x%llx+0x%llx, bars 0x%llx+0x%llx, pool "
                "0x%llx+0x%llx, interrupt %u in %s\n",
                link->device->instance, link->driver->instance, (unsigned long long)link->ecam.base,
                (unsigned long long)link->ecam.size, (unsigned long long)link->mmio.base,
                (unsigned long long)link->mmio.size, (unsigned long long)link->pool.base,
                (unsigned long long)link->pool.size, link->virq, link->device->instance);
        for (size_t j = 0; j < link->device_count; j++) {
            fprintf(out, "#   slot %u: %s%s\n", link->devices[j]->slot, link->devices[j]->type,
                    link->devices[j]->is_late ? " (late)" : "");
        }
    }
    fputc('\n', out);
}
