/* SPDX-License-Identifier: BSD-2-Clause */
#include "uart.h"

/* ARM DDI 0183: data register, flag register; bit 5 of the latter: transmit FIFO full. */
#define PL011_DR      0x00
#define PL011_FR      0x18
#define PL011_FR_TXFF (1u << 5)

/* A UART that never drains must not stop the boot. */
#define MAX_SPINS 1000000u

static uint64_t uart_base;

void uart_select(uint64_t base)
{
    uart_base = base;
}

static void put(char c)
{
    volatile uint32_t *data = (volatile uint32_t *)(uart_base + PL011_DR);
    volatile uint32_t *flags = (volatile uint32_t *)(uart_base + PL011_FR);

    if (uart_base == 0) {
        return;
    }
    for (uint32_t i = 0; i < MAX_SPINS && (*flags & PL011_FR_TXFF); i++) {
    }
    *data = (uint8_t)c;
}

static void put_text(const char *text)
{
    for (; *text; text++) {
        if (*text == '\n') {
            put('\r');
        }
        put(*text);
    }
}

static void put_hex(uint64_t value)
{
    int shift = 60;

    while (shift > 0 && (value >> shift) == 0) {
        shift -= 4;
    }
    for (; shift >= 0; shift -= 4) {
        put("0123456789abcdef"[(value >> shift) & 15]);
    }
}

void uart_print(const char *format, const char *name, const uint64_t *args)
{
    for (; *format; format++) {
        if (format[0] == '%' && format[1] == 'x') {
            put_hex(*args++);
            format++;
        } else if (format[0] == '%' && format[1] == 's') {
            put_text(name);
            format++;
        } else if (*format == '\n') {
            put_text("\n");
        } else {
            put(*format);
        }
    }
}
