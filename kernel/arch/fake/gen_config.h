/* SPDX-License-Identifier: BSD-2-Clause */
/* Configuration of the host build for unit tests: as the default debug kernel, smaller limits. */
#pragma once
#define CONFIG_MAX_NUM_NODES                 1
#define CONFIG_NUM_DOMAINS                   4
#define CONFIG_NUM_DOMAIN_SCHEDULES          8
#define CONFIG_NUM_PRIORITIES                256
#define CONFIG_TIMER_TICK_MS                 2
#define CONFIG_TIME_SLICE                    5
#define CONFIG_ROOT_CNODE_SIZE_BITS          8
#define CONFIG_RETYPE_FAN_OUT_LIMIT          256
#define CONFIG_RESET_CHUNK_BITS              8
#define CONFIG_MAX_NUM_BOOTINFO_UNTYPED_CAPS 230
#define CONFIG_ARM_HYPERVISOR_SUPPORT        1
#define CONFIG_ALLOW_SMC_CALLS               1
#define CONFIG_DEBUG_BUILD                   1
#define CONFIG_PRINTING                      1
#define CONFIG_SET_TLS_BASE_SELF             1
