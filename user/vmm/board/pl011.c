/* SPDX-License-Identifier: BSD-2-Clause */
#include "vmm/board/pl011.h"

#include "rt/mem.h"

#define REG_DR    0x000u
#define REG_RSR   0x004u
#define REG_FR    0x018u
#define REG_ILPR  0x020u
#define REG_IBRD  0x024u
#define REG_FBRD  0x028u
#define REG_LCRH  0x02cu
#define REG_CR    0x030u
#define REG_IFLS  0x034u
#define REG_IMSC  0x038u
#define REG_RIS   0x03cu
#define REG_MIS   0x040u
#define REG_ICR   0x044u
#define REG_DMACR 0x048u
#define REG_ID    0xfe0u

#define FR_MODEM 0x007u /* CTS, DSR, DCD: somebody is there */
#define FR_RXFE  0x010u
#define FR_TXFF  0x020u
#define FR_RXFF  0x040u
#define FR_TXFE  0x080u

#define INT_RX  0x010u
#define INT_TX  0x020u
#define INT_RT  0x040u
#define INT_ALL 0x7ffu

#define CR_RESET   0x300u
#define IFLS_RESET 0x012u

static const uint8_t identity[8] = { 0x11, 0x10, 0x34, 0x00, 0x0d, 0xf0, 0x05, 0xb1 };

/*
 * Receive interrupts follow the FIFO: what arrives is a burst from a person or a script, so the
 * time that a real UART waits before it reports a half-empty FIFO is taken as over.
 */
static uint32_t raw_interrupts(const struct pl011 *uart)
{
    return uart->tx_pending | (uart->rx_count ? INT_RX | INT_RT : 0);
}

static void update_irq(struct pl011 *uart)
{
    uart->ops->set_irq(uart->context, (raw_interrupts(uart) & uart->imsc) != 0);
}

void pl011_init(struct pl011 *uart, const struct pl011_ops *ops, void *context)
{
    memset(uart, 0, sizeof(*uart));
    uart->ops = ops;
    uart->context = context;
    pl011_reset(uart);
}

void pl011_reset(struct pl011 *uart)
{
    uart->rx_first = 0;
    uart->rx_count = 0;
    uart->tx_pending = 0;
    uart->imsc = 0;
    uart->cr = CR_RESET;
    uart->lcrh = 0;
    uart->ifls = IFLS_RESET;
    uart->ibrd = 0;
    uart->fbrd = 0;
    uart->dmacr = 0;
    uart->ilpr = 0;
    update_irq(uart);
}

static void fill_rx(struct pl011 *uart)
{
    while (uart->rx_count < PL011_FIFO) {
        uint8_t byte;

        if (uart->ops->receive(uart->context, &byte, 1) == 0) {
            return;
        }
        uart->rx[(uart->rx_first + uart->rx_count) % PL011_FIFO] = byte;
        uart->rx_count++;
    }
}

void pl011_poll(struct pl011 *uart)
{
    fill_rx(uart);
    /* Linux writes half a FIFO per transmit interrupt without looking: it must fit. */
    if (uart->ops->room(uart->context) >= PL011_FIFO) {
        uart->tx_pending = INT_TX;
    }
    update_irq(uart);
}

static uint32_t read_data(struct pl011 *uart)
{
    uint32_t value = 0;

    if (uart->rx_count == 0) {
        fill_rx(uart);
    }
    if (uart->rx_count != 0) {
        value = uart->rx[uart->rx_first];
        uart->rx_first = (uart->rx_first + 1) % PL011_FIFO;
        uart->rx_count--;
        if (uart->rx_count == 0) {
            fill_rx(uart);
            update_irq(uart);
        }
    }
    return value;
}

static void write_data(struct pl011 *uart, uint8_t byte)
{
    uint32_t room = uart->ops->room(uart->context);

    if (room == 0) {
        uart->lost++;
        return;
    }
    uart->ops->send(uart->context, byte);
    uart->tx_pending = room > PL011_FIFO ? INT_TX : 0;
    update_irq(uart);
}

static uint32_t read_flags(struct pl011 *uart)
{
    uint32_t flags = FR_MODEM;

    if (uart->rx_count == 0) {
        fill_rx(uart);
    }
    flags |= uart->rx_count == 0 ? FR_RXFE : 0;
    flags |= uart->rx_count == PL011_FIFO ? FR_RXFF : 0;
    flags |= uart->ops->room(uart->context) == 0 ? FR_TXFF : FR_TXFE;
    return flags;
}

static uint32_t read_register(struct pl011 *uart, unsigned offset)
{
    switch (offset) {
    case REG_DR: return read_data(uart);
    case REG_FR: return read_flags(uart);
    case REG_ILPR: return uart->ilpr;
    case REG_IBRD: return uart->ibrd;
    case REG_FBRD: return uart->fbrd;
    case REG_LCRH: return uart->lcrh;
    case REG_CR: return uart->cr;
    case REG_IFLS: return uart->ifls;
    case REG_IMSC: return uart->imsc;
    case REG_RIS: return raw_interrupts(uart);
    case REG_MIS: return raw_interrupts(uart) & uart->imsc;
    case REG_DMACR: return uart->dmacr;
    default: return offset >= REG_ID ? identity[(offset - REG_ID) / 4] : 0;
    }
}

static void write_register(struct pl011 *uart, unsigned offset, uint32_t value)
{
    switch (offset) {
    case REG_DR: write_data(uart, (uint8_t)value); break;
    case REG_ILPR: uart->ilpr = value & 0xff; break;
    case REG_IBRD: uart->ibrd = value & 0xffff; break;
    case REG_FBRD: uart->fbrd = value & 0x3f; break;
    case REG_LCRH: uart->lcrh = value & 0xff; break;
    case REG_CR: uart->cr = value & 0xff87; break;
    case REG_IFLS: uart->ifls = value & 0x3f; break;
    case REG_IMSC:
        uart->imsc = value & INT_ALL;
        update_irq(uart);
        break;
    case REG_ICR:
        uart->tx_pending &= ~value;
        update_irq(uart);
        break;
    case REG_DMACR: uart->dmacr = value & 0x7; break;
    default: /* RSR/ECR: no errors ever; the rest is read-only or reserved */ break;
    }
}

enum bus_result pl011_access(void *opaque, struct bus_access *access)
{
    struct pl011 *uart = opaque;
    unsigned offset = access->ipa & (PL011_BYTES - 1);

    if (access->size > 4 || (offset & (access->size - 1)) != 0) {
        return BUS_FAULT;
    }
    if (!access->write) {
        access->data = read_register(uart, offset & ~3u) >> (8 * (offset & 3));
    } else if ((offset & 3) == 0) {
        write_register(uart, offset, (uint32_t)access->data);
    }
    return BUS_HANDLED;
}
