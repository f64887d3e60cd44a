/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TESTS_UNIT_COMPOSER_PLAN_H
#define TESTS_UNIT_COMPOSER_PLAN_H

#include "compose_fixture.h"

/* Each prints its lines, counting on from `*run` and `*failed`. */
void authority_tests(int *run, int *failed);
void fragment_tests(int *run, int *failed);
void graph_tests(int *run, int *failed);
void space_tests(int *run, int *failed);

/* vm0 owns disk and NIC and serves vm1 and vm2. */
extern const char two_users[];
/* gateway -> app -> database; app is both; no hardware. */
extern const char chain[];

#endif
