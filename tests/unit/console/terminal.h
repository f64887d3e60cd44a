/* SPDX-License-Identifier: BSD-2-Clause */
/* Two ends of the multiplexer: clients that write into their channels, and a terminal that is read. */
#ifndef TESTS_CONSOLE_TERMINAL_H
#define TESTS_CONSOLE_TERMINAL_H

#include "mux.h"

#define TERMINAL_CLIENTS 3

struct terminal {
    struct mux mux;
    struct console_channel channels[TERMINAL_CLIENTS];
    struct rt_ring_producer out[TERMINAL_CLIENTS];
    struct rt_ring_producer log[TERMINAL_CLIENTS];
    struct rt_ring_consumer in[TERMINAL_CLIENTS];
    char text[200000]; /* what the terminal received since the last terminal_clear */
    size_t length;
};

/* vm0 and vm1 take input, init is log-only. */
void terminal_start(struct terminal *t);
void terminal_clear(struct terminal *t);

/* A client writes; nothing moves yet. Returns the bytes that fitted. */
uint32_t terminal_guest(struct terminal *t, uint32_t client, const char *text);
uint32_t terminal_vmm(struct terminal *t, uint32_t client, const char *text);

/* Steps until nothing moves, the terminal taking everything. Returns the number of steps. */
unsigned terminal_run(struct terminal *t);

/* Moves the output queue's content to the text. */
void terminal_drain(struct terminal *t);

void terminal_type(struct terminal *t, const char *keys);

/* What a client has received since the last call; valid until the next. */
const char *terminal_received(struct terminal *t, uint32_t client);

#endif
