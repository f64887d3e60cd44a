/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From a description to a plan: what the initial task's own checks say about it, who holds which
 * capability, what guests are told. Messages are compared by tests/golden.
 */
#include "composer_tests.h"

#include <stdio.h>
#include <string.h>

#include "contract/plan/vmm.h"
#include "plan_view.h"
#include "tap.h"

const char two_users[] =
    "assembly { composition { component VM vm0; component VM vm1; component VM vm2;\n"
    "  connection VirtioLink a(from vm0.d, to vm1.d); connection VirtioLink b(from vm0.d, to "
    "vm2.d); }\n"
    "configuration { vm0.dtb = [\"" COMPOSE_DISK "\", \"" COMPOSE_NIC "\"];\n"
    "  vm0.vm_virtio_devices = [{ type: \"blk\", target: \"vm1\", disk: \"a\" },\n"
    "    { type: \"net\", target: \"vm1\" }, { type: \"blk\", target: \"vm2\", disk: \"b\" }]; } }";

const char chain[] =
    "assembly { composition { component VM vm_gateway; component VM vm_app; component VM "
    "vm_database;\n"
    "  connection VirtioLink a(from vm_gateway.d, to vm_app.d);\n"
    "  connection VirtioLink b(from vm_app.d, to vm_database.d); }\n"
    "configuration { vm_gateway.vm_virtio_devices = [{ type: \"net\", target: \"app\" }];\n"
    "  vm_app.vm_virtio_drivers = [{ type: \"net\", backend: \"gateway\" }];\n"
    "  vm_app.vm_virtio_devices = [{ type: \"blk\", target: \"database\", late: true }]; } }";

static void init_accepts(const char *text, bool is_swiotlb, const char *name)
{
    static const struct plan_limits limits = { .core_count = 2,
                                               .user_top = UINT64_C(0xfffffffffff),
                                               .plan_paddr = 0x40400000 };
    struct composed *c = compose_text(text, is_swiotlb);
    struct plan_view view;

    TAP_OK(c->plan && plan_check(c->plan, c->plan_size, &limits, &view) == 0,
           "plan/the initial task accepts %s, VMSWIOTLB=%d", name, is_swiotlb);
    compose_free(c);
}

static void dma_tests(bool is_swiotlb)
{
    struct composed *c = compose_text(two_users, is_swiotlb);
    const struct model_vm *vm = c->model.vms[0];
    bool is_same = true;

    for (size_t i = 0; i < vm->region_count; i++) {
        const struct model_region *region = &vm->regions[i];

        is_same &= region->paddr == PLAN_ANY_PADDR || region->ipa == region->paddr;
    }
    TAP_OK(is_same && vm->is_dma_master,
           "place/a DMA master's memory lies at its physical address, VMSWIOTLB=%d", is_swiotlb);
    compose_free(c);
}

static void priority_tests(void)
{
    struct composed *c = compose_text(chain, true);
    const struct model_vm *gateway = c->model.vms[0], *app = c->model.vms[1],
                          *database = c->model.vms[2];

    TAP_OK(gateway->guest_priority == app->guest_priority,
           "priority/a server and its client take turns");
    TAP_OK(app->guest_priority == database->guest_priority,
           "priority/a link with late devices only asks for nothing");
    TAP_OK(database->vmm_priority > gateway->guest_priority,
           "priority/every VMM runs above every guest");
    compose_free(c);
}

static void sort_test(void)
{
    struct composed *c = compose_text(two_users, true);
    bool is_sorted = true;

    for (size_t i = 1; i < c->builder.object_count; i++) {
        const struct plan_object *a = &c->builder.objects[i - 1], *b = &c->builder.objects[i];
        bool b_fixed =
            (b->type == PLAN_FRAMES || b->type == PLAN_UNTYPED) && b->paddr != PLAN_ANY_PADDR;

        is_sorted &= !b_fixed || (a->paddr != PLAN_ANY_PADDR && a->paddr < b->paddr);
    }
    TAP_OK(is_sorted, "plan/objects at fixed addresses come first, ascending");
    TAP_OK(builder_crc32("123456789", 9) == 0xcbf43926, "plan/checksum is IEEE 802.3");
    compose_free(c);
}

static void late_tests(void)
{
    struct composed *c = compose_text(chain, true);
    const struct model_link *link = c->model.vms[1]->device_links[0];

    TAP_OK(link->filled_slots == 0 && link->late_slots == 2 && link->ecam.size == 2 * MIB,
           "place/a late slot has a bus of its own");
    compose_free(c);
}

/* The VMM maps a region by frames of the region's size: user/vmm/vm/memory.c. */
static uint32_t ram_frames(const char *setting, uint32_t *page_bits)
{
    char text[256];
    uint32_t count = 0;

    snprintf(text, sizeof(text),
             "assembly { composition { component VM vm0; } configuration { vm0.ram_size = "
             "0x4000000; %s } }",
             setting);
    struct composed *c = compose_text(text, true);
    const struct vmm_config *blob = compose_blob(c, "vm0");
    const struct vmm_region *regions = (const void *)((const uint8_t *)blob + blob->regions.offset);

    for (uint32_t i = 0; i < blob->regions.count; i++) {
        if (regions[i].kind == VMM_REGION_RAM) {
            *page_bits = regions[i].page_bits;
            count = regions[i].slot_count;
        }
    }
    compose_free(c);
    return count;
}

static void large_page_tests(void)
{
    uint32_t page_bits;

    TAP_OK(ram_frames("", &page_bits) == 32 && page_bits == 21,
           "place/guest RAM is made of 2 MB frames");
    TAP_OK(ram_frames("vm0.ram_large_pages = false;", &page_bits) == 16384 && page_bits == 12,
           "place/or of 4 KB frames, if the description says so");
}

int main(void)
{
    static const char alone[] = "composition { component VM vm0; }";

    init_accepts(two_users, true, "two users");
    init_accepts(two_users, false, "two users");
    init_accepts(chain, true, "a chain");
    init_accepts(chain, false, "a chain");
    init_accepts(alone, true, "a VM without links");
    dma_tests(true);
    dma_tests(false);
    priority_tests();
    large_page_tests();
    sort_test();
    late_tests();
    authority_tests(&tap_run_count, &tap_failed_count);
    fragment_tests(&tap_run_count, &tap_failed_count);
    graph_tests(&tap_run_count, &tap_failed_count);
    space_tests(&tap_run_count, &tap_failed_count);
    return TAP_DONE();
}
