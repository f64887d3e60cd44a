/* SPDX-License-Identifier: BSD-2-Clause */
#include "terminal.h"

#include <stdlib.h>
#include <string.h>

void terminal_start(struct terminal *t)
{
    static const char *const names[TERMINAL_CLIENTS] = { "vm0", "vm1", "init" };

    memset(t, 0, sizeof(*t));
    mux_init(&t->mux);
    for (uint32_t i = 0; i < TERMINAL_CLIENTS; i++) {
        struct console_channel *channel = &t->channels[i];

        if (mux_add_client(&t->mux, names[i], channel, i < 2) != RT_OK) {
            abort();
        }
        rt_ring_producer_init(&t->out[i], &channel->out, channel->out_bytes, CONSOLE_OUT_BYTES);
        rt_ring_producer_init(&t->log[i], &channel->log, channel->log_bytes, CONSOLE_LOG_BYTES);
        rt_ring_consumer_init(&t->in[i], &channel->in, channel->in_bytes, CONSOLE_IN_BYTES);
    }
}

void terminal_clear(struct terminal *t)
{
    t->length = 0;
    t->text[0] = '\0';
}

uint32_t terminal_guest(struct terminal *t, uint32_t client, const char *text)
{
    bool wake;

    return rt_ring_put(&t->out[client], text, (uint32_t)strlen(text), &wake);
}

uint32_t terminal_vmm(struct terminal *t, uint32_t client, const char *text)
{
    bool wake;

    return rt_ring_put(&t->log[client], text, (uint32_t)strlen(text), &wake);
}

void terminal_drain(struct terminal *t)
{
    uint8_t byte;

    while (mux_next_output(&t->mux, &byte) && t->length + 1 < sizeof(t->text)) {
        t->text[t->length++] = (char)byte;
        mux_drop_output(&t->mux);
    }
    t->text[t->length] = '\0';
}

unsigned terminal_run(struct terminal *t)
{
    unsigned steps = 0;
    bool moved;

    do {
        moved = mux_step(&t->mux);
        terminal_drain(t);
        steps++;
    } while (moved && steps < 100000);
    return steps;
}

void terminal_type(struct terminal *t, const char *keys)
{
    for (; *keys != '\0'; keys++) {
        mux_key(&t->mux, (uint8_t)*keys);
    }
    terminal_drain(t);
}

const char *terminal_received(struct terminal *t, uint32_t client)
{
    static char text[CONSOLE_IN_BYTES + 1];
    bool wake;
    uint32_t count = rt_ring_take(&t->in[client], text, CONSOLE_IN_BYTES, &wake);

    text[count] = '\0';
    return text;
}
