/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which requests of a split queue are out: a driver and a device take random, valid steps over real
 * rings, the queue is looked at now and then, and what it says in the end is compared with the truth.
 * With `beside`, both also take steps during a look.
 */
#include <string.h>

#include "tap.h"
#include "vmm/vpci/inflight.h"

#define BASE       UINT64_C(0x40000000)
#define DESC_AT    0x0000u
#define DRIVER_AT  0x4000u
#define DEVICE_AT  0x5000u
#define BYTES      0x8000u
#define SEED_COUNT 400u

static struct world {
    _Alignas(16) uint8_t memory[BYTES];
    struct inflight queue;
    unsigned size;
    bool out[INFLIGHT_SIZE_MAX];
    uint16_t available, used; /* as driver and device count */
    unsigned out_count;
    unsigned beside; /* steps during a look, at most, at each place; 0: none */
} w;

static unsigned random_state;

static unsigned pick(unsigned bound)
{
    random_state = random_state * 1103515245u + 12345u;
    return (random_state >> 16) % bound;
}

static void *at(void *owner, uint64_t ipa, uint64_t bytes)
{
    (void)owner;
    return ipa >= BASE && bytes <= BYTES && ipa - BASE <= BYTES - bytes ? &w.memory[ipa - BASE]
                                                                        : NULL;
}

static const struct inflight_memory memory = { .at = at };

static uint16_t *driver(void)
{
    return (uint16_t *)&w.memory[DRIVER_AT];
}

static uint16_t *device(void)
{
    return (uint16_t *)&w.memory[DEVICE_AT];
}

static int start(unsigned size)
{
    const struct vpci_journal_queue ring = { .desc = BASE + DESC_AT,
                                             .driver = BASE + DRIVER_AT,
                                             .device = BASE + DEVICE_AT,
                                             .size = (uint16_t)size };

    memset(&w, 0, sizeof(w));
    w.size = size;
    return inflight_start(&w.queue, &ring, &memory);
}

static void make_available(unsigned head)
{
    driver()[2 + w.available % w.size] = (uint16_t)head;
    driver()[1] = ++w.available;
    w.out[head] = true;
    w.out_count++;
}

static void use(unsigned head)
{
    uint32_t entry[2] = { head, 1 };

    memcpy(&device()[2 + 4 * (w.used % w.size)], entry, sizeof(entry));
    device()[1] = ++w.used;
    w.out[head] = false;
    w.out_count--;
}

static unsigned choose(bool out)
{
    unsigned head = pick(w.size);

    while (w.out[head] != out) {
        head = (head + 1) % w.size;
    }
    return head;
}

/* One valid step of driver or device. */
static void step(unsigned depth)
{
    if (w.out_count == 0 || (w.out_count < depth && pick(2) == 0)) {
        make_available(choose(false));
    } else {
        use(choose(true));
    }
}

void others_run(void)
{
    for (unsigned steps = w.beside != 0 && pick(4) == 0 ? pick(w.beside + 1) : 0; steps > 0;
         steps--) {
        step(w.size);
    }
}

static unsigned wrongly_out(void)
{
    unsigned wrong = 0;

    for (unsigned head = 0; head < w.size; head++) {
        wrong += inflight_is_out(&w.queue, (uint16_t)head) && !w.out[head];
    }
    return wrong;
}

static unsigned missed(void)
{
    unsigned count = 0;

    for (unsigned head = 0; head < w.size; head++) {
        count += !inflight_is_out(&w.queue, (uint16_t)head) && w.out[head];
    }
    return count;
}

/* Runs `steps` steps with at most `between` of them between two looks; depth: requests out at once. */
static void run(unsigned size, unsigned depth, unsigned steps, unsigned between)
{
    (void)!start(size);
    while (steps > 0) {
        unsigned burst = 1 + pick(between);

        for (; burst > 0 && steps > 0; burst--, steps--) {
            step(depth);
        }
        inflight_look(&w.queue);
    }
}

static void test_exact(void)
{
    static const unsigned sizes[] = { 1, 2, 4, 16, 256, 1024 };
    bool exact = true;

    for (unsigned seed = 0; seed < SEED_COUNT; seed++) {
        unsigned size = sizes[seed % 6];

        random_state = seed;
        run(size, 1 + pick(size), 70000 / (1 + seed % 16), size);
        exact = exact && inflight_close(&w.queue) == 0 && wrongly_out() == 0 && missed() == 0;
    }
    TAP_OK(exact, "inflight/looks often enough know exactly what is out, across index wrap-around");
}

static void test_overrun(void)
{
    bool sound = true, told = true;
    unsigned unknown_total = 0;

    for (unsigned seed = 0; seed < SEED_COUNT; seed++) {
        unsigned size = 2u << seed % 5;
        unsigned unknown;

        random_state = seed;
        run(size, size, 3000, 5 * size);
        unknown = inflight_close(&w.queue);
        sound = sound && wrongly_out() == 0;
        told = told && unknown == missed();
        unknown_total += unknown;
    }
    TAP_OK(sound, "inflight/looks too rarely never take a request for out that is not");
    TAP_OK(told && unknown_total > 0, "inflight/and tell how many they do not know");
}

static void test_beside(void)
{
    bool sound = true, told = true;
    unsigned known_total = 0;

    for (unsigned seed = 0; seed < SEED_COUNT; seed++) {
        unsigned size = 2u << seed % 5;
        unsigned looks = 400;

        random_state = seed;
        (void)!start(size);
        w.beside = 1 + seed % (2 * size);
        while (looks-- > 0) {
            for (unsigned steps = pick(size); steps > 0; steps--) {
                step(1 + pick(size));
            }
            inflight_look(&w.queue);
        }
        w.beside = 0;
        told = told && inflight_close(&w.queue) == missed();
        sound = sound && wrongly_out() == 0;
        known_total += w.out_count - missed();
    }
    TAP_OK(
        sound && known_total > 0,
        "inflight/looks beside a driver and a device that run take no request for out that is not");
    TAP_OK(told, "inflight/and tell how many they do not know");
}

static void test_regain(void)
{
    (void)!start(4);
    for (unsigned i = 0; i < 20; i++) {
        make_available(1);
        use(1);
    }
    make_available(2);
    inflight_look(&w.queue);
    TAP_OK(w.queue.unknown, "inflight/an overrun is noticed");
    use(2);
    inflight_look(&w.queue);
    make_available(3);
    inflight_look(&w.queue);
    TAP_OK(!w.queue.unknown && inflight_close(&w.queue) == 0 && missed() == 0 && wrongly_out() == 0,
           "inflight/and made good once the queue is empty");
}

static void test_answers(void)
{
    struct inflight_desc desc = { .addr = 1, .len = 2, .flags = 3, .next = 4 };
    uint32_t entry[2];

    (void)!start(4);
    make_available(0);
    use(0);
    make_available(3);
    memcpy(&w.memory[DESC_AT + 3 * 16], &desc, sizeof(desc));
    (void)inflight_close(&w.queue);
    memset(&desc, 0, sizeof(desc));
    inflight_read(&w.queue, 4 + 3, &desc);
    TAP_OK(desc.addr == 1 && desc.len == 2 && desc.flags == 3 && desc.next == 4,
           "inflight/a descriptor is read, whatever the index");
    inflight_answer(&w.queue, 3, 0x12345);
    memcpy(entry, &device()[2 + 4], sizeof(entry));
    TAP_OK(device()[1] == 2 && entry[0] == 3 && entry[1] == 0x12345 &&
               !inflight_is_out(&w.queue, 3),
           "inflight/an answer is the next entry of the used ring");
    w.used = 2;
    w.out[3] = false;
    device()[0] = 1;
    TAP_OK(!inflight_rest(&w.queue, true) && device()[0] == 0 && device()[2 + 4 * 4] == 2,
           "inflight/then the guest is asked to kick for the next request");
    make_available(1);
    TAP_OK(inflight_rest(&w.queue, false) && device()[2 + 4 * 4] == 2,
           "inflight/one that came before is noticed");
    device()[1] = 77;
    inflight_look(&w.queue);
    TAP_OK(inflight_is_out(&w.queue, 1) && w.queue.used == 2,
           "inflight/once closed, what the peer writes to the used ring counts for nothing");
}

static void test_nonsense(void)
{
    const struct vpci_journal_queue good = {
        .desc = BASE, .driver = BASE + DRIVER_AT, .device = BASE + DEVICE_AT, .size = 4
    };
    struct vpci_journal_queue bad[] = { good, good, good, good, good, good, good };
    static const int errors[] = { RT_ERR_RANGE,     RT_ERR_RANGE,     RT_ERR_RANGE,
                                  RT_ERR_ALIGNMENT, RT_ERR_ALIGNMENT, RT_ERR_ALIGNMENT,
                                  RT_ERR_ALIGNMENT };
    bool refused = true;

    bad[0].size = 0;
    bad[1].size = 3;
    bad[2].size = 2048;
    bad[3].desc += 8;
    bad[4].driver++;
    bad[5].device = BASE + BYTES - 8;
    bad[6].desc = UINT64_MAX - 15;
    for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        refused = refused && inflight_start(&w.queue, &bad[i], &memory) == errors[i];
    }
    TAP_OK(refused, "inflight/rings of a wrong size, misaligned or elsewhere are refused");

    random_state = 1;
    for (unsigned i = 0; i < 2000; i++) {
        if (i % 50 == 0) {
            (void)!start(16);
        }
        for (unsigned j = 0; j < BYTES; j += 1 + pick(64)) {
            w.memory[j] = (uint8_t)pick(256);
        }
        inflight_look(&w.queue);
        if (i % 50 == 40) {
            (void)inflight_close(&w.queue);
        }
    }
    TAP_OK(true, "inflight/rings full of nonsense are looked at in bounds");

    (void)!start(2);
    for (unsigned i = 0; i < 100000; i++) {
        driver()[2 + i % 2] = 1;
        driver()[1] = (uint16_t)(i + 1);
        inflight_look(&w.queue);
    }
    TAP_OK(w.queue.out[1] > 1 && !inflight_is_out(&w.queue, 1),
           "inflight/a head made available for ever is counted up to a limit");
}

int main(void)
{
    test_exact();
    test_overrun();
    test_beside();
    test_regain();
    test_answers();
    test_nonsense();
    return TAP_DONE();
}
