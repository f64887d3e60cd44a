/* SPDX-License-Identifier: BSD-2-Clause */
/* Taps of the served network devices, and what they are connected to. */
#ifndef SUPERVISOR_NETWORK_H
#define SUPERVISOR_NETWORK_H

#include "devices.h"

/*
 * Makes the tap of each net device (persistent, up) and connects it: `bridge` is made and joined,
 * together with the uplink (the device's `uplink`, or the first physical NIC); `nat` is our
 * address on the tap, with forwarding and masquerading. Failures are said, with link and interface.
 *
 * @outside: receives the interface through which this VM itself reaches the outside (the bridge
 * that took the NIC, or the NIC; empty if there is none). Returns the number of failures.
 */
int network_setup(const struct link_list *list, char outside[16]);

/* Opens one queue of a tap made by network_setup. Returns a descriptor (close-on-exec) or -1. */
int network_open_tap(const char *name, bool multi_queue);

/* True if the tap wants a DHCP server: nat. */
bool network_wants_dhcp(const struct device *dev);

/*
 * Writes busybox udhcpd's configuration for a nat tap.
 *
 * @dns: address to hand out, or NULL. Returns 0 or -1.
 */
int network_write_dhcp_config(const struct device *dev, const char *path, const char *dns);

#endif
