/* SPDX-License-Identifier: BSD-2-Clause */
/* The two functions that the compiler calls by itself for structures. Bound: `bytes`. */
#include <stddef.h>
#include <stdint.h>

void *memset(void *to, int value, size_t bytes);
void *memcpy(void *restrict to, const void *restrict from, size_t bytes);

#define NOT_ITSELF __attribute__((optimize("no-tree-loop-distribute-patterns")))

NOT_ITSELF void *memset(void *to, int value, size_t bytes)
{
    uint8_t *at = to;

    if (!(((uintptr_t)to | bytes) & 7) && value == 0) {
        uint64_t *word = to;

        for (; bytes; bytes -= 8) {
            *word++ = 0;
        }
    }
    for (; bytes; bytes--) {
        *at++ = (uint8_t)value;
    }
    return to;
}

NOT_ITSELF void *memcpy(void *restrict to, const void *restrict from, size_t bytes)
{
    uint8_t *dest = to;
    const uint8_t *source = from;

    if (!(((uintptr_t)to | (uintptr_t)from | bytes) & 7)) {
        uint64_t *dest_word = to;
        const uint64_t *source_word = from;

        for (; bytes; bytes -= 8) {
            *dest_word++ = *source_word++;
        }
    }
    for (; bytes; bytes--) {
        *dest++ = *source++;
    }
    return to;
}
