/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The console's multiplexer: many clients' rings on one side, one terminal on the other. Pure: it
 * moves bytes between the rings of contract/rpc/console.h and an output queue, and says which clients
 * to signal; the UART and the kernel are main.c's.
 *
 * Two modes. "all": each line is shown whole, as "[name] text", a VMM's own as "[name vmm] text" (a
 * line that somebody else's line cut is shown from its start again); guests' escape sequences are
 * filtered. "attached": one guest's bytes pass raw in both directions, VMM lines still appear, each on
 * a line of its own; other guests' output goes to their histories, whose end is shown when they are
 * attached. Keys: README.md.
 *
 * Fair and bounded: a step takes at most MUX_QUANTUM bytes from each ring, whatever the counters
 * say, and nothing here waits for a client. A client that produces faster than the terminal takes
 * finds its ring full.
 */
#ifndef CONSOLE_MUX_H
#define CONSOLE_MUX_H

#include <stdbool.h>
#include <stdint.h>

#include "filter.h"
#include "rpc/console.h"
#include "rt/error.h"
#include "rt/ring.h"

#define MUX_QUANTUM       64u
#define MUX_LINE_BYTES    256u
#define MUX_HISTORY_BYTES 4096u  /* power of two */
#define MUX_QUEUE_BYTES   16384u /* power of two */
#define MUX_NAME_BYTES    32u
#define MUX_NONE          UINT32_MAX

/* One source of lines: a guest's output, a VMM's log, or the console itself. */
struct mux_stream {
    char label[MUX_NAME_BYTES + 8]; /* what stands in the brackets */
    uint32_t length;                /* bytes in `line` */
    uint32_t shown;                 /* of these, how many are on the terminal already */
    uint8_t line[MUX_LINE_BYTES];
    struct filter filter;
};

struct mux_client {
    char name[MUX_NAME_BYTES];
    bool takes_input;
    bool wake; /* main.c must signal it */
    struct rt_ring_consumer out;
    struct rt_ring_consumer log;
    struct rt_ring_producer in;
    struct mux_stream guest;
    struct mux_stream vmm;
    uint32_t history_end; /* bytes ever put into the history, modulo 2^32 */
    uint8_t history[MUX_HISTORY_BYTES];
};

struct mux {
    uint32_t client_count;
    uint32_t attached;             /* client index, or MUX_NONE: all */
    uint32_t first;                /* who begins the next round */
    bool command;                  /* the last key was Ctrl-] */
    bool hinted;                   /* the hint about keys was shown since the last mode change */
    bool raw_open;                 /* the attached guest's last byte did not end a line */
    const struct mux_stream *open; /* whose unfinished line is on the terminal, or NULL */
    struct mux_stream own;         /* the console's own lines */
    uint32_t queue_head;
    uint32_t queue_tail;
    uint8_t queue[MUX_QUEUE_BYTES];
    struct mux_client clients[CONSOLE_CLIENTS_MAX];
};

void mux_init(struct mux *mux);

/*
 * Adds a client; indices follow the order of calls.
 *
 * @name: shown in brackets, cut at MUX_NAME_BYTES - 1; chosen by the system description.
 * @channel: shared with the client, which is not trusted.
 * @takes_input: can be attached.
 * Returns 0, or RT_ERR_NO_SLOT.
 */
int mux_add_client(struct mux *mux, const char *name, struct console_channel *channel,
                   bool takes_input) RT_MUST_CHECK;

/* Attaches a client (shows the end of its history), or MUX_NONE: all. A wrong index changes nothing. */
void mux_attach(struct mux *mux, uint32_t client);

/*
 * Takes one quantum from each ring as long as the output queue has room.
 *
 * Returns true if anything moved: then call again. After false the caller may sleep until a client
 * signals, or until the queue has drained.
 */
bool mux_step(struct mux *mux);

/* One byte from the terminal. */
void mux_key(struct mux *mux, uint8_t byte);

/* True once if the client must be signalled. */
bool mux_take_wake(struct mux *mux, uint32_t client);

/* Bytes waiting for the terminal: looks at the next one, removes it. Returns false if there is none. */
bool mux_next_output(const struct mux *mux, uint8_t *byte);
void mux_drop_output(struct mux *mux);

#endif
