/* SPDX-License-Identifier: BSD-2-Clause */
#include "say.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

void say(const char *format, ...)
{
    char line[512] = "supervisor: ";
    size_t start = strlen(line), length;
    va_list args;

    va_start(args, format);
    vsnprintf(line + start, sizeof(line) - start - 1, format, args);
    va_end(args);
    length = strlen(line);
    for (size_t i = start; i < length; i++) {
        if ((unsigned char)line[i] < 0x20 || (unsigned char)line[i] > 0x7e) {
            line[i] = '?';
        }
    }
    line[length++] = '\n';
    if (write(STDOUT_FILENO, line, length) < 0) {
        return; /* nobody left to tell */
    }
}
