/* SPDX-License-Identifier: BSD-2-Clause */
#include "composer/lang/diag.h"

#include <stdlib.h>
#include <string.h>

static bool same_place(const struct pos *a, const struct pos *b)
{
    return a->line == b->line && a->col == b->col && strcmp(a->file, b->file) == 0;
}

static bool is_known(const struct diag *diag, const struct pos *pos, const char *rule,
                     const char *text)
{
    for (size_t i = 0; i < diag->count; i++) {
        const struct diag_message *old = &diag->messages[i];

        if (same_place(&old->pos, pos) && !strcmp(old->rule, rule) && !strcmp(old->text, text)) {
            return true;
        }
    }
    return false;
}

static void add(struct diag *diag, struct pos pos, bool is_error, const char *rule,
                const char *text)
{
    if (!pos.file) {
        pos.file = "<command line>";
    }
    if (is_error) {
        diag->error_count++;
    }
    if (diag->count >= DIAG_KEPT_MAX || is_known(diag, &pos, rule, text)) {
        return;
    }
    diag->messages = arena_grow(diag->arena, diag->messages, diag->count, &diag->capacity,
                                sizeof(*diag->messages));
    diag->messages[diag->count++] = (struct diag_message){ pos, is_error, rule, text };
}

void diag_error(struct diag *diag, struct pos pos, const char *rule, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    add(diag, pos, true, rule, arena_vprintf(diag->arena, format, args));
    va_end(args);
}

void diag_warning(struct diag *diag, struct pos pos, const char *rule, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    add(diag, pos, false, rule, arena_vprintf(diag->arena, format, args));
    va_end(args);
}

/* Files keep the order in which they were first mentioned; inside one, by line and column. */
static bool goes_before(const struct diag_message *a, const struct diag_message *b)
{
    if (strcmp(a->pos.file, b->pos.file) != 0) {
        return false;
    }
    if (a->pos.line != b->pos.line) {
        return a->pos.line < b->pos.line;
    }
    return a->pos.col < b->pos.col;
}

static void print_one(const struct diag_message *message, FILE *out)
{
    fputs(message->pos.file, out);
    if (message->pos.line) {
        fprintf(out, ":%u:%u", message->pos.line, message->pos.col);
    }
    fprintf(out, ": %s: %s%s\n", message->rule,
            message->is_error ? "" : "warning: ", message->text);
}

void diag_print(const struct diag *diag, FILE *out)
{
    struct diag_message *sorted = calloc(diag->count + 1, sizeof(*sorted));

    if (!sorted) {
        return;
    }
    for (size_t i = 0; i < diag->count; i++) {
        size_t at = i;

        while (at > 0 && goes_before(&diag->messages[i], &sorted[at - 1])) {
            sorted[at] = sorted[at - 1];
            at--;
        }
        sorted[at] = diag->messages[i];
    }
    for (size_t i = 0; i < diag->count; i++) {
        print_one(&sorted[i], out);
    }
    free(sorted);
}
