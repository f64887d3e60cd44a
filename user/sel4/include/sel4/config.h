/* SPDX-License-Identifier: BSD-2-Clause */
/* The configuration of the kernel that the program runs on: autoconf.h is the kernel build's. */
#ifndef SEL4_CONFIG_H
#define SEL4_CONFIG_H

#include <autoconf.h>

#ifdef CONFIG_KERNEL_MCS
#error "these headers are for the classic (non-MCS) kernel API"
#endif
#ifndef CONFIG_ARM_HYPERVISOR_SUPPORT
#error "these headers are for a kernel at EL2 (hypervisor support on)"
#endif

#endif
