/* SPDX-License-Identifier: BSD-2-Clause */
/* The loader's pure parts: image table, ELF files, memory layout, device tree. */
#include "builders.h"
#include "tap.h"

void check(int good, const char *text)
{
    TAP_OK(good, "loader/%s", text);
}

int main(void)
{
    test_table();
    test_elf();
    test_layout();
    test_tree();
    return TAP_DONE();
}
