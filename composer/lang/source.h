/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From a file name to a description: runs the C preprocessor, parses, follows imports.
 */
#ifndef COMPOSER_LANG_SOURCE_H
#define COMPOSER_LANG_SOURCE_H

#include "composer/lang/ast.h"

struct source_options {
    const char **defines; /* "NAME=VALUE", from -D */
    size_t define_count;
    const char **include_dirs; /* from -I, searched in this order after the file's own directory */
    size_t include_count;
    const char *prelude; /* macros known without #include, searched in include_dirs; or NULL */
};

/*
 * Reads `path` and everything that it imports into `*description`. Preprocessor messages and
 * unreadable files are reported (rules preprocessor, file-missing). Returns false when `path` itself could not be
 * read or the preprocessor could not be run, which is no fault of the description.
 */
bool source_read(struct arena *arena, struct diag *diag, const struct source_options *options,
                 const char *path, struct description *description);

/* Reads a whole file; returns NULL (errno set) if that fails. */
char *source_load(struct arena *arena, const char *path, size_t *length);

#endif
