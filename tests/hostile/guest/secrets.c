/* SPDX-License-Identifier: BSD-2-Clause */
#include "secrets.h"

#include <stdio.h>
#include <string.h>

bool secrets_add(struct secrets *secrets, const char *inverted_hex)
{
    uint8_t bytes[2 * SECRET_BYTES + 8];
    unsigned s = secrets->count;

    if (s == SECRET_MAX || strlen(inverted_hex) != 2 * SECRET_BYTES) {
        return false;
    }
    for (unsigned i = 0; i < SECRET_BYTES; i++) {
        if (sscanf(inverted_hex + 2 * i, "%2hhx", &bytes[i]) != 1 ||
            secrets->owner[bytes[i]] != 0) {
            return false;
        }
        secrets->owner[bytes[i]] = (uint8_t)(s + 1);
        secrets->phase[bytes[i]] = (uint8_t)i;
        bytes[i + SECRET_BYTES] = bytes[i];
    }
    for (unsigned i = 0; i < SECRET_BYTES; i++) {
        memcpy(&secrets->word[s][i], &bytes[i], sizeof(uint64_t));
    }
    secrets->count++;
    return true;
}

unsigned secrets_find(const struct secrets *secrets, const volatile uint64_t *words, size_t count)
{
    unsigned found = 0;
    uint64_t expected = 0;
    unsigned expected_owner = 0; /* of the word before, if that belongs to a secret */

    for (size_t i = 0; i < count; i++) {
        uint64_t inverted = ~words[i];
        unsigned owner = secrets->owner[inverted & 0xff];

        if (expected_owner != 0 && inverted == expected) {
            found |= 1u << (expected_owner - 1);
        }
        expected_owner = 0;
        if (owner != 0) {
            unsigned phase = secrets->phase[inverted & 0xff];

            if (inverted == secrets->word[owner - 1][phase]) {
                expected_owner = owner;
                expected = secrets->word[owner - 1][(phase + 8) % SECRET_BYTES];
            }
        }
    }
    return found;
}
