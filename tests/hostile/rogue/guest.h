/* SPDX-License-Identifier: BSD-2-Clause */
/* What both bare guests share: their UART, their exits, and access to anything anywhere. */
#ifndef TESTS_HOSTILE_ROGUE_GUEST_H
#define TESTS_HOSTILE_ROGUE_GUEST_H

#include <stdint.h>

#define UART  UINT64_C(0x09000000)
#define GICD  UINT64_C(0x08000000)
#define GICC  UINT64_C(0x08010000)
#define V2M   UINT64_C(0x08020000)

extern volatile uint64_t guest_exceptions; /* taken so far */

void guest_main(void);

static inline void write32(uint64_t address, uint32_t value)
{
    __asm__ volatile("str %w0, [%1]" ::"r"(value), "r"(address) : "memory");
}

static inline uint32_t read32(uint64_t address)
{
    uint32_t value;

    __asm__ volatile("ldr %w0, [%1]" : "=r"(value) : "r"(address) : "memory");
    return value;
}

static inline uint64_t smc(uint64_t function, uint64_t a, uint64_t b, uint64_t c)
{
    register uint64_t x0 __asm__("x0") = function;
    register uint64_t x1 __asm__("x1") = a;
    register uint64_t x2 __asm__("x2") = b;
    register uint64_t x3 __asm__("x3") = c;

    __asm__ volatile("smc #0" : "+r"(x0), "+r"(x1), "+r"(x2), "+r"(x3) : : "memory");
    return x0;
}

static inline void print(const char *text)
{
    for (; *text; text++) {
        while (read32(UART + 0x18) & 0x20) {
        }
        write32(UART, (uint8_t)*text);
    }
}

static inline void print_number(uint64_t value)
{
    char digits[24];
    unsigned at = sizeof(digits) - 1;

    digits[at] = '\0';
    do {
        digits[--at] = (char)('0' + value % 10);
        value /= 10;
    } while (value != 0);
    print(digits + at);
}

#endif
