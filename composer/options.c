/* SPDX-License-Identifier: BSD-2-Clause */
#include "composer/options.h"

#include <string.h>
#include <unistd.h>

#include "composer/plan/schema.h"

/* Macros known to every description without an #include. */
#define PRELUDE "configurations/tii/vm.h"

static const char usage[] =
    "usage: peervisor-compose [options] SYSTEM.camkes\n"
    "  -D NAME[=VALUE]      define a macro; VMSWIOTLB=0 shares all RAM of driver VMs\n"
    "  -I DIR               search DIR for #include and import\n"
    "  -M NAME=FILE         the image called NAME in the description is FILE\n"
    "  --search DIR         search DIR for images called by file name\n"
    "  --board NAME         board (qemu-virt)\n"
    "  --board-dtb FILE     its device tree (default: beside this program)\n"
    "  --ram BYTES          how much RAM it has (default: what its tree says)\n"
    "  --cores N            cores that the kernel runs on (1)\n"
    "  --components DIR     init.elf, console.elf, timer.elf, vmm.elf (also --elf-dir)\n"
    "  --kernel FILE        kernel.elf\n"
    "  --loader FILE        loader.bin\n"
    "  --sel4-prefix DIR    the kernel is an installed seL4; check it and obey its memory map\n"
    "  --attach VM          whose console gets the keyboard at start; none: all are shown\n"
    "                       (default: the first VM that uses devices of others)\n"
    "  -o DIR               write plan.bin, plan.txt, audit.txt, <vm>-fragment.dtb, image.bin "
    "there\n"
    "  --check              check only; with -o, write audit.txt and fragments; images are "
    "checked\n"
    "                       if -M or --search is given\n"
    "  --parse-only         check the syntax only\n"
    "  --list-disks         print the disk images that device VMs serve\n"
    "  --check-prefix DIR   judge an installed seL4, without a description\n"
    "exit: 0 accepted, 1 refused, 2 wrong usage or input/output error\n";

struct reading {
    struct arena *arena;
    struct options *options;
    int argc, at;
    char **argv;
    bool is_bad;
};

/* Value of `-Xvalue`, `-X value`, `--name value` or `--name=value`; NULL if this is another option. */
static const char *value_of(struct reading *r, const char *name)
{
    const char *argument = r->argv[r->at];
    size_t length = strlen(name);

    if (strncmp(argument, name, length) != 0) {
        return NULL;
    }
    if (argument[length] == '\0') {
        if (r->at + 1 < r->argc) {
            return r->argv[++r->at];
        }
        fprintf(stderr, "peervisor-compose: %s needs a value\n", name);
        r->is_bad = true;
        return "";
    }
    if (name[1] != '-') {
        return argument + length;
    }
    return argument[length] == '=' ? argument + length + 1 : NULL;
}

static void append(struct reading *r, const char **list, size_t *count, const char *value)
{
    if (*count == OPTIONS_LIST_MAX) {
        fputs("peervisor-compose: too many options of one kind\n", stderr);
        r->is_bad = true;
        return;
    }
    list[(*count)++] = value;
}

static void read_define(struct reading *r, const char *text)
{
    struct options *o = r->options;
    size_t name_length = strcspn(text, "=");

    /* The last definition counts, as with a compiler, but without its warning. */
    for (size_t i = 0; i < o->source.define_count; i++) {
        if (strcspn(o->defines[i], "=") == name_length &&
            !strncmp(o->defines[i], text, name_length)) {
            o->defines[i] = o->defines[--o->source.define_count];
        }
    }
    append(r, o->defines, &o->source.define_count, text);
    if (!strncmp(text, "VMSWIOTLB=", 10)) {
        o->is_swiotlb = strcmp(text + 10, "0") != 0;
    }
}

static void read_mapping(struct reading *r, const char *text)
{
    struct options *o = r->options;
    const char *equals = strchr(text, '=');

    if (!equals || o->search.mapping_count == OPTIONS_LIST_MAX) {
        fprintf(stderr, "peervisor-compose: -M %s: NAME=FILE expected\n", text);
        r->is_bad = true;
        return;
    }
    o->mappings[o->search.mapping_count++] = (struct file_mapping){
        arena_strndup(r->arena, text, (size_t)(equals - text)),
        equals + 1,
    };
}

static uint64_t read_number(struct reading *r, const char *name, const char *text)
{
    uint64_t number = 0;

    if (!schema_parse_number(text, &number)) {
        fprintf(stderr, "peervisor-compose: %s %s: not a number\n", name, text);
        r->is_bad = true;
    }
    return number;
}

static bool read_text_option(struct reading *r)
{
    struct options *o = r->options;
    const struct {
        const char *name;
        const char **target;
    } table[] = {
        { "--board-dtb", &o->board_dtb },
        { "--board", &o->board },
        { "--components", &o->elf_dir },
        { "--elf-dir", &o->elf_dir },
        { "--kernel", &o->kernel },
        { "--loader", &o->loader },
        { "--sel4-prefix", &o->sel4_prefix },
        { "--attach", &o->attach },
        { "-o", &o->out_dir },
    };

    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        const char *value = value_of(r, table[i].name);

        if (value) {
            *table[i].target = value;
            return true;
        }
    }
    return false;
}

static bool read_list_option(struct reading *r)
{
    struct options *o = r->options;
    const char *value;

    if ((value = value_of(r, "-D"))) {
        read_define(r, value);
    } else if ((value = value_of(r, "-I"))) {
        append(r, o->include_dirs, &o->source.include_count, value);
    } else if ((value = value_of(r, "-M"))) {
        read_mapping(r, value);
    } else if ((value = value_of(r, "--search"))) {
        append(r, o->search_dirs, &o->search.dir_count, value);
    } else if ((value = value_of(r, "--ram"))) {
        o->ram_bytes = read_number(r, "--ram", value);
    } else if ((value = value_of(r, "--cores"))) {
        o->core_count = (unsigned)read_number(r, "--cores", value);
    } else if ((value = value_of(r, "--check-prefix"))) {
        o->mode = OPTIONS_CHECK_PREFIX;
        o->sel4_prefix = value;
    } else {
        return false;
    }
    return true;
}

static bool read_mode(struct reading *r)
{
    static const struct {
        const char *name;
        enum options_mode mode;
    } table[] = {
        { "--check", OPTIONS_CHECK },
        { "--parse-only", OPTIONS_PARSE },
        { "--list-disks", OPTIONS_LIST_DISKS },
    };

    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        if (!strcmp(r->argv[r->at], table[i].name)) {
            r->options->mode = table[i].mode;
            return true;
        }
    }
    return false;
}

static const char *directory_of(struct arena *arena, const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? arena_strndup(arena, path, (size_t)(slash - path)) : ".";
}

/* Demos share topologies/include; the board's tree is built beside this program. */
static void fill_defaults(struct reading *r)
{
    struct options *o = r->options;
    const char *beside = arena_printf(r->arena, "%s/../include", directory_of(r->arena, o->input));
    char self[4096];
    ssize_t length = readlink("/proc/self/exe", self, sizeof(self) - 1);

    append(r, o->include_dirs, &o->source.include_count, beside);
    if (!o->board_dtb && length > 0) {
        self[length] = '\0';
        o->board_dtb = arena_printf(r->arena, "%s/%s.dtb", directory_of(r->arena, self), o->board);
    }
    o->source.defines = o->defines;
    o->source.include_dirs = o->include_dirs;
    o->source.prelude = PRELUDE;
    o->search.dirs = o->search_dirs;
    o->search.mappings = o->mappings;
    if (!o->board_dtb) {
        o->board_dtb = "board.dtb";
    }
}

static bool check_needed(const struct options *o)
{
    bool is_complete = true;
    const struct {
        const char *name, *value;
    } needed[] = {
        { "--components", o->elf_dir },
        { "--kernel", o->kernel },
        { "--loader", o->loader },
        { "-o", o->out_dir },
    };

    for (size_t i = 0; o->mode == OPTIONS_COMPOSE && i < 4; i++) {
        if (!needed[i].value) {
            fprintf(stderr, "peervisor-compose: %s is missing\n", needed[i].name);
            is_complete = false;
        }
    }
    if (o->core_count < 1 || o->core_count > 8) {
        fputs("peervisor-compose: --cores must be 1 to 8\n", stderr);
        is_complete = false;
    }
    return is_complete;
}

int options_read(struct arena *arena, struct options *options, int argc, char **argv, bool *is_done)
{
    struct reading r = { .arena = arena, .options = options, .argc = argc, .argv = argv };

    *options = (struct options){ .board = "qemu-virt", .core_count = 1, .is_swiotlb = true };
    *is_done = true;
    read_define(&r, "VMSWIOTLB=1");
    for (r.at = 1; r.at < argc; r.at++) {
        if (!strcmp(argv[r.at], "--help")) {
            fputs(usage, stdout);
            return 0;
        }
        if (read_list_option(&r) || read_mode(&r) || read_text_option(&r)) {
            continue;
        }
        if (argv[r.at][0] == '-' || options->input) {
            fprintf(stderr, "peervisor-compose: what is '%s'? (--help)\n", argv[r.at]);
            r.is_bad = true;
        }
        options->input = argv[r.at];
    }
    if (options->mode == OPTIONS_CHECK_PREFIX && !options->input) {
        options->input = "";
    }
    if (!options->input) {
        fputs(usage, stderr);
        return 2;
    }
    fill_defaults(&r);
    *is_done = false;
    return r.is_bad || !check_needed(options) ? 2 : 0;
}
