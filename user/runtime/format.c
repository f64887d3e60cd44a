/* SPDX-License-Identifier: BSD-2-Clause */
/* A printf for integers and strings: small, no allocation, no floating point, no locale. */
#include "rt/log.h"

#include <stdbool.h>

#include "rt/mem.h"

struct output {
    char *buffer;
    size_t size;   /* of the buffer, NUL included */
    size_t length; /* of the whole text so far, stored or not */
};

struct conversion {
    bool left;      /* '-' */
    bool zero;      /* '0' */
    bool alternate; /* '#' */
    unsigned width;
    unsigned precision; /* UINT_MAX: none */
    unsigned length;    /* bytes of the integer argument */
};

#define NO_PRECISION UINT32_MAX
#define NUMBER_MAX   1000u /* widths and precisions beyond are cut: no line is that long */

static void put(struct output *out, char c)
{
    if (out->length + 1 < out->size) {
        out->buffer[out->length] = c;
    }
    out->length++;
}

static void pad(struct output *out, char c, unsigned have, unsigned want)
{
    for (; have < want; have++) {
        put(out, c);
    }
}

static void put_text(struct output *out, const struct conversion *conv, const char *text)
{
    size_t length;

    if (text == NULL) {
        text = "(null)";
    }
    length = strnlen(text, conv->precision == NO_PRECISION ? NUMBER_MAX : conv->precision);
    if (!conv->left) {
        pad(out, ' ', (unsigned)length, conv->width);
    }
    for (size_t i = 0; i < length; i++) {
        put(out, text[i]);
    }
    if (conv->left) {
        pad(out, ' ', (unsigned)length, conv->width);
    }
}

/* Digits, last one first. Returns how many. */
static unsigned make_digits(char digits[20], uint64_t value, unsigned base, bool upper)
{
    const char *alphabet = upper ? "0123456789ABCDEF" : "0123456789abcdef";
    unsigned count = 0;

    do {
        digits[count++] = alphabet[value % base];
        value /= base;
    } while (value != 0);
    return count;
}

static void put_number(struct output *out, const struct conversion *conv, uint64_t value,
                       const char *prefix, unsigned base, bool upper)
{
    char digits[20];
    unsigned count = make_digits(digits, value, base, upper);
    unsigned prefix_length = (unsigned)strlen(prefix);
    unsigned zeros = 0;

    if (conv->precision != NO_PRECISION) {
        zeros = conv->precision > count ? conv->precision - count : 0;
    } else if (conv->zero && !conv->left && conv->width > count + prefix_length) {
        zeros = conv->width - count - prefix_length;
    }
    if (!conv->left) {
        pad(out, ' ', prefix_length + zeros + count, conv->width);
    }
    for (unsigned i = 0; i < prefix_length; i++) {
        put(out, prefix[i]);
    }
    pad(out, '0', 0, zeros);
    for (unsigned i = count; i > 0; i--) {
        put(out, digits[i - 1]);
    }
    if (conv->left) {
        pad(out, ' ', prefix_length + zeros + count, conv->width);
    }
}

static unsigned parse_number(const char **format)
{
    unsigned value = 0;

    while (**format >= '0' && **format <= '9') {
        value = value * 10 + (unsigned)(**format - '0');
        if (value > NUMBER_MAX) {
            value = NUMBER_MAX;
        }
        (*format)++;
    }
    return value;
}

static unsigned clamp(int value)
{
    if (value < 0) {
        return 0;
    }
    return value > (int)NUMBER_MAX ? NUMBER_MAX : (unsigned)value;
}

static void parse_flags(const char **format, struct conversion *conv)
{
    for (;; (*format)++) {
        switch (**format) {
        case '-': conv->left = true; break;
        case '0': conv->zero = true; break;
        case '#': conv->alternate = true; break;
        case '+':
        case ' ': break;
        default: return;
        }
    }
}

static void parse_length(const char **format, struct conversion *conv)
{
    conv->length = sizeof(int);
    for (;; (*format)++) {
        switch (**format) {
        case 'l':
        case 'z':
        case 't':
        case 'j': conv->length = sizeof(long long); break;
        case 'h':
            conv->length = conv->length == sizeof(short) ? sizeof(char) : sizeof(short);
            break;
        default: return;
        }
    }
}

/* va_list inside a struct, because it is an array type on some of the machines that run the tests. */
struct arguments {
    va_list list;
};

static uint64_t unsigned_argument(struct arguments *args, unsigned length)
{
    if (length == sizeof(long long)) {
        return va_arg(args->list, unsigned long long);
    }
    unsigned value = va_arg(args->list, unsigned);

    return length == sizeof(int) ? value : value & ((1u << (8 * length)) - 1);
}

static int64_t signed_argument(struct arguments *args, unsigned length)
{
    if (length == sizeof(long long)) {
        return va_arg(args->list, long long);
    }
    int value = va_arg(args->list, int);

    if (length == sizeof(short)) {
        return (short)value;
    }
    return length == sizeof(char) ? (signed char)value : value;
}

static void convert(struct output *out, struct conversion *conv, char type, struct arguments *args)
{
    char text[2] = { 0, 0 };

    switch (type) {
    case 'd':
    case 'i': {
        int64_t value = signed_argument(args, conv->length);

        put_number(out, conv, value < 0 ? -(uint64_t)value : (uint64_t)value, value < 0 ? "-" : "",
                   10, false);
        break;
    }
    case 'u': put_number(out, conv, unsigned_argument(args, conv->length), "", 10, false); break;
    case 'x':
    case 'X': {
        uint64_t value = unsigned_argument(args, conv->length);

        put_number(out, conv, value, conv->alternate && value != 0 ? "0x" : "", 16, type == 'X');
        break;
    }
    case 'p': put_number(out, conv, (uintptr_t)va_arg(args->list, void *), "0x", 16, false); break;
    case 's': put_text(out, conv, va_arg(args->list, const char *)); break;
    case 'c':
        text[0] = (char)va_arg(args->list, int);
        put_text(out, conv, text);
        break;
    default:
        /* '%%', or a format that our own code got wrong: shown as it is. */
        if (type != '%') {
            put(out, '%');
        }
        put(out, type);
        break;
    }
}

int rt_vsnprintf(char *buffer, size_t size, const char *format, va_list args)
{
    struct output out = { .buffer = buffer, .size = size };
    struct arguments arguments;

    va_copy(arguments.list, args);
    while (*format != '\0') {
        struct conversion conv = { .precision = NO_PRECISION };

        if (*format != '%') {
            put(&out, *format++);
            continue;
        }
        format++;
        parse_flags(&format, &conv);
        if (*format == '*') {
            conv.width = clamp(va_arg(arguments.list, int));
            format++;
        } else {
            conv.width = parse_number(&format);
        }
        if (*format == '.') {
            format++;
            if (*format == '*') {
                conv.precision = clamp(va_arg(arguments.list, int));
                format++;
            } else {
                conv.precision = parse_number(&format);
            }
        }
        parse_length(&format, &conv);
        if (*format == '\0') {
            break;
        }
        convert(&out, &conv, *format++, &arguments);
    }
    va_end(arguments.list);
    if (size > 0) {
        buffer[out.length < size ? out.length : size - 1] = '\0';
    }
    return (int)out.length;
}

int rt_snprintf(char *buffer, size_t size, const char *format, ...)
{
    va_list args;
    int length;

    va_start(args, format);
    length = rt_vsnprintf(buffer, size, format, args);
    va_end(args);
    return length;
}
