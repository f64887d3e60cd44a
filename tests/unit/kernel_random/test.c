/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The fuzzer's sequences of system calls with fixed seeds: all invariants are checked after each
 * call, and a broken one aborts. Where libFuzzer searches, this repeats.
 */
#include <stddef.h>
#include <stdint.h>

#include "tap.h"

#define SEEDS 600
#define BYTES 1500

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint64_t next_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

int main(void)
{
    static uint8_t data[BYTES];
    int wrong = 0;

    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        uint64_t state = seed * 0x9e3779b97f4a7c15ull;

        for (size_t i = 0; i < BYTES; i++) {
            data[i] = (uint8_t)(next_random(&state) >> 32);
        }
        wrong += LLVMFuzzerTestOneInput(data, BYTES) != 0;
    }
    TAP_OK(wrong == 0, "%d sequences of random calls leave all invariants whole", SEEDS);
    return TAP_DONE();
}
