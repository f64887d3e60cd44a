/* SPDX-License-Identifier: BSD-2-Clause */
#include "filter.h"

#include <stdbool.h>

enum state {
    TEXT = 0,
    ESCAPE,        /* after ESC */
    ESCAPE_MIDDLE, /* ESC with intermediate bytes */
    CONTROL,       /* control sequence: ESC [ */
    STRING,        /* control string: ESC ], ESC P, ESC X, ESC ^, ESC _ */
    STRING_ESCAPE, /* ESC inside of a control string: its end, or a new sequence */
};

#define ESC 0x1b
#define BEL 0x07
#define CAN 0x18
#define SUB 0x1a

static bool starts_string(uint8_t byte)
{
    return byte == ']' || byte == 'P' || byte == 'X' || byte == '^' || byte == '_';
}

static uint8_t after_escape(uint8_t byte)
{
    if (byte == '[') {
        return CONTROL;
    }
    if (starts_string(byte)) {
        return STRING;
    }
    return byte >= 0x20 && byte <= 0x2f ? ESCAPE_MIDDLE : TEXT;
}

/* One byte inside of a sequence; nothing of it is shown. */
static uint8_t next_state(uint8_t state, uint8_t byte)
{
    if (byte == CAN || byte == SUB) {
        return TEXT;
    }
    if (byte == ESC) {
        return state == STRING ? STRING_ESCAPE : ESCAPE;
    }
    switch (state) {
    case ESCAPE: return after_escape(byte);
    case ESCAPE_MIDDLE: return byte >= 0x20 && byte <= 0x2f ? ESCAPE_MIDDLE : TEXT;
    case CONTROL: return byte >= 0x40 && byte <= 0x7e ? TEXT : CONTROL;
    case STRING: return byte == BEL ? TEXT : STRING;
    default: return byte == '\\' ? TEXT : after_escape(byte);
    }
}

static uint8_t utf8_length(uint8_t byte)
{
    if (byte >= 0xc2 && byte <= 0xdf) {
        return 2;
    }
    if (byte >= 0xe0 && byte <= 0xef) {
        return 3;
    }
    return byte >= 0xf0 && byte <= 0xf4 ? 4 : 0;
}

static unsigned finish_character(struct filter *filter, uint8_t out[FILTER_OUTPUT_MAX])
{
    unsigned count = filter->held_count;
    /* U+0080 to U+009F are controls in two bytes. */
    bool control = count == 2 && filter->held[0] == 0xc2 && filter->held[1] < 0xa0;

    filter->held_count = 0;
    if (control) {
        return 0;
    }
    for (unsigned i = 0; i < count; i++) {
        out[i] = filter->held[i];
    }
    return count;
}

static unsigned text_byte(struct filter *filter, uint8_t byte, uint8_t out[FILTER_OUTPUT_MAX])
{
    if (filter->held_count > 0) {
        if ((byte & 0xc0) == 0x80) {
            filter->held[filter->held_count++] = byte;
            return filter->held_count == filter->wanted ? finish_character(filter, out) : 0;
        }
        filter->held_count = 0; /* cut short: dropped, this byte counts anew */
    }
    if (byte == ESC) {
        filter->state = ESCAPE;
        return 0;
    }
    if (byte >= 0x80) {
        filter->wanted = utf8_length(byte);
        if (filter->wanted != 0) {
            filter->held[filter->held_count++] = byte;
        }
        return 0;
    }
    if ((byte >= 0x20 && byte != 0x7f) || byte == '\n' || byte == '\t') {
        out[0] = byte;
        return 1;
    }
    return 0;
}

unsigned filter_byte(struct filter *filter, uint8_t byte, uint8_t out[FILTER_OUTPUT_MAX])
{
    if (filter->state == TEXT) {
        return text_byte(filter, byte, out);
    }
    /* A newline ends any sequence that never ended, or one line would swallow all later ones. */
    if (byte == '\n') {
        filter->state = TEXT;
        out[0] = byte;
        return 1;
    }
    filter->state = next_state(filter->state, byte);
    return 0;
}
