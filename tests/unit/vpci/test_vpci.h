/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TESTS_UNIT_VPCI_TEST_VPCI_H
#define TESTS_UNIT_VPCI_TEST_VPCI_H

#include <stdbool.h>

/* TAP_OK of the main file; tap.h counts per file. */
void tap_report(bool pass, const char *text);

void test_journal(void);

#endif
