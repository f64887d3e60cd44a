/* SPDX-License-Identifier: BSD-2-Clause */
#include "compose_fixture.h"

#include <libfdt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "composer/lang/parser.h"
#include "composer/plan/fragment.h"
#include "composer/plan/passthrough.h"
#include "composer/plan/place.h"
#include "composer/plan/sema.h"
#include "contract/plan/vmm.h"

#define BOARD_BYTES 16384
#define GIC_PHANDLE 0x8002u

static void reg(void *fdt, uint64_t base, uint64_t size)
{
    uint32_t cells[] = { (uint32_t)(base >> 32), (uint32_t)base, (uint32_t)(size >> 32),
                         (uint32_t)size };

    fragment_cells(fdt, "reg", cells, 4);
}

static void cell(void *fdt, const char *name, uint32_t value)
{
    fragment_cells(fdt, name, &value, 1);
}

static void interrupt(void *fdt, uint32_t spi, uint32_t flags)
{
    uint32_t cells[] = { 0, spi, flags };

    fragment_cells(fdt, "interrupts", cells, 3);
}

static void transport(void *fdt, const char *name, uint64_t base, uint32_t spi)
{
    fragment_begin(fdt, name);
    fragment_string(fdt, "compatible", "virtio,mmio");
    reg(fdt, base, 0x200);
    interrupt(fdt, spi, 1);
    cell(fdt, "clocks", 0x8000); /* a reference that a guest must not see */
    fragment_end(fdt);
}

static void gic(void *fdt)
{
    uint32_t cells[] = {
        0, 0x08000000, 0, 0x10000, 0, 0x08010000, 0, 0x10000,
        0, 0x08030000, 0, 0x10000, 0, 0x08040000, 0, 0x10000,
    };

    fragment_begin(fdt, "intc@8000000");
    fragment_string(fdt, "compatible", "arm,cortex-a15-gic");
    cell(fdt, "phandle", GIC_PHANDLE);
    fragment_cells(fdt, "reg", cells, 16);
    fragment_end(fdt);
}

static void board_tree(void *fdt)
{
    fdt_create(fdt, BOARD_BYTES);
    fdt_finish_reservemap(fdt);
    fragment_begin(fdt, "");
    cell(fdt, "#address-cells", 2);
    cell(fdt, "#size-cells", 2);
    cell(fdt, "interrupt-parent", GIC_PHANDLE);
    fragment_bytes(fdt, "dma-coherent", NULL, 0);
    fragment_string(fdt, "compatible", "linux,dummy-virt");
    fragment_begin(fdt, "memory@40000000");
    fragment_string(fdt, "device_type", "memory");
    reg(fdt, 0x40000000, 0x80000000);
    fragment_end(fdt);
    gic(fdt);
    fragment_begin(fdt, "pl011@9000000");
    fragment_string(fdt, "compatible", "arm,pl011");
    reg(fdt, 0x09000000, 0x1000);
    interrupt(fdt, 1, 4);
    fragment_end(fdt);
    transport(fdt, COMPOSE_FAR + 1, 0x0a002e00, 0x27);
    transport(fdt, COMPOSE_NIC + 1, 0x0a003c00, 0x2e);
    transport(fdt, COMPOSE_DISK + 1, 0x0a003e00, 0x2f);
    fragment_begin(fdt, "chosen");
    fragment_string(fdt, "stdout-path", "/pl011@9000000");
    fragment_end(fdt);
    fragment_end(fdt);
    fdt_finish(fdt);
}

static void load_board(struct composed *c)
{
    static char path[] = "/tmp/compose-board-XXXXXX";
    static char blob[BOARD_BYTES];
    int fd;

    strcpy(path, "/tmp/compose-board-XXXXXX");
    fd = mkstemp(path);
    board_tree(blob);
    if (fd < 0 || write(fd, blob, fdt_totalsize(blob)) != (ssize_t)fdt_totalsize(blob)) {
        perror(path);
        exit(2);
    }
    close(fd);
    board_load(&c->arena, &c->diag, &c->board, "qemu-virt", path, 0);
    unlink(path);
}

static struct model_module *add_module(struct composed *c, const char *name, uint64_t paddr,
                                       uint32_t frames)
{
    struct model *model = &c->model;
    struct model_module *module = arena_alloc(&c->arena, sizeof(*module));

    *module = (struct model_module){
        .name = name, .path = name, .size = 3 * MIB, .paddr = paddr, .frames = frames
    };
    model->modules = arena_grow(&c->arena, model->modules, model->module_count,
                                &model->module_capacity, sizeof(model->modules[0]));
    model->modules[model->module_count++] = module;
    return module;
}

static void build(struct composed *c)
{
    struct distribute_files files = {
        .vmm = add_module(c, "vmm", 0x40600000, PLAN_NONE),
        .console = add_module(c, "console", 0x40a00000, PLAN_NONE),
        .timer = add_module(c, "timer", 0x40e00000, PLAN_NONE),
    };
    struct model_module *kernel = add_module(c, "kernel", 0x41200000, 0);
    struct distribute_options options = { .has_timer_service = true };

    for (size_t i = 0; i < c->model.vm_count; i++) {
        c->model.vms[i]->kernel = kernel;
        c->fragments[i] =
            fragment_build(&c->model, &c->board, c->model.vms[i], &c->fragment_sizes[i]);
    }
    c->builder = (struct plan_builder){ .arena = &c->arena };
    distribute(&c->model, &c->board, &files, &options, c->fragments, c->fragment_sizes,
               &c->builder);
    plan_sort_objects(&c->builder);
    c->plan = plan_encode(&c->builder, &c->plan_size);
}

struct composed *compose_text(const char *text, bool is_swiotlb)
{
    struct composed *c = calloc(1, sizeof(*c));
    struct description description = { 0 };

    if (!c) {
        exit(2);
    }
    c->diag = (struct diag){ .arena = &c->arena };
    c->model = (struct model){
        .arena = &c->arena, .diag = &c->diag, .file = "text", .is_swiotlb = is_swiotlb
    };
    parse_text(&c->arena, &c->diag, "text", text, strlen(text), &description);
    sema_build(&c->model, &description);
    load_board(c);
    if (c->diag.error_count == 0) {
        board_divide(&c->board, place_bytes(&c->model));
        passthrough_resolve(&c->model, &c->board);
        place_schedule(&c->model, 2);
        place_all(&c->model, &c->board, 0x42000000);
    }
    if (c->diag.error_count == 0) {
        build(c);
    } else if (getenv("COMPOSE_VERBOSE")) {
        diag_print(&c->diag, stderr);
    }
    return c;
}

void compose_free(struct composed *composed)
{
    arena_free(&composed->arena);
    free(composed);
}

const struct vmm_config *compose_blob(const struct composed *composed, const char *instance)
{
    const struct plan_header *header = (const void *)composed->plan;
    const struct plan_component *components =
        (const void *)(composed->plan + header->components.offset);
    const char *strings = (const char *)composed->plan + header->strings.offset;

    for (uint32_t i = 0; i < header->components.count; i++) {
        const char *name = strings + components[i].name;

        if (!strncmp(name, "vmm-", 4) && !strcmp(name + 4, instance)) {
            return (const void *)(composed->plan + header->blobs.offset +
                                  components[i].blob_offset);
        }
    }
    return NULL;
}
