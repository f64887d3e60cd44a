/* SPDX-License-Identifier: BSD-2-Clause */
#define _GNU_SOURCE
#include "dhcp.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "backend.h"
#include "network.h"
#include "say.h"

#define RETRY_MS 5000

/* The first "nameserver" that this VM uses itself. */
static const char *own_dns(char *text, size_t bytes)
{
    FILE *file = fopen("/etc/resolv.conf", "re");
    char line[128], address[64];
    const char *found = NULL;

    while (file && !found && fgets(line, sizeof(line), file)) {
        if (sscanf(line, "nameserver %63s", address) == 1) {
            snprintf(text, bytes, "%s", address);
            found = text;
        }
    }
    if (file) {
        fclose(file);
    }
    return found;
}

void dhcp_tick(struct dhcp *d, int64_t now_ms)
{
    char path[96], dns[64];
    pid_t pid;

    if (d->pid || now_ms < d->next_start_ms) {
        return;
    }
    d->next_start_ms = now_ms + RETRY_MS;
    snprintf(path, sizeof(path), BACKEND_RUN_DIR "/udhcpd-%s.conf", d->dev->tap);
    if (network_write_dhcp_config(d->dev, path, own_dns(dns, sizeof(dns)))) {
        say("net %s: cannot write %s", d->dev->tap, path);
        return;
    }
    pid = fork();
    if (pid == 0) {
        int null = open("/dev/null", O_RDWR);
        sigset_t empty;

        sigemptyset(&empty);
        sigprocmask(SIG_SETMASK, &empty, NULL);
        prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
        dup2(null, STDIN_FILENO);
        dup2(null, STDOUT_FILENO);
        dup2(null, STDERR_FILENO);
        execl("/bin/busybox", "udhcpd", "-f", path, (char *)NULL);
        _exit(127);
    }
    d->pid = pid > 0 ? pid : 0;
}

void dhcp_reload(struct dhcp *d)
{
    if (d->pid) {
        d->reloading = true;
        kill(d->pid, SIGTERM);
    }
}

void dhcp_died(struct dhcp *d, int64_t now_ms)
{
    d->pid = 0;
    if (d->reloading) {
        d->reloading = false;
        d->next_start_ms = now_ms;
        return;
    }
    say("net %s: the DHCP server ended; restart in %d s", d->dev->tap, RETRY_MS / 1000);
    d->next_start_ms = now_ms + RETRY_MS;
}
