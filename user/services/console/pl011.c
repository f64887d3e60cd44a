/* SPDX-License-Identifier: BSD-2-Clause */
#include "pl011.h"

#define DR    0x00u
#define FR    0x18u
#define LCR_H 0x2cu
#define CR    0x30u
#define IFLS  0x34u
#define IMSC  0x38u
#define ICR   0x44u

#define DR_ERRORS 0xf00u
#define FR_RXFE   0x10u
#define FR_TXFF   0x20u
#define LCR_H_FEN 0x10u
#define CR_UARTEN 0x001u
#define CR_TXE    0x100u
#define CR_RXE    0x200u
#define INT_RX    0x10u
#define INT_TX    0x20u
#define INT_RT    0x40u /* bytes wait in the FIFO below the trigger level */
#define INT_ALL   0x7ffu

static uint32_t read_reg(const struct pl011 *uart, uint32_t offset)
{
    return *(volatile uint32_t *)(uart->base + offset);
}

static void write_reg(const struct pl011 *uart, uint32_t offset, uint32_t value)
{
    *(volatile uint32_t *)(uart->base + offset) = value;
}

void pl011_start(struct pl011 *uart, uint64_t vaddr)
{
    uart->base = (volatile uint8_t *)(uintptr_t)vaddr;
    write_reg(uart, IMSC, 0);
    write_reg(uart, ICR, INT_ALL);
    write_reg(uart, IFLS, 0); /* receive at 1/8, transmit at 1/8 */
    write_reg(uart, LCR_H, read_reg(uart, LCR_H) | LCR_H_FEN);
    write_reg(uart, CR, read_reg(uart, CR) | CR_UARTEN | CR_TXE | CR_RXE);
    write_reg(uart, IMSC, INT_RX | INT_RT);
}

bool pl011_take(const struct pl011 *uart, uint8_t *byte)
{
    while ((read_reg(uart, FR) & FR_RXFE) == 0) {
        uint32_t data = read_reg(uart, DR);

        if ((data & DR_ERRORS) == 0) {
            *byte = (uint8_t)data;
            return true;
        }
    }
    return false;
}

bool pl011_put(const struct pl011 *uart, uint8_t byte)
{
    if ((read_reg(uart, FR) & FR_TXFF) != 0) {
        return false;
    }
    write_reg(uart, DR, byte);
    return true;
}

void pl011_want_room(const struct pl011 *uart, bool wanted)
{
    write_reg(uart, IMSC, INT_RX | INT_RT | (wanted ? INT_TX : 0));
}

void pl011_clear(const struct pl011 *uart)
{
    write_reg(uart, ICR, INT_RX | INT_RT | INT_TX);
}
