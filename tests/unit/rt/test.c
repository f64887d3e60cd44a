/* SPDX-License-Identifier: BSD-2-Clause */
/* The runtime's formatter, log, rings, clock conversions and slot ranges. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "rt/clock.h"
#include "rt/log.h"
#include "rt/mem.h"
#include "rt/ring.h"
#include "rt/slots.h"
#include "tap.h"

static char captured[4096];
static size_t captured_bytes;
static unsigned captured_lines;

static void capture(void *context, const char *line, size_t bytes)
{
    (void)context;
    memcpy(captured, line, bytes);
    captured_bytes = bytes;
    captured[bytes] = '\0';
    captured_lines++;
}

static void test_format(void)
{
    char ours[200];
    char theirs[200];
    const char *volatile nothing = NULL; /* volatile: the compiler must not see it coming */

#define SAME(...)                                                                                  \
    do {                                                                                           \
        int a = rt_snprintf(ours, sizeof(ours), __VA_ARGS__);                                      \
        int b = snprintf(theirs, sizeof(theirs), __VA_ARGS__);                                     \
        TAP_OK(a == b && strcmp(ours, theirs) == 0, "rt/format like printf: '%s' '%s'", ours,      \
               theirs);                                                                            \
    } while (0)
    SAME("%d %i %u", -5, INT32_MIN, UINT32_MAX);
    SAME("%lx %llx %zu %ld", 0xdeadbeeful, 0xffffffffffffffffull, (size_t)17, -3l);
    SAME("[%5d] [%-5d] [%05d] [%5s] [%-5s]", 42, 42, 42, "ab", "ab");
    SAME("[%.3s] [%.*s] [%*d]", "abcdef", 2, "xyz", 6, 7);
    SAME("%08llx %#x %#x %X", 0x1234ull, 0x10, 0, 0xabc);
    SAME("%hhu %hu %hhd", (unsigned char)200, (unsigned short)60000, (signed char)-1);
    SAME("%c%c%%", 'o', 'k');
    SAME("%.4u|%8.4u|%-8.4u|", 7, 7, 7);
    SAME("%p", (void *)0x1234);
    TAP_OK(rt_snprintf(ours, 4, "abcdef") == 6 && strcmp(ours, "abc") == 0,
           "rt/format cuts at the buffer and says the whole length");
    TAP_OK(rt_snprintf(NULL, 0, "%d", 12345) == 5, "rt/format with no buffer only counts");
    rt_snprintf(ours, sizeof(ours), "%s", nothing);
    TAP_OK(strcmp(ours, "(null)") == 0, "rt/format survives a NULL string");
}

static void test_log(void)
{
    struct rt_log_limit limit = { 0 };
    char longest[600];

    rt_log_set_sink(capture, NULL);
    rt_warn("guest %s", "x\x1b[2J\ny\xc3");
    TAP_OK(strcmp(captured, "warning: guest x?[2J?y?\n") == 0,
           "rt/log makes one line and hides control bytes");
    memset(longest, 'a', sizeof(longest) - 1);
    longest[sizeof(longest) - 1] = '\0';
    rt_info("%s", longest);
    TAP_OK(captured_bytes == RT_LOG_LINE_BYTES &&
               strcmp(captured + captured_bytes - 4, "...\n") == 0,
           "rt/log cuts long lines and marks them");
    captured_lines = 0;
    for (int i = 0; i < 100000; i++) {
        rt_warn_limited(&limit, "storm");
    }
    TAP_OK(captured_lines == RT_LOG_LIMIT_BURST + 13,
           "rt/log limits 100000 equal events to %u lines", captured_lines);
    TAP_OK(strcmp(captured, "warning: storm (65536 times so far)\n") == 0,
           "rt/log says how often it happened");
    rt_log_set_sink(NULL, NULL);
    captured_lines = 0;
    rt_error("nobody listens");
    TAP_OK(captured_lines == 0, "rt/log without a sink drops lines");
}

static void test_ring(void)
{
    static struct console_channel channel;
    struct rt_ring_producer put;
    struct rt_ring_consumer take;
    uint8_t sent[3000];
    uint8_t got[3000];
    bool wake = false;
    unsigned in = 0;
    unsigned out = 0;
    bool same = true;

    channel.in.head.value = channel.in.tail.value =
        UINT32_MAX - 100; /* counters wrap in the test */
    rt_ring_producer_init(&put, &channel.in, channel.in_bytes, CONSOLE_IN_BYTES);
    rt_ring_consumer_init(&take, &channel.in, channel.in_bytes, CONSOLE_IN_BYTES);
    TAP_OK(rt_ring_take(&take, got, sizeof(got), &wake) == 0 && !wake, "rt/ring starts empty");
    TAP_OK(rt_ring_put(&put, "ab", 2, &wake) == 2 && wake, "rt/ring first bytes want a signal");
    TAP_OK(rt_ring_put(&put, "cd", 2, &wake) == 2 && !wake, "rt/ring later bytes want none");
    TAP_OK(rt_ring_take(&take, got, 4, &wake) == 4 && !wake && memcmp(got, "abcd", 4) == 0,
           "rt/ring bytes come out in order");
    memset(sent, 1, sizeof(sent));
    TAP_OK(rt_ring_put(&put, sent, sizeof(sent), &wake) == CONSOLE_IN_BYTES && wake,
           "rt/ring takes no more than fits");
    TAP_OK(rt_ring_put_all(&put, sent, 1, &wake) == 0 && rt_ring_space(&put) == 0,
           "rt/ring all-or-nothing refuses when full");
    TAP_OK(rt_ring_take(&take, got, 1, &wake) == 1 && wake, "rt/ring leaving full wants a signal");
    rt_ring_take(&take, got, sizeof(got), &wake);

    srand(1);
    for (int round = 0; round < 20000; round++) {
        uint32_t want = (uint32_t)rand() % 200;
        uint32_t n;

        for (uint32_t i = 0; i < want; i++) {
            sent[i] = (uint8_t)(in + i);
        }
        in += rt_ring_put(&put, sent, want, &wake);
        n = rt_ring_take(&take, got, (uint32_t)rand() % 200, &wake);
        for (uint32_t i = 0; i < n; i++) {
            same = same && got[i] == (uint8_t)(out + i);
        }
        out += n;
    }
    TAP_OK(same && out > 100000, "rt/ring keeps %u bytes in order across wraps", out);
}

static void test_hostile_ring(void)
{
    static struct console_channel channel;
    struct rt_ring_producer put;
    struct rt_ring_consumer take;
    uint8_t bytes[CONSOLE_IN_BYTES];
    bool wake = false;
    bool bounded = true;

    rt_ring_producer_init(&put, &channel.in, channel.in_bytes, CONSOLE_IN_BYTES);
    rt_ring_consumer_init(&take, &channel.in, channel.in_bytes, CONSOLE_IN_BYTES);
    channel.in.head.value = CONSOLE_IN_BYTES + 1;
    TAP_OK(rt_ring_take(&take, bytes, sizeof(bytes), &wake) == 0,
           "rt/ring treats a head too far ahead as empty");
    srand(2);
    for (int i = 0; i < 100000; i++) {
        channel.in.head.value = (uint32_t)rand() * 3u;
        channel.in.tail.value = (uint32_t)rand() * 3u;
        bounded = bounded && rt_ring_take(&take, bytes, sizeof(bytes), &wake) <= sizeof(bytes);
        bounded = bounded && rt_ring_put(&put, bytes, sizeof(bytes), &wake) <= sizeof(bytes);
    }
    TAP_OK(bounded, "rt/ring stays inside whatever the peer's counters say");
}

static void test_clock(void)
{
    TAP_OK(rt_ticks_to_ns(62500000, 62500000) == RT_NS_PER_S, "rt/clock one second is one second");
    TAP_OK(rt_ticks_to_ns(1, 62500000) == 16 && rt_ns_to_ticks(16, 62500000) == 1,
           "rt/clock one tick at 62.5 MHz is 16 ns");
    TAP_OK(rt_ticks_to_ns(UINT64_C(1) << 62, 1000000000) == UINT64_C(1) << 62,
           "rt/clock large counts do not overflow");
    TAP_OK(rt_ticks_to_ns(UINT64_MAX, 1) == UINT64_MAX, "rt/clock says when it is too large");
    TAP_OK(rt_ticks_to_ns(5, 0) == 0, "rt/clock a frequency of 0 does not divide");
}

static void test_slots(void)
{
    struct rt_slots slots;
    uint64_t slot = 0;

    rt_slots_init(&slots, 16, 4);
    TAP_OK(rt_slots_take(&slots, 3, &slot) == RT_OK && slot == 16, "rt/slots gives the first");
    TAP_OK(rt_slots_take(&slots, 2, &slot) == RT_ERR_NO_SLOT, "rt/slots refuses what does not fit");
    TAP_OK(rt_slots_take(&slots, 1, &slot) == RT_OK && slot == 19, "rt/slots gives the last");
    TAP_OK(rt_slots_take(&slots, UINT64_MAX, &slot) == RT_ERR_NO_SLOT, "rt/slots huge counts");
    rt_slots_reset(&slots);
    TAP_OK(rt_slots_take(&slots, 4, &slot) == RT_OK && slot == 16, "rt/slots reset frees all");
}

static void test_text(void)
{
    char buffer[5];

    TAP_OK(rt_string_copy(buffer, sizeof(buffer), "abcdefgh", 8) == 4 &&
               strcmp(buffer, "abcd") == 0,
           "rt/text cuts and terminates");
    TAP_OK(rt_string_copy(buffer, sizeof(buffer), "xy", 1) == 1 && strcmp(buffer, "x") == 0,
           "rt/text reads no more than it may");
}

int main(void)
{
    test_format();
    test_log();
    test_ring();
    test_hostile_ring();
    test_clock();
    test_slots();
    test_text();
    return TAP_DONE();
}
