/* SPDX-License-Identifier: BSD-2-Clause */
#include "status.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "say.h"

#define FILE_NOW BACKEND_RUN_DIR "/status"
#define FILE_NEW BACKEND_RUN_DIR "/status.new"

static uint32_t restarts(const struct backend *b)
{
    return b->starts > 1 ? b->starts - 1 : 0;
}

void status_write(const struct backend *backends, uint32_t count)
{
    FILE *file = fopen(FILE_NEW, "we");

    if (!file) {
        say("%s: cannot write the status", FILE_NEW);
        return;
    }
    fprintf(file, "supervisor %d\n", (int)getpid());
    for (uint32_t i = 0; i < count; i++) {
        const struct backend *b = &backends[i];

        fprintf(file, "link %s qemu %d restarts %u devices %u uid %u\n", b->link->peer, (int)b->pid,
                restarts(b), b->link->device_count, (unsigned)b->uid);
    }
    if (fclose(file) || rename(FILE_NEW, FILE_NOW)) {
        say("%s: cannot write the status", FILE_NOW);
    }
}

static void print_counter(const char *peer, const char *name)
{
    char path[128], line[64] = "";
    FILE *file;

    snprintf(path, sizeof(path), "/sys/class/misc/sel4-%s/stats/%s", peer, name);
    file = fopen(path, "re");
    if (!file) {
        return;
    }
    if (fgets(line, sizeof(line), file)) {
        line[strcspn(line, "\n")] = '\0';
        printf(" %s %s", name, line);
    }
    fclose(file);
}

int status_print(void)
{
    static const char *const counters[] = {
        "state", "backend", "kicks", "vectors", "requests", "resets", "refusals",
    };
    FILE *file = fopen(FILE_NOW, "re");
    char line[256], peer[32];
    int pid = 0;

    while (file && fgets(line, sizeof(line), file)) {
        line[strcspn(line, "\n")] = '\0';
        if (sscanf(line, "supervisor %d", &pid) == 1) {
            continue;
        }
        printf("%s", line);
        if (sscanf(line, "link %31s", peer) == 1) {
            for (size_t i = 0; i < sizeof(counters) / sizeof(counters[0]); i++) {
                print_counter(peer, counters[i]);
            }
        }
        printf("\n");
    }
    if (file) {
        fclose(file);
    }
    if (pid <= 0 || kill(pid, 0)) {
        printf("the supervisor is not running\n");
        return 1;
    }
    return 0;
}
