/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TESTS_UNIT_LINK_TEST_PARTS_H
#define TESTS_UNIT_LINK_TEST_PARTS_H

#include <stdbool.h>

/* TAP_OK of the main file; tap.h counts per file. */
void tap_report(bool pass, const char *text);

void test_events(void);
void test_device_side(void);
void test_disk_loss(void);

#endif
