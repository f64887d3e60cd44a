/* SPDX-License-Identifier: BSD-2-Clause */
#include "network.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <linux/sockios.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "masquerade.h"
#include "say.h"

#define NET_CLASS "/sys/class/net"

static int if_ioctl(unsigned long request, struct ifreq *ifr)
{
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    int ret = fd < 0 ? -1 : ioctl(fd, request, ifr), error = errno;

    if (fd >= 0) {
        close(fd);
    }
    errno = error;
    return ret;
}

static struct ifreq for_interface(const char *name)
{
    struct ifreq ifr = { 0 };

    snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", name);
    return ifr;
}

static int set_up(const char *name)
{
    struct ifreq ifr = for_interface(name);

    if (if_ioctl(SIOCGIFFLAGS, &ifr)) {
        return -1;
    }
    ifr.ifr_flags |= IFF_UP;
    return if_ioctl(SIOCSIFFLAGS, &ifr);
}

int network_open_tap(const char *name, bool multi_queue)
{
    struct ifreq ifr = for_interface(name);
    int fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC), error;

    if (fd < 0) {
        return -1;
    }
    ifr.ifr_flags =
        (short)(IFF_TAP | IFF_NO_PI | IFF_VNET_HDR | (multi_queue ? IFF_MULTI_QUEUE : 0));
    if (ioctl(fd, TUNSETIFF, &ifr)) {
        error = errno;
        close(fd);
        errno = error;
        return -1;
    }
    return fd;
}

static int make_tap(const struct device *dev)
{
    int fd = network_open_tap(dev->tap, dev->queues > 1), ret;

    if (fd < 0) {
        return -1;
    }
    ret = ioctl(fd, TUNSETPERSIST, 1);
    close(fd);
    return ret ? ret : set_up(dev->tap);
}

static bool exists(const char *name)
{
    char path[PATH_MAX];

    snprintf(path, sizeof(path), NET_CLASS "/%s", name);
    return access(path, F_OK) == 0;
}

/* Hardware has a device behind it; taps and bridges have none. */
static bool is_physical(const char *name)
{
    char path[PATH_MAX];

    snprintf(path, sizeof(path), NET_CLASS "/%s/device", name);
    return access(path, F_OK) == 0;
}

static void first_nic(char name[16])
{
    struct dirent **entries;
    int count = scandir(NET_CLASS, &entries, NULL, alphasort);

    name[0] = '\0';
    for (int i = 0; i < count; i++) {
        if (!name[0] && strlen(entries[i]->d_name) < 16 && is_physical(entries[i]->d_name)) {
            snprintf(name, 16, "%.15s", entries[i]->d_name);
        }
        free(entries[i]);
    }
    if (count >= 0) {
        free(entries);
    }
}

static int add_to_bridge(const char *bridge, const char *name)
{
    struct ifreq ifr = for_interface(bridge), member = for_interface(name);

    if (if_ioctl(SIOCGIFINDEX, &member)) {
        return -1;
    }
    ifr.ifr_ifindex = member.ifr_ifindex;
    return if_ioctl(SIOCBRADDIF, &ifr) && errno != EBUSY ? -1 : 0;
}

static int make_bridge(const char *name)
{
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), ret = -1;

    if (fd >= 0) {
        ret = ioctl(fd, SIOCBRADDBR, name);
        ret = ret && errno == EEXIST ? 0 : ret;
        close(fd);
    }
    return ret;
}

/* Makes the bridge on first use; the uplink then belongs to it, and so does the way outside. */
static const char *connect_bridge(const struct device *dev, char outside[16])
{
    const char *uplink = dev->uplink[0] ? dev->uplink : outside;

    if (!exists(dev->bridge)) {
        if (make_bridge(dev->bridge)) {
            return "cannot make the bridge";
        }
        if (set_up(dev->bridge)) {
            return "cannot bring up the bridge";
        }
        if (uplink[0] && is_physical(uplink)) {
            if (set_up(uplink) || add_to_bridge(dev->bridge, uplink)) {
                return "cannot put the NIC into the bridge";
            }
            if (!strcmp(uplink, outside)) {
                snprintf(outside, 16, "%s", dev->bridge);
            }
        } else if (dev->uplink[0]) {
            return "the uplink is no NIC of this VM";
        }
    }
    return add_to_bridge(dev->bridge, dev->tap) ? "cannot put the tap into the bridge" : NULL;
}

/* "a.b.c.d/n" (checked by devices.c) to address and mask, host order. */
static void parse_subnet(const char *text, uint32_t *address, uint32_t *mask)
{
    unsigned int a, b, c, d, bits;

    if (sscanf(text, "%u.%u.%u.%u/%u", &a, &b, &c, &d, &bits) != 5) {
        *address = *mask = 0;
        return;
    }
    *address = a << 24 | b << 16 | c << 8 | d;
    *mask = UINT32_MAX << (32 - bits);
}

static int set_address(const char *name, unsigned long request, uint32_t value)
{
    struct ifreq ifr = for_interface(name);
    struct sockaddr_in in = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(value) };

    memcpy(&ifr.ifr_addr, &in, sizeof(in));
    return if_ioctl(request, &ifr);
}

static int enable_forwarding(void)
{
    int fd = open("/proc/sys/net/ipv4/ip_forward", O_WRONLY | O_CLOEXEC);
    int ret = fd < 0 || write(fd, "1", 1) != 1;

    if (fd >= 0) {
        close(fd);
    }
    return ret ? -1 : 0;
}

static const char *connect_nat(const struct device *dev)
{
    uint32_t address, mask;

    parse_subnet(dev->nat, &address, &mask);
    if (set_address(dev->tap, SIOCSIFADDR, address) ||
        set_address(dev->tap, SIOCSIFNETMASK, mask)) {
        return "cannot set the tap's address";
    }
    if (enable_forwarding()) {
        return "cannot switch on forwarding";
    }
    return masquerade(address & mask, mask, dev->tap) ? "cannot set up address translation" : NULL;
}

static int setup_device(const struct link_config *link, const struct device *dev, char outside[16])
{
    const char *problem = NULL;
    const char *at = dev->tap;

    if (make_tap(dev)) {
        problem = "cannot make the tap";
    } else if (dev->bridge[0]) {
        problem = connect_bridge(dev, outside);
        at = dev->bridge;
    } else if (dev->nat[0]) {
        problem = connect_nat(dev);
    }
    if (problem) {
        say("link %s: net %s (%s): %s: %s", link->peer, dev->tap, at, problem, strerror(errno));
    }
    return problem != NULL;
}

int network_setup(const struct link_list *list, char outside[16])
{
    int failures = 0;

    first_nic(outside);
    for (uint32_t i = 0; i < list->count; i++) {
        const struct link_config *link = &list->links[i];

        for (uint32_t j = 0; j < link->device_count; j++) {
            if (!strcmp(link->devices[j].type, "net")) {
                failures += setup_device(link, &link->devices[j], outside);
            }
        }
    }
    if (outside[0]) {
        set_up(outside);
    }
    return failures;
}

bool network_wants_dhcp(const struct device *dev)
{
    return !strcmp(dev->type, "net") && dev->nat[0] != '\0';
}

static const char *dotted(char text[16], uint32_t address)
{
    snprintf(text, 16, "%u.%u.%u.%u", address >> 24, address >> 16 & 0xff, address >> 8 & 0xff,
             address & 0xff);
    return text;
}

int network_write_dhcp_config(const struct device *dev, const char *path, const char *dns)
{
    uint32_t address, mask, first, last;
    char a[16], b[16], c[16], d[16];
    FILE *file = fopen(path, "we");

    if (!file) {
        return -1;
    }
    parse_subnet(dev->nat, &address, &mask);
    first = (address & mask) + 1;
    last = (address | ~mask) - 1;
    /* The larger side of our own address. */
    if (address - first >= last - address) {
        last = address - 1;
    } else {
        first = address + 1;
    }
    fprintf(file,
            "start %s\nend %s\ninterface %s\nmax_leases %u\nlease_file %s.leases\n"
            "option subnet %s\noption router %s\noption lease 86400\n",
            dotted(a, first), dotted(b, last), dev->tap, last - first + 1, path, dotted(c, mask),
            dotted(d, address));
    if (dns) {
        fprintf(file, "option dns %s\n", dns);
    }
    return fclose(file) ? -1 : 0;
}
