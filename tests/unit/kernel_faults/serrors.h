/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TESTS_UNIT_KERNEL_FAULTS_SERRORS_H
#define TESTS_UNIT_KERNEL_FAULTS_SERRORS_H

/* SErrors that come while the kernel leaves a thread. */
void test_serrors(void);

#endif
