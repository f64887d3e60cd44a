/* SPDX-License-Identifier: BSD-2-Clause */
/* The parts of one test program; each returns how many of its checks failed. */
#ifndef TESTS_UNIT_VMM_VM_TESTS_H
#define TESTS_UNIT_VMM_VM_TESTS_H

#include <stdbool.h>

/* Prints one TAP line; defined in test_vm.c, which counts. */
void check(bool holds, const char *text);

void test_image(void);
void test_config(void);

#endif
