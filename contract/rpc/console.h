/* SPDX-License-Identifier: (GPL-2.0-only WITH Linux-syscall-note) OR BSD-2-Clause */
/*
 * One client's channel to the console component: three byte rings in one shared region of
 * CONSOLE_CHANNEL_BYTES. `out` carries the guest's UART bytes, `log` the VMM's own log lines (whole
 * lines, '\n' terminated), `in` what the user types while this client is attached.
 *
 * Counters run freely modulo 2^32, index = counter % size. The producer publishes head with a
 * release store after writing the bytes, the consumer tail with a release store after reading them.
 * Each side keeps its own counter privately and treats a peer distance above the ring's size as an
 * empty ring. After putting bytes into an empty ring, or taking bytes from a full one, a side
 * signals the other's notification. Neither ever waits for the other.
 */
#ifndef CONTRACT_RPC_CONSOLE_H
#define CONTRACT_RPC_CONSOLE_H

#include <stdint.h>

#define CONSOLE_CHANNEL_BYTES 0x4000u
#define CONSOLE_OUT_BYTES     8192u
#define CONSOLE_LOG_BYTES     4096u
#define CONSOLE_IN_BYTES      1024u
#define CONSOLE_CLIENTS_MAX   32u

struct console_counter {
    uint32_t value;
    uint8_t pad[60];
};

struct console_ring {
    struct console_counter head; /* written by the producer */
    struct console_counter tail; /* written by the consumer */
};

struct console_channel {
    struct console_ring out;
    struct console_ring log;
    struct console_ring in;
    uint8_t out_bytes[CONSOLE_OUT_BYTES];
    uint8_t log_bytes[CONSOLE_LOG_BYTES];
    uint8_t in_bytes[CONSOLE_IN_BYTES];
};

/* Configuration blob of the console component; `clients` entries follow the header. */
#define CONSOLE_CONFIG_MAGIC UINT64_C(0x31534e4f43565250) /* "PRVCONS1" */

struct console_config {
    uint64_t magic;
    uint32_t client_count;
    uint32_t uart_irq_slot;  /* IRQ handler */
    uint32_t uart_ntfn_slot; /* badged copy of the console's notification for the IRQ */
    uint32_t attach;         /* 0: all clients, prefixed; n: client n - 1 is attached at start */
    uint64_t uart_badge;
    uint64_t uart_vaddr; /* PL011 registers */
};

struct console_client {
    char name[32];
    uint64_t channel_vaddr;
    uint64_t badge;       /* client -> console */
    uint32_t signal_slot; /* console -> client; 0 = log-only client that takes no input */
    uint32_t reserved;
};

#endif
