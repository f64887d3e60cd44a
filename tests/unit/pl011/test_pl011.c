/* SPDX-License-Identifier: BSD-2-Clause */
/* PL011: backpressure, interrupts and identification as a PrimeCell driver uses them. */
#include "vmm/board/pl011.h"

#include <string.h>

#include "tap.h"

#define UART UINT64_C(0x09000000)

static struct {
    char sent[4096];
    unsigned sent_count;
    uint32_t room;
    const char *input;
    bool irq;
} line;

static struct pl011 uart;

static void send(void *context, uint8_t byte)
{
    (void)context;
    line.sent[line.sent_count++] = (char)byte;
    line.room--;
}

static uint32_t room(void *context)
{
    (void)context;
    return line.room;
}

static uint32_t receive(void *context, uint8_t *to, uint32_t max)
{
    uint32_t count = 0;

    (void)context;
    while (count < max && *line.input) {
        to[count++] = (uint8_t)*line.input++;
    }
    return count;
}

static void set_irq(void *context, bool high)
{
    (void)context;
    line.irq = high;
}

static const struct pl011_ops ops = {
    .send = send,
    .room = room,
    .receive = receive,
    .set_irq = set_irq,
};

static uint32_t read_reg(unsigned offset)
{
    struct bus_access access = { .ipa = UART + offset, .size = 4 };

    return pl011_access(&uart, &access) == BUS_HANDLED ? (uint32_t)access.data : UINT32_MAX;
}

static void write_reg(unsigned offset, uint32_t value)
{
    struct bus_access access = { .ipa = UART + offset, .size = 4, .write = true, .data = value };

    (void)pl011_access(&uart, &access);
}

static void fresh(uint32_t free_bytes, const char *input)
{
    memset(&line, 0, sizeof(line));
    line.room = free_bytes;
    line.input = input;
    pl011_init(&uart, &ops, NULL);
}

static void test_transmit(void)
{
    fresh(64, "");
    TAP_OK((read_reg(0x18) & 0xb0) == 0x90, "pl011/idle: transmit FIFO empty, receive FIFO empty");
    write_reg(0x38, 0x20);
    TAP_OK(!line.irq, "pl011/no transmit interrupt before the first byte");
    write_reg(0x00, 'a');
    TAP_OK(line.sent[0] == 'a' && line.irq && read_reg(0x40) == 0x20,
           "pl011/a byte is sent and the transmit interrupt comes");
    write_reg(0x44, 0x20);
    TAP_OK(!line.irq, "pl011/the guest clears it");
    for (unsigned i = 0; i < 70; i++) {
        write_reg(0x00, 'b');
    }
    TAP_OK(line.sent_count == 64 && uart.lost == 7, "pl011/bytes beyond a full FIFO are lost");
    TAP_OK((read_reg(0x18) & 0xa0) == 0x20 && !line.irq, "pl011/full FIFO says so, no interrupt");
    line.room = 8;
    pl011_poll(&uart);
    TAP_OK(!line.irq && (read_reg(0x18) & 0x20) == 0, "pl011/little room: no interrupt yet");
    line.room = 40;
    pl011_poll(&uart);
    TAP_OK(line.irq, "pl011/room for a whole FIFO: transmit interrupt");
    write_reg(0x38, 0);
    TAP_OK(!line.irq && read_reg(0x3c) == 0x20, "pl011/masked: raw status only");
}

static void test_receive(void)
{
    char text[101];
    unsigned right = 0;

    memset(text, 0, sizeof(text));
    for (unsigned i = 0; i < 100; i++) {
        text[i] = (char)('!' + i % 90);
    }
    fresh(64, text);
    write_reg(0x38, 0x50);
    pl011_poll(&uart);
    TAP_OK(line.irq && (read_reg(0x18) & 0x50) == 0x40,
           "pl011/input fills the FIFO and interrupts");
    for (unsigned i = 0; i < 100; i++) {
        right += read_reg(0x00) == (uint8_t)text[i];
    }
    TAP_OK(right == 100, "pl011/more than a FIFO is read in order without another signal");
    TAP_OK(!line.irq && (read_reg(0x18) & 0x10), "pl011/empty again, line low");
    TAP_OK(read_reg(0x00) == 0, "pl011/reading an empty FIFO gives zero");
}

static void test_registers(void)
{
    struct bus_access wide = { .ipa = UART, .size = 8 };
    struct bus_access odd = { .ipa = UART + 0x19, .size = 2 };
    struct bus_access byte = { .ipa = UART + 0xfe0, .size = 1 };

    fresh(64, "");
    TAP_OK(read_reg(0xfe0) == 0x11 && read_reg(0xfe4) == 0x10 && read_reg(0xfe8) == 0x34 &&
               read_reg(0xff0) == 0x0d && read_reg(0xffc) == 0xb1,
           "pl011/PrimeCell identification");
    TAP_OK(pl011_access(&uart, &byte) == BUS_HANDLED && byte.data == 0x11, "pl011/byte access");
    TAP_OK(pl011_access(&uart, &wide) == BUS_FAULT, "pl011/8 bytes are refused");
    TAP_OK(pl011_access(&uart, &odd) == BUS_FAULT, "pl011/misaligned is refused");
    write_reg(0x30, 0xffffffff);
    write_reg(0x2c, 0xffffffff);
    write_reg(0x24, 0xffffffff);
    TAP_OK(read_reg(0x30) == 0xff87 && read_reg(0x2c) == 0xff && read_reg(0x24) == 0xffff,
           "pl011/reserved bits read as zero");
    pl011_reset(&uart);
    TAP_OK(read_reg(0x30) == 0x300 && read_reg(0x34) == 0x12, "pl011/reset values");
}

int main(void)
{
    test_transmit();
    test_receive();
    test_registers();
    return TAP_DONE();
}
