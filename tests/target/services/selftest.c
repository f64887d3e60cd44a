/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A client of the console and the timer service. Echoes its input as a guest would print it, and on
 * single keys: 't' measures ten timer wake-ups, 'w' writes where it may not, 'c' fails a CHECK, 'q' asks
 * for a capability that it does not have, 'l' fills its log.
 */
#include "selftest.h"

#include "plan/plan.h"
#include "rpc/console.h"
#include "rpc/timer.h"
#include "rt/check.h"
#include "rt/clock.h"
#include "rt/console.h"
#include "rt/log.h"
#include "rt/mem.h"
#include "rt/ring.h"
#include "rt/start.h"
#include "sel4/sel4.h"

static const struct selftest_config *config;
static struct rt_ring_producer out;
static struct rt_ring_consumer in;

static void print(const char *text)
{
    bool wake;

    (void)rt_ring_put(&out, text, (uint32_t)strlen(text), &wake);
    if (wake) {
        seL4_Signal(config->console_slot);
    }
}

static void measure_timer(void)
{
    struct timer_client *page = (struct timer_client *)config->timer_vaddr;
    uint64_t hertz = rt_clock_frequency();
    uint64_t worst = 0;

    for (unsigned i = 0; i < 10; i++) {
        uint64_t wanted = rt_clock_cntpct() + rt_ns_to_ticks(5000000, hertz);
        seL4_Word badge = 0;
        uint64_t late;

        __atomic_store_n(&page->deadline, wanted, __ATOMIC_RELEASE);
        seL4_Signal(config->timer_slot);
        do {
            seL4_Wait(PLAN_SLOT_NOTIFICATION, &badge);
        } while ((badge & config->timer_badge) == 0);
        CHECK(rt_clock_cntpct() >= wanted);
        late = rt_clock_cntpct() - wanted;
        worst = late > worst ? late : worst;
    }
    rt_info("timer: 10 wake-ups, none early, latest %lu us late",
            rt_ticks_to_ns(worst, hertz) / 1000);
}

static void handle(char key)
{
    char text[4] = { key, '\0', '\0', '\0' };

    switch (key) {
    case 't': measure_timer(); break;
    case 'w': *(volatile uint32_t *)config->read_only_vaddr = 1; break;
    case 'c': CHECK(key == 'x'); break;
    case 'q': seL4_Signal(UINT64_C(1) << 32); break;
    case 'l':
        for (unsigned i = 0; i < 1000; i++) {
            rt_info("line %u of 1000", i);
        }
        break;
    case '\r': print("\r\nselftest login: "); break;
    default: print(text); break;
    }
}

void component_main(const void *blob, size_t bytes)
{
    struct console_channel *channel;

    config = blob;
    channel = (struct console_channel *)config->console_vaddr;
    rt_console_log_start(channel, config->console_slot);
    CHECK(bytes == sizeof(*config));
    rt_ring_producer_init(&out, &channel->out, channel->out_bytes, CONSOLE_OUT_BYTES);
    rt_ring_consumer_init(&in, &channel->in, channel->in_bytes, CONSOLE_IN_BYTES);
    rt_info("selftest runs, %llu Hz", (unsigned long long)rt_clock_frequency());
    print("\x1b[1mwelcome\x1b[0m to the \x1b]0;title\aselftest\r\nselftest login: ");
    for (;;) {
        seL4_Word badge = 0;
        char key;
        bool wake;

        while (rt_ring_take(&in, &key, 1, &wake) != 0) {
            if (wake) {
                seL4_Signal(config->console_slot);
            }
            handle(key);
        }
        seL4_Wait(PLAN_SLOT_NOTIFICATION, &badge);
    }
}
