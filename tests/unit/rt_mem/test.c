/* SPDX-License-Identifier: BSD-2-Clause */
/* memcpy and its like at every small alignment and size, against loops that are plainly right. */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#include "rt/mem.h"
#include "tap.h"

#define AREA 256

static uint8_t area[AREA];
static uint8_t expected[AREA];

static void fill(void)
{
    for (int i = 0; i < AREA; i++) {
        area[i] = expected[i] = (uint8_t)(i * 7 + 3);
    }
}

static bool same(void)
{
    for (int i = 0; i < AREA; i++) {
        if (area[i] != expected[i]) {
            return false;
        }
    }
    return true;
}

static bool check_set(unsigned at, unsigned size)
{
    fill();
    for (unsigned i = 0; i < size; i++) {
        expected[at + i] = 0xa5;
    }
    return memset(area + at, 0x1a5, size) == area + at && same();
}

static bool check_copy(unsigned from, unsigned to, unsigned size, bool move)
{
    uint8_t copy[AREA];
    void *result;

    fill();
    for (unsigned i = 0; i < size; i++) {
        copy[i] = expected[from + i];
    }
    for (unsigned i = 0; i < size; i++) {
        expected[to + i] = copy[i];
    }
    result = move ? memmove(area + to, area + from, size) : memcpy(area + to, area + from, size);
    return result == area + to && same();
}

int main(void)
{
    bool set = true;
    bool copy = true;
    bool move = true;

    for (unsigned at = 0; at < 17; at++) {
        for (unsigned size = 0; size < 200; size++) {
            set = set && check_set(at, size);
        }
    }
    TAP_OK(set, "rt/mem memset at every alignment and size");
    for (unsigned from = 0; from < 17; from++) {
        for (unsigned to = 0; to < 17; to++) {
            for (unsigned size = 0; size < 110; size++) {
                copy = copy && check_copy(from, 128 + to, size, false);
                move = move && check_copy(from, to, size, true);
            }
        }
    }
    TAP_OK(copy, "rt/mem memcpy at every alignment and size");
    TAP_OK(move, "rt/mem memmove with every overlap");
    TAP_OK(memcmp("abc", "abd", 3) < 0 && memcmp("abd", "abc", 3) > 0 &&
               memcmp("ab", "ax", 1) == 0 && memcmp("\xff", "\x01", 1) > 0,
           "rt/mem memcmp compares as unsigned bytes");
    TAP_OK(memchr("hello", 'l', 5) != NULL && memchr("hello", 'z', 5) == NULL &&
               memchr("hello", 'o', 4) == NULL,
           "rt/mem memchr");
    TAP_OK(strlen("") == 0 && strlen("abc") == 3 && strnlen("abcdef", 4) == 4, "rt/mem strlen");
    TAP_OK(strcmp("a", "a") == 0 && strcmp("a", "b") < 0 && strcmp("ab", "a") > 0 &&
               strncmp("abX", "abY", 2) == 0 && strncmp("abX", "abY", 3) < 0,
           "rt/mem strcmp");
    const char *path = "/a/b";

    TAP_OK(strchr(path, '/') == path && strrchr(path, '/') == path + 2 &&
               strchr(path, 'x') == NULL && strrchr(path, 'x') == NULL &&
               strchr(path, '\0') == path + 4,
           "rt/mem strchr");
    return TAP_DONE();
}
