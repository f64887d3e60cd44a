/* SPDX-License-Identifier: BSD-2-Clause */
/* The kernel's device tree reader against any blob: it reads inside of it, and ends. */
#include <stdlib.h>
#include <string.h>

#include "core/dtb.h"

#define MAGIC_AND_SIZE 8

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct dtb_memory memory;
    uint8_t *blob = malloc(size ? size : 1);

    memcpy(blob, data, size);
    if (size >= MAGIC_AND_SIZE) {
        /* What every blob must have, so that the fuzzer gets further. */
        static const uint8_t magic[4] = { 0xd0, 0x0d, 0xfe, 0xed };
        uint8_t total[4] = { 0, (uint8_t)(size >> 16), (uint8_t)(size >> 8), (uint8_t)size };

        memcpy(blob, magic, sizeof(magic));
        memcpy(blob + 4, total, sizeof(total));
    }
    if (dtb_read_memory(blob, size, &memory)) {
        for (unsigned i = 0; i < memory.memory_count; i++) {
            if (memory.memory[i].base + memory.memory[i].size < memory.memory[i].base) {
                abort();
            }
        }
    }
    free(blob);
    return 0;
}
