/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * peervisor-compose: description in, checked plan and bootable image out. The phases, in order:
 * lang (text to syntax), sema (syntax to meaning), passthrough and place (addresses), distribute
 * (authority), audit (what that authority means), image (everything into one file).
 */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "composer/audit/audit.h"
#include "composer/image/image.h"
#include "composer/options.h"
#include "composer/plan/device.h"
#include "composer/plan/distribute.h"
#include "composer/plan/fragment.h"
#include "composer/plan/passthrough.h"
#include "composer/plan/place.h"
#include "composer/plan/prefix.h"
#include "composer/plan/sema.h"
#include "composer/plan/text.h"

enum { EXIT_ACCEPTED = 0, EXIT_REFUSED = 1, EXIT_TROUBLE = 2 };

struct run {
    struct arena arena;
    struct diag diag;
    struct options options;
    struct model model;
    struct board board;
    struct prefix prefix;
    struct distribute_files files;
    const void *fragments[MODEL_VMS_MAX];
    size_t fragment_sizes[MODEL_VMS_MAX];
    struct plan_builder builder;
    uint8_t *plan;
    size_t plan_size;
};

static uint32_t pa_bits(const struct run *run)
{
    return run->options.sel4_prefix ? run->prefix.pa_bits : 44;
}

/* False if there is no description to judge. */
static bool read_model(struct run *run)
{
    struct description description = { 0 };

    if (!source_read(&run->arena, &run->diag, &run->options.source, run->options.input,
                     &description)) {
        return false;
    }
    run->model = (struct model){ .arena = &run->arena,
                                 .diag = &run->diag,
                                 .file = run->options.input,
                                 .is_swiotlb = run->options.is_swiotlb };
    if (run->options.mode != OPTIONS_PARSE && run->diag.error_count == 0) {
        sema_build(&run->model, &description);
    }
    return true;
}

/*
 * A VM without hardware of the board that serves others has its disk from a link, too: its first one. Then that
 * disk holds the images that it serves: "outer/inner". The depth ends circles (links may be late).
 */
static const char *disk_folder(struct run *run, const struct model_vm *vm, size_t depth)
{
    if (vm->node_count || vm->mmio_count || depth == run->model.vm_count) {
        return "";
    }
    for (size_t i = 0; i < vm->driver_link_count; i++) {
        const struct model_link *link = vm->driver_links[i];

        for (size_t j = 0; j < link->device_count; j++) {
            const char *disk = device_disk(&run->arena, link, link->devices[j]);

            if (disk) {
                return arena_printf(&run->arena, "%s%s/", disk_folder(run, link->device, depth + 1),
                                    disk);
            }
        }
    }
    return "";
}

static void list_disks(struct run *run)
{
    for (size_t i = 0; i < run->model.link_count; i++) {
        const struct model_link *link = run->model.links[i];

        for (size_t j = 0; j < link->device_count; j++) {
            const char *disk = device_disk(&run->arena, link, link->devices[j]);

            if (disk) {
                printf("%s%s\n", disk_folder(run, link->device, 0), disk);
            }
        }
    }
}

static bool load_board(struct run *run)
{
    const struct options *o = &run->options;

    if (!board_load(&run->arena, &run->diag, &run->board, o->board, o->board_dtb, o->ram_bytes)) {
        return false;
    }
    if (!o->sel4_prefix) {
        return true;
    }
    run->board.is_kernel_fixed = true;
    if (!prefix_load(&run->arena, &run->diag, o->sel4_prefix, &run->prefix)) {
        return false;
    }
    run->board.kernel = run->prefix.kernel_ram;
    run->options.core_count = run->prefix.core_count;
    return true;
}

/* A generous guess of where the image ends; image_place() decides, finish_image() compares. */
static uint64_t guess_image_end(const struct run *run)
{
    uint64_t end = IMAGE_LOAD_BASE_QEMU_VIRT + 32 * MIB;

    for (size_t i = 0; i < run->model.module_count; i++) {
        end += align_up(run->model.modules[i]->size, LARGE_PAGE_BYTES) + LARGE_PAGE_BYTES;
    }
    return end;
}

static void add_files(struct run *run)
{
    const struct options *o = &run->options;

    /* --check looks at the files that it is told of. */
    if (o->elf_dir) {
        run->files.console = files_add_component(&run->model, o->elf_dir, "console");
        run->files.timer = files_add_component(&run->model, o->elf_dir, "timer");
        run->files.vmm = files_add_component(&run->model, o->elf_dir, "vmm");
    }
    if (o->mode == OPTIONS_COMPOSE || o->search.dir_count || o->search.mapping_count) {
        files_find(&run->model, &o->search);
    }
}

static void check_image_end(struct run *run, uint64_t end)
{
    uint64_t limit = run->board.modules.base + run->board.modules.size;

    if (end > limit) {
        diag_error(&run->diag, (struct pos){ .file = run->options.input }, "modules-large",
                   "the image with all modules ends at 0x%llx, but it must end below 0x%llx",
                   (unsigned long long)end, (unsigned long long)limit);
    }
}

static void place(struct run *run)
{
    if (!load_board(run)) {
        return;
    }
    board_divide(&run->board, place_bytes(&run->model));
    passthrough_resolve(&run->model, &run->board);
    place_schedule(&run->model, run->options.core_count);
    add_files(run);
    check_image_end(run, guess_image_end(run));
    place_all(&run->model, &run->board, guess_image_end(run));
}

static void build_fragments(struct run *run)
{
    for (size_t i = 0; i < run->model.vm_count; i++) {
        run->fragments[i] =
            fragment_build(&run->model, &run->board, run->model.vms[i], &run->fragment_sizes[i]);
    }
}

/* Who gets the keyboard: by default the first VM that uses others' devices, where people work. */
static const struct model_vm *find_attached(struct run *run)
{
    const char *name = run->options.attach;

    for (size_t i = 0; !name && i < run->model.vm_count; i++) {
        if (run->model.vms[i]->driver_link_count) {
            return run->model.vms[i];
        }
    }
    if (!name || !strcmp(name, "none")) {
        return NULL;
    }
    const struct model_vm *vm = model_find_vm(&run->model, name);

    if (!vm) {
        diag_error(&run->diag, (struct pos){ 0 }, "vm-unknown", "--attach %s: there is no such VM",
                   name);
    }
    return vm;
}

static void build_plan(struct run *run)
{
    struct distribute_options options = {
        .has_timer_service = !run->options.sel4_prefix || run->prefix.has_counter,
        .timer_polls = run->options.sel4_prefix && !run->prefix.has_timer,
        .attach = find_attached(run),
    };

    run->builder = (struct plan_builder){ .arena = &run->arena };
    distribute(&run->model, &run->board, &run->files, &options, run->fragments, run->fragment_sizes,
               &run->builder);
    plan_sort_objects(&run->builder);
    run->plan = plan_encode(&run->builder, &run->plan_size);
}

static const char *out_path(struct run *run, const char *name)
{
    return arena_printf(&run->arena, "%s/%s", run->options.out_dir, name);
}

static int fail_io(const char *path)
{
    fprintf(stderr, "peervisor-compose: %s: %s\n", path, strerror(errno));
    return EXIT_TROUBLE;
}

static int write_bytes(struct run *run, const char *name, const void *bytes, size_t size)
{
    const char *path = out_path(run, name);
    FILE *out = fopen(path, "wb");

    if (!out) {
        return fail_io(path);
    }
    bool is_written = fwrite(bytes, 1, size, out) == size;

    return fclose(out) == 0 && is_written ? 0 : fail_io(path);
}

static int write_plan_text(struct run *run)
{
    const char *path = out_path(run, "plan.txt");
    FILE *out = fopen(path, "w");

    if (!out) {
        return fail_io(path);
    }
    text_model(&run->model, out);
    text_plan(&run->builder, out);
    return fclose(out) == 0 ? 0 : fail_io(path);
}

static int write_audit(struct run *run)
{
    const char *path = out_path(run, "audit.txt");
    FILE *out = fopen(path, "w");

    if (!out) {
        return fail_io(path);
    }
    audit_write(&run->model, &run->board, out);
    return fclose(out) == 0 ? 0 : fail_io(path);
}

static int write_fragments(struct run *run)
{
    for (size_t i = 0; i < run->model.vm_count; i++) {
        const char *name =
            arena_printf(&run->arena, "%s-fragment.dtb", run->model.vms[i]->instance);
        int error = write_bytes(run, name, run->fragments[i], run->fragment_sizes[i]);

        if (error) {
            return error;
        }
    }
    return 0;
}

static int add_image_parts(struct run *run, struct image_builder *image)
{
    const struct options *o = &run->options;
    const char *init = arena_printf(&run->arena, "%s/init.elf", o->elf_dir);
    int error = image_add_loader(image, o->loader);

    error = error ? error : image_add_elf(image, IMAGE_KERNEL_ELF, o->kernel);
    error = error ? error : image_add_elf(image, IMAGE_ROOT_ELF, init);
    /* Its size is final, its contents follow once the modules have their places. */
    error = error ? error
                  : image_add_module(image, "plan", run->plan, run->plan_size, IMAGE_TARGET_ANY);
    for (size_t i = 0; !error && i < run->model.module_count; i++) {
        const struct model_module *module = run->model.modules[i];

        error = image_add_module_file(image, module->name, module->path, IMAGE_TARGET_ANY);
    }
    if (!error && !run->board.is_kernel_fixed && run->board.rest.size) {
        error = image_add_reserve(image, "vms", run->board.rest.base, run->board.rest.size);
    }
    return error ? error : image_place(image);
}

static uint64_t image_end(const struct run *run, const struct image_builder *image)
{
    uint64_t end = image->options.load_base + image->image_size;

    for (size_t i = 0; i < run->model.module_count; i++) {
        const struct model_module *module = run->model.modules[i];
        uint64_t paddr = image_module_paddr(image, module->name);

        if (paddr + module->size > end) {
            end = paddr + module->size;
        }
    }
    return align_up(end, LARGE_PAGE_BYTES);
}

/* Second pass over the plan: the same tables with the modules' real addresses. */
static int finish_image(struct run *run, struct image_builder *image)
{
    uint8_t *first = run->plan;
    size_t first_size = run->plan_size;

    if (image_end(run, image) > guess_image_end(run)) {
        fputs("peervisor-compose: internal: the image is larger than was guessed\n", stderr);
        return EXIT_TROUBLE;
    }
    for (size_t i = 0; i < run->model.module_count; i++) {
        run->model.modules[i]->paddr = image_module_paddr(image, run->model.modules[i]->name);
    }
    build_plan(run);
    if (run->plan_size != first_size) {
        fputs("peervisor-compose: internal: the plan's size depends on addresses\n", stderr);
        return EXIT_TROUBLE;
    }
    memcpy(first, run->plan, first_size);
    return 0;
}

static int write_image(struct run *run)
{
    struct image_options options = {
        .load_base = IMAGE_LOAD_BASE_QEMU_VIRT,
        .pa_bits = pa_bits(run),
        .core_count = run->options.core_count,
        .fallback_uart = run->board.uart.base,
        /* Real seL4 waits for ever for a core that is not there; ours takes those there are. */
        .least_cores = run->options.sel4_prefix ? 0 : 1,
    };
    struct image_builder image;
    int error;

    image_init(&image, &options);
    error = add_image_parts(run, &image);
    if (!error) {
        int finished = finish_image(run, &image);

        if (finished) {
            image_free(&image);
            return finished;
        }
        error = image_write(&image, out_path(run, "image.bin"));
    }
    if (error) {
        fprintf(stderr, "peervisor-compose: image: %s\n", image_error(&image));
    }
    image_free(&image);
    return error ? EXIT_TROUBLE : 0;
}

/* What needs no built file is also written after --check, if there is a place for it. */
static int write_outputs(struct run *run)
{
    int error = 0;

    if (mkdir(run->options.out_dir, 0777) != 0 && errno != EEXIST) {
        return fail_io(run->options.out_dir);
    }
    if (run->options.mode == OPTIONS_COMPOSE) {
        error = write_image(run);
        error = error ? error : write_bytes(run, "plan.bin", run->plan, run->plan_size);
        error = error ? error : write_plan_text(run);
    }
    error = error ? error : write_fragments(run);
    return error ? error : write_audit(run);
}

static int compose(struct run *run)
{
    const struct options *o = &run->options;

    if (o->mode == OPTIONS_CHECK_PREFIX) {
        return prefix_load(&run->arena, &run->diag, o->sel4_prefix, &run->prefix) ? EXIT_ACCEPTED
                                                                                  : EXIT_REFUSED;
    }
    if (!read_model(run)) {
        return EXIT_TROUBLE;
    }
    if (o->mode == OPTIONS_PARSE || run->diag.error_count) {
        return run->diag.error_count ? EXIT_REFUSED : EXIT_ACCEPTED;
    }
    if (o->mode == OPTIONS_LIST_DISKS) {
        list_disks(run);
        return EXIT_ACCEPTED;
    }
    place(run);
    if (run->diag.error_count == 0) {
        build_fragments(run);
    }
    if (run->diag.error_count == 0 && o->mode == OPTIONS_COMPOSE) {
        build_plan(run);
    }
    if (run->diag.error_count) {
        return EXIT_REFUSED;
    }
    return o->out_dir ? write_outputs(run) : EXIT_ACCEPTED;
}

int main(int argc, char **argv)
{
    static struct run run;
    bool is_done;
    int code = options_read(&run.arena, &run.options, argc, argv, &is_done);

    run.diag.arena = &run.arena;
    if (code == 0 && !is_done) {
        code = compose(&run);
        diag_print(&run.diag, stderr);
    }
    arena_free(&run.arena);
    return code;
}
