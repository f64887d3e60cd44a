/* SPDX-License-Identifier: BSD-2-Clause */
#include "rt/clock.h"
#include "sel4/sel4.h"

bool rt_clock_available(void)
{
#ifdef CONFIG_EXPORT_PCNT_USER
    return true;
#else
    return false;
#endif
}
