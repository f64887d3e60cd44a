/* SPDX-License-Identifier: BSD-2-Clause */
/* What all bare guests share: their UART, their exits, and access to anything anywhere. */
#ifndef TESTS_HOSTILE_BARE_GUEST_H
#define TESTS_HOSTILE_BARE_GUEST_H

#include <stdint.h>

#define UART UINT64_C(0x09000000)
#define GICD UINT64_C(0x08000000)
#define GICC UINT64_C(0x08010000)
#define V2M  UINT64_C(0x08020000)

#define SYSTEM_OFF   0x84000008u
#define SYSTEM_RESET 0x84000009u

extern volatile uint64_t guest_exceptions; /* taken so far; each guest defines it */

/* Where this guest lies: what was loaded, and behind it .bss with the stack. Hidden: not in a GOT, which
   nobody would relocate. */
#define GUEST_HIDDEN __attribute__((visibility("hidden")))
extern char guest_start[] GUEST_HIDDEN;
extern char guest_loaded_end[] GUEST_HIDDEN;
extern char guest_end[] GUEST_HIDDEN;

/* The guest's program. dtb: address of the device tree. Returning ends in WFI for ever. */
void guest_main(uint64_t dtb);

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

static inline void write8(uint64_t address, uint8_t value)
{
    __asm__ volatile("strb %w0, [%1]" ::"r"(value), "r"(address) : "memory");
}

static inline uint8_t read8(uint64_t address)
{
    uint8_t value;

    __asm__ volatile("ldrb %w0, [%1]" : "=r"(value) : "r"(address) : "memory");
    return value;
}

static inline void write16(uint64_t address, uint16_t value)
{
    __asm__ volatile("strh %w0, [%1]" ::"r"(value), "r"(address) : "memory");
}

static inline uint16_t read16(uint64_t address)
{
    uint16_t value;

    __asm__ volatile("ldrh %w0, [%1]" : "=r"(value) : "r"(address) : "memory");
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

static inline void print_hex(uint64_t value)
{
    char digits[] = "0x0000000000000000";

    for (unsigned at = sizeof(digits) - 2; value != 0; at--, value >>= 4) {
        digits[at] = "0123456789abcdef"[value & 15];
    }
    print(digits);
}

/* The next key that was typed, or 0. */
static inline uint32_t read_key(void)
{
    return read32(UART + 0x18) & 0x10 ? 0 : read32(UART) & 0xff;
}

#endif
