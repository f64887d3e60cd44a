/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Messages to the person who wrote the description. One run reports everything that it can find;
 * each message has a position in the user's own file, a stable rule id (docs/reference/audit-rules.md)
 * and one sentence.
 */
#ifndef COMPOSER_LANG_DIAG_H
#define COMPOSER_LANG_DIAG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "composer/lang/arena.h"

/* A place in a source file. line 0: the file (or the command line) as a whole. */
struct pos {
    const char *file;
    unsigned line; /* 1.. */
    unsigned col;  /* 1.., bytes */
};

struct diag_message {
    struct pos pos;
    bool is_error;
    const char *rule;
    const char *text;
};

struct diag {
    struct arena *arena;
    struct diag_message *messages;
    size_t count;
    size_t capacity;
    size_t error_count;
};

/* More than this many messages are counted but not kept. */
#define DIAG_KEPT_MAX 200u

/* Records a reason to refuse the description. A message that repeats an earlier one is dropped. */
void diag_error(struct diag *diag, struct pos pos, const char *rule, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* Records something that is accepted but worth knowing. */
void diag_warning(struct diag *diag, struct pos pos, const char *rule, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* Prints all messages as `file:line:col: rule-id: message`, in the order of their positions. */
void diag_print(const struct diag *diag, FILE *out);

#endif
