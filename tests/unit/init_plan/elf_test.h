/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TESTS_INIT_PLAN_ELF_TEST_H
#define TESTS_INIT_PLAN_ELF_TEST_H

/* What the last log line said; set up by test.c. */
extern char last_line[];

/* Checks the ELF reader. Returns the number of failed checks; *run counts all. */
int elf_test(int *run);

#endif
