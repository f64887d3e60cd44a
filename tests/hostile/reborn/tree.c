/* SPDX-License-Identifier: BSD-2-Clause */
#include "tree.h"

#include "guest.h"

#define TOKEN_BEGIN_NODE 1u
#define TOKEN_END_NODE   2u
#define TOKEN_PROP       3u
#define TOKEN_NOP        4u

uint32_t tree_cell(uint64_t value, unsigned index)
{
    return __builtin_bswap32(read32(value + 4 * index));
}

uint64_t tree_cell2(uint64_t value, unsigned index)
{
    return (uint64_t)tree_cell(value, index) << 32 | tree_cell(value, index + 1);
}

uint32_t tree_bytes(uint64_t dtb)
{
    return tree_cell(dtb, 1);
}

/* Does the text at `address` begin with `start`, and end there if `whole`? */
static int matches(uint64_t address, const char *start, int whole)
{
    for (; *start; start++, address++) {
        if (read8(address) != (uint8_t)*start) {
            return 0;
        }
    }
    return !whole || read8(address) == 0;
}

static uint64_t behind_text(uint64_t address)
{
    while (read8(address) != 0) {
        address++;
    }
    return (address + 4) & ~UINT64_C(3);
}

uint64_t tree_property(uint64_t dtb, const char *node, const char *name, unsigned nth)
{
    uint64_t at = dtb + tree_cell(dtb, 2);
    uint64_t strings = dtb + tree_cell(dtb, 3);
    int inside = 0; /* between the beginning of the wanted node and that of its first child */

    for (;;) {
        uint32_t token = tree_cell(at, 0);

        at += 4;
        if (token == TOKEN_BEGIN_NODE) {
            inside = matches(at, node, 0) && nth-- == 0;
            at = behind_text(at);
        } else if (token == TOKEN_PROP) {
            uint32_t bytes = tree_cell(at, 0);

            if (inside && matches(strings + tree_cell(at, 1), name, 1)) {
                return at + 8;
            }
            at += 8 + ((bytes + 3) & ~3u);
        } else if (token == TOKEN_END_NODE) {
            inside = 0;
        } else if (token != TOKEN_NOP) {
            return 0;
        }
    }
}
