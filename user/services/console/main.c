/* SPDX-License-Identifier: BSD-2-Clause */
/* The console component: owns the UART, runs the multiplexer, sleeps when there is nothing to do. */
#include <stdbool.h>
#include <stdint.h>

#include "mux.h"
#include "pl011.h"
#include "plan/plan.h"
#include "rpc/console.h"
#include "rt/check.h"
#include "rt/log.h"
#include "rt/mem.h"
#include "rt/object.h"
#include "rt/start.h"
#include "sel4/sel4.h"

/* Bytes from the UART per turn, so that a flood of keys cannot keep clients waiting. */
#define KEYS_PER_TURN 64u

static struct mux mux;
static struct pl011 uart;
static bool keys_pending; /* the UART said so and was not found empty since */
static bool waits_for_room;
static const struct console_client *clients;

/* The console's own log lines, should there ever be any, take the way of everybody's. */
static void to_terminal(void *context, const char *line, size_t bytes)
{
    (void)context;
    for (size_t i = 0; i < bytes; i++) {
        while (!pl011_put(&uart, (uint8_t)line[i])) {
        }
    }
}

static const struct console_config *read_config(const void *blob, size_t bytes)
{
    const struct console_config *config = blob;

    CHECK(bytes >= sizeof(*config) && config->magic == CONSOLE_CONFIG_MAGIC);
    CHECK(config->client_count <= CONSOLE_CLIENTS_MAX);
    CHECK(bytes - sizeof(*config) >= config->client_count * sizeof(struct console_client));
    return config;
}

static void add_clients(const struct console_config *config)
{
    clients = (const struct console_client *)(config + 1);
    for (uint32_t i = 0; i < config->client_count; i++) {
        char name[sizeof(clients[i].name)];

        rt_string_copy(name, sizeof(name), clients[i].name, sizeof(clients[i].name));
        CHECK(mux_add_client(&mux, name,
                             (struct console_channel *)(uintptr_t)clients[i].channel_vaddr,
                             clients[i].signal_slot != 0) == RT_OK);
    }
}

static void signal_clients(const struct console_config *config)
{
    for (uint32_t i = 0; i < config->client_count; i++) {
        if (mux_take_wake(&mux, i) && clients[i].signal_slot != 0) {
            seL4_Signal(clients[i].signal_slot);
        }
    }
}

static void take_keys(void)
{
    uint8_t byte;

    for (uint32_t count = 0; keys_pending && count < KEYS_PER_TURN; count++) {
        keys_pending = pl011_take(&uart, &byte);
        if (keys_pending) {
            mux_key(&mux, byte);
        }
    }
}

/* Returns true if all output has left the queue. */
static bool push_output(void)
{
    uint8_t byte;

    while (mux_next_output(&mux, &byte)) {
        if (!pl011_put(&uart, byte)) {
            return false;
        }
        mux_drop_output(&mux);
    }
    return true;
}

/*
 * One round of everything. Returns true if there is more to do at once. Registers are touched only
 * when needed: most turns carry one character of a guest that prints slowly.
 */
static bool turn(const struct console_config *config)
{
    bool moved;
    bool pushed;

    take_keys();
    moved = mux_step(&mux);
    pushed = push_output();
    /* With the FIFO full, room in it is the next event; what clients hold can wait till then. */
    if (waits_for_room == pushed) {
        waits_for_room = !pushed;
        pl011_want_room(&uart, waits_for_room);
    }
    signal_clients(config);
    return (moved && pushed) || keys_pending;
}

void component_main(const void *blob, size_t bytes)
{
    const struct console_config *config;

    config = read_config(blob, bytes);
    pl011_start(&uart, config->uart_vaddr);
    rt_log_set_sink(to_terminal, NULL);
    mux_init(&mux);
    add_clients(config);
    if (config->attach != 0) {
        mux_attach(&mux, config->attach - 1);
    }
    CHECK(seL4_IRQHandler_SetNotification(config->uart_irq_slot, config->uart_ntfn_slot) ==
          seL4_NoError);
    (void)seL4_IRQHandler_Ack(config->uart_irq_slot);
    keys_pending = true; /* typed before we started */
    for (;;) {
        seL4_Word badge = 0;

        while (turn(config)) {
        }
        seL4_Wait(PLAN_SLOT_NOTIFICATION, &badge);
        if ((badge & config->uart_badge) != 0) {
            /* Cleared before the bytes are taken: one that arrives now raises it again. */
            pl011_clear(&uart);
            keys_pending = true;
            (void)seL4_IRQHandler_Ack(config->uart_irq_slot);
        }
    }
}
