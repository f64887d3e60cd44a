/* SPDX-License-Identifier: BSD-2-Clause */
#include "uart.h"

#include <stddef.h>
#include <stdint.h>

#include "rt/log.h"

#define UART_DR      0x00u
#define UART_FR      0x18u
#define UART_FR_TXFF 0x20u

/* A UART that never drains must not keep the system from starting. */
#define POLLS_MAX 1000000u

static volatile uint8_t *uart;

static void put(char c)
{
    for (unsigned i = 0; i < POLLS_MAX; i++) {
        if ((*(volatile uint32_t *)(uart + UART_FR) & UART_FR_TXFF) == 0) {
            break;
        }
    }
    *(volatile uint32_t *)(uart + UART_DR) = (uint8_t)c;
}

static void to_uart(void *context, const char *line, size_t bytes)
{
    static const char prefix[] = "[init] ";

    (void)context;
    for (size_t i = 0; i + 1 < sizeof(prefix); i++) {
        put(prefix[i]);
    }
    for (size_t i = 0; i < bytes; i++) {
        if (line[i] == '\n') {
            put('\r');
        }
        put(line[i]);
    }
}

void uart_log_start(volatile void *registers)
{
    uart = registers;
    rt_log_set_sink(to_uart, NULL);
}
