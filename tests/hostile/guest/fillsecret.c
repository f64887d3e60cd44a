/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fillsecret HEX16 MIB: writes a 16-byte secret all over MIB mebibytes of the memory of the VM
 * that it runs in, says so, and holds it. SIGTERM ends it; it then counts the copies that are
 * still what it wrote. The pages are locked, so they stay in RAM and never reach a disk that a
 * backend serves.
 */
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#define SECRET_BYTES 16u
#define MIB          (UINT64_C(1) << 20)

static int parse_secret(const char *text, uint8_t secret[SECRET_BYTES])
{
    for (size_t i = 0; i < SECRET_BYTES; i++) {
        if (sscanf(text + 2 * i, "%2hhx", &secret[i]) != 1) {
            return -1;
        }
    }
    return text[2 * SECRET_BYTES] == '\0' ? 0 : -1;
}

static void fill(uint8_t *memory, size_t copies, const uint8_t *secret)
{
    for (size_t i = 0; i < copies * SECRET_BYTES; i++) {
        memory[i] = secret[i % SECRET_BYTES];
    }
}

static size_t intact(const uint8_t *memory, size_t copies, const uint8_t *secret)
{
    size_t good = 0;

    for (size_t copy = 0; copy < copies; copy++) {
        size_t i = 0;

        while (i < SECRET_BYTES && memory[copy * SECRET_BYTES + i] == secret[i]) {
            i++;
        }
        good += i == SECRET_BYTES;
    }
    return good;
}

int main(int argc, char **argv)
{
    uint8_t secret[SECRET_BYTES];
    sigset_t end;
    int received;

    if (argc != 3 || parse_secret(argv[1], secret) != 0) {
        fprintf(stderr, "usage: fillsecret 32-HEX-DIGITS MIB\n");
        return 2;
    }
    sigemptyset(&end);
    sigaddset(&end, SIGTERM);
    sigprocmask(SIG_BLOCK, &end, NULL);

    size_t bytes = strtoul(argv[2], NULL, 0) * MIB;
    uint8_t *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
                           MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
    if (memory == MAP_FAILED || mlock(memory, bytes) != 0) {
        perror("fillsecret: memory");
        return 1;
    }
    fill(memory, bytes / SECRET_BYTES, secret);
    printf("fillsecret: %zu copies in place\n", bytes / SECRET_BYTES);
    fflush(stdout);
    sigwait(&end, &received);
    printf("fillsecret: %zu copies intact\n", intact(memory, bytes / SECRET_BYTES, secret));
    return 0;
}
