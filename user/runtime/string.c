/* SPDX-License-Identifier: BSD-2-Clause */
#include "rt/mem.h"

size_t strlen(const char *text)
{
    size_t length = 0;

    while (text[length] != '\0') {
        length++;
    }
    return length;
}

size_t strnlen(const char *text, size_t max_bytes)
{
    size_t length = 0;

    while (length < max_bytes && text[length] != '\0') {
        length++;
    }
    return length;
}

int strncmp(const char *a, const char *b, size_t max_bytes)
{
    for (; max_bytes > 0; max_bytes--, a++, b++) {
        if (*a != *b) {
            return (unsigned char)*a < (unsigned char)*b ? -1 : 1;
        }
        if (*a == '\0') {
            break;
        }
    }
    return 0;
}

int strcmp(const char *a, const char *b)
{
    return strncmp(a, b, SIZE_MAX);
}

char *strchr(const char *text, int c)
{
    for (;; text++) {
        if (*text == (char)c) {
            return (char *)(uintptr_t)text;
        }
        if (*text == '\0') {
            return NULL;
        }
    }
}

char *strrchr(const char *text, int c)
{
    const char *found = NULL;

    for (;; text++) {
        if (*text == (char)c) {
            found = text;
        }
        if (*text == '\0') {
            return (char *)(uintptr_t)found;
        }
    }
}
