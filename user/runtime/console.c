/* SPDX-License-Identifier: BSD-2-Clause */
#include "rt/console.h"

#include <stdbool.h>
#include <stdint.h>

#include "rt/log.h"
#include "rt/ring.h"

static struct {
    struct rt_ring_producer ring;
    seL4_CPtr signal_slot;
    uint64_t lost_lines;
} console;

static void announce_loss(void)
{
    char text[64];
    bool wake;
    int length;

    length = rt_snprintf(text, sizeof(text), "(%llu log lines lost)\n",
                         (unsigned long long)console.lost_lines);
    if (rt_ring_put_all(&console.ring, text, (uint32_t)length, &wake) != 0) {
        console.lost_lines = 0;
    }
}

static void to_channel(void *context, const char *line, size_t bytes)
{
    bool wake = false;

    (void)context;
    if (console.lost_lines != 0) {
        announce_loss();
    }
    if (rt_ring_put_all(&console.ring, line, (uint32_t)bytes, &wake) == 0) {
        console.lost_lines++;
    }
    /* Always: the loss announced above may have been what woke the ring, and a signal is cheap
     * beside the formatting of a line. */
    if (console.signal_slot != 0) {
        seL4_Signal(console.signal_slot);
    }
}

void rt_console_log_start(struct console_channel *channel, seL4_CPtr signal_slot)
{
    rt_ring_producer_init(&console.ring, &channel->log, channel->log_bytes, CONSOLE_LOG_BYTES);
    console.signal_slot = signal_slot;
    rt_log_set_sink(to_channel, NULL);
}

#ifdef CONFIG_PRINTING
static void put_text(const char *text, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++) {
        seL4_DebugPutChar(text[i]);
    }
}

static void to_kernel(void *context, const char *line, size_t bytes)
{
    const char *name = context;
    size_t length = 0;

    while (name[length] != '\0') {
        length++;
    }
    put_text("[", 1);
    put_text(name, length);
    put_text("] ", 2);
    put_text(line, bytes);
}

_Bool rt_console_log_kernel(const char *name)
{
    rt_log_set_sink(to_kernel, (void *)(uintptr_t)name);
    return true;
}
#else
_Bool rt_console_log_kernel(const char *name)
{
    (void)name;
    rt_log_set_sink(NULL, NULL);
    return false;
}
#endif
