/* SPDX-License-Identifier: BSD-2-Clause */
#include "composer/plan/files.h"

#include <elf.h>
#include <libfdt.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "contract/boot/image.h"
#include "contract/plan/plan.h"

static const char *find_file(struct model *model, const struct file_search *search,
                             const char *name)
{
    for (size_t i = 0; i < search->mapping_count; i++) {
        if (!strcmp(search->mappings[i].name, name)) {
            const char *path = search->mappings[i].path;

            return access(path, R_OK) == 0 ? path : NULL;
        }
    }
    if (name[0] == '/') {
        return access(name, R_OK) == 0 ? name : NULL;
    }
    for (size_t i = 0; i < search->dir_count; i++) {
        const char *path = arena_printf(model->arena, "%s/%s", search->dirs[i], name);

        if (access(path, R_OK) == 0) {
            return path;
        }
    }
    return NULL;
}

/* Module names are short and unique: the file's base name, with a number where two are alike. */
static const char *module_name(struct model *model, const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *base = arena_printf(model->arena, "%.20s", slash ? slash + 1 : path);
    const char *name = base;
    unsigned number = 2;

    for (size_t i = 0; i < model->module_count; i++) {
        if (!strcmp(model->modules[i]->name, name)) {
            name = arena_printf(model->arena, "%s-%u", base, number++);
            i = (size_t)-1;
        }
    }
    return name;
}

static size_t read_head(const char *path, void *head, size_t size_bytes)
{
    FILE *stream = fopen(path, "rb");

    if (!stream) {
        return 0;
    }
    size_t got = fread(head, 1, size_bytes, stream);

    fclose(stream);
    return got;
}

static struct model_module *add_module(struct model *model, const char *path)
{
    struct stat status;

    for (size_t i = 0; i < model->module_count; i++) {
        if (!strcmp(model->modules[i]->path, path)) {
            return model->modules[i];
        }
    }
    if (stat(path, &status) != 0 || !S_ISREG(status.st_mode) || status.st_size == 0) {
        return NULL;
    }
    struct model_module *module = arena_alloc(model->arena, sizeof(*module));

    module->name = module_name(model, path);
    module->path = path;
    module->size = (uint64_t)status.st_size;
    module->frames = 0; /* mapped into the VMMs that use it */
    model->modules = arena_grow(model->arena, model->modules, model->module_count,
                                &model->module_capacity, sizeof(model->modules[0]));
    model->modules[model->module_count++] = module;
    return module;
}

static struct model_module *find_module(struct model *model, const struct file_search *search,
                                        const struct model_vm *vm, const char *what,
                                        const char *name, struct pos pos)
{
    const char *path = find_file(model, search, name);
    struct model_module *module = path ? add_module(model, path) : NULL;

    if (!module) {
        diag_error(model->diag, pos, "file-missing",
                   "%s of '%s': no file '%s' (empty counts as "
                   "missing)",
                   what, vm->instance, name);
    }
    return module;
}

static void check_kernel(struct model *model, const struct model_vm *vm)
{
    struct image_linux_header header;
    const char *path = vm->kernel->path;
    size_t got = read_head(path, &header, sizeof(header));

    if (got < sizeof(header) || header.magic != IMAGE_LINUX_MAGIC) {
        const uint8_t *bytes = (const uint8_t *)&header;
        bool is_gzip = got >= 2 && bytes[0] == 0x1f && bytes[1] == 0x8b;

        diag_error(model->diag, vm->kernel_pos, "kernel-format",
                   "kernel of '%s': '%s' is no arm64 Image%s", vm->instance, vm->kernel_file,
                   is_gzip ? " (it is compressed: unpack it with gunzip)" : "");
        return;
    }
    uint64_t needed = header.text_offset + header.image_size;

    if (header.flags & 1) {
        diag_error(model->diag, vm->kernel_pos, "kernel-format",
                   "kernel of '%s': '%s' is a big-endian Image", vm->instance, vm->kernel_file);
    } else if (needed > vm->ram_size) {
        diag_error(model->diag, vm->kernel_pos, "kernel-large",
                   "kernel of '%s': '%s' needs %llu MiB of RAM, the VM has %llu", vm->instance,
                   vm->kernel_file, (unsigned long long)(needed / MIB + 1),
                   (unsigned long long)(vm->ram_size / MIB));
    }
}

static void check_initrd(struct model *model, const struct model_vm *vm)
{
    /* Unpacking needs about three times the packed size; half of RAM is where it surely fails. */
    if (vm->initrd->size > vm->ram_size / 2) {
        diag_error(model->diag, vm->initrd_pos, "initrd-large",
                   "initrd of '%s': '%s' has %llu MiB, the VM's RAM %llu", vm->instance,
                   vm->initrd_file, (unsigned long long)(vm->initrd->size / MIB),
                   (unsigned long long)(vm->ram_size / MIB));
    }
}

static void check_dtb(struct model *model, const struct model_vm *vm)
{
    struct fdt_header header;

    if (read_head(vm->dtb->path, &header, sizeof(header)) < sizeof(header) ||
        fdt_magic(&header) != FDT_MAGIC || fdt_totalsize(&header) > vm->dtb->size) {
        diag_error(model->diag, vm->dtb_pos, "dtb-format",
                   "device tree of '%s': '%s' is not a device tree blob", vm->instance,
                   vm->dtb_file);
    }
}

void files_find(struct model *model, const struct file_search *search)
{
    for (size_t i = 0; i < model->vm_count; i++) {
        struct model_vm *vm = model->vms[i];

        vm->kernel = find_module(model, search, vm, "kernel", vm->kernel_file, vm->kernel_pos);
        if (vm->kernel) {
            check_kernel(model, vm);
        }
        if (vm->initrd_file) {
            vm->initrd = find_module(model, search, vm, "initrd", vm->initrd_file, vm->initrd_pos);
        }
        if (vm->initrd) {
            check_initrd(model, vm);
        }
        if (vm->dtb_file) {
            vm->dtb = find_module(model, search, vm, "device tree", vm->dtb_file, vm->dtb_pos);
        }
        if (vm->dtb) {
            check_dtb(model, vm);
        }
    }
}

struct model_module *files_add_component(struct model *model, const char *dir, const char *name)
{
    const char *path = arena_printf(model->arena, "%s/%s.elf", dir, name);
    struct pos pos = { .file = path };
    Elf64_Ehdr header;

    if (access(path, R_OK) != 0) {
        diag_error(model->diag, pos, "file-missing", "this component is not built");
        return NULL;
    }
    if (read_head(path, &header, sizeof(header)) < sizeof(header) ||
        memcmp(header.e_ident, ELFMAG, SELFMAG) != 0 || header.e_machine != EM_AARCH64 ||
        header.e_type != ET_EXEC) {
        diag_error(model->diag, pos, "elf-format", "not an executable for AArch64");
        return NULL;
    }
    struct model_module *module = add_module(model, path);

    if (module) {
        module->name = name;
        module->frames = PLAN_NONE; /* read by the initial task only */
    }
    return module;
}
