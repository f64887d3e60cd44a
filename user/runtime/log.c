/* SPDX-License-Identifier: BSD-2-Clause */
#include "rt/log.h"

#include <stdbool.h>

#include "rt/mem.h"

static rt_log_sink_fn log_sink;
static void *log_sink_context;

void rt_log_set_sink(rt_log_sink_fn sink, void *context)
{
    log_sink = sink;
    log_sink_context = context;
}

static const char *level_prefix(enum rt_log_level level)
{
    switch (level) {
    case RT_LOG_ERROR: return "error: ";
    case RT_LOG_WARN: return "warning: ";
    default: return "";
    }
}

/* What a %s brought in must not move a terminal's cursor or fake a second line. */
static void hide_controls(char *text, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++) {
        if (text[i] < 0x20 || text[i] > 0x7e) {
            text[i] = '?';
        }
    }
}

void rt_vlog(enum rt_log_level level, const char *format, va_list args)
{
    static const char cut_mark[] = "...";
    char line[RT_LOG_LINE_BYTES];
    size_t length;

    if (log_sink == NULL) {
        return;
    }
    length = (size_t)rt_snprintf(line, sizeof(line), "%s", level_prefix(level));
    length += (size_t)rt_vsnprintf(line + length, sizeof(line) - length, format, args);
    if (length > sizeof(line) - 1) {
        length = sizeof(line) - 1;
        memcpy(line + length - (sizeof(cut_mark) - 1), cut_mark, sizeof(cut_mark) - 1);
    }
    hide_controls(line, length);
    line[length] = '\n';
    log_sink(log_sink_context, line, length + 1);
}

void rt_info(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    rt_vlog(RT_LOG_INFO, format, args);
    va_end(args);
}

void rt_warn(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    rt_vlog(RT_LOG_WARN, format, args);
    va_end(args);
}

void rt_error(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    rt_vlog(RT_LOG_ERROR, format, args);
    va_end(args);
}

void rt_warn_limited(struct rt_log_limit *limit, const char *format, ...)
{
    char text[RT_LOG_LINE_BYTES];
    va_list args;

    limit->count++;
    if (limit->count > RT_LOG_LIMIT_BURST && (limit->count & (limit->count - 1)) != 0) {
        return;
    }
    va_start(args, format);
    rt_vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    if (limit->count > RT_LOG_LIMIT_BURST) {
        rt_warn("%s (%llu times so far)", text, (unsigned long long)limit->count);
    } else {
        rt_warn("%s", text);
    }
}
