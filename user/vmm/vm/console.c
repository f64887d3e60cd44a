/* SPDX-License-Identifier: BSD-2-Clause */
#include "vmm/vm/console.h"

#include "vmm/vm/vm.h"

void vm_console_init(struct vm_console *console, struct console_channel *channel, seL4_CPtr signal)
{
    console->connected = channel != NULL;
    console->signal = signal;
    if (channel != NULL) {
        rt_ring_producer_init(&console->out, &channel->out, channel->out_bytes, CONSOLE_OUT_BYTES);
        rt_ring_consumer_init(&console->in, &channel->in, channel->in_bytes, CONSOLE_IN_BYTES);
    }
}

static void tell_peer(const struct vm_console *console, bool needed)
{
    if (needed && console->signal != 0) {
        seL4_Signal(console->signal);
    }
}

static void announce(struct vm_console *console)
{
    tell_peer(console, console->must_signal);
    console->must_signal = false;
    console->unannounced = 0;
}

void vm_console_settle(struct vm_console *console)
{
    if (console->must_signal && !console->used) {
        announce(console);
    }
    console->used = false;
}

static void send(void *context, uint8_t byte)
{
    struct vm_console *console = &((struct vm *)context)->console;
    bool was_empty = false;

    if (console->connected) {
        (void)rt_ring_put(&console->out, &byte, 1, &was_empty);
        console->must_signal |= was_empty;
        console->unannounced++;
        if (byte == '\n' || console->unannounced >= CONSOLE_BURST) {
            announce(console);
        }
    }
}

static uint32_t room(void *context)
{
    struct vm_console *console = &((struct vm *)context)->console;

    console->used = true; /* asked at each access that concerns output */
    return console->connected ? rt_ring_space(&console->out) : UINT32_MAX;
}

static uint32_t receive(void *context, uint8_t *to, uint32_t max)
{
    struct vm_console *console = &((struct vm *)context)->console;
    bool was_full = false;
    uint32_t count;

    if (!console->connected) {
        return 0;
    }
    count = rt_ring_take(&console->in, to, max, &was_full);
    tell_peer(console, was_full);
    return count;
}

static void set_irq(void *context, bool high)
{
    struct vm *vm = context;

    vgic_set_level(&vm->vgic, 0, vm->config.base->uart_spi, high);
}

const struct pl011_ops vm_console_ops = {
    .send = send,
    .room = room,
    .receive = receive,
    .set_irq = set_irq,
};
