/* SPDX-License-Identifier: BSD-2-Clause */
/* Configuration of the host build for unit tests of several cores; those need one domain. */
#pragma once
#include "gen_config.h"
#undef CONFIG_MAX_NUM_NODES
#undef CONFIG_NUM_DOMAINS
#define CONFIG_MAX_NUM_NODES      4
#define CONFIG_NUM_DOMAINS        1
#define CONFIG_ENABLE_SMP_SUPPORT 1
