/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Log lines of a native component. Each call makes exactly one line: prefix, text, '\n'; control
 * characters in the text (a %s may come from a guest) become '?'. The line goes to the sink that
 * was plugged in; without one it is dropped.
 *
 * Formats: %d %i %u %x %X %p %s %c %%, length modifiers l, ll, z, t and h, hh; flags '0', '-', '#';
 * a width and, for strings, a precision (number or '*'). No floating point.
 *
 * Not for concurrent use: one component has one thread that logs.
 */
#ifndef RT_LOG_H
#define RT_LOG_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#define RT_LOG_LINE_BYTES 256u /* longest line, '\n' included; longer ones are cut, marked "..." */

enum rt_log_level {
    RT_LOG_ERROR = 0, /* something that was asked for does not work */
    RT_LOG_WARN = 1,  /* a peer, guest or file did something that was refused */
    RT_LOG_INFO = 2,  /* what a user wants to see once */
};

/*
 * Takes one whole line.
 *
 * @context: as given to rt_log_set_sink.
 * @line: `bytes` bytes, the last one '\n'; not NUL-terminated.
 */
typedef void (*rt_log_sink_fn)(void *context, const char *line, size_t bytes);

/* Sends all later lines to `sink`; NULL drops them. */
void rt_log_set_sink(rt_log_sink_fn sink, void *context);

void rt_info(const char *format, ...) __attribute__((format(printf, 1, 2)));
void rt_warn(const char *format, ...) __attribute__((format(printf, 1, 2)));  /* "warning: " */
void rt_error(const char *format, ...) __attribute__((format(printf, 1, 2))); /* "error: " */

void rt_vlog(enum rt_log_level level, const char *format, va_list args)
    __attribute__((format(printf, 2, 0)));

/*
 * Limits the lines that one cause can make. Keep one per cause (and per guest or peer), zeroed.
 * The first RT_LOG_LIMIT_BURST occurrences are printed, then only each power of two, with the
 * number so far; needs no clock, so a storm of n events costs at most 8 + log2(n) lines.
 */
struct rt_log_limit {
    uint64_t count; /* occurrences so far, printed or not */
};

#define RT_LOG_LIMIT_BURST 8u

void rt_warn_limited(struct rt_log_limit *limit, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/*
 * snprintf with the formats above. Writes at most `size` bytes, NUL included (nothing if size is 0).
 * Returns the length that the whole text would have had, without NUL.
 */
int rt_snprintf(char *buffer, size_t size, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
int rt_vsnprintf(char *buffer, size_t size, const char *format, va_list args)
    __attribute__((format(printf, 3, 0)));

#endif
