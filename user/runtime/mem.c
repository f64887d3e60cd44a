/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory functions in integer registers. The word loops move 64 bytes per round as pairs of
 * registers; a guest's RAM is zeroed and its kernel loaded through them. Bytes before and after the
 * aligned part are moved one by one, so no access is ever unaligned.
 *
 * Built with -fno-builtin and without loop-to-call transformation, or the compiler would turn
 * memset's loop into a call of memset.
 */
#include "rt/mem.h"

typedef uint64_t word __attribute__((may_alias));

#define WORD_MASK   (sizeof(word) - 1)
#define ROUND_WORDS 8u
#define ROUND_BYTES (ROUND_WORDS * sizeof(word))

void *memset(void *to, int value, size_t bytes)
{
    unsigned char *out = to;
    word pattern = (unsigned char)value * UINT64_C(0x0101010101010101);

    while (bytes > 0 && ((uintptr_t)out & WORD_MASK) != 0) {
        *out++ = (unsigned char)value;
        bytes--;
    }
    for (; bytes >= ROUND_BYTES; bytes -= ROUND_BYTES, out += ROUND_BYTES) {
        word *words = (word *)(void *)out;

        words[0] = pattern;
        words[1] = pattern;
        words[2] = pattern;
        words[3] = pattern;
        words[4] = pattern;
        words[5] = pattern;
        words[6] = pattern;
        words[7] = pattern;
    }
    for (; bytes >= sizeof(word); bytes -= sizeof(word), out += sizeof(word)) {
        *(word *)(void *)out = pattern;
    }
    while (bytes > 0) {
        *out++ = (unsigned char)value;
        bytes--;
    }
    return to;
}

static void copy_up(unsigned char *out, const unsigned char *in, size_t bytes)
{
    if ((((uintptr_t)out ^ (uintptr_t)in) & WORD_MASK) == 0) {
        while (bytes > 0 && ((uintptr_t)out & WORD_MASK) != 0) {
            *out++ = *in++;
            bytes--;
        }
        for (; bytes >= ROUND_BYTES; bytes -= ROUND_BYTES, out += ROUND_BYTES, in += ROUND_BYTES) {
            const word *from = (const word *)(const void *)in;
            word *to = (word *)(void *)out;
            word a = from[0], b = from[1], c = from[2], d = from[3];
            word e = from[4], f = from[5], g = from[6], h = from[7];

            to[0] = a;
            to[1] = b;
            to[2] = c;
            to[3] = d;
            to[4] = e;
            to[5] = f;
            to[6] = g;
            to[7] = h;
        }
        for (; bytes >= sizeof(word); bytes -= sizeof(word)) {
            *(word *)(void *)out = *(const word *)(const void *)in;
            out += sizeof(word);
            in += sizeof(word);
        }
    }
    while (bytes > 0) {
        *out++ = *in++;
        bytes--;
    }
}

static void copy_down(unsigned char *out, const unsigned char *in, size_t bytes)
{
    out += bytes;
    in += bytes;
    if ((((uintptr_t)out ^ (uintptr_t)in) & WORD_MASK) == 0) {
        while (bytes > 0 && ((uintptr_t)out & WORD_MASK) != 0) {
            *--out = *--in;
            bytes--;
        }
        for (; bytes >= sizeof(word); bytes -= sizeof(word)) {
            out -= sizeof(word);
            in -= sizeof(word);
            *(word *)(void *)out = *(const word *)(const void *)in;
        }
    }
    while (bytes > 0) {
        *--out = *--in;
        bytes--;
    }
}

void *memcpy(void *restrict to, const void *restrict from, size_t bytes)
{
    copy_up(to, from, bytes);
    return to;
}

void *memmove(void *to, const void *from, size_t bytes)
{
    /* Also right for to < from: then the unsigned distance is larger than any object. */
    if ((uintptr_t)to - (uintptr_t)from >= bytes) {
        copy_up(to, from, bytes);
    } else {
        copy_down(to, from, bytes);
    }
    return to;
}

int memcmp(const void *a, const void *b, size_t bytes)
{
    const unsigned char *left = a;
    const unsigned char *right = b;

    for (; bytes > 0; bytes--, left++, right++) {
        if (*left != *right) {
            return *left < *right ? -1 : 1;
        }
    }
    return 0;
}

void *memchr(const void *from, int value, size_t bytes)
{
    const unsigned char *in = from;

    for (; bytes > 0; bytes--, in++) {
        if (*in == (unsigned char)value) {
            return (void *)(uintptr_t)in;
        }
    }
    return NULL;
}
