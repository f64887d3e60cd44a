/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/check.h"

#include <stdarg.h>
#include <stdbool.h>

#include "arch/machine.h"
#include "plat/uart.h"

/* Bound of the loops: the kernel's own strings, the digits of a number. */
static void put_char(char c)
{
    if (c == '\n') {
        uart_put('\r');
    }
    uart_put(c);
}

static void put_string(const char *s)
{
    while (s && *s) {
        put_char(*s++);
    }
}

static void put_number(uint64_t value, unsigned base)
{
    char digits[20];
    unsigned count = 0;

    do {
        digits[count++] = "0123456789abcdef"[value % base];
        value /= base;
    } while (value);
    while (count) {
        put_char(digits[--count]);
    }
}

static void put_signed(int64_t value)
{
    if (value < 0) {
        put_char('-');
        put_number(-(uint64_t)value, 10);
    } else {
        put_number((uint64_t)value, 10);
    }
}

/* Formats one conversion that starts behind '%'; returns its last character. */
static const char *put_conversion(const char *format, va_list *args)
{
    bool is_long = *format == 'l';

    if (is_long) {
        format++;
    }
    switch (*format) {
    case 's': put_string(va_arg(*args, const char *)); break;
    case 'c': put_char((char)va_arg(*args, int)); break;
    case 'd': put_signed(is_long ? va_arg(*args, long) : va_arg(*args, int)); break;
    case 'u':
        put_number(is_long ? va_arg(*args, unsigned long) : va_arg(*args, unsigned), 10);
        break;
    case 'x':
        put_number(is_long ? va_arg(*args, unsigned long) : va_arg(*args, unsigned), 16);
        break;
    default: put_char(*format); break;
    }
    return format;
}

/* Bound: the format's length; strings and numbers are the kernel's own. */
void klog(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    for (; *format; format++) {
        if (*format == '%' && format[1]) {
            format = put_conversion(format + 1, &args);
        } else {
            put_char(*format);
        }
    }
    va_end(args);
}

_Noreturn void check_failed(const char *condition, const char *file, int line)
{
    klog("kernel check failed: %s at %s:%d\n", condition, file, line);
    arch_halt();
}
