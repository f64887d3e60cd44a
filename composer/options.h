/* SPDX-License-Identifier: BSD-2-Clause */
/* The command line. Reference: peervisor-compose --help. */
#ifndef COMPOSER_OPTIONS_H
#define COMPOSER_OPTIONS_H

#include "composer/lang/source.h"
#include "composer/plan/files.h"

#define OPTIONS_LIST_MAX 64u

enum options_mode {
    OPTIONS_COMPOSE,      /* plan, fragments, audit, image */
    OPTIONS_PARSE,        /* --parse-only: syntax alone */
    OPTIONS_CHECK,        /* --check: everything that needs no built file */
    OPTIONS_LIST_DISKS,   /* --list-disks: names of the disk images that device VMs serve */
    OPTIONS_CHECK_PREFIX, /* --check-prefix DIR: judge an installed seL4, no description */
};

struct options {
    enum options_mode mode;
    const char *input;
    const char *out_dir;
    const char *board, *board_dtb;
    const char *elf_dir, *kernel, *loader, *sel4_prefix;
    const char *attach; /* VM whose console the keyboard reaches at start, "none", or NULL */
    uint64_t ram_bytes;
    unsigned core_count;
    bool is_swiotlb;
    const char *defines[OPTIONS_LIST_MAX];
    const char *include_dirs[OPTIONS_LIST_MAX];
    const char *search_dirs[OPTIONS_LIST_MAX];
    struct file_mapping mappings[OPTIONS_LIST_MAX];
    struct source_options source;
    struct file_search search;
};

/* Reads the command line. Returns 0, or the exit code after printing usage or an error. */
int options_read(struct arena *arena, struct options *options, int argc, char **argv,
                 bool *is_done);

#endif
