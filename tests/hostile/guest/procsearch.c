/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * procsearch PID INVERTED-SECRET...: looks for secrets in all memory of a process: all that a QEMU
 * can see. Prints "found N NAME" for each mapping with the Nth secret, where NAME is the mapped
 * file or "-", and sums.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "secrets.h"

#define PAGE UINT64_C(0x1000)

static struct secrets secrets;
static uint64_t page_count;
static uint64_t refused_count;

static unsigned search(int memory, uint64_t start, uint64_t end)
{
    static uint64_t buffer[PAGE / sizeof(uint64_t)];
    unsigned found = 0;

    for (uint64_t at = start; at < end; at += PAGE) {
        if (pread(memory, buffer, sizeof(buffer), (off_t)at) == (ssize_t)sizeof(buffer)) {
            found |= secrets_find(&secrets, buffer, sizeof(buffer) / sizeof(buffer[0]));
            page_count++;
        } else {
            refused_count++;
        }
    }
    return found;
}

int main(int argc, char **argv)
{
    char path[64];
    char line[512];

    for (int i = 2; i < argc; i++) {
        if (!secrets_add(&secrets, argv[i])) {
            argc = 0;
        }
    }
    if (argc < 3) {
        fprintf(stderr, "usage: procsearch PID 32-INVERTED-HEX-DIGITS...\n");
        return 2;
    }
    snprintf(path, sizeof(path), "/proc/%s/mem", argv[1]);
    int memory = open(path, O_RDONLY);
    snprintf(path, sizeof(path), "/proc/%s/maps", argv[1]);
    FILE *maps = fopen(path, "r");
    if (memory < 0 || !maps) {
        perror("procsearch");
        return 1;
    }
    while (fgets(line, sizeof(line), maps)) {
        uint64_t start;
        uint64_t end;
        char access[8];
        char name[256] = "-";
        int fields = sscanf(line, "%" SCNx64 "-%" SCNx64 " %7s %*s %*s %*s %255s", &start, &end,
                            access, name);

        if (fields < 3 || access[0] != 'r') {
            continue;
        }
        unsigned found = search(memory, start, end);
        for (unsigned i = 0; i < secrets.count; i++) {
            if (found & 1u << i) {
                printf("found %u %s\n", i + 1, name);
            }
        }
    }
    printf("procsearch: %" PRIu64 " pages read, %" PRIu64 " refused\n", page_count, refused_count);
    return 0;
}
