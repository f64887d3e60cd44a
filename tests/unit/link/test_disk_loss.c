/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A guest's disk whose backend dies: its requests end with an I/O error, but only once nothing of the
 * backend writes to the pool any more, and only as long as the guest has not given the rings up.
 */
#include <string.h>

#include "test_parts.h"
#include "world.h"

#define QUEUE_SIZE 8u
#define DESC_AT    0x0000u
#define DRIVER_AT  0x1000u
#define DEVICE_AT  0x2000u
#define TABLE_AT   0x3000u /* indirect tables, 64 bytes each */
#define STATUS_AT  0x4000u /* status bytes, by head */
#define OPEN       0xffu   /* not answered yet */
#define IOERR      1u

#define STATUS_DRIVER_OK 15u
#define EVENT_IDX        (1u << 29)

static uint16_t available;

static void put16(unsigned at, uint16_t value)
{
    memcpy(&w.pool[at], &value, sizeof(value));
}

static uint16_t get16(unsigned at)
{
    uint16_t value;

    memcpy(&value, &w.pool[at], sizeof(value));
    return value;
}

static void put_desc(unsigned at, uint64_t addr, uint32_t len, uint16_t flags, uint16_t next)
{
    const struct inflight_desc desc = { addr, len, flags, next };

    memcpy(&w.pool[at], &desc, sizeof(desc));
}

static void common_write(unsigned reg, unsigned len, uint64_t value)
{
    (void)run(access_at(BAR4 + reg, len, true, value));
}

/* As Linux does it; `ring_features`: of feature word 1. */
static void set_up_disk(uint32_t ring_features)
{
    memset(w.pool, 0, sizeof(w.pool));
    memset(&w.pool[STATUS_AT], OPEN, QUEUE_SIZE);
    available = 0;
    common_write(VPCI_COMMON_DRIVER_FEATURE_SELECT, 4, 0);
    common_write(VPCI_COMMON_DRIVER_FEATURE, 4, EVENT_IDX);
    common_write(VPCI_COMMON_DRIVER_FEATURE_SELECT, 4, 1);
    common_write(VPCI_COMMON_DRIVER_FEATURE, 4, 1 | ring_features);
    common_write(VPCI_COMMON_QUEUE_SELECT, 2, 0);
    common_write(VPCI_COMMON_QUEUE_SIZE, 2, QUEUE_SIZE);
    common_write(VPCI_COMMON_QUEUE_VECTOR, 2, 1);
    common_write(VPCI_COMMON_QUEUE_DESC, 8, POOL + DESC_AT);
    common_write(VPCI_COMMON_QUEUE_DRIVER, 8, POOL + DRIVER_AT);
    common_write(VPCI_COMMON_QUEUE_DEVICE, 8, POOL + DEVICE_AT);
    common_write(VPCI_COMMON_QUEUE_ENABLE, 2, 1);
    common_write(VPCI_COMMON_STATUS, 1, STATUS_DRIVER_OK);
}

static void start_disk(void)
{
    start_running();
    set_up_disk(0);
}

static void kick(void)
{
    (void)run(access_at(NOTIFY, 2, true, 0));
}

static void make_available(uint16_t head)
{
    put16(DRIVER_AT + 4 + 2 * (available % QUEUE_SIZE), head);
    put16(DRIVER_AT + 2, ++available);
}

/* A request of two chained descriptors: data, status. */
static void ask(uint16_t head)
{
    put_desc(DESC_AT + 16 * head, POOL + 0x8000, 512, INFLIGHT_DESC_NEXT, head + 1);
    put_desc(DESC_AT + 16 * (head + 1u), POOL + STATUS_AT + head - 3, 4, INFLIGHT_DESC_WRITE, 0);
    make_available(head);
}

/* The same behind one indirect descriptor. */
static void ask_indirect(uint16_t head)
{
    unsigned table = TABLE_AT + 64 * head;

    put_desc(table, POOL + 0x8000, 512, INFLIGHT_DESC_NEXT, 1);
    put_desc(table + 16, POOL + STATUS_AT + head, 1, INFLIGHT_DESC_WRITE, 0);
    put_desc(DESC_AT + 16 * head, POOL + table, 32, INFLIGHT_DESC_INDIRECT, 0);
    make_available(head);
}

static void use(uint16_t head)
{
    uint16_t index = get16(DEVICE_AT + 2);

    put16(DEVICE_AT + 4 + 8 * (index % QUEUE_SIZE), head);
    put16(DEVICE_AT + 2, index + 1);
    w.pool[STATUS_AT + head] = 0;
    fake_peer_raise(&w.peer, 1);
    settle();
}

static unsigned status(uint16_t head)
{
    return w.pool[STATUS_AT + head];
}

static void lose_backend(void)
{
    fake_peer_detach(&w.peer);
    settle();
}

static void lose_with_a_request(uint32_t ring_features)
{
    set_up_disk(ring_features);
    ask(0);
    kick();
    lose_backend();
}

static void test_in_flight(void)
{
    start_disk();
    ask(0);
    ask_indirect(2);
    ask(4);
    kick();
    use(2);
    w.spi_count = 0;
    lose_backend();
    tap_report(w.peer.resets == 1 && w.unmaps == 0 && link_reset_ready(&w.link),
               "disk_loss/the peer confirms that nothing of the backend is left");
    tap_report(status(0) == IOERR && status(4) == IOERR && get16(DEVICE_AT + 2) == 3,
               "disk_loss/then requests in flight fail");
    tap_report(status(2) == 0, "disk_loss/one that was answered stays answered");
    tap_report(w.spi_count == 1 && w.spi[0] == 101, "disk_loss/with one interrupt of their queue");
}

static void test_later_requests(void)
{
    start_disk();
    lose_backend();
    w.spi_count = 0;
    ask_indirect(6);
    kick();
    tap_report(status(6) == IOERR && get16(DEVICE_AT + 2) == 1 && w.spi_count == 1,
               "disk_loss/a later request fails at once");
    tap_report(get16(DEVICE_AT) == 0 && get16(DEVICE_AT + 4 + 8 * QUEUE_SIZE) == 1,
               "disk_loss/and the guest is asked to kick for the next");
    fake_peer_attach(&w.peer, 2);
    settle();
    ask_indirect(5);
    kick();
    tap_report(status(5) == IOERR && w.peer.requests > 0,
               "disk_loss/a new backend changes nothing for the guest that runs");
}

static void test_hardware_still_writes(void)
{
    start_disk();
    ask(0);
    kick();
    w.peer.ignore_resets = true;
    lose_backend();
    tap_report(status(0) == OPEN, "disk_loss/nothing fails before the peer has confirmed");
    (void)fake_peer_send(&w.peer, &(struct link_msg){ .op = LINK_MSG_REPLY,
                                                      .tag = w.link.session.requests[0].tag,
                                                      .status = LINK_STATUS_BUSY });
    settle();
    tap_report(status(0) == OPEN && w.unmaps == 0, "disk_loss/nor while its hardware writes");
    w.now += LINK_RESET_TIMEOUT_NS;
    link_tick(&w.link);
    tap_report(status(0) == OPEN && w.unmaps == 1,
               "disk_loss/without an answer the pool is taken away");
    link_signals(&w.link, UNMAPPED);
    tap_report(status(0) == IOERR && w.maps == 0, "disk_loss/and then requests fail");
    fake_peer_attach(&w.peer, 2);
    settle();
    tap_report(w.maps == 1, "disk_loss/the next backend gets the pool back");
}

static void test_device_vm_restarts(void)
{
    start_disk();
    ask(0);
    kick();
    fake_peer_start(&w.peer);
    settle();
    link_signals(&w.link, UNMAPPED);
    tap_report(status(0) == IOERR && w.unmaps <= 1,
               "disk_loss/requests fail too if the device VM has restarted");
}

/* The next backend comes before the pool is away: it must not see it until then. */
static void test_backend_comes_early(void)
{
    start_disk();
    ask(0);
    kick();
    w.peer.ignore_resets = true;
    lose_backend();
    w.now += LINK_RESET_TIMEOUT_NS;
    link_tick(&w.link);
    fake_peer_attach(&w.peer, 2);
    settle();
    tap_report(status(0) == OPEN && w.maps == 0, "disk_loss/the pool is not given back too early");
    link_signals(&w.link, UNMAPPED);
    tap_report(status(0) == IOERR && w.maps == 1, "disk_loss/but once requests have failed");
}

static void test_driver_lets_go(void)
{
    start_disk();
    ask(0);
    kick();
    w.peer.ignore_resets = true;
    lose_backend();
    common_write(VPCI_COMMON_STATUS, 1, 0);
    memset(w.pool, 0x5a, sizeof(w.pool));
    w.now += LINK_RESET_TIMEOUT_NS;
    link_tick(&w.link);
    link_signals(&w.link, UNMAPPED);
    kick();
    for (unsigned i = 0; i < sizeof(w.pool); i++) {
        if (w.pool[i] != 0x5a) {
            tap_report(false, "disk_loss/rings that the driver gave up are not touched");
            return;
        }
    }
    tap_report(link_reset_ready(&w.link),
               "disk_loss/rings that the driver gave up are not touched");
}

/* The guest restarts while its old requests wait to be failed. */
static void test_guest_restarts(void)
{
    unsigned resets;

    start_disk();
    ask(0);
    kick();
    w.peer.ignore_resets = true;
    lose_backend();
    link_reset_begin(&w.link);
    tap_report(!link_reset_ready(&w.link), "disk_loss/a restart meanwhile waits as well");
    w.peer.ignore_resets = false;
    resets = w.peer.resets;
    (void)fake_peer_send(
        &w.peer, &(struct link_msg){ .op = LINK_MSG_REPLY, .tag = w.link.session.requests[0].tag });
    settle();
    tap_report(link_reset_ready(&w.link) && w.peer.resets == resets + 1,
               "disk_loss/and asks once more, since the guest ran on");
    tap_report(status(0) == OPEN && get16(DEVICE_AT + 2) == 0,
               "disk_loss/the old guest's memory is not touched any more");
    link_reset_end(&w.link);
    vpci_boot_budget_reset(&w.budget);
    fake_peer_attach(&w.peer, 2);
    settle();
    run_guest();
    lose_with_a_request(0);
    tap_report(status(0) == IOERR, "disk_loss/the new guest's requests fail when its backend dies");
}

static void test_not_followed(void)
{
    start_running();
    lose_with_a_request(1u << 2);
    tap_report(status(0) == OPEN && w.peer.resets == 0, "disk_loss/packed rings are left alone");
    start();
    fake_backend_add(&w.backend, 1, 0x1041, 4);
    fake_peer_start(&w.peer);
    settle();
    fake_peer_attach(&w.peer, 1);
    settle();
    run_guest();
    lose_with_a_request(0);
    tap_report(status(0) == OPEN && w.peer.resets == 0,
               "disk_loss/so are the rings of what is no disk");
}

/* Chains that lead nowhere: the request ends, nothing outside of the pool is written. */
static void test_nonsense(void)
{
    start_disk();
    put_desc(DESC_AT, POOL, 512, INFLIGHT_DESC_NEXT, 0); /* a loop */
    make_available(0);
    put_desc(DESC_AT + 16, POOL + POOL_BYTES - 1, 512, INFLIGHT_DESC_INDIRECT, 0);
    make_available(1);
    put_desc(DESC_AT + 32, POOL + POOL_BYTES, 1, INFLIGHT_DESC_WRITE, 0); /* status elsewhere */
    make_available(2);
    put_desc(DESC_AT + 48, POOL + STATUS_AT + 3, 1, 0, 0); /* no room for a status */
    make_available(3);
    put_desc(DESC_AT + 64, UINT64_MAX, UINT32_MAX, INFLIGHT_DESC_WRITE, 0);
    make_available(4);
    put_desc(TABLE_AT, POOL, 1, INFLIGHT_DESC_NEXT, 0); /* a loop in a table */
    put_desc(DESC_AT + 80, POOL + TABLE_AT, UINT32_MAX, INFLIGHT_DESC_INDIRECT, 0);
    make_available(5);
    put_desc(DESC_AT + 96, POOL + TABLE_AT, 64, INFLIGHT_DESC_INDIRECT, 0);
    make_available(6);
    make_available(999);
    kick();
    lose_backend();
    tap_report(get16(DEVICE_AT + 2) == 7 && status(3) == OPEN,
               "disk_loss/requests that make no sense end without a status");
}

static void test_many_queues(void)
{
    bool tracked;

    start_running();
    memset(w.pool, 0, sizeof(w.pool));
    common_write(VPCI_COMMON_DRIVER_FEATURE_SELECT, 4, 1);
    common_write(VPCI_COMMON_DRIVER_FEATURE, 4, 1);
    for (unsigned queue = 0; queue < VPCI_QUEUES_FOLLOWED + 2; queue++) {
        common_write(VPCI_COMMON_QUEUE_SELECT, 2, queue);
        common_write(VPCI_COMMON_QUEUE_SIZE, 2, QUEUE_SIZE);
        common_write(VPCI_COMMON_QUEUE_DESC, 8, POOL + DESC_AT);
        common_write(VPCI_COMMON_QUEUE_DRIVER, 8, POOL + DRIVER_AT);
        common_write(VPCI_COMMON_QUEUE_DEVICE, 8, POOL + DEVICE_AT);
        common_write(VPCI_COMMON_QUEUE_ENABLE, 2, 1);
    }
    tracked = w.link.vpci.queues.count == VPCI_QUEUES_FOLLOWED;
    common_write(VPCI_COMMON_QUEUE_SELECT, 2, 0);
    common_write(VPCI_COMMON_QUEUE_RESET, 2, 1);
    tap_report(tracked && w.link.vpci.queues.count == VPCI_QUEUES_FOLLOWED,
               "disk_loss/as many queues are followed as there is room for");
    common_write(VPCI_COMMON_STATUS, 1, 0);
    tap_report(w.link.vpci.queues.count == 0, "disk_loss/a reset of the device ends them all");
}

void test_disk_loss(void)
{
    test_in_flight();
    test_later_requests();
    test_hardware_still_writes();
    test_device_vm_restarts();
    test_backend_comes_early();
    test_driver_lets_go();
    test_guest_restarts();
    test_not_followed();
    test_nonsense();
    test_many_queues();
}
