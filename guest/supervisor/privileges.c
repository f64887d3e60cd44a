/* SPDX-License-Identifier: BSD-2-Clause */
#define _GNU_SOURCE
#include "privileges.h"

#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

/* A multi-queue backend has an eventfd or two per vector and queue. */
#define FILES_MAX 4096

static int drop_bounding_set(void)
{
    for (unsigned long cap = 0; cap <= 63; cap++) {
        /* EINVAL: past the last capability of this kernel. */
        if (prctl(PR_CAPBSET_DROP, cap, 0, 0, 0) && errno != EINVAL) {
            return -1;
        }
    }
    return 0;
}

const char *privileges_drop(uid_t uid, gid_t gid)
{
    struct rlimit files = { FILES_MAX, FILES_MAX }, none = { 0, 0 };
    sigset_t empty;

    sigemptyset(&empty);
    sigprocmask(SIG_SETMASK, &empty, NULL);
    setsid();
    if (unshare(CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS)) {
        return "cannot make namespaces";
    }
    if (setrlimit(RLIMIT_NOFILE, &files) || setrlimit(RLIMIT_CORE, &none)) {
        return "cannot set limits";
    }
    if (drop_bounding_set()) {
        return "cannot drop capabilities";
    }
    if (setgroups(0, NULL) || setresgid(gid, gid, gid) || setresuid(uid, uid, uid)) {
        return "cannot change user";
    }
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)) {
        return "cannot set no_new_privs";
    }
    /* After the change of user, which clears it. A parent that died before is found by getppid. */
    if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0)) {
        return "cannot bind to the supervisor's life";
    }
    return NULL;
}
