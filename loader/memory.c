/* SPDX-License-Identifier: BSD-2-Clause */
/* The mem and str functions that the compiler, libfdt and the loader ask for. */
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <stdlib.h>

/* Word at a time where both sides allow; the bulk of a boot is copying modules and zeroing. */
#define WORD sizeof(uint64_t)

typedef uint64_t __attribute__((may_alias)) word_t;

void *memcpy(void *restrict to, const void *restrict from, size_t size)
{
    unsigned char *d = to;
    const unsigned char *s = from;

    if (((uintptr_t)d | (uintptr_t)s) % WORD == 0) {
        for (; size >= WORD; size -= WORD, d += WORD, s += WORD) {
            *(word_t *)d = *(const word_t *)s;
        }
    }
    while (size--) {
        *d++ = *s++;
    }
    return to;
}

void *memmove(void *to, const void *from, size_t size)
{
    unsigned char *d = to;
    const unsigned char *s = from;

    if (d <= s || d >= s + size) {
        return memcpy(to, from, size);
    }
    if (((uintptr_t)(d + size) | (uintptr_t)(s + size)) % WORD == 0) {
        for (; size >= WORD; size -= WORD) {
            *(word_t *)(d + size - WORD) = *(const word_t *)(s + size - WORD);
        }
    }
    while (size--) {
        d[size] = s[size];
    }
    return to;
}

void *memset(void *to, int value, size_t size)
{
    unsigned char *d = to;
    uint64_t word = (unsigned char)value * UINT64_C(0x0101010101010101);

    for (; size > 0 && (uintptr_t)d % WORD != 0; size--) {
        *d++ = (unsigned char)value;
    }
    for (; size >= WORD; size -= WORD, d += WORD) {
        *(word_t *)d = word;
    }
    while (size--) {
        *d++ = (unsigned char)value;
    }
    return to;
}

int memcmp(const void *a, const void *b, size_t size)
{
    const unsigned char *x = a;
    const unsigned char *y = b;

    for (size_t i = 0; i < size; i++) {
        if (x[i] != y[i]) {
            return x[i] - y[i];
        }
    }
    return 0;
}

void *memchr(const void *memory, int value, size_t size)
{
    const unsigned char *bytes = memory;

    for (size_t i = 0; i < size; i++) {
        if (bytes[i] == (unsigned char)value) {
            return (void *)(uintptr_t)(bytes + i);
        }
    }
    return NULL;
}

size_t strlen(const char *text)
{
    size_t length = 0;

    while (text[length]) {
        length++;
    }
    return length;
}

size_t strnlen(const char *text, size_t max)
{
    size_t length = 0;

    while (length < max && text[length]) {
        length++;
    }
    return length;
}

char *strchr(const char *text, int value)
{
    for (; *text; text++) {
        if (*text == (char)value) {
            return (char *)(uintptr_t)text;
        }
    }
    return value == '\0' ? (char *)(uintptr_t)text : NULL;
}

char *strrchr(const char *text, int value)
{
    const char *found = NULL;

    for (; *text; text++) {
        if (*text == (char)value) {
            found = text;
        }
    }
    return (char *)(uintptr_t)(value == '\0' ? text : found);
}

/* libfdt parses overlay phandles with it, which the loader never does; decimal is enough. */
unsigned long strtoul(const char *restrict text, char **restrict end, int base)
{
    unsigned long value = 0;

    (void)base;
    while (*text >= '0' && *text <= '9') {
        value = value * 10 + (unsigned long)(*text++ - '0');
    }
    if (end) {
        *end = (char *)(uintptr_t)text;
    }
    return value;
}

/* Debian builds libfdt with stack protection. */
extern uintptr_t __stack_chk_guard;
uintptr_t __stack_chk_guard = 0x00000aff0d0a00ff;
_Noreturn void __stack_chk_fail(void);

_Noreturn void __stack_chk_fail(void)
{
    for (;;) {
        __asm__ volatile("wfe");
    }
}
