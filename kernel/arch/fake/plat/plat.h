/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PLAT_PLAT_H
#define PLAT_PLAT_H

#define PLAT_MAX_IRQ         159
#define PLAT_MAINTENANCE_IRQ 25
#define PLAT_KTIMER_IRQ      26
#define PLAT_VTIMER_IRQ      27

#endif
