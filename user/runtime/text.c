/* SPDX-License-Identifier: BSD-2-Clause */
#include "rt/check.h"
#include "rt/mem.h"

size_t rt_string_copy(char *to, size_t size, const char *from, size_t from_max)
{
    size_t length;

    CHECK(size > 0);
    length = strnlen(from, from_max < size - 1 ? from_max : size - 1);
    memcpy(to, from, length);
    to[length] = '\0';
    return length;
}
