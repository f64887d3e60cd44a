/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A device VM that writes anything anywhere into the message area, between any two accesses of the
 * driver side, and into the pool with a disk's rings, and rings as it likes. In between, an honest peer's steps, so that the interesting
 * states are reached. Promised: no crash, no access outside the area, each waiting access ends
 * exactly once and in bounded time, only the guest's SPIs are raised, work per call is bounded, and
 * the next honest session works.
 */
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "fake_peer.h"
#include "rt/log.h"
#include "vmm/link/link.h"

#define ECAM      UINT64_C(0x20000000)
#define MMIO      UINT64_C(0x10000000)
#define BAR1      (MMIO + 0x10000)
#define BAR4      (MMIO + 0x20000)
#define NOTIFY    (BAR4 + FAKE_NOTIFY_AT)
#define FRAME     UINT64_C(0x08020000)
#define SPI_FIRST 80u
#define SPI_COUNT 16u

/* A disk's queue in the pool. */
#define POOL       UINT64_C(0x50000000)
#define POOL_BYTES 0x1000u
#define QUEUE_SIZE 8u
#define DRIVER_AT  0x200u
#define DEVICE_AT  0x400u

/* Accesses to shared memory that one call of the VMM may make; a ring's worth of messages, each
   answered, and four rounds of it, is far below. */
#define STEPS_MAX 20000u

enum { KICK_SLOT = 5, UNMAP_SLOT, MAP_SLOT };
enum { DOORBELL = 1, UNMAPPED = 2 };

static _Alignas(4096) uint8_t area_bytes[LINK_AREA_BYTES + 4096];
static _Alignas(4096) uint8_t pool[POOL_BYTES];
static struct vmm_driver_link config;
static struct link link;
static struct bus bus;
static struct fake_peer peer;
static struct fake_backend backend;
static struct vpci_boot_budget budget;
static uint64_t now;
static bool waiting[VPCI_VCPUS_MAX], kicked, rung, in_driver;
static unsigned steps;

static struct input {
    const uint8_t *bytes;
    size_t left;
} input;

static uint64_t take(unsigned bytes)
{
    uint64_t value = 0;

    if (bytes > input.left) {
        bytes = (unsigned)input.left;
    }
    memcpy(&value, input.bytes, bytes);
    input.bytes += bytes;
    input.left -= bytes;
    return value;
}

/* Where it hurts more often than elsewhere: counters, words, the slots in use. */
static size_t choose_offset(void)
{
    static const size_t places[] = {
        offsetof(struct link_area, device.session),
        offsetof(struct link_area, driver.session),
        offsetof(struct link_area, irq[0].bits),
        offsetof(struct link_area, kick[0].bits),
        offsetof(struct link_area, to_device.tail.value),
        offsetof(struct link_area, to_device.head.value),
        offsetof(struct link_area, to_driver.head.value),
        offsetof(struct link_area, to_driver.tail.value),
    };
    uint64_t kind = take(1);
    const size_t place_count = sizeof(places) / sizeof(places[0]);

    if (kind < 192) {
        return places[kind % place_count];
    }
    return take(2) % LINK_AREA_BYTES;
}

static void spoil(void)
{
    size_t at = choose_offset() & ~(size_t)3;
    uint64_t how = take(1);
    uint32_t value;

    memcpy(&value, &area_bytes[at], 4);
    value = how < 128 ? value + (uint32_t)(how % 8) - 3 : (uint32_t)take(4);
    memcpy(&area_bytes[at], &value, 4);
}

/* Rings and descriptors of the disk's queue; small numbers make sense more often. */
static void spoil_pool(void)
{
    static const size_t rings[] = { 0, DRIVER_AT, DEVICE_AT };
    size_t at = rings[take(1) % 3] + take(1) % 0xc0;
    uint64_t value = take(1);

    pool[at] = (uint8_t)(value < 192 ? value % 16 : value);
}

void hostile_step(void)
{
    if (!in_driver) {
        return;
    }
    if (++steps > STEPS_MAX) {
        abort();
    }
    if (input.left > 1 && take(1) > 0xf0) {
        spoil();
        spoil_pool();
    }
}

static void on_raise(void *vm, uint32_t intid)
{
    (void)vm;
    if (intid < SPI_FIRST || intid >= SPI_FIRST + SPI_COUNT) {
        abort();
    }
}

static void on_complete(void *vm, unsigned vcpu, uint64_t data)
{
    (void)vm;
    (void)data;
    if (!waiting[vcpu]) {
        abort();
    }
    waiting[vcpu] = false;
}

static void on_signal(void *vm, uint32_t slot)
{
    (void)vm;
    kicked |= slot == KICK_SLOT;
}

static uint64_t on_now(void *vm)
{
    (void)vm;
    return now;
}

static void *on_peer_memory(void *vm, const struct vmm_driver_link *link_config, uint64_t ipa,
                            uint64_t bytes)
{
    (void)vm;
    (void)link_config;
    return ipa >= POOL && bytes <= POOL_BYTES && ipa - POOL <= POOL_BYTES - bytes
               ? &pool[ipa - POOL]
               : NULL;
}

static const struct link_ops ops = { on_raise, on_complete, on_signal, on_now, on_peer_memory };

static void on_peer_rings(void *owner)
{
    (void)owner;
    rung = true;
}

/* Calls into the VMM; the peer interferes only inside. */
static void enter(void)
{
    in_driver = true;
    steps = 0;
}

static void leave(void)
{
    in_driver = false;
}

static void signal_driver(uint64_t badges)
{
    enter();
    link_signals(&link, badges);
    leave();
}

static void tick(void)
{
    enter();
    link_tick(&link);
    leave();
}

static void guest_access(uint64_t ipa, unsigned size, bool write, uint64_t data, unsigned vcpu)
{
    struct bus_access access = {
        .ipa = ipa, .size = size, .write = write, .data = data, .vcpu = vcpu
    };

    if (waiting[vcpu] || (!link_reset_ready(&link) && !link.failing)) {
        return;
    }
    enter();
    waiting[vcpu] = true; /* the completion may come first */
    if (bus_dispatch(&bus, &access) != BUS_WAIT) {
        if (!waiting[vcpu]) {
            abort();
        }
        waiting[vcpu] = false;
    }
    leave();
}

static void settle(void)
{
    for (unsigned i = 0; i < 1000 && (kicked || rung); i++) {
        if (kicked) {
            kicked = false;
            fake_peer_interrupt(&peer);
        }
        if (rung) {
            rung = false;
            link_signals(&link, DOORBELL);
        }
        if (link_next_deadline(&link) <= now) {
            link_tick(&link);
        }
    }
}

static void set_up(void)
{
    struct link_params params = { .config = &config,
                                  .ops = &ops,
                                  .budget = &budget,
                                  .v2m_ipa = FRAME,
                                  .v2m_spi_first = SPI_FIRST,
                                  .v2m_spi_count = SPI_COUNT };

    memset(area_bytes, 0, sizeof(area_bytes));
    memset(pool, 0, sizeof(pool));
    memset(waiting, 0, sizeof(waiting));
    kicked = rung = in_driver = false;
    now = 1;
    config = (struct vmm_driver_link){
        .name = "fuzz",
        .iobuf_vaddr = (uintptr_t)area_bytes,
        .ecam_ipa = ECAM,
        .ecam_bytes = 0x100000,
        .mmio_ipa = MMIO,
        .mmio_bytes = 0x1000000,
        .doorbell_badge = DOORBELL,
        .unmapped_badge = UNMAPPED,
        .kick_slot = KICK_SLOT,
        .unmap_slot = UNMAP_SLOT,
        .map_slot = MAP_SLOT,
        .filled_slots = 2,
    };
    vpci_boot_budget_reset(&budget);
    fake_backend_init(&backend, ECAM);
    fake_backend_add(&backend, 1, 0x1042, 4);
    fake_peer_init(&peer, (struct link_area *)area_bytes, &backend, on_peer_rings, NULL);
    bus_init(&bus);
    if (link_init(&link, &params) != 0 || link_add_to_bus(&link, &bus) != 0) {
        abort();
    }
}

static uint64_t config_ipa(unsigned reg)
{
    return ECAM + (1u << 15) + reg;
}

static void honest_access(uint64_t ipa, unsigned size, bool write, uint64_t data)
{
    guest_access(ipa, size, write, data, 0);
    settle();
}

static void honest_common(unsigned reg, unsigned size, uint64_t data)
{
    honest_access(BAR4 + reg, size, true, data);
}

static void set_up_disk(void)
{
    honest_common(VPCI_COMMON_DRIVER_FEATURE_SELECT, 4, 1);
    honest_common(VPCI_COMMON_DRIVER_FEATURE, 4, 1);
    honest_common(VPCI_COMMON_QUEUE_SELECT, 2, 0);
    honest_common(VPCI_COMMON_QUEUE_SIZE, 2, QUEUE_SIZE);
    honest_common(VPCI_COMMON_QUEUE_VECTOR, 2, 1);
    honest_common(VPCI_COMMON_QUEUE_DESC, 8, POOL);
    honest_common(VPCI_COMMON_QUEUE_DRIVER, 8, POOL + DRIVER_AT);
    honest_common(VPCI_COMMON_QUEUE_DEVICE, 8, POOL + DEVICE_AT);
    honest_common(VPCI_COMMON_QUEUE_ENABLE, 2, 1);
    if (link.vpci.queues.count != 1) {
        abort();
    }
}

/* An honest start, up to a driver at work. Runs with the input set aside, so nobody interferes. */
static void honest_life(void)
{
    struct input aside = input;

    input.left = 0;
    fake_peer_start(&peer);
    settle();
    fake_peer_attach(&peer, 1);
    settle();
    honest_access(config_ipa(0), 4, false, 0);
    honest_access(config_ipa(0x14), 4, true, BAR1);
    honest_access(config_ipa(0x20), 4, true, BAR4);
    honest_access(config_ipa(4), 2, true, 6);
    for (unsigned i = 0; i < 4; i++) {
        honest_access(BAR1 + 16 * i, 8, true, FRAME + LINK_MSI_SETSPI);
        honest_access(BAR1 + 16 * i + 8, 8, true, SPI_FIRST + i);
    }
    honest_access(config_ipa(FAKE_CAP_MSIX + 2), 2, true, VPCI_MSIX_CTRL_ENABLE);
    set_up_disk();
    fake_peer_event_add(&peer, 0, NOTIFY, 2);
    settle();
    input = aside;
}

static void guest_turn(void)
{
    uint64_t how = take(1);
    unsigned size = 1u << (how & 3), vcpu = how >> 5 & 3;
    bool write = (how & 4) != 0;

    switch (how >> 3 & 3) {
    case 0:
        pool[DRIVER_AT + 2]++; /* another request */
        guest_access(NOTIFY, 2, true, 0, vcpu);
        break;
    case 1:
        guest_access(config_ipa((unsigned)take(1) & ~(size - 1)), size, write, take(2), vcpu);
        break;
    default: guest_access(BAR4 + take(1) * 8, size, write, take(2), vcpu); break;
    }
}

static void restart_guest(void)
{
    enter();
    link_reset_begin(&link);
    leave();
    memset(waiting, 0, sizeof(waiting));
    if (link_reset_ready(&link)) {
        enter();
        link_reset_end(&link);
        leave();
    }
}

static void happen(void)
{
    uint64_t what = take(1);

    switch (what % 12) {
    case 0:
    case 1:
    case 2: guest_turn(); break;
    case 3: fake_peer_interrupt(&peer); break;
    case 4:
    case 5: signal_driver(DOORBELL); break;
    case 6:
        spoil();
        spoil_pool();
        break;
    case 7: {
        struct link_msg msg = { .op = LINK_MSG_REPLY + (uint32_t)(what >> 4) % 6,
                                .tag = (uint32_t)take(1),
                                .addr = NOTIFY + take(1),
                                .len = (uint16_t)(what & 7),
                                .data = take(2) };

        if (peer.to_driver.ring != NULL) {
            (void)fake_peer_send(&peer, &msg);
        }
        break;
    }
    case 8:
        now += take(1) << 26;
        tick();
        break;
    case 9: fake_peer_raise(&peer, (uint32_t)take(1) % LINK_IRQ_COUNT); break;
    case 10:
        if (what > 0xd0) {
            restart_guest();
        } else if (what > 0xa0) {
            signal_driver(UNMAPPED);
        } else {
            fake_peer_start(&peer);
        }
        break;
    default: tick(); break;
    }
}

/* With time alone, whatever the peer left behind, every access ends. */
static void end_accesses(void)
{
    for (unsigned i = 0; i < 4; i++) {
        now += LINK_REQUEST_TIMEOUT_NS;
        tick();
    }
    for (unsigned vcpu = 0; vcpu < VPCI_VCPUS_MAX; vcpu++) {
        if (waiting[vcpu]) {
            abort();
        }
    }
}

/* The device VM reboots into an honest system, the guest restarts: all must work again. */
static void recover(void)
{
    struct bus_access access = { .ipa = config_ipa(0), .size = 4 };

    fake_backend_reset(&backend);
    memset(&peer.to_driver, 0, sizeof(peer.to_driver));
    fake_peer_init(&peer, (struct link_area *)area_bytes, &backend, on_peer_rings, NULL);
    for (unsigned i = 0; i < 2 && !peer.up; i++) { /* link.h: no answer, next number */
        fake_peer_start(&peer);
        settle();
    }
    link_reset_begin(&link);
    settle();
    now += LINK_RESET_TIMEOUT_NS;
    link_tick(&link);
    link_signals(&link, UNMAPPED);
    if (!link_reset_ready(&link)) {
        abort();
    }
    link_reset_end(&link);
    fake_peer_attach(&peer, 7);
    settle();
    waiting[0] = bus_dispatch(&bus, &access) == BUS_WAIT;
    settle();
    if (waiting[0] || link.vpci.functions[1].state != VPCI_PRESENT) {
        abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    input = (struct input){ data, size };
    if (getenv("FUZZ_LOG") == NULL) {
        rt_log_set_sink(NULL, NULL);
    }
    set_up();
    if ((take(1) & 3) != 0) {
        honest_life();
    }
    while (input.left != 0) {
        happen();
    }
    end_accesses();
    recover();
    return 0;
}
