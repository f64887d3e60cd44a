/* SPDX-License-Identifier: BSD-2-Clause */
#include "mux.h"

#include "rt/log.h"
#include "rt/mem.h"

#define KEY_COMMAND 0x1d /* Ctrl-] */

/* A step stops when less than this is free: room for the worst quantum, and for the answers to keys. */
#define STEP_ROOM (MUX_QUEUE_BYTES / 2)

/* Worst growth of one byte: an empty line with the longest label; and once, a line that was cut, again. */
_Static_assert(MUX_QUANTUM * 2 * (MUX_NAME_BYTES + 16) + MUX_LINE_BYTES < STEP_ROOM,
               "a quantum fits");

/* ---- output queue ---- */

static uint32_t queue_room(const struct mux *mux)
{
    return MUX_QUEUE_BYTES - (mux->queue_head - mux->queue_tail);
}

/* Answers to keys are dropped when the terminal does not take them; a step makes sure of room first. */
static void emit(struct mux *mux, const void *bytes, uint32_t count)
{
    const uint8_t *in = bytes;

    for (uint32_t i = 0; i < count && queue_room(mux) > 0; i++) {
        mux->queue[mux->queue_head++ % MUX_QUEUE_BYTES] = in[i];
    }
}

static void emit_text(struct mux *mux, const char *text)
{
    emit(mux, text, (uint32_t)strlen(text));
}

bool mux_next_output(const struct mux *mux, uint8_t *byte)
{
    if (mux->queue_head == mux->queue_tail) {
        return false;
    }
    *byte = mux->queue[mux->queue_tail % MUX_QUEUE_BYTES];
    return true;
}

void mux_drop_output(struct mux *mux)
{
    mux->queue_tail++;
}

/* ---- lines ---- */

/* Leaves a line that somebody else has not finished. */
static void close_line(struct mux *mux)
{
    if (mux->open != NULL || mux->raw_open) {
        emit_text(mux, "\r\n");
    }
    mux->open = NULL;
    mux->raw_open = false;
}

/* A line that was cut is shown from its start again: each line stands whole somewhere. */
static void show(struct mux *mux, struct mux_stream *stream)
{
    if (mux->open != stream) {
        close_line(mux);
        emit_text(mux, "[");
        emit_text(mux, stream->label);
        emit_text(mux, "] ");
        mux->open = stream;
        stream->shown = 0;
    }
    emit(mux, stream->line + stream->shown, stream->length - stream->shown);
    stream->shown = stream->length;
}

static void finish_line(struct mux *mux, struct mux_stream *stream)
{
    /* A line that was cut where it ended stands there already. */
    bool complete = mux->open != stream && stream->length > 0 && stream->shown == stream->length;

    if (!complete) {
        show(mux, stream);
        emit_text(mux, "\r\n");
        mux->open = NULL;
    }
    stream->length = 0;
    stream->shown = 0;
}

/* Adds a byte of clean text. */
static void add_clean(struct mux *mux, struct mux_stream *stream, uint8_t byte)
{
    if (byte == '\n') {
        finish_line(mux, stream);
        return;
    }
    stream->line[stream->length++] = byte;
    if (stream->length == MUX_LINE_BYTES) {
        finish_line(mux, stream);
    }
}

static void add_filtered(struct mux *mux, struct mux_stream *stream, const uint8_t *bytes,
                         uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        uint8_t clean[FILTER_OUTPUT_MAX];
        unsigned n = filter_byte(&stream->filter, bytes[i], clean);

        for (unsigned k = 0; k < n; k++) {
            add_clean(mux, stream, clean[k]);
        }
    }
}

/*
 * Unfinished lines are shown too (a prompt never ends), but they do not break into somebody else's
 * unfinished line; whole lines do.
 */
static void show_unfinished(struct mux *mux, struct mux_stream *stream)
{
    if (stream->shown < stream->length && (mux->open == NULL || mux->open == stream) &&
        !mux->raw_open) {
        show(mux, stream);
    }
}

/* A line that ends in a space is taken for a prompt that waits for somebody to type. */
static bool is_prompt(const struct mux_stream *stream)
{
    return stream->length > 0 && stream->line[stream->length - 1] == ' ';
}

/* All is quiet: a prompt that stays must not hide other guests' unfinished lines for ever. */
static void show_waiting(struct mux *mux)
{
    if (mux->attached != MUX_NONE) {
        return;
    }
    for (uint32_t i = 0; i < mux->client_count; i++) {
        struct mux_stream *stream = &mux->clients[i].guest;

        if (stream->shown < stream->length && (mux->open == NULL || is_prompt(mux->open))) {
            show(mux, stream);
        }
    }
}

static void say(struct mux *mux, const char *text)
{
    for (; *text != '\0'; text++) {
        add_clean(mux, &mux->own, (uint8_t)*text);
    }
    add_clean(mux, &mux->own, '\n');
}

/* ---- clients ---- */

void mux_init(struct mux *mux)
{
    memset(mux, 0, sizeof(*mux));
    mux->attached = MUX_NONE;
    rt_string_copy(mux->own.label, sizeof(mux->own.label), "console", sizeof("console"));
}

int mux_add_client(struct mux *mux, const char *name, struct console_channel *channel,
                   bool takes_input)
{
    struct mux_client *client;

    if (mux->client_count == CONSOLE_CLIENTS_MAX) {
        return RT_ERR_NO_SLOT;
    }
    client = &mux->clients[mux->client_count++];
    memset(client, 0, sizeof(*client));
    rt_string_copy(client->name, sizeof(client->name), name, MUX_NAME_BYTES);
    rt_snprintf(client->guest.label, sizeof(client->guest.label), "%s", client->name);
    /* A client without input is a component, not a VM: its own lines need no second word. */
    rt_snprintf(client->vmm.label, sizeof(client->vmm.label), takes_input ? "%s vmm" : "%s",
                client->name);
    client->takes_input = takes_input;
    rt_ring_consumer_init(&client->out, &channel->out, channel->out_bytes, CONSOLE_OUT_BYTES);
    rt_ring_consumer_init(&client->log, &channel->log, channel->log_bytes, CONSOLE_LOG_BYTES);
    rt_ring_producer_init(&client->in, &channel->in, channel->in_bytes, CONSOLE_IN_BYTES);
    return RT_OK;
}

bool mux_take_wake(struct mux *mux, uint32_t client)
{
    bool wake = mux->clients[client].wake;

    mux->clients[client].wake = false;
    return wake;
}

static void remember(struct mux_client *client, const uint8_t *bytes, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        client->history[client->history_end++ % MUX_HISTORY_BYTES] = bytes[i];
    }
}

static void emit_raw(struct mux *mux, const uint8_t *bytes, uint32_t count)
{
    if (count == 0) {
        return;
    }
    if (mux->open != NULL) {
        close_line(mux);
    }
    emit(mux, bytes, count);
    mux->raw_open = bytes[count - 1] != '\n';
}

static void replay(struct mux *mux, const struct mux_client *client)
{
    uint32_t count = client->history_end;
    uint32_t at;

    if (count > MUX_HISTORY_BYTES) {
        count = MUX_HISTORY_BYTES;
    }
    if (count > queue_room(mux)) {
        count = queue_room(mux);
    }
    at = client->history_end - count;
    for (uint32_t i = 0; i < count; i++) {
        emit_raw(mux, &client->history[(at + i) % MUX_HISTORY_BYTES], 1);
    }
}

static bool take_out(struct mux *mux, uint32_t index)
{
    struct mux_client *client = &mux->clients[index];
    uint8_t bytes[MUX_QUANTUM];
    bool was_full;
    uint32_t count = rt_ring_take(&client->out, bytes, sizeof(bytes), &was_full);

    client->wake = client->wake || was_full;
    remember(client, bytes, count);
    if (mux->attached == index) {
        emit_raw(mux, bytes, count);
    } else if (mux->attached == MUX_NONE) {
        add_filtered(mux, &client->guest, bytes, count);
        show_unfinished(mux, &client->guest);
    }
    return count > 0;
}

static bool take_log(struct mux *mux, uint32_t index)
{
    struct mux_client *client = &mux->clients[index];
    uint8_t bytes[MUX_QUANTUM];
    bool was_full;
    uint32_t count = rt_ring_take(&client->log, bytes, sizeof(bytes), &was_full);

    client->wake = client->wake || was_full;
    add_filtered(mux, &client->vmm, bytes, count);
    return count > 0;
}

bool mux_step(struct mux *mux)
{
    bool moved = false;

    for (uint32_t i = 0; i < mux->client_count; i++) {
        uint32_t index = (mux->first + i) % mux->client_count;

        if (queue_room(mux) < STEP_ROOM) {
            /* Whoever did not get a turn begins the next round. */
            mux->first = index;
            return moved;
        }
        moved = take_log(mux, index) || moved;
        moved = take_out(mux, index) || moved;
    }
    if (!moved) {
        show_waiting(mux);
    }
    return moved;
}

/* ---- keys ---- */

static void say_list(struct mux *mux)
{
    for (uint32_t i = 0; i < mux->client_count; i++) {
        const struct mux_client *client = &mux->clients[i];
        char text[MUX_NAME_BYTES + 32];

        rt_snprintf(text, sizeof(text), " %c%u  %s%s", mux->attached == i ? '*' : ' ', i,
                    client->name, client->takes_input ? "" : "  (log only)");
        say(mux, text);
    }
}

static void say_help(struct mux *mux)
{
    say(mux, "Ctrl-] then: 0-9 attach, n next, p previous, a all VMs, l list, ? help");
    say(mux, "Ctrl-] Ctrl-] sends Ctrl-] to the attached VM");
}

/* Unfinished lines and sequences of the old mode mean nothing in the new one. */
static void forget_unfinished(struct mux *mux)
{
    for (uint32_t i = 0; i < mux->client_count; i++) {
        struct mux_stream *stream = &mux->clients[i].guest;

        stream->length = 0;
        stream->shown = 0;
        memset(&stream->filter, 0, sizeof(stream->filter));
    }
}

void mux_attach(struct mux *mux, uint32_t client)
{
    char text[MUX_NAME_BYTES + 64];

    if (client == MUX_NONE) {
        mux->attached = MUX_NONE;
        say(mux, "showing all VMs (Ctrl-] ? for help)");
        forget_unfinished(mux);
        return;
    }
    if (client >= mux->client_count || !mux->clients[client].takes_input) {
        say(mux, "no such VM (Ctrl-] l lists them)");
        return;
    }
    mux->attached = client;
    rt_snprintf(text, sizeof(text), "attached to %s (Ctrl-] ? for help)",
                mux->clients[client].name);
    say(mux, text);
    forget_unfinished(mux);
    replay(mux, &mux->clients[client]);
}

static void attach_neighbour(struct mux *mux, bool forward)
{
    uint32_t count = mux->client_count;
    uint32_t at = mux->attached != MUX_NONE ? mux->attached : forward ? count - 1 : 0;

    for (uint32_t i = 0; i < count; i++) {
        at = (forward ? at + 1 : at + count - 1) % count;
        if (mux->clients[at].takes_input) {
            mux_attach(mux, at);
            return;
        }
    }
}

static void send(struct mux *mux, uint8_t byte)
{
    struct mux_client *client;
    bool was_empty;

    if (mux->attached == MUX_NONE) {
        if (!mux->hinted) {
            say(mux, "no VM is attached: Ctrl-] 0-9 attaches one, Ctrl-] ? for help");
        }
        mux->hinted = true;
        return;
    }
    client = &mux->clients[mux->attached];
    /* A guest that does not read loses what is typed; nobody waits for it. */
    (void)rt_ring_put(&client->in, &byte, 1, &was_empty);
    client->wake = client->wake || was_empty;
}

static void command(struct mux *mux, uint8_t key)
{
    mux->hinted = false;
    if (key >= '0' && key <= '9') {
        mux_attach(mux, (uint32_t)(key - '0'));
        return;
    }
    switch (key) {
    case KEY_COMMAND: send(mux, KEY_COMMAND); break;
    case 'a': mux_attach(mux, MUX_NONE); break;
    case 'n':
    case 'p': attach_neighbour(mux, key == 'n'); break;
    case 'l': say_list(mux); break;
    default: say_help(mux); break;
    }
}

void mux_key(struct mux *mux, uint8_t byte)
{
    if (mux->command) {
        mux->command = false;
        command(mux, byte);
    } else if (byte == KEY_COMMAND) {
        mux->command = true;
    } else {
        send(mux, byte);
    }
}
