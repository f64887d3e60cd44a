/* SPDX-License-Identifier: BSD-2-Clause */
/* Generic watchdog: two time-outs, what refreshes it, every value that a guest may program. */
#include "vmm/board/watchdog.h"

#include "tap.h"

#define CONTROL UINT64_C(0x08030000)
#define REFRESH (CONTROL + WATCHDOG_FRAME_BYTES)
#define HERTZ   UINT64_C(62500000)
#define WCS     (CONTROL + 0x000)
#define WOR     (CONTROL + 0x008)
#define WCV     (CONTROL + 0x010)
#define IIDR    0xfccu

static uint64_t counter;
static bool line;
static unsigned rearms;

static uint64_t now(void *context)
{
    (void)context;
    return counter;
}

static void set_irq(void *context, bool high)
{
    (void)context;
    line = high;
}

static void rearm(void *context)
{
    (void)context;
    rearms++;
}

static const struct watchdog_ops ops = { .now = now, .set_irq = set_irq, .rearm = rearm };

static enum bus_result run(struct watchdog *dog, uint64_t ipa, unsigned size, bool write,
                           uint64_t *data)
{
    struct bus_access access = { .ipa = ipa, .size = size, .write = write, .data = *data };
    enum bus_result result = watchdog_access(dog, &access);

    *data = access.data;
    return result;
}

static uint64_t get(struct watchdog *dog, uint64_t ipa)
{
    uint64_t data = 0;

    return run(dog, ipa, 4, false, &data) == BUS_HANDLED ? data : UINT64_MAX;
}

static void put(struct watchdog *dog, uint64_t ipa, uint64_t value)
{
    (void)run(dog, ipa, 4, true, &value);
}

static void put_wide(struct watchdog *dog, uint64_t ipa, uint64_t value)
{
    put(dog, ipa, value & 0xffffffff);
    put(dog, ipa + 4, value >> 32);
}

static uint64_t get_wide(struct watchdog *dog, uint64_t ipa)
{
    return get(dog, ipa) | get(dog, ipa + 4) << 32;
}

static void fresh(struct watchdog *dog)
{
    counter = 1000 * HERTZ;
    watchdog_init(dog, &ops, NULL, HERTZ);
}

static void test_two_stages(void)
{
    struct watchdog dog;

    fresh(&dog);
    TAP_OK(watchdog_deadline(&dog) == WATCHDOG_NO_DEADLINE && get(&dog, WCS) == 0 && !line,
           "watchdog/off after reset");
    put_wide(&dog, WOR, 15 * HERTZ);
    put(&dog, WCS, 1);
    TAP_OK(get(&dog, WCS) == 1 && get_wide(&dog, WCV) == counter + 15 * HERTZ,
           "watchdog/enabling loads the compare value");
    TAP_OK(watchdog_deadline(&dog) > counter + 15 * HERTZ &&
               watchdog_deadline(&dog) <= counter + 15 * HERTZ + HERTZ / 100,
           "watchdog/deadline is just behind it");
    TAP_OK(!watchdog_tick(&dog, counter + 15 * HERTZ) && !line, "watchdog/nothing on the dot");
    counter = watchdog_deadline(&dog);
    TAP_OK(!watchdog_tick(&dog, counter) && line && get(&dog, WCS) == 3,
           "watchdog/first time-out raises WS0");
    TAP_OK(get_wide(&dog, WCV) == counter + 15 * HERTZ, "watchdog/and starts the second stage");
    put(&dog, REFRESH, 0);
    TAP_OK(!line && get(&dog, WCS) == 1, "watchdog/a refresh takes WS0 back");
    counter = watchdog_deadline(&dog);
    TAP_OK(!watchdog_tick(&dog, counter), "watchdog/the next is a first time-out again");
    TAP_OK(!watchdog_tick(&dog, watchdog_deadline(&dog) - 1), "watchdog/not before the second");
    TAP_OK(watchdog_tick(&dog, watchdog_deadline(&dog)), "watchdog/second time-out resets");
    watchdog_reset(&dog);
    TAP_OK(!line && get(&dog, WCS) == 0 && get_wide(&dog, WOR) == 0 && get_wide(&dog, WCV) == 0 &&
               watchdog_deadline(&dog) == WATCHDOG_NO_DEADLINE && !watchdog_tick(&dog, UINT64_MAX),
           "watchdog/a reset clears everything");
}

static void test_late(void)
{
    struct watchdog dog;

    fresh(&dog);
    put_wide(&dog, WOR, HERTZ);
    put(&dog, WCS, 1);
    counter += 1000 * HERTZ;
    TAP_OK(!watchdog_tick(&dog, counter) && line && watchdog_deadline(&dog) > counter + HERTZ,
           "watchdog/a VMM that was late gives the guest its whole second stage");
    put(&dog, WCS, 0);
    TAP_OK(!line && !watchdog_tick(&dog, UINT64_MAX), "watchdog/can be switched off");
}

static void test_refreshes(void)
{
    struct watchdog dog;
    unsigned before;

    fresh(&dog);
    put(&dog, WCS, 1);
    put(&dog, WOR, 7);
    counter += 100;
    put(&dog, WOR, 5);
    TAP_OK(get_wide(&dog, WCV) == counter + 5, "watchdog/WOR's low word refreshes");
    counter += 100;
    put(&dog, WOR + 4, 0xabcd0001);
    TAP_OK(get_wide(&dog, WOR) == (UINT64_C(1) << 32) + 5 &&
               get_wide(&dog, WCV) == counter + (UINT64_C(1) << 32) + 5,
           "watchdog/so does its upper one, of 16 bits");
    before = rearms;
    put_wide(&dog, WCV, counter + 3);
    TAP_OK(rearms > before && get_wide(&dog, WCV) == counter + 3 &&
               watchdog_deadline(&dog) > counter,
           "watchdog/WCV can be set");
}

static void test_extremes(void)
{
    struct watchdog dog;
    bool wraps = false;

    fresh(&dog);
    put(&dog, WCS, 1);
    counter = watchdog_deadline(&dog);
    TAP_OK(!watchdog_tick(&dog, counter) && line && watchdog_deadline(&dog) > counter,
           "watchdog/an offset of 0 still has two stages");
    TAP_OK(watchdog_tick(&dog, watchdog_deadline(&dog)), "watchdog/and resets");

    fresh(&dog);
    counter = UINT64_MAX - 10;
    put_wide(&dog, WOR, UINT64_MAX);
    put(&dog, WCS, UINT32_MAX);
    TAP_OK(get_wide(&dog, WOR) == (UINT64_C(1) << 48) - 1 && get_wide(&dog, WCV) == UINT64_MAX,
           "watchdog/the compare value does not wrap");
    TAP_OK(watchdog_deadline(&dog) == WATCHDOG_NO_DEADLINE, "watchdog/a far one never comes");
    TAP_OK(!watchdog_tick(&dog, UINT64_MAX - 1) && !line, "watchdog/nor times out");

    fresh(&dog);
    put(&dog, WCS, 1);
    put_wide(&dog, WCV, 0);
    TAP_OK(watchdog_deadline(&dog) <= counter, "watchdog/a compare value of the past is due");
    for (uint64_t left = 2 * dog.granule; left > 0; left--) {
        put_wide(&dog, WCV, UINT64_MAX - left);
        wraps = wraps || watchdog_deadline(&dog) <= UINT64_MAX - left;
    }
    TAP_OK(!wraps, "watchdog/rounding up does not wrap");
}

/* What the timer service is asked for: different values only once per granule. */
static void test_rate(void)
{
    struct watchdog dog;
    uint64_t last = 0;
    unsigned requests = 0;

    fresh(&dog);
    put(&dog, WCS, 1);
    for (unsigned i = 0; i < 100000; i++) {
        put_wide(&dog, WCV, counter + i);
        if (watchdog_deadline(&dog) != last) {
            last = watchdog_deadline(&dog);
            requests++;
        }
    }
    TAP_OK(requests <= 100000 / dog.granule + 2, "watchdog/at most one deadline per millisecond");
}

static void test_accesses(void)
{
    struct watchdog dog;
    uint64_t data = 1;
    bool zero = true;

    fresh(&dog);
    TAP_OK(get(&dog, CONTROL + IIDR) == 0x0001043b && get(&dog, REFRESH + IIDR) == 0x0001043b,
           "watchdog/both frames tell revision 1");
    TAP_OK(get(&dog, REFRESH) == 0, "watchdog/WRR reads as zero");
    TAP_OK(run(&dog, WCS, 1, true, &data) == BUS_HANDLED &&
               run(&dog, WCS, 2, true, &data) == BUS_HANDLED && get(&dog, WCS) == 0,
           "watchdog/narrow writes are ignored");
    TAP_OK(run(&dog, WCS, 8, true, &data) == BUS_FAULT &&
               run(&dog, WCS + 2, 4, true, &data) == BUS_FAULT && get(&dog, WCS) == 0,
           "watchdog/wide and misaligned ones are refused");
    data = 0;
    TAP_OK(run(&dog, CONTROL + IIDR + 2, 2, false, &data) == BUS_HANDLED && data == 1,
           "watchdog/a halfword can be read");
    for (uint64_t at = CONTROL; at < CONTROL + WATCHDOG_BYTES; at += 4) {
        if ((at & 0xfff) != IIDR) {
            put(&dog, at, at == WCS ? 0 : UINT32_MAX);
            zero = zero && ((at & 0xfff) <= 0x14 || get(&dog, at) == 0);
        }
    }
    TAP_OK(zero && watchdog_deadline(&dog) == WATCHDOG_NO_DEADLINE,
           "watchdog/everything else is zero and does nothing");
}

int main(void)
{
    test_two_stages();
    test_late();
    test_refreshes();
    test_extremes();
    test_rate();
    test_accesses();
    return TAP_DONE();
}
