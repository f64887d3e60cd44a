/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The C library's memory and string functions that native components use. On the target they are
 * the runtime's own: integer registers only (an exit must never pay for an FPU switch), 16 bytes and
 * more per step where both sides are aligned alike, never an unaligned access, so all but memcpy
 * and memmove between differently aligned places are also fit for Device memory of any kind. On the
 * host they are the C library's.
 */
#ifndef RT_MEM_H
#define RT_MEM_H

#include <stddef.h>
#include <stdint.h>

#if __STDC_HOSTED__
#include <string.h>
#else
void *memcpy(void *restrict to, const void *restrict from, size_t bytes);
void *memmove(void *to, const void *from, size_t bytes);
void *memset(void *to, int value, size_t bytes);
int memcmp(const void *a, const void *b, size_t bytes);
void *memchr(const void *from, int value, size_t bytes);
size_t strlen(const char *text);
size_t strnlen(const char *text, size_t max_bytes);
int strcmp(const char *a, const char *b);
int strncmp(const char *a, const char *b, size_t max_bytes);
char *strchr(const char *text, int c);
char *strrchr(const char *text, int c);
#endif

/*
 * Copies a string into a buffer of `size` bytes, cutting it if needed; the result is always
 * NUL-terminated (size must not be 0).
 *
 * @from: NUL-terminated, or at least `from_max` readable bytes.
 * Returns the number of characters stored, without NUL.
 */
size_t rt_string_copy(char *to, size_t size, const char *from, size_t from_max);

#endif
