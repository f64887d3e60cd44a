/* SPDX-License-Identifier: BSD-2-Clause */
#include "image.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "loader/layout.h"

#define PAGE_BYTES     UINT64_C(4096)
#define MAX_FILE_BYTES (UINT64_C(1) << 34)

static int fail(struct image_builder *builder, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static int fail(struct image_builder *builder, const char *format, ...)
{
    va_list args;

    if (builder->error[0] == '\0') {
        va_start(args, format);
        vsnprintf(builder->error, sizeof(builder->error), format, args);
        va_end(args);
    }
    return -1;
}

/* Turns the loader's error (only %x and %s in its format) into text. */
static int fail_loader(struct image_builder *builder, const struct ldr_error *error)
{
    char text[sizeof(builder->error)];
    size_t at = 0;
    unsigned int arg = 0;

    for (const char *c = error->format; *c && at < sizeof(text) - 1; c++) {
        size_t room = sizeof(text) - at;
        int written = 1;

        if (c[0] == '%' && c[1] == 'x') {
            written = snprintf(text + at, room, "%" PRIx64, error->args[arg++]);
            c++;
        } else if (c[0] == '%' && c[1] == 's') {
            written = snprintf(text + at, room, "%s", error->name);
            c++;
        } else {
            text[at] = *c;
        }
        at += (size_t)written < room ? (size_t)written : room - 1;
    }
    text[at] = '\0';
    return fail(builder, "%s", text);
}

void image_init(struct image_builder *builder, const struct image_options *options)
{
    memset(builder, 0, sizeof(*builder));
    builder->options = *options;
}

void image_free(struct image_builder *builder)
{
    for (unsigned int i = 0; i < builder->item_count; i++) {
        free(builder->items[i].owned);
    }
    free(builder->loader);
    memset(builder, 0, sizeof(*builder));
}

const char *image_error(const struct image_builder *builder)
{
    return builder->error;
}

static uint8_t *read_file(struct image_builder *builder, const char *path, size_t *size_bytes)
{
    FILE *file = fopen(path, "rb");
    uint8_t *data = NULL;
    long size;

    if (!file) {
        fail(builder, "%s: %s", path, strerror(errno));
        return NULL;
    }
    if (fseek(file, 0, SEEK_END) != 0 || (size = ftell(file)) < 0 ||
        fseek(file, 0, SEEK_SET) != 0) {
        fail(builder, "%s: cannot tell its size", path);
    } else if (size == 0 || (uint64_t)size > MAX_FILE_BYTES) {
        fail(builder, "%s: %ld bytes, expected 1 byte to 16 GiB", path, size);
    } else if (!(data = malloc((size_t)size))) {
        fail(builder, "%s: out of memory for %ld bytes", path, size);
    } else if (fread(data, 1, (size_t)size, file) != (size_t)size) {
        fail(builder, "%s: cannot read", path);
        free(data);
        data = NULL;
    } else {
        *size_bytes = (size_t)size;
    }
    fclose(file);
    return data;
}

int image_add_loader(struct image_builder *builder, const char *path)
{
    struct image_linux_header header;

    if (builder->error[0] || builder->loader) {
        return fail(builder, "%s: a second loader", path);
    }
    builder->loader = read_file(builder, path, &builder->loader_size);
    if (!builder->loader) {
        return -1;
    }
    if (builder->loader_size < sizeof(header) || builder->loader_size % PAGE_BYTES != 0) {
        return fail(builder, "%s: not a loader binary (size %zu)", path, builder->loader_size);
    }
    memcpy(&header, builder->loader, sizeof(header));
    if (header.magic != IMAGE_LINUX_MAGIC || header.text_offset != 0) {
        return fail(builder, "%s: not a loader binary (no Image header)", path);
    }
    return 0;
}

static struct image_item *new_item(struct image_builder *builder, uint32_t type, const char *name)
{
    struct image_item *item;

    if (builder->error[0]) {
        return NULL;
    }
    if (builder->item_count == IMAGE_MAX_ENTRIES) {
        fail(builder, "%s: more than %u entries", name, IMAGE_MAX_ENTRIES);
        return NULL;
    }
    if (strlen(name) >= IMAGE_NAME_BYTES) {
        fail(builder, "%s: name longer than %u characters", name, IMAGE_NAME_BYTES - 1);
        return NULL;
    }
    for (unsigned int i = 0; i < builder->item_count; i++) {
        if (type == IMAGE_MODULE && builder->items[i].entry.type == IMAGE_MODULE &&
            strcmp(builder->items[i].entry.name, name) == 0) {
            fail(builder, "%s: two modules of this name", name);
            return NULL;
        }
    }
    item = &builder->items[builder->item_count++];
    item->entry.type = type;
    item->entry.target = IMAGE_TARGET_ANY;
    memcpy(item->entry.name, name, strlen(name));
    builder->placed = false;
    return item;
}

int image_add_elf(struct image_builder *builder, enum image_entry_type type, const char *path)
{
    const char *what = type == IMAGE_KERNEL_ELF ? "kernel" : "root task";
    struct image_item *item = new_item(builder, type, what);
    struct ldr_error error = { 0 };
    struct ldr_elf elf;
    size_t size;

    if (!item || !(item->owned = read_file(builder, path, &size))) {
        return -1;
    }
    item->data = item->owned;
    item->entry.size = size;
    item->entry.flags = IMAGE_FLAG_VERIFY;
    if (ldr_elf_read(item->data, size, path, &elf, &error) != 0) {
        return fail_loader(builder, &error);
    }
    return 0;
}

int image_add_module(struct image_builder *builder, const char *name, const uint8_t *data,
                     size_t size_bytes, uint64_t target)
{
    struct image_item *item = new_item(builder, IMAGE_MODULE, name);

    if (!item) {
        return -1;
    }
    if (name[0] == '\0' || size_bytes == 0) {
        return fail(builder, "module '%s' with %zu bytes", name, size_bytes);
    }
    item->data = data;
    item->entry.size = size_bytes;
    item->entry.target = target;
    return 0;
}

int image_add_module_file(struct image_builder *builder, const char *name, const char *path,
                          uint64_t target)
{
    size_t size = 0;
    uint8_t *data = builder->error[0] ? NULL : read_file(builder, path, &size);

    if (!data || image_add_module(builder, name, data, size, target) != 0) {
        free(data);
        return -1;
    }
    builder->items[builder->item_count - 1].owned = data;
    return 0;
}

int image_add_reserve(struct image_builder *builder, const char *name, uint64_t base,
                      uint64_t size_bytes)
{
    struct image_item *item = new_item(builder, IMAGE_RESERVE, name);

    if (!item) {
        return -1;
    }
    item->entry.target = base;
    item->entry.size = size_bytes;
    return 0;
}

static uint64_t place_group(struct image_builder *builder, uint32_t type, uint64_t at)
{
    for (unsigned int i = 0; i < builder->item_count; i++) {
        struct image_entry *entry = &builder->items[i].entry;

        if (entry->type != type) {
            continue;
        }
        if (type == IMAGE_MODULE) {
            at = ldr_round_up(builder->options.load_base + at, IMAGE_MODULE_ALIGN) -
                 builder->options.load_base;
            if (entry->target == IMAGE_TARGET_ANY) {
                entry->target = builder->options.load_base + at;
            }
        }
        entry->offset = at;
        at = ldr_round_up(at + entry->size, PAGE_BYTES);
    }
    return at;
}

static const struct image_item *find(const struct image_builder *builder, uint32_t type)
{
    for (unsigned int i = 0; i < builder->item_count; i++) {
        if (builder->items[i].entry.type == type) {
            return &builder->items[i];
        }
    }
    return NULL;
}

static void fill_table(const struct image_builder *builder, struct ldr_table *table)
{
    struct image_header *header = &table->header;

    memset(table, 0, sizeof(*table));
    header->magic = IMAGE_MAGIC;
    header->version = IMAGE_VERSION;
    header->entry_count = builder->item_count;
    header->pa_bits = builder->options.pa_bits;
    header->core_count = builder->options.core_count;
    header->least_cores = builder->options.least_cores;
    header->image_size = builder->image_size;
    header->load_base = builder->options.load_base;
    header->fallback_uart = builder->options.fallback_uart;
    for (unsigned int i = 0; i < builder->item_count; i++) {
        const struct image_item *item = &builder->items[i];

        table->entries[i] = item->entry;
        if (item->data) {
            table->entries[i].crc32 = ldr_crc32(0, item->data, item->entry.size);
        }
    }
    header->crc32 = ldr_crc32(ldr_crc32(0, header, sizeof(*header)), table->entries,
                              builder->item_count * sizeof(struct image_entry));
}

/* Runs the loader's own checks: first of the table, then of the places, with unlimited RAM. */
static int check_as_loader(struct image_builder *builder)
{
    const struct ldr_range all = { 0, UINT64_C(1) << 47 };
    const struct image_item *kernel_item = find(builder, IMAGE_KERNEL_ELF);
    const struct image_item *root_item = find(builder, IMAGE_ROOT_ELF);
    struct ldr_error error = { 0 };
    struct ldr_layout layout;
    struct ldr_table table;
    struct ldr_table copy;
    struct ldr_elf kernel;
    struct ldr_elf root;
    uint8_t *bytes = calloc(1, builder->loader_size + sizeof(table));
    int result = -1;

    if (!bytes) {
        return fail(builder, "out of memory");
    }
    fill_table(builder, &table);
    memcpy(bytes + builder->loader_size, &table, sizeof(table));
    if (ldr_table_read(bytes, builder->loader_size, &copy, &error) == 0 &&
        ldr_elf_read(kernel_item->data, kernel_item->entry.size, "kernel", &kernel, &error) == 0 &&
        ldr_elf_read(root_item->data, root_item->entry.size, "root task", &root, &error) == 0 &&
        ldr_layout_place(&copy, builder->options.load_base, &kernel, &root, PAGE_BYTES * 4, &all, 1,
                         &layout, &error) == 0) {
        result = 0;
    } else {
        fail_loader(builder, &error);
    }
    free(bytes);
    return result;
}

int image_place(struct image_builder *builder)
{
    uint64_t at;

    if (builder->error[0]) {
        return -1;
    }
    if (!builder->loader || !find(builder, IMAGE_KERNEL_ELF) || !find(builder, IMAGE_ROOT_ELF)) {
        return fail(builder, "an image needs a loader, a kernel and a root task");
    }
    at = ldr_round_up(builder->loader_size + sizeof(struct image_header) +
                          builder->item_count * sizeof(struct image_entry),
                      PAGE_BYTES);
    at = place_group(builder, IMAGE_KERNEL_ELF, at);
    at = place_group(builder, IMAGE_ROOT_ELF, at);
    at = place_group(builder, IMAGE_MODULE, at);
    builder->image_size = at;
    if (check_as_loader(builder) != 0) {
        return -1;
    }
    builder->placed = true;
    return 0;
}

uint64_t image_module_paddr(const struct image_builder *builder, const char *name)
{
    for (unsigned int i = 0; i < builder->item_count; i++) {
        if (builder->items[i].entry.type == IMAGE_MODULE &&
            strcmp(builder->items[i].entry.name, name) == 0) {
            return builder->items[i].entry.target;
        }
    }
    return IMAGE_TARGET_ANY;
}

static bool write_at(FILE *file, uint64_t offset, const void *data, size_t size_bytes)
{
    return fseek(file, (long)offset, SEEK_SET) == 0 &&
           fwrite(data, 1, size_bytes, file) == size_bytes;
}

static bool write_parts(struct image_builder *builder, FILE *file)
{
    struct image_linux_header header;
    struct ldr_table table;
    bool good;

    /* Modules own their last 2 MB block, so the memory that the image occupies includes it. */
    memcpy(&header, builder->loader, sizeof(header));
    header.image_size = ldr_round_up(builder->image_size, IMAGE_MODULE_ALIGN);
    memcpy(builder->loader, &header, sizeof(header));
    fill_table(builder, &table);
    good = write_at(file, 0, builder->loader, builder->loader_size) &&
           write_at(file, builder->loader_size, &table.header, sizeof(table.header)) &&
           write_at(file, builder->loader_size + sizeof(table.header), table.entries,
                    builder->item_count * sizeof(struct image_entry));
    for (unsigned int i = 0; i < builder->item_count && good; i++) {
        const struct image_item *item = &builder->items[i];

        good = !item->data || write_at(file, item->entry.offset, item->data, item->entry.size);
    }
    /* The last payload's page is complete, so that the file is image_size bytes long. */
    return good && fflush(file) == 0 && ftruncate(fileno(file), (off_t)builder->image_size) == 0;
}

int image_write(struct image_builder *builder, const char *path)
{
    char *partial;
    FILE *file;
    bool good;

    if (builder->error[0]) {
        return -1;
    }
    if (!builder->placed) {
        return fail(builder, "image_write before image_place");
    }
    partial = malloc(strlen(path) + sizeof(".part"));
    if (!partial) {
        return fail(builder, "out of memory");
    }
    sprintf(partial, "%s.part", path);
    file = fopen(partial, "wb");
    good = file && write_parts(builder, file);
    if (file && fclose(file) != 0) {
        good = false;
    }
    if (good && rename(partial, path) != 0) {
        good = false;
    }
    if (!good) {
        fail(builder, "%s: cannot write: %s", path, strerror(errno));
        remove(partial);
    }
    free(partial);
    return good ? 0 : -1;
}

void image_print_map(const struct image_builder *builder, FILE *out)
{
    static const char *const types[] = { "", "kernel", "root task", "module", "reserve" };
    uint64_t base = builder->options.load_base;

    fprintf(out, "loader     image 0x%08" PRIx64 "-0x%08" PRIx64 "\n", base,
            base + builder->loader_size);
    for (unsigned int i = 0; i < builder->item_count; i++) {
        const struct image_entry *entry = &builder->items[i].entry;

        fprintf(out, "%-10s ", types[entry->type]);
        if (entry->type != IMAGE_RESERVE) {
            fprintf(out, "image 0x%08" PRIx64 "-0x%08" PRIx64, base + entry->offset,
                    base + entry->offset + entry->size);
        }
        if (entry->type == IMAGE_MODULE || entry->type == IMAGE_RESERVE) {
            fprintf(out, "%s0x%08" PRIx64 "-0x%08" PRIx64 " %s",
                    entry->type == IMAGE_MODULE ? " runs " : "", entry->target,
                    entry->target + entry->size, entry->name);
        }
        fprintf(out, "\n");
    }
    fprintf(out, "image size %" PRIu64 " KiB\n", builder->image_size / 1024);
}
