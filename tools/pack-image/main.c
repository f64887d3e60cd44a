/* SPDX-License-Identifier: BSD-2-Clause */
/* pack-image: command line of composer/image. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "composer/image/image.h"

static const char usage[] =
    "usage: pack-image --loader loader.bin --kernel kernel.elf --root root.elf\n"
    "                  [--module name=file[@0xaddr]]... [--reserve 0xbase:0xsize[:name]]...\n"
    "                  [--cores N] [--least-cores N] [--pa-bits 40|44] [--load-base 0xaddr]\n"
    "                  [--uart 0xaddr] -o image.bin\n";

static void die(const char *message, const char *detail)
{
    fprintf(stderr, "pack-image: %s%s\n", message, detail);
    exit(2);
}

static uint64_t number(const char *text, char **end)
{
    uint64_t value;

    errno = 0;
    value = strtoull(text, end, 0);
    if (*end == text || errno != 0) {
        die("not a number: ", text);
    }
    return value;
}

static uint64_t whole_number(const char *text)
{
    char *end;
    uint64_t value = number(text, &end);

    if (*end != '\0') {
        die("not a number: ", text);
    }
    return value;
}

static void add_module(struct image_builder *builder, char *text)
{
    char *file = strchr(text, '=');
    char *at = strrchr(text, '@');
    uint64_t target = IMAGE_TARGET_ANY;

    if (!file) {
        die("--module wants name=file[@0xaddr], not ", text);
    }
    if (at && at > file && strncmp(at, "@0x", 3) == 0) {
        target = whole_number(at + 1);
        *at = '\0';
    }
    *file++ = '\0';
    (void)image_add_module_file(builder, text, file, target);
}

static void add_reserve(struct image_builder *builder, const char *text)
{
    char *end;
    uint64_t base = number(text, &end);
    uint64_t size;

    if (*end != ':') {
        die("--reserve wants 0xbase:0xsize[:name], not ", text);
    }
    size = number(end + 1, &end);
    if (*end != ':' && *end != '\0') {
        die("--reserve wants 0xbase:0xsize[:name], not ", text);
    }
    (void)image_add_reserve(builder, *end == ':' ? end + 1 : "vm-ram", base, size);
}

/* Options that must be known before anything is added. */
static void read_options(int argc, char **argv, struct image_options *options)
{
    for (int i = 1; i + 1 < argc; i += 2) {
        if (strcmp(argv[i], "--cores") == 0) {
            options->core_count = (uint32_t)whole_number(argv[i + 1]);
        } else if (strcmp(argv[i], "--least-cores") == 0) {
            options->least_cores = (uint32_t)whole_number(argv[i + 1]);
        } else if (strcmp(argv[i], "--pa-bits") == 0) {
            options->pa_bits = (uint32_t)whole_number(argv[i + 1]);
        } else if (strcmp(argv[i], "--load-base") == 0) {
            options->load_base = whole_number(argv[i + 1]);
        } else if (strcmp(argv[i], "--uart") == 0) {
            options->fallback_uart = whole_number(argv[i + 1]);
        }
    }
}

static const char *add_parts(int argc, char **argv, struct image_builder *builder)
{
    const char *output = NULL;

    for (int i = 1; i + 1 < argc; i += 2) {
        const char *option = argv[i];
        char *value = argv[i + 1];

        if (strcmp(option, "--loader") == 0) {
            (void)image_add_loader(builder, value);
        } else if (strcmp(option, "--kernel") == 0) {
            (void)image_add_elf(builder, IMAGE_KERNEL_ELF, value);
        } else if (strcmp(option, "--root") == 0) {
            (void)image_add_elf(builder, IMAGE_ROOT_ELF, value);
        } else if (strcmp(option, "--module") == 0) {
            add_module(builder, value);
        } else if (strcmp(option, "--reserve") == 0) {
            add_reserve(builder, value);
        } else if (strcmp(option, "-o") == 0) {
            output = value;
        } else if (strcmp(option, "--cores") != 0 && strcmp(option, "--least-cores") != 0 &&
                   strcmp(option, "--pa-bits") != 0 && strcmp(option, "--load-base") != 0 &&
                   strcmp(option, "--uart") != 0) {
            die("unknown option ", option);
        }
    }
    return output;
}

int main(int argc, char **argv)
{
    static struct image_builder builder;
    struct image_options options = {
        .load_base = IMAGE_LOAD_BASE_QEMU_VIRT,
        .pa_bits = 44,
        .core_count = 1,
        .fallback_uart = 0x09000000,
    };
    const char *output;
    int result;

    if (argc < 3 || argc % 2 == 0) {
        fputs(usage, stderr);
        return 2;
    }
    read_options(argc, argv, &options);
    image_init(&builder, &options);
    output = add_parts(argc, argv, &builder);
    if (!output) {
        die("no output file (-o)", "");
    }
    result = image_place(&builder) == 0 && image_write(&builder, output) == 0 ? 0 : 1;
    if (result == 0) {
        image_print_map(&builder, stdout);
    } else {
        fprintf(stderr, "pack-image: %s\n", image_error(&builder));
    }
    image_free(&builder);
    return result;
}
