/* SPDX-License-Identifier: BSD-2-Clause */
/* A DHCP server (busybox udhcpd) on each tap that is behind address translation. */
#ifndef SUPERVISOR_DHCP_H
#define SUPERVISOR_DHCP_H

#include <stdint.h>
#include <sys/types.h>

#include "devices.h"

struct dhcp {
    const struct device *dev;
    pid_t pid;
    int64_t next_start_ms;
    bool reloading;
};

/* Starts the server if it is time. */
void dhcp_tick(struct dhcp *d, int64_t now_ms);
/* Ends a running server; it starts again with what /etc/resolv.conf says now. */
void dhcp_reload(struct dhcp *d);
void dhcp_died(struct dhcp *d, int64_t now_ms);

#endif
