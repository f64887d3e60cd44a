/* SPDX-License-Identifier: BSD-2-Clause */
#include "report.h"

static volatile unsigned int *uart;
static unsigned int checks;

/* The compiler calls them for structures; a program without a C library brings its own. */
void *memset(void *to, int value, unsigned long bytes);
void *memcpy(void *to, const void *from, unsigned long bytes);

void *memset(void *to, int value, unsigned long bytes)
{
    volatile char *at = to;

    while (bytes--) {
        *at++ = (char)value;
    }
    return to;
}

void *memcpy(void *to, const void *from, unsigned long bytes)
{
    volatile char *at = to;
    const char *source = from;

    while (bytes--) {
        *at++ = *source++;
    }
    return to;
}

void report_begin(unsigned long uart_address)
{
    uart = (volatile unsigned int *)uart_address;
}

void put_text(const char *text)
{
    for (; *text; text++) {
        while (uart[6] & 0x20) {
        }
        uart[0] = (unsigned char)*text;
    }
}

static void put_number(unsigned int value)
{
    char digits[11];
    char *at = digits + sizeof(digits) - 1;

    *at = '\0';
    do {
        *--at = (char)('0' + value % 10);
        value /= 10;
    } while (value);
    put_text(at);
}

void check(int good, const char *text)
{
    put_text(good ? "ok " : "not ok ");
    put_number(++checks);
    put_text(" - ");
    put_text(text);
    put_text("\n");
}
