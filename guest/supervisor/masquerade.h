/* SPDX-License-Identifier: BSD-2-Clause */
/* Address translation for a subnet, by the kernel's nf_tables; no tool is needed. */
#ifndef SUPERVISOR_MASQUERADE_H
#define SUPERVISOR_MASQUERADE_H

#include <stdint.h>

/*
 * Packets of a subnet that leave through another interface than its own get that interface's address.
 *
 * @network, @mask: host order. @tap: the subnet's own interface. Returns 0, or -1 with errno.
 */
int masquerade(uint32_t network, uint32_t mask, const char *tap);

#endif
