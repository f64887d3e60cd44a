/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Files that go into the image: guest kernels, initrds, device trees, components.
 */
#ifndef COMPOSER_PLAN_FILES_H
#define COMPOSER_PLAN_FILES_H

#include "composer/plan/model.h"

/* "-M name=path": what a description calls `name`. */
struct file_mapping {
    const char *name, *path;
};

struct file_search {
    const char *const *dirs;
    size_t dir_count;
    const struct file_mapping *mappings; /* come before the directories */
    size_t mapping_count;
};

/*
 * Finds and checks what every VM loads. A file that two VMs use is one module. Reports rules
 * file-missing, kernel-format, initrd-large, dtb-format.
 */
void files_find(struct model *model, const struct file_search *search);

/*
 * Adds the ELF file of a component, found as `dir`/`name`.elf. Returns NULL after reporting rule
 * file-missing or elf-format.
 */
struct model_module *files_add_component(struct model *model, const char *dir, const char *name);

#endif
