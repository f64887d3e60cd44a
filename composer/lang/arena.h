/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory of one composer run: many small blocks, freed together. Nothing in the composer lives
 * shorter than the run, so nobody has to say who frees what.
 */
#ifndef COMPOSER_LANG_ARENA_H
#define COMPOSER_LANG_ARENA_H

#include <stdarg.h>
#include <stddef.h>

struct arena_block;

struct arena {
    struct arena_block *blocks; /* newest first; zero-initialise to start */
};

/* Returns `size_bytes` zeroed bytes, 16-byte aligned. Never NULL: out of memory ends the program. */
void *arena_alloc(struct arena *arena, size_t size_bytes);

/* Returns a NUL-terminated copy of `length` bytes. */
char *arena_strndup(struct arena *arena, const char *text, size_t length);

/* Returns formatted text. */
char *arena_printf(struct arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
char *arena_vprintf(struct arena *arena, const char *format, va_list args)
    __attribute__((format(printf, 2, 0)));

/*
 * Returns an array of `*capacity` elements or more with room for one element past `count`, moving
 * the old contents when it grows. `*capacity` is updated.
 */
void *arena_grow(struct arena *arena, void *array, size_t count, size_t *capacity,
                 size_t element_bytes);

/* Frees everything that came from the arena. */
void arena_free(struct arena *arena);

#endif
