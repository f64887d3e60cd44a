/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * openas ID PATH...: what a process with that user and group id, and no rights beyond, may open.
 * Prints "PATH: opened" or "PATH: " and the error, for reading and then for writing.
 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    static const int modes[] = { O_RDONLY, O_RDWR };

    if (argc < 3) {
        fprintf(stderr, "usage: openas ID PATH...\n");
        return 2;
    }
    unsigned id = (unsigned)strtoul(argv[1], NULL, 0);
    if (setgroups(0, NULL) != 0 || setresgid(id, id, id) != 0 || setresuid(id, id, id) != 0) {
        perror("openas: changing identity");
        return 1;
    }
    for (int i = 2; i < argc; i++) {
        for (size_t m = 0; m < sizeof(modes) / sizeof(modes[0]); m++) {
            int fd = open(argv[i], modes[m]);

            printf("%s: %s\n", argv[i], fd < 0 ? strerror(errno) : "opened");
            if (fd >= 0) {
                close(fd);
            }
        }
    }
    return 0;
}
