/* SPDX-License-Identifier: BSD-2-Clause */
/* PL011, output only, as the firmware left it. Source: ARM DDI 0183. */
#include "plat/uart.h"

#include <stdint.h>

#include "plat/plat.h"

#define UARTDR      0x00
#define UARTFR      0x18
#define UARTFR_TXFF (1u << 5)

/* Long enough for a full queue at 9600 baud; a dead UART must not stop the kernel. */
#define PUT_TRIES 10000000u

static volatile uint32_t *reg(unsigned offset)
{
    return (volatile uint32_t *)(uintptr_t)(PLAT_UART_VADDR + offset);
}

void uart_put(char c)
{
    for (unsigned i = 0; i < PUT_TRIES && (*reg(UARTFR) & UARTFR_TXFF); i++) {
    }
    *reg(UARTDR) = (uint8_t)c;
}
