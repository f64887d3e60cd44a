/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The runtime's stand-in for host-side tests: log lines go to stderr, a failed CHECK aborts. Link it
 * with user/runtime/{format,log,error,text}.c, and with ring.c, clock.c, slots.c where used.
 */
#include <stdio.h>
#include <stdlib.h>

#include "rt/check.h"
#include "rt/log.h"

static void to_stderr(void *context, const char *line, size_t bytes)
{
    (void)context;
    fwrite(line, 1, bytes, stderr);
}

/* Before main, so that a test need not know about it; RT_HOST_QUIET silences fuzzers. */
__attribute__((constructor)) static void plug_in(void)
{
    if (getenv("RT_HOST_QUIET") == NULL) {
        rt_log_set_sink(to_stderr, NULL);
    }
}

_Noreturn void rt_check_failed(const char *file, int line, const char *condition)
{
    fprintf(stderr, "CHECK failed: %s:%d: %s\n", file, line, condition);
    abort();
}
