/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Looking for 16-byte secrets that were written one after another, at any alignment. They are
 * given and kept inverted, so that a search of all memory does not find the searcher.
 */
#ifndef SECRETS_H
#define SECRETS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SECRET_BYTES 16u
#define SECRET_MAX   4u

struct secrets {
    unsigned count;
    /* By the lowest byte of an inverted word: whose it is (from 1; 0 none), at which byte of it. */
    uint8_t owner[256];
    uint8_t phase[256];
    /* The inverted word that starts at each byte of each secret, which repeats itself. */
    uint64_t word[SECRET_MAX][SECRET_BYTES];
};

/*
 * Adds a secret.
 *
 * @inverted_hex: 32 digits. No byte may occur twice, neither in it nor in those added before.
 * Returns false if it is not like that, or there are too many.
 */
bool secrets_add(struct secrets *secrets, const char *inverted_hex);

/*
 * Reads each aligned word of some memory once, and nothing else.
 *
 * @words: aligned to 8 bytes. @count: of words, at least 2. Returns a bit for each secret of which
 * at least 16 bytes in a row were seen.
 */
unsigned secrets_find(const struct secrets *secrets, const volatile uint64_t *words, size_t count);

#endif
