/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Graphs of any shape: what the composer accepts, the initial task and each VMM accept too. The largest star that
 * one notification has bits for, a chain, two backends for one VM, links in both directions.
 */
#include "composer_tests.h"

#include <stdio.h>
#include <string.h>

#include "contract/plan/vmm.h"
#include "plan_view.h"
#include "tap.h"
#include "vmm/vm/config.h"

#define TEXT_BYTES 16384u
#define STAR_MAX   19u

static const char two_backends[] =
    "assembly { composition { component VM vm0; component VM vm1; component VM vm2;\n"
    "  connection VirtioLink a(from vm0.d, to vm2.d); connection VirtioLink b(from vm1.d, to "
    "vm2.d); }\n"
    "configuration { vm0.vm_virtio_devices = [{ type: \"blk\" }];\n"
    "  vm1.vm_virtio_devices = [{ type: \"net\" }]; } }";

static const char both_ways[] =
    "assembly { composition { component VM vm0; component VM vm1;\n"
    "  connection VirtioLink a(from vm0.d, to vm1.d); connection VirtioLink b(from vm1.d, to "
    "vm0.d); }\n"
    "configuration { vm0.vm_virtio_devices = [{ type: \"blk\" }];\n"
    "  vm1.vm_virtio_devices = [{ type: \"net\", late: true }]; } }";

/* One server of `others` VMs, or one client of so many servers. */
static const char *star(char *text, unsigned others, bool is_server)
{
    size_t used = (size_t)snprintf(text, TEXT_BYTES, "composition { component VM hub;\n");

    for (unsigned i = 0; i < others; i++) {
        used += (size_t)snprintf(
            text + used, TEXT_BYTES - used,
            is_server ? "component VM vm%u; connection VirtioLink l%u(from hub.d, to vm%u.d);\n"
                      : "component VM vm%u; connection VirtioLink l%u(from vm%u.d, to hub.d);\n",
            i, i, i);
    }
    used += (size_t)snprintf(text + used, TEXT_BYTES - used,
                             "} configuration { hub.ram_size = 0x2000000;\n");
    for (unsigned i = 0; i < others; i++) {
        used += (size_t)snprintf(text + used, TEXT_BYTES - used, "vm%u.ram_size = 0x2000000;\n", i);
    }
    snprintf(text + used, TEXT_BYTES - used, "}");
    return text;
}

static bool everybody_accepts(const struct composed *c)
{
    static const struct plan_limits limits = { .core_count = 2,
                                               .user_top = UINT64_C(0xfffffffffff),
                                               .plan_paddr = 0x40400000 };
    struct plan_view view;

    if (!c->plan || plan_check(c->plan, c->plan_size, &limits, &view) != 0) {
        return false;
    }
    for (size_t i = 0; i < c->model.vm_count; i++) {
        const struct vmm_config *blob = compose_blob(c, c->model.vms[i]->instance);
        struct vm_config config;
        const char *reason = "no reason";

        if (vm_config_read(blob, blob->size_bytes, &config, &reason) != 0) {
            printf("# %s: %s\n", c->model.vms[i]->instance, reason);
            return false;
        }
        if (config.driver_link_count != c->model.vms[i]->driver_link_count ||
            config.device_link_count != c->model.vms[i]->device_link_count) {
            return false;
        }
    }
    return true;
}

static void graph(const char *text, const char *name)
{
    for (int is_swiotlb = 0; is_swiotlb < 2; is_swiotlb++) {
        struct composed *c = compose_text(text, is_swiotlb);

        TAP_OK(everybody_accepts(c), "graph/%s: initial task and VMMs accept it, VMSWIOTLB=%d",
               name, is_swiotlb);
        compose_free(c);
    }
}

static bool has_region(const struct model_vm *vm, uint32_t kind)
{
    for (size_t i = 0; i < vm->region_count; i++) {
        if (vm->regions[i].kind == kind) {
            return true;
        }
    }
    return false;
}

/* What a VM in the middle hands on for its clients lies in memory that its own backend does not see. */
static void hybrid_keeps_its_pool(void)
{
    struct composed *c = compose_text(chain, false);
    const struct model_vm *app = c->model.vms[1], *database = c->model.vms[2];

    TAP_OK(has_region(app, VMM_REGION_POOL) && has_region(app, VMM_REGION_RAM) &&
               !has_region(app, VMM_REGION_SHARED_RAM),
           "graph/VMSWIOTLB=0: a VM that serves others has a pool to its own backend");
    TAP_OK(has_region(database, VMM_REGION_SHARED_RAM) && !has_region(database, VMM_REGION_POOL),
           "graph/VMSWIOTLB=0: a VM that serves nobody shares its RAM");
    compose_free(c);
}

void graph_tests(int *run, int *failed)
{
    static char text[TEXT_BYTES];

    tap_run_count = *run;
    tap_failed_count = *failed;
    graph(two_users, "two users");
    graph(chain, "a chain");
    graph(two_backends, "two backends");
    graph(both_ways, "links in both directions");
    graph(star(text, STAR_MAX, true), "a server of 19");
    graph(star(text, MODEL_VMS_MAX - 1, false), "a client of 23");
    hybrid_keeps_its_pool();
    *run = tap_run_count;
    *failed = tap_failed_count;
}
