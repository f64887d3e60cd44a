/* SPDX-License-Identifier: BSD-2-Clause */
/* The image writer: what it writes is what the loader's checks accept, and bad input is refused. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "builders.h"
#include "composer/image/image.h"
#include "tap.h"

#define LOADER_BYTES 8192u

static char folder[64];
static const struct image_options options = { .load_base = IMAGE_LOAD_BASE_QEMU_VIRT,
                                              .pa_bits = 44,
                                              .core_count = 1 };

static const char *path_of(const char *name)
{
    static char path[4][128];
    static unsigned int next;

    next = (next + 1) % 4;
    snprintf(path[next], sizeof(path[next]), "%s/%s", folder, name);
    return path[next];
}

static void write_file(const char *name, const void *data, size_t size)
{
    FILE *file = fopen(path_of(name), "wb");

    if (!file || fwrite(data, 1, size, file) != size || fclose(file) != 0) {
        abort();
    }
}

static void write_inputs(void)
{
    static uint8_t loader[LOADER_BYTES];
    uint8_t elf[0x400];
    struct image_linux_header header = { .magic = IMAGE_LINUX_MAGIC, .flags = IMAGE_LINUX_FLAGS };

    memcpy(loader, &header, sizeof(header));
    write_file("loader.bin", loader, sizeof(loader));
    write_file("kernel.elf", elf, build_elf(elf, 0xffc0000000, 0x60000000, 0x25000));
    write_file("root.elf", elf, build_elf(elf, 0x400000, 0x400000, 0x8000));
    write_file("text", "not an ELF file at all, but long enough to be read as a header ........",
               72);
}

static void add_basics(struct image_builder *builder)
{
    image_init(builder, &options);
    (void)image_add_loader(builder, path_of("loader.bin"));
    (void)image_add_elf(builder, IMAGE_KERNEL_ELF, path_of("kernel.elf"));
    (void)image_add_elf(builder, IMAGE_ROOT_ELF, path_of("root.elf"));
}

static uint8_t *read_back(const char *name, size_t *size)
{
    FILE *file = fopen(path_of(name), "rb");
    uint8_t *data = malloc(16u << 20);

    *size = file ? fread(data, 1, 16u << 20, file) : 0;
    if (file) {
        fclose(file);
    }
    return data;
}

static void check_written(void)
{
    static const uint8_t plan[] = { 1, 2, 3, 4, 5 };
    static struct image_builder builder;
    static struct ldr_table table;
    struct ldr_error error = { 0 };
    struct image_linux_header header;
    size_t size;
    uint8_t *data;

    add_basics(&builder);
    (void)image_add_module(&builder, "plan", plan, sizeof(plan), IMAGE_TARGET_ANY);
    (void)image_add_module_file(&builder, "text", path_of("text"), 0x50000000);
    (void)image_add_reserve(&builder, "vm0", 0x54000000, 0x2000000);
    TAP_OK(image_place(&builder) == 0, "boot_image/good parts are placed");
    TAP_OK(image_module_paddr(&builder, "plan") == 0x40400000 &&
               image_module_paddr(&builder, "text") == 0x50000000 &&
               image_module_paddr(&builder, "none") == IMAGE_TARGET_ANY,
           "boot_image/module addresses are known before writing");
    TAP_OK(image_write(&builder, path_of("image.bin")) == 0, "boot_image/the file is written");
    data = read_back("image.bin", &size);
    memcpy(&header, data, sizeof(header));
    TAP_OK(size == builder.image_size && header.image_size >= size &&
               header.image_size % IMAGE_MODULE_ALIGN == 0,
           "boot_image/the Image header states the memory needed");
    TAP_OK(ldr_table_read(data, LOADER_BYTES, &table, &error) == 0,
           "boot_image/the loader accepts the table");
    TAP_OK(table.header.entry_count == 5 &&
               memcmp(data + table.entries[2].offset, plan, sizeof(plan)) == 0 &&
               ldr_crc32(0, data + table.entries[0].offset, table.entries[0].size) ==
                   table.entries[0].crc32,
           "boot_image/payloads are where the table says");
    free(data);
    image_free(&builder);
}

/* Runs one wrong step on top of good parts; the error must contain the text. */
static void check_refused(const char *text, int (*step)(struct image_builder *), const char *what)
{
    static struct image_builder builder;
    int result;

    add_basics(&builder);
    result = step(&builder);
    result = result == 0 ? image_place(&builder) : result;
    TAP_OK(result != 0 && strstr(image_error(&builder), text), "boot_image/%s is refused", what);
    if (!strstr(image_error(&builder), text)) {
        printf("# message: %s\n", image_error(&builder));
    }
    TAP_OK(image_write(&builder, path_of("never.bin")) != 0 &&
               access(path_of("never.bin"), F_OK) != 0,
           "boot_image/%s: nothing is written", what);
    image_free(&builder);
}

static int second_kernel(struct image_builder *b)
{
    return image_add_elf(b, IMAGE_KERNEL_ELF, path_of("kernel.elf"));
}

static int no_elf(struct image_builder *b)
{
    return image_add_elf(b, IMAGE_ROOT_ELF, path_of("text"));
}

static int missing_file(struct image_builder *b)
{
    return image_add_module_file(b, "gone", path_of("gone"), IMAGE_TARGET_ANY);
}

static int long_name(struct image_builder *b)
{
    return image_add_module(b, "a-name-of-more-than-thirty-one-characters", (const uint8_t *)"x", 1,
                            IMAGE_TARGET_ANY);
}

static int same_name(struct image_builder *b)
{
    (void)image_add_module(b, "one", (const uint8_t *)"x", 1, IMAGE_TARGET_ANY);
    return image_add_module(b, "one", (const uint8_t *)"x", 1, IMAGE_TARGET_ANY);
}

static int reserve_on_kernel(struct image_builder *b)
{
    return image_add_reserve(b, "vm0", 0x60000000, 0x200000);
}

static int reserves_overlap(struct image_builder *b)
{
    (void)image_add_reserve(b, "vm0", 0x50000000, 0x400000);
    return image_add_reserve(b, "vm1", 0x50200000, 0x400000);
}

static int module_off_grid(struct image_builder *b)
{
    return image_add_module(b, "one", (const uint8_t *)"x", 1, 0x50001000);
}

static int not_a_loader(struct image_builder *b)
{
    free(b->loader);
    b->loader = NULL;
    return image_add_loader(b, path_of("text"));
}

static int too_many(struct image_builder *b)
{
    char name[16];
    int result = 0;

    for (unsigned int i = 0; i < IMAGE_MAX_ENTRIES && result == 0; i++) {
        snprintf(name, sizeof(name), "m%u", i);
        result = image_add_module(b, name, (const uint8_t *)"x", 1, IMAGE_TARGET_ANY);
    }
    return result;
}

int main(void)
{
    snprintf(folder, sizeof(folder), "/tmp/boot-image-test-XXXXXX");
    if (!mkdtemp(folder)) {
        return 1;
    }
    write_inputs();
    check_written();
    check_refused("of: kernel", second_kernel, "a second kernel");
    check_refused("not a 64-bit", no_elf, "a root task that is no ELF file");
    check_refused("No such file", missing_file, "a missing file");
    check_refused("longer than", long_name, "an overlong name");
    check_refused("two modules", same_name, "a name given twice");
    check_refused("overlaps the kernel", reserve_on_kernel, "VM memory over the kernel");
    check_refused("overlaps", reserves_overlap, "overlapping VM memory");
    check_refused("not possible", module_off_grid, "a module off the 2 MB grid");
    check_refused("not a loader", not_a_loader, "a loader that is none");
    check_refused("more than", too_many, "more entries than the table holds");
    for (const char *const *name = (const char *const[]){ "loader.bin", "kernel.elf", "root.elf",
                                                          "text", "image.bin", NULL };
         *name; name++) {
        (void)unlink(path_of(*name));
    }
    (void)rmdir(folder);
    return TAP_DONE();
}
