/* SPDX-License-Identifier: BSD-2-Clause */
#define _GNU_SOURCE
#include "backend.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "command.h"
#include "privileges.h"
#include "resources.h"
#include "say.h"

#define DELAY_FIRST_MS 200
#define DELAY_MAX_MS   10000
#define RETRY_OPEN_MS  200
/* A QEMU that lived this long has started well. */
#define STARTED_MS      5000
#define SETTLED_MS      60000
#define LINES_MAX       20
#define LINES_PERIOD_MS 10000

void backend_init(struct backend *b, const struct link_config *link, uint32_t index)
{
    memset(b, 0, sizeof(*b));
    b->link = link;
    b->uid = BACKEND_UID_FIRST + index;
    b->output = -1;
}

static int64_t delay_ms(uint32_t failures)
{
    int64_t delay = DELAY_FIRST_MS;

    while (failures-- > 1 && delay < DELAY_MAX_MS) {
        delay *= 2;
    }
    return delay > DELAY_MAX_MS ? DELAY_MAX_MS : delay;
}

static void make_run_dir(const struct backend *b, char *path, size_t bytes)
{
    snprintf(path, bytes, BACKEND_RUN_DIR "/%s", b->link->peer);
    if ((mkdir(path, 0700) && errno != EEXIST) || chown(path, b->uid, b->uid)) {
        say("link %s: %s: %s", b->link->peer, path, strerror(errno));
    }
}

/* In the child; never returns. What goes wrong is QEMU's last line. */
static void become_qemu(const struct backend *b, const struct link_fds *fds, int output,
                        struct command *command)
{
    int null = open("/dev/null", O_RDWR);
    const char *problem;

    if (null < 0 || dup2(null, STDIN_FILENO) < 0 || dup2(output, STDOUT_FILENO) < 0 ||
        dup2(output, STDERR_FILENO) < 0) {
        _exit(127);
    }
    problem = resources_inherit(b->link, fds) ? "cannot pass descriptors"
                                              : privileges_drop(b->uid, b->uid);
    if (!problem) {
        execv(command->args[0], command->args);
        problem = command->args[0];
    }
    dprintf(STDERR_FILENO, "%s: %s\n", problem, strerror(errno));
    _exit(127);
}

static uint32_t usable_devices(const struct link_config *link, const struct link_fds *fds)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < link->device_count; i++) {
        count += fds->devices[i].usable;
    }
    return count;
}

static void start(struct backend *b, struct link_fds *fds, int64_t now_ms)
{
    static struct command command;
    char run_dir[64];
    int output[2];
    pid_t pid;

    make_run_dir(b, run_dir, sizeof(run_dir));
    if (command_build(b->link, fds, run_dir, &command)) {
        say("link %s: too many devices for one command line", b->link->peer);
        b->next_start_ms = INT64_MAX;
        return;
    }
    if (pipe2(output, O_CLOEXEC | O_NONBLOCK)) {
        say("link %s: pipe: %s", b->link->peer, strerror(errno));
        b->next_start_ms = now_ms + DELAY_MAX_MS;
        return;
    }
    pid = fork();
    if (pid == 0) {
        fcntl(output[1], F_SETFL, 0);
        become_qemu(b, fds, output[1], &command);
    }
    close(output[1]);
    if (pid < 0) {
        say("link %s: fork: %s", b->link->peer, strerror(errno));
        close(output[0]);
        b->next_start_ms = now_ms + DELAY_MAX_MS;
        return;
    }
    b->pid = pid;
    b->output = output[0];
    b->started_ms = now_ms;
    b->starts++;
    b->line_used = 0;
    b->last_line[0] = '\0';
    say("link %s: QEMU started (pid %d, uid %u, %u of %u devices)", b->link->peer, (int)pid,
        (unsigned)b->uid, usable_devices(b->link, fds), b->link->device_count);
}

static void say_open_error(struct backend *b, int error)
{
    if (error == b->open_error) {
        return;
    }
    b->open_error = error;
    if (error == ENOENT || error == ENXIO || error == ENODEV) {
        say("link %s: no /dev/sel4-%s: the module sel4_virt does not serve this link (see dmesg)",
            b->link->peer, b->link->peer);
    } else if (error == EBUSY) {
        say("link %s: /dev/sel4-%s is busy: waiting until the last QEMU's memory is released",
            b->link->peer, b->link->peer);
    } else if (error) {
        say("link %s: /dev/sel4-%s: %s", b->link->peer, b->link->peer, strerror(error));
    }
}

void backend_tick(struct backend *b, int64_t now_ms)
{
    static struct link_fds fds;
    int error;

    if (b->pid || now_ms < b->next_start_ms) {
        return;
    }
    error = resources_open(b->link, b->uid, b->said, &fds);
    say_open_error(b, error);
    if (error) {
        b->next_start_ms = now_ms + (error == EBUSY ? RETRY_OPEN_MS : DELAY_MAX_MS / 10);
        return;
    }
    start(b, &fds, now_ms);
    resources_close(b->link, &fds);
}

static void end_line(struct backend *b, int64_t now_ms)
{
    if (!b->line_used) {
        return;
    }
    b->line[b->line_used] = '\0';
    /* QEMU's errors begin with its name; hints may follow. */
    if (!strncmp(b->line, "qemu", 4) || strncmp(b->last_line, "qemu", 4) != 0) {
        memcpy(b->last_line, b->line, b->line_used + 1);
    }
    b->line_used = 0;
    if (now_ms - b->lines_since_ms > LINES_PERIOD_MS) {
        b->lines_since_ms = now_ms;
        b->lines = 0;
    }
    if (b->lines++ < LINES_MAX) {
        say("link %s: qemu: %s", b->link->peer, b->line);
    }
}

void backend_output(struct backend *b, int64_t now_ms)
{
    char bytes[1024];
    ssize_t count;

    while (b->output >= 0 && (count = read(b->output, bytes, sizeof(bytes))) > 0) {
        for (ssize_t i = 0; i < count; i++) {
            if (bytes[i] == '\n') {
                end_line(b, now_ms);
            } else if (b->line_used < sizeof(b->line) - 1) {
                b->line[b->line_used++] = bytes[i];
            }
        }
        if (count < (ssize_t)sizeof(bytes)) {
            break;
        }
    }
}

static void describe(int status, char *text, size_t bytes)
{
    if (WIFSIGNALED(status)) {
        snprintf(text, bytes, "killed by signal %d (%s)", WTERMSIG(status),
                 strsignal(WTERMSIG(status)));
    } else {
        snprintf(text, bytes, "exit code %d", WEXITSTATUS(status));
    }
}

void backend_died(struct backend *b, int status, int64_t now_ms)
{
    int64_t lived_ms = now_ms - b->started_ms;
    char how[80];

    backend_output(b, now_ms);
    end_line(b, now_ms);
    close(b->output);
    b->output = -1;
    b->failures = lived_ms >= SETTLED_MS ? 1 : b->failures + 1;
    b->next_start_ms = now_ms + delay_ms(b->failures);
    describe(status, how, sizeof(how));
    if (lived_ms < STARTED_MS && !WIFSIGNALED(status)) {
        say("link %s: QEMU failed at start (%s): %s; next try in %d ms", b->link->peer, how,
            b->last_line[0] ? b->last_line : "it said nothing", (int)(b->next_start_ms - now_ms));
    } else {
        say("link %s: QEMU (pid %d) died: %s%s%s; restart in %d ms", b->link->peer, (int)b->pid,
            how, b->last_line[0] ? ": " : "", b->last_line, (int)(b->next_start_ms - now_ms));
    }
    b->pid = 0;
}
