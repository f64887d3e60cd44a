/* SPDX-License-Identifier: BSD-2-Clause */
/* The driver side of a link as the VMM uses it: sessions, accesses, interrupts, restarts. */
#include <string.h>

#include "tap.h"
#include "test_parts.h"
#include "world.h"

void tap_report(bool pass, const char *text)
{
    TAP_OK(pass, "%s", text);
}

static void test_config(void)
{
    start();
    w.config.ecam_bytes = 0x1000;
    TAP_OK(init_link() == RT_ERR_RANGE, "link/an ECAM window smaller than a bus is refused");
    w.config.ecam_bytes = 0x100000;
    w.config.mmio_bytes = 0;
    TAP_OK(init_link() == RT_ERR_RANGE, "link/an empty memory window is refused");
    w.config.mmio_bytes = 0x1000000;
    w.config.iobuf_vaddr++;
    TAP_OK(init_link() == RT_ERR_ALIGNMENT, "link/an unaligned message area is refused");
}

static void test_sessions(void)
{
    start();
    TAP_OK(w.kicked && area()->driver.magic == LINK_MAGIC && area()->driver.session == 0,
           "link/the driver side announces itself");
    fake_peer_start(&w.peer);
    settle();
    TAP_OK(w.peer.up && w.link.session.state == LINK_SESSION_UP, "link/a session comes up");
    fake_peer_attach(&w.peer, 1);
    settle();
    TAP_OK(link_session_alive(&w.link.session), "link/a backend attaches");
    fake_peer_start(&w.peer);
    settle();
    TAP_OK(w.peer.up && !link_session_alive(&w.link.session) &&
               w.link.session.counters.sessions == 2,
           "link/a rebooted device VM starts a new session without backend");
    TAP_OK(area()->to_device.head.value == 0 && area()->to_driver.head.value == 0,
           "link/with rings that start at zero");
}

static void test_driver_restart(void)
{
    start_running();
    w.config.filled_slots = 1u << 1;
    TAP_OK(init_link() == 0, "link/the driver VM's VMM starts anew in a used area");
    TAP_OK(w.link.session.state == LINK_SESSION_NONE, "link/and takes no old session for its own");
    settle();
    TAP_OK(w.peer.up && w.link.session.state == LINK_SESSION_UP && w.peer.session == 2,
           "link/the device side answers with a new session");
    fake_peer_attach(&w.peer, 2);
    settle();
    TAP_OK(config_read(0, 4) == 0x10421af4, "link/and works");
}

static void test_other_version(void)
{
    start();
    area()->device.magic = LINK_MAGIC;
    area()->device.version = 2;
    area()->device.session = 1;
    link_signals(&w.link, DOORBELL);
    TAP_OK(w.link.session.state == LINK_SESSION_NONE && area()->driver.session == 0,
           "link/a peer of another version gets no session");
}

static void test_kicks(void)
{
    unsigned signals;

    start_running();
    signals = w.kick_signals;
    TAP_OK(begin(&(struct bus_access){ .ipa = NOTIFY, .size = 2, .write = true, .data = 0 }),
           "link/a kick needs no wait");
    TAP_OK(w.kick_signals == signals + 1 && area()->kick[0].bits == 1, "link/one bit, one signal");
    (void)run(access_at(NOTIFY, 2, true, 0));
    fake_peer_event_add(&w.peer, 1, NOTIFY + 4, 0);
    TAP_OK(w.kick_signals == signals + 1, "link/a kick while the word is not empty stays quiet");
    settle();
    TAP_OK(w.peer.kicks[0] == 1, "link/the peer gets it");
    (void)run(access_at(NOTIFY + 4, 4, true, 0));
    (void)config_read(FAKE_CAP_PCIE + 8, 2);
    TAP_OK((w.peer.order_kicks_at_read & 2) != 0, "link/a kick is seen before a later read");
}

static void test_event_del(void)
{
    struct link_msg del = { .op = LINK_MSG_EVENT_DEL, .tag = 0 };
    unsigned requests;

    start_running();
    (void)fake_peer_send(&w.peer, &del);
    settle();
    requests = w.peer.requests;
    TAP_OK(w.peer.acks == 1, "link/a removal is acknowledged");
    (void)run(access_at(NOTIFY, 2, true, 7));
    TAP_OK(w.peer.requests == requests + 1 && w.backend.devices[1].bar4[FAKE_NOTIFY_AT] == 7,
           "link/afterwards the write is an ordinary request");
    for (unsigned i = 0; i < 300; i++) {
        del.tag = i % LINK_KICK_COUNT;
        (void)fake_peer_send(&w.peer, &del);
        if (i % 40 == 39) {
            link_signals(&w.link, DOORBELL); /* without the peer taking the answers */
        }
    }
    settle();
    TAP_OK(w.peer.acks >= 257 && link_session_alive(&w.link.session),
           "link/a storm of removals fills the ring and is acknowledged later");
}

static void test_interrupts(void)
{
    struct bus_access access = access_at(BAR4, 4, false, 0);

    start_running();
    fake_peer_raise(&w.peer, 2);
    fake_peer_raise(&w.peer, 3);
    settle();
    TAP_OK(w.spi_count == 2 && w.spi[0] == 102 && w.spi[1] == 103,
           "link/vectors raise the guest's SPIs");
    fake_peer_raise(&w.peer, 127);
    settle();
    TAP_OK(w.spi_count == 2, "link/a vector of nobody raises nothing");
    (void)begin(&access);
    w.kicked = false;
    fake_peer_interrupt(&w.peer); /* the reply is in the ring, the doorbell still on its way */
    area()->irq[0].bits |= 2;
    w.spi_count = 0;
    settle();
    TAP_OK(w.done[0] && w.spi_count == 1,
           "link/an interrupt before a reply is delivered before it");
}

static void test_timeout(void)
{
    struct bus_access access = access_at(BAR4, 4, false, 0);

    start_running();
    w.peer.hold_replies = true;
    (void)begin(&access);
    settle();
    TAP_OK(!w.done[0] && link_next_deadline(&w.link) == w.now + LINK_REQUEST_TIMEOUT_NS,
           "link/an access waits at most 5 s");
    w.now += LINK_REQUEST_TIMEOUT_NS;
    link_tick(&w.link);
    TAP_OK(w.done[0] && w.value[0] == 0, "link/then it ends as with a dead backend");
    access = access_at(BAR4, 4, false, 0);
    TAP_OK(begin(&access) && access.data == 0, "link/and later ones do not wait at all");
    w.peer.hold_replies = false;
    (void)fake_peer_send(
        &w.peer, &(struct link_msg){ .op = LINK_MSG_REPLY, .tag = w.link.session.requests[0].tag });
    settle();
    TAP_OK(w.link.session.counters.late_replies == 1 && link_session_alive(&w.link.session),
           "link/a late answer is dropped and revives the backend");
    TAP_OK(run(access_at(BAR4 + 0x2000, 4, false, 0)) == 0, "link/which serves again");
}

static void test_death(void)
{
    struct bus_access access = access_at(BAR4, 4, false, 0);

    start_running();
    w.peer.hold_replies = true;
    (void)begin(&access);
    settle();
    fake_peer_detach(&w.peer);
    settle();
    TAP_OK(w.done[0] && w.value[0] == 0, "link/a backend's death ends the access at once");
    TAP_OK(w.link.session.events.count == 0, "link/and its registrations");
    TAP_OK(config_read(0, 4) == 0xffffffff, "link/its devices are gone");
}

static bool down_after(const struct link_msg *msg)
{
    start_running();
    (void)fake_peer_send(&w.peer, msg);
    settle();
    return w.link.session.state == LINK_SESSION_DOWN && config_read(0, 4) == 0xffffffff &&
           w.link.session.counters.breaches == 1;
}

static void test_nonsense(void)
{
    struct bus_access access;

    TAP_OK(down_after(&(struct link_msg){ .op = 99 }), "link/down after an unknown message");
    TAP_OK(down_after(&(struct link_msg){ .op = LINK_MSG_READ }),
           "link/down after a request of the peer");
    TAP_OK(down_after(&(struct link_msg){ .op = LINK_MSG_REPLY, .tag = 5 }),
           "link/down after a reply that nobody asked for");
    TAP_OK(down_after(&(struct link_msg){ .op = LINK_MSG_EVENT_ADD, .tag = 256 }),
           "link/down after a registration index out of range");
    TAP_OK(down_after(&(struct link_msg){ .op = LINK_MSG_EVENT_DEL, .tag = 1u << 31 }),
           "link/down after a removal index out of range");
    start_running();
    area()->to_driver.head.value += LINK_RING_ENTRIES + 1;
    link_signals(&w.link, DOORBELL);
    TAP_OK(w.link.session.state == LINK_SESSION_DOWN, "link/down after a counter too far ahead");
    start_running();
    area()->to_device.tail.value += 1000;
    access = access_at(BAR4, 4, false, 0);
    TAP_OK(begin(&access) && access.data == 0 && w.link.session.state == LINK_SESSION_DOWN,
           "link/down after a tail that makes no sense; the access ends");
    TAP_OK(!w.link.session.attached && link_next_deadline(&w.link) == LINK_NO_DEADLINE,
           "link/and all that the link had is given up at once");
    fake_peer_start(&w.peer);
    settle();
    TAP_OK(w.link.session.state == LINK_SESSION_UP, "link/the peer's next session is accepted");
}

static void test_double_reply(void)
{
    start_running();
    (void)config_read(FAKE_CAP_PCIE + 8, 2);
    (void)fake_peer_send(
        &w.peer, &(struct link_msg){ .op = LINK_MSG_REPLY, .tag = w.link.session.requests[0].tag });
    settle();
    TAP_OK(w.link.session.state == LINK_SESSION_DOWN && w.doubled == 0,
           "link/a second reply to one request completes nothing");
}

static void restart_guest(void)
{
    link_reset_end(&w.link);
    vpci_boot_budget_reset(&w.budget);
}

static void test_reset(void)
{
    start_running();
    link_reset_begin(&w.link);
    TAP_OK(!link_reset_ready(&w.link), "link/a restart waits for the backend's reset");
    settle();
    TAP_OK(link_reset_ready(&w.link) && w.peer.resets == 1 && w.unmaps == 0,
           "link/the reset is confirmed, the pool stays");
    fake_peer_raise(&w.peer, 1);
    w.rung = false;
    restart_guest();
    settle();
    TAP_OK(w.spi_count == 0, "link/an interrupt of the old life is dropped");
    run_guest();
    fake_peer_raise(&w.peer, 1);
    settle();
    TAP_OK(w.spi_count == 1 && config_read(0, 4) == 0x10421af4,
           "link/the new guest has its device");
}

static void test_reset_with_access(void)
{
    struct bus_access access = access_at(BAR4, 4, false, 0);

    start_running();
    w.peer.hold_replies = true;
    (void)begin(&access);
    settle();
    w.peer.hold_replies = false;
    link_reset_begin(&w.link);
    (void)fake_peer_send(
        &w.peer, &(struct link_msg){ .op = LINK_MSG_REPLY, .tag = w.link.session.requests[0].tag });
    settle();
    TAP_OK(!w.done[0] && link_reset_ready(&w.link) && link_session_alive(&w.link.session),
           "link/the answer to the old guest's access goes nowhere");
}

static void test_reset_without_answer(void)
{
    start_running();
    w.peer.ignore_resets = true;
    link_reset_begin(&w.link);
    settle();
    w.now += LINK_RESET_TIMEOUT_NS;
    link_tick(&w.link);
    TAP_OK(!link_reset_ready(&w.link) && w.unmaps == 1,
           "link/no answer: the pool is to be unmapped");
    w.now += 60 * LINK_RESET_TIMEOUT_NS;
    link_tick(&w.link);
    TAP_OK(!link_reset_ready(&w.link), "link/which is waited for as long as it takes");
    link_signals(&w.link, UNMAPPED);
    TAP_OK(link_reset_ready(&w.link) && w.maps == 0, "link/then the guest may restart");
    restart_guest();
    settle();
    TAP_OK(w.maps == 0 && !link_session_alive(&w.link.session),
           "link/a backend that was not reset gets neither pool nor requests");
    fake_peer_detach(&w.peer);
    fake_peer_attach(&w.peer, 2);
    settle();
    TAP_OK(w.maps == 1 && link_session_alive(&w.link.session), "link/a new one gets the pool back");
    fake_backend_reset(&w.backend);
    TAP_OK(config_read(0, 4) == 0x10421af4, "link/and serves");
}

static void test_late_reset(void)
{
    uint32_t tag;

    start_running();
    w.peer.ignore_resets = true;
    link_reset_begin(&w.link);
    settle();
    tag = w.link.session.requests[0].tag;
    w.now += LINK_RESET_TIMEOUT_NS;
    link_tick(&w.link);
    link_signals(&w.link, UNMAPPED);
    restart_guest();
    fake_backend_reset(&w.backend);
    (void)fake_peer_send(&w.peer, &(struct link_msg){ .op = LINK_MSG_REPLY, .tag = tag });
    settle();
    TAP_OK(w.maps == 1 && config_read(0, 4) == 0x10421af4,
           "link/a backend that was only slow to reset is as good as a new one");
}

/* Answers the RESET that is outstanding, if there is one. */
static void answer_reset(uint32_t status)
{
    for (unsigned i = 0; i < LINK_OUTSTANDING; i++) {
        const struct link_request *request = &w.link.session.requests[i];

        if (request->reset && request->state == LINK_REQUEST_SENT) {
            (void)fake_peer_send(
                &w.peer,
                &(struct link_msg){ .op = LINK_MSG_REPLY, .tag = request->tag, .status = status });
            break;
        }
    }
    settle();
}

static void busy_until(uint64_t end_ns)
{
    while (w.now < end_ns) {
        w.now += LINK_BUSY_MS * UINT64_C(1000000);
        link_tick(&w.link);
        answer_reset(LINK_STATUS_BUSY);
    }
}

static void test_reset_with_slow_hardware(void)
{
    start_running();
    w.peer.ignore_resets = true;
    link_reset_begin(&w.link);
    settle();
    busy_until(w.now + LINK_RESET_BUSY_NS - LINK_RESET_TIMEOUT_NS);
    TAP_OK(!link_reset_ready(&w.link) && w.unmaps == 0,
           "link/hardware that still writes to the pool is waited for");
    answer_reset(LINK_STATUS_OK);
    TAP_OK(link_reset_ready(&w.link) && w.unmaps == 0, "link/until it has finished");
    restart_guest();
    settle();
    TAP_OK(link_session_alive(&w.link.session), "link/and the backend serves the new guest");
}

static void test_reset_with_stuck_hardware(void)
{
    start_running();
    w.peer.ignore_resets = true;
    link_reset_begin(&w.link);
    settle();
    busy_until(w.now + LINK_RESET_BUSY_NS + LINK_RESET_TIMEOUT_NS);
    TAP_OK(w.unmaps == 1 && !link_reset_ready(&w.link),
           "link/hardware that never finishes is not waited for without end");
    link_signals(&w.link, UNMAPPED);
    restart_guest();
    busy_until(w.now + LINK_RESET_BUSY_NS);
    TAP_OK(w.maps == 0 && !link_session_alive(&w.link.session),
           "link/the new guest gets no device meanwhile");
    answer_reset(LINK_STATUS_OK);
    TAP_OK(w.maps == 1 && link_session_alive(&w.link.session),
           "link/but as soon as it has finished after all");
}

static void test_reset_with_dead_backend(void)
{
    start();
    link_reset_begin(&w.link);
    TAP_OK(link_reset_ready(&w.link) && w.unmaps == 0,
           "link/before any backend came a restart is free");
    restart_guest();
    start_running();
    fake_peer_detach(&w.peer);
    settle();
    link_reset_begin(&w.link);
    TAP_OK(!link_reset_ready(&w.link), "link/after a backend died its pages may still be in use");
    settle();
    TAP_OK(w.unmaps == 0 && link_reset_ready(&w.link), "link/until the device side says otherwise");
    restart_guest();
    link_reset_begin(&w.link);
    TAP_OK(link_reset_ready(&w.link), "link/after which nobody has touched the pool again");
}

/* The device VM goes away while a reset is asked for, and comes back. */
static void test_reset_with_dead_device_vm(void)
{
    start_running();
    w.peer.ignore_resets = true;
    link_reset_begin(&w.link);
    settle();
    fake_peer_detach(&w.peer);
    settle();
    TAP_OK(!link_reset_ready(&w.link) && w.unmaps == 0, "link/a detach does not answer a reset");
    fake_peer_start(&w.peer);
    settle();
    TAP_OK(w.unmaps == 1, "link/a new session ends the wait for one: the pool is unmapped");
    fake_peer_attach(&w.peer, 3);
    settle();
    TAP_OK(w.maps == 0, "link/and not mapped before that is confirmed");
    link_signals(&w.link, UNMAPPED);
    restart_guest();
    settle();
    TAP_OK(w.maps == 1 && link_session_alive(&w.link.session),
           "link/the backend that came meanwhile gets it at the restart");
    link_signals(&w.link, UNMAPPED);
    TAP_OK(w.link.pool_mapped, "link/an unmapped signal that nobody asked for means nothing");
}

static void test_two_links(void)
{
    static struct link other;
    static _Alignas(4096) uint8_t other_area[LINK_AREA_BYTES];
    struct vmm_driver_link config;
    struct bus_access access;

    start_running();
    config = w.config;
    config.ecam_ipa += 0x100000;
    config.mmio_ipa += 0x1000000;
    config.iobuf_vaddr = (uintptr_t)other_area;
    TAP_OK(init_another_link(&other, &config) == 0 && link_add_to_bus(&other, &w.bus) == 0,
           "link/a VM may have several");
    access = access_at(ECAM + 0x100000 + (1u << 15), 4, false, 0);
    TAP_OK(!begin(&access) && other.vpci.waits[0].state == VPCI_WAIT_HELD,
           "link/each has its own windows");
    fake_peer_event_add(&w.peer, 9, MMIO + 0x1000000 + 0x100, 4);
    settle();
    access = access_at(MMIO + 0x1000000 + 0x100, 4, true, 0);
    access.vcpu = 1;
    (void)begin(&access);
    TAP_OK((area()->kick[0].bits >> 9 & 1) == 0,
           "link/an address registered by one link's backend never counts in the other's window");
}

int main(void)
{
    test_config();
    test_sessions();
    test_driver_restart();
    test_other_version();
    test_kicks();
    test_event_del();
    test_interrupts();
    test_timeout();
    test_death();
    test_nonsense();
    test_double_reply();
    test_reset();
    test_reset_with_access();
    test_reset_without_answer();
    test_late_reset();
    test_reset_with_slow_hardware();
    test_reset_with_stuck_hardware();
    test_reset_with_dead_backend();
    test_reset_with_dead_device_vm();
    test_two_links();
    test_events();
    test_device_side();
    test_disk_loss();
    return TAP_DONE();
}
