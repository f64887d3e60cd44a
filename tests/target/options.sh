#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# The target tests on a kernel whose switches stand the other way: secure monitor calls, 16 domains (both as in seL4's
# verified configurations), SetTLSBase as a system call and in the other register, no WFI traps, the PMU and the virtual
# timer exported, no fast paths.
TARGET_OPTIONS_NAME=options
TARGET_OPTIONS="CONFIG_ALLOW_SMC_CALLS=y CONFIG_NUM_DOMAINS=16 CONFIG_SET_TLS_BASE_SELF=y \
CONFIG_ARM_TLS_REG_TPIDRURO=y CONFIG_DISABLE_WFI_WFE_TRAPS=y CONFIG_EXPORT_PMU_USER=y \
CONFIG_EXPORT_VTMR_USER=y CONFIG_FASTPATH=n"
export TARGET_OPTIONS TARGET_OPTIONS_NAME
exec "$(dirname "$0")/run.sh"
