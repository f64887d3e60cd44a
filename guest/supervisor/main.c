/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The supervisor of a device VM:
 *   peervisor-supervisor network   makes taps, bridges and address translation; prints the name of the
 *                                  interface to the outside on its last line
 *   peervisor-supervisor run       one QEMU per link, restarted when it dies; SIGHUP: the DNS server of
 *                                  this VM has changed, hand out the new one
 *   peervisor-supervisor status    links, QEMUs, restarts, counters
 */
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "backend.h"
#include "devices.h"
#include "dhcp.h"
#include "network.h"
#include "say.h"
#include "status.h"

#define DEVICE_TREE "/proc/device-tree"
#define DHCP_MAX    64

static struct link_list list;
static struct backend backends[LINKS_MAX];
static struct dhcp servers[DHCP_MAX];
static uint32_t server_count;

static int64_t now_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static int read_links(devices_complain_fn complain)
{
    if (devices_read(DEVICE_TREE, complain, &list) < 0) {
        say("%s: %s", DEVICE_TREE, strerror(errno));
        return -1;
    }
    if (!list.count && complain) {
        complain("no link in the device tree: this VM serves nobody");
    }
    return 0;
}

static int network(void)
{
    char outside[16];
    int failures;

    if (read_links(NULL)) { /* "run" says it */
        return 1;
    }
    failures = network_setup(&list, outside);
    if (!outside[0]) {
        say("no NIC: nothing outside of the board can be reached");
    }
    printf("%s\n", outside);
    return failures ? 1 : 0;
}

static void find_dhcp_servers(void)
{
    for (uint32_t i = 0; i < list.count; i++) {
        for (uint32_t j = 0; j < list.links[i].device_count; j++) {
            const struct device *dev = &list.links[i].devices[j];

            if (network_wants_dhcp(dev) && server_count < DHCP_MAX) {
                servers[server_count++].dev = dev;
            }
        }
    }
}

static void reap(void)
{
    int64_t now = now_ms();
    int status;
    pid_t pid;

    while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
        for (uint32_t i = 0; i < list.count; i++) {
            if (backends[i].pid == pid) {
                backend_died(&backends[i], status, now);
            }
        }
        for (uint32_t i = 0; i < server_count; i++) {
            if (servers[i].pid == pid) {
                dhcp_died(&servers[i], now);
            }
        }
    }
    status_write(backends, list.count);
}

/* Starts what is due; returns how long nothing will be. */
static int tick(void)
{
    int64_t now = now_ms(), next = INT64_MAX;
    bool started = false;

    for (uint32_t i = 0; i < list.count; i++) {
        pid_t before = backends[i].pid;

        backend_tick(&backends[i], now);
        started |= backends[i].pid != before;
        if (!backends[i].pid && backends[i].next_start_ms < next) {
            next = backends[i].next_start_ms;
        }
    }
    for (uint32_t i = 0; i < server_count; i++) {
        dhcp_tick(&servers[i], now);
        if (!servers[i].pid && servers[i].next_start_ms < next) {
            next = servers[i].next_start_ms;
        }
    }
    if (started) {
        status_write(backends, list.count);
    }
    return next == INT64_MAX ? -1 : next <= now ? 0 : (int)(next - now);
}

static int loop(int signals)
{
    struct signalfd_siginfo info;

    for (;;) {
        struct pollfd fds[LINKS_MAX + 1] = { { .fd = signals, .events = POLLIN } };
        int timeout = tick();

        for (uint32_t i = 0; i < list.count; i++) {
            fds[i + 1] = (struct pollfd){ .fd = backends[i].output, .events = POLLIN };
        }
        if (poll(fds, list.count + 1, timeout) < 0 && errno != EINTR) {
            say("poll: %s", strerror(errno));
            return 1;
        }
        for (uint32_t i = 0; i < list.count; i++) {
            backend_output(&backends[i], now_ms());
        }
        while (read(signals, &info, sizeof(info)) == (ssize_t)sizeof(info)) {
            if (info.ssi_signo == SIGTERM || info.ssi_signo == SIGINT) {
                return 0; /* the QEMUs die with us */
            }
            for (uint32_t i = 0; info.ssi_signo == SIGHUP && i < server_count; i++) {
                dhcp_reload(&servers[i]);
            }
        }
        reap();
    }
}

static int run(void)
{
    sigset_t mask;
    int signals;

    mkdir(BACKEND_RUN_DIR, 0755);
    if (read_links(say)) {
        return 1;
    }
    sigemptyset(&mask);
    sigaddset(&mask, SIGCHLD);
    sigaddset(&mask, SIGTERM);
    sigaddset(&mask, SIGINT);
    sigaddset(&mask, SIGHUP);
    signals = signalfd(-1, &mask, SFD_CLOEXEC | SFD_NONBLOCK);
    if (sigprocmask(SIG_BLOCK, &mask, NULL) || signals < 0) {
        say("signals: %s", strerror(errno));
        return 1;
    }
    for (uint32_t i = 0; i < list.count; i++) {
        backend_init(&backends[i], &list.links[i], i);
    }
    find_dhcp_servers();
    status_write(backends, list.count);
    return loop(signals);
}

int main(int argc, char **argv)
{
    if (argc == 2 && !strcmp(argv[1], "network")) {
        return network();
    }
    if (argc == 2 && !strcmp(argv[1], "run")) {
        return run();
    }
    if (argc == 2 && !strcmp(argv[1], "status")) {
        return status_print();
    }
    fprintf(stderr, "usage: peervisor-supervisor network|run|status\n");
    return 2;
}
