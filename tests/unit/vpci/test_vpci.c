/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The bridge against a fake backend. Requests are queued and served by serve(), as a link would do it;
 * an access that waits ends in `completed`.
 */
#include "test_vpci.h"

#include <string.h>

#include "fake_backend.h"
#include "tap.h"
#include "vmm/vpci/vpci.h"

#define ECAM       UINT64_C(0x20000000)
#define MMIO       UINT64_C(0x10000000)
#define MMIO_BYTES UINT64_C(0x1000000)
#define BAR1       (MMIO + 0x10000)
#define BAR4       (MMIO + 0x20000)
#define FRAME      UINT64_C(0x08020000)
#define MS         UINT64_C(1000000)

#define QUEUE 512u

struct queued {
    struct link_msg msg;
    uint32_t cookie;
};

static struct world {
    struct vpci vpci;
    struct fake_backend backend;
    struct vpci_boot_budget budget;
    struct queued queue[QUEUE];
    unsigned head, tail, room;
    bool alive;
    uint64_t now;
    bool done[VPCI_VCPUS_MAX];
    uint64_t value[VPCI_VCPUS_MAX];
    uint32_t spi[64];
    unsigned spi_count;
    uint32_t force_status;
} w;

static unsigned doubled, unanswered; /* over all tests */

void tap_report(bool pass, const char *text)
{
    TAP_OK(pass, "%s", text);
}

static int on_request(void *owner, const struct link_msg *msg, uint32_t cookie)
{
    (void)owner;
    if (!w.alive) {
        return RT_ERR_PEER;
    }
    if (w.head - w.tail >= w.room) {
        return RT_ERR_BUSY;
    }
    w.queue[w.head++ % QUEUE] = (struct queued){ *msg, cookie };
    return 0;
}

static bool on_alive(void *owner)
{
    (void)owner;
    return w.alive;
}

static void on_raise(void *owner, uint32_t intid)
{
    (void)owner;
    w.spi[w.spi_count++ % 64] = intid;
}

static void on_complete(void *owner, unsigned vcpu, uint64_t data)
{
    (void)owner;
    doubled += w.done[vcpu];
    w.done[vcpu] = true;
    w.value[vcpu] = data;
}

static uint64_t on_now(void *owner)
{
    (void)owner;
    return w.now;
}

static const struct vpci_ops ops = { on_request,  on_alive, on_raise,
                                     on_complete, on_now,   fake_no_memory };

static void start(uint32_t filled)
{
    struct vpci_params params = { .ops = &ops,
                                  .name = "peer",
                                  .budget = &w.budget,
                                  .ecam_ipa = ECAM,
                                  .ecam_bytes = 0x100000,
                                  .mmio_ipa = MMIO,
                                  .mmio_bytes = MMIO_BYTES,
                                  .filled_slots = filled,
                                  .late_slots = 1u << 9,
                                  .v2m_ipa = FRAME,
                                  .v2m_spi_first = 80,
                                  .v2m_spi_count = 64 };

    memset(&w, 0, sizeof(w));
    w.now = 1000 * MS;
    w.room = 64;
    fake_backend_init(&w.backend, ECAM);
    vpci_init(&w.vpci, &params);
}

/* One request of the backend's thread. False if there is none. */
static bool serve_one(void)
{
    struct queued *q = &w.queue[w.tail % QUEUE];
    uint64_t data = 0;
    uint32_t status;

    if (w.tail == w.head) {
        return false;
    }
    w.tail++;
    if (q->msg.op == LINK_MSG_READ) {
        status = fake_backend_read(&w.backend, q->msg.addr, q->msg.len, &data);
    } else {
        status = fake_backend_write(&w.backend, q->msg.addr, q->msg.len, q->msg.data);
    }
    if ((q->msg.flags & LINK_FLAG_POSTED) == 0) {
        vpci_reply(&w.vpci, q->cookie, status, data);
    }
    return true;
}

static void serve(void)
{
    for (unsigned i = 0; i < 4096; i++) {
        while (serve_one()) {
        }
        vpci_room(&w.vpci);
        if (w.tail == w.head) {
            return;
        }
    }
    TAP_OK(false, "vpci/requests come to an end");
}

static struct bus_access access_at(uint64_t ipa, unsigned size, bool write, uint64_t data,
                                   unsigned vcpu)
{
    return (
        struct bus_access){ .ipa = ipa, .data = data, .size = size, .write = write, .vcpu = vcpu };
}

/* Starts an access; true if it was answered at once. */
static bool begin(struct bus_access *access)
{
    enum bus_result result;

    w.done[access->vcpu] = false;
    result = access->ipa >= ECAM ? vpci_ecam_access(&w.vpci, access)
                                 : vpci_memory_access(&w.vpci, access);
    return result == BUS_HANDLED;
}

static uint64_t run(struct bus_access access)
{
    if (begin(&access)) {
        return access.data;
    }
    serve();
    unanswered += !w.done[access.vcpu];
    return w.value[access.vcpu];
}

static uint64_t config_ipa(unsigned slot, unsigned reg)
{
    return ECAM + ((uint64_t)slot << 15) + reg;
}

static uint64_t config_read(unsigned slot, unsigned reg, unsigned len)
{
    return run(access_at(config_ipa(slot, reg), len, false, 0, 0));
}

static void config_write(unsigned slot, unsigned reg, unsigned len, uint64_t data)
{
    (void)run(access_at(config_ipa(slot, reg), len, true, data, 0));
}

static uint64_t mem_read(uint64_t ipa, unsigned len)
{
    return run(access_at(ipa, len, false, 0, 0));
}

static void mem_write(uint64_t ipa, unsigned len, uint64_t data)
{
    (void)run(access_at(ipa, len, true, data, 0));
}

/* A guest that found its device and gave it addresses. */
static void start_with_device(void)
{
    start(1u << 1 | 1u << 2);
    fake_backend_add(&w.backend, 1, 0x1042, 4);
    fake_backend_add(&w.backend, 2, 0x1041, 4);
    w.alive = true;
    vpci_backend_up(&w.vpci);
    (void)config_read(1, 0, 4);
}

static void program_bars(void)
{
    config_write(1, 0x14, 4, BAR1);
    config_write(1, 0x20, 4, BAR4);
    config_write(1, 0x24, 4, 0);
    config_write(1, 0x04, 2, 0x0406);
}

static void enable_msix(void)
{
    for (unsigned i = 0; i < 4; i++) {
        mem_write(BAR1 + 16 * i, 4, FRAME + LINK_MSI_SETSPI);
        mem_write(BAR1 + 16 * i + 4, 4, 0);
        mem_write(BAR1 + 16 * i + 8, 4, 90 + i);
        mem_write(BAR1 + 16 * i + 12, 4, 0);
    }
    config_write(1, FAKE_CAP_MSIX + 2, 2, VPCI_MSIX_CTRL_ENABLE);
}

static void test_empty(void)
{
    struct bus_access access;

    start(1u << 1);
    access = access_at(config_ipa(3, 0), 4, false, 0, 0);
    TAP_OK(begin(&access) && access.data == 0xffffffff && w.head == 0,
           "vpci/an empty slot answers all-ones at once and asks nobody");
    access = access_at(config_ipa(1, 0x1000), 4, false, 0, 0);
    TAP_OK(begin(&access) && access.data == 0xffffffff, "vpci/functions 1 to 7 do not exist");
    access = access_at(config_ipa(9, 0), 4, false, 0, 0);
    TAP_OK(begin(&access) && access.data == 0xffffffff && !w.budget.started,
           "vpci/a slot for late devices is not waited for");
    access = access_at(config_ipa(1, 2), 4, false, 0, 0);
    TAP_OK(begin(&access) && access.data == 0xffffffff, "vpci/an access across a dword is refused");
    access = access_at(config_ipa(1, 0), 8, false, 0, 0);
    TAP_OK(begin(&access) && access.data == UINT64_MAX, "vpci/8-byte config accesses are refused");
    access = access_at(config_ipa(1, 1), 1, false, 0, 0);
    TAP_OK(begin(&access) && access.data == 0xff,
           "vpci/a byte of the vendor ID is no reason to wait");
    access = access_at(MMIO + 0x123, 4, false, 0, 0);
    TAP_OK(begin(&access) && access.data == 0xffffffff,
           "vpci/memory that no BAR claims reads all-ones");
}

static void test_hold(void)
{
    struct bus_access access;

    start(1u << 1);
    access = access_at(config_ipa(1, 0), 4, false, 0, 0);
    TAP_OK(!begin(&access), "vpci/the vendor ID of a filled slot is held");
    TAP_OK(vpci_deadline(&w.vpci) == w.now + VPCI_HOLD_NS, "vpci/for 200 ms");
    w.now += VPCI_HOLD_NS;
    vpci_tick(&w.vpci, w.now);
    TAP_OK(w.done[0] && w.value[0] == VPCI_RETRY_STATUS, "vpci/then it reads request retry status");
    access = access_at(config_ipa(1, 0), 2, false, 0, 0);
    TAP_OK(!begin(&access), "vpci/and is held again at the next try");
    w.now += VPCI_HOLD_NS;
    vpci_tick(&w.vpci, w.now);
    TAP_OK(w.done[0] && w.value[0] == 0x0001, "vpci/a 2-byte read sees vendor 0001");
    access = access_at(config_ipa(1, 0), 4, false, 0, 0);
    (void)begin(&access);
    fake_backend_add(&w.backend, 1, 0x1042, 4);
    w.alive = true;
    vpci_backend_up(&w.vpci);
    serve();
    TAP_OK(w.done[0] && w.value[0] == 0x10421af4,
           "vpci/a backend that comes answers the held read");
}

static void test_budget(void)
{
    struct bus_access access;

    start(1u << 1 | 1u << 2);
    access = access_at(config_ipa(1, 0), 4, false, 0, 0);
    (void)begin(&access);
    w.now += VPCI_BUDGET_NS - 1;
    vpci_tick(&w.vpci, w.now);
    TAP_OK(w.value[0] == VPCI_RETRY_STATUS, "vpci/retry status lasts as long as the VM's budget");
    w.now += 1;
    access = access_at(config_ipa(2, 0), 4, false, 0, 0);
    TAP_OK(begin(&access) && access.data == 0xffffffff,
           "vpci/over budget every slot is empty at once, also one not asked before");
    vpci_boot_budget_reset(&w.budget);
    access = access_at(config_ipa(2, 0), 4, false, 0, 0);
    TAP_OK(!begin(&access), "vpci/a restart of the guest has its own budget");
}

static void test_header(void)
{
    start_with_device();
    TAP_OK(config_read(1, 0, 4) == 0x10421af4 && config_read(1, 2, 2) == 0x1042 &&
               config_read(1, 3, 1) == 0x10,
           "vpci/the header reads at every width");
    TAP_OK(config_read(1, 0x3c, 4) == 0 && config_read(1, 0x3d, 1) == 0,
           "vpci/there is no INTx pin");
    TAP_OK(config_read(1, 0x3c, 2) == 0, "vpci/also not in wider reads");
    config_write(1, 0x3c, 1, 0x2a);
    TAP_OK(config_read(1, 0x3c, 4) == 0x2a, "vpci/the interrupt line is scratch");
    TAP_OK(config_read(1, 0x06, 2) == 0x10, "vpci/status shows the capability list");
    config_write(1, 0x30, 4, 0xfffff800);
    TAP_OK(config_read(1, 0x30, 4) == 0, "vpci/there is no expansion ROM");
    TAP_OK(config_read(2, 0, 4) == 0x10411af4, "vpci/a second slot is its own device");
}

static void test_caps(void)
{
    unsigned at, ids = 0, count = 0;
    uint8_t seen[16];

    start_with_device();
    for (at = (unsigned)config_read(1, 0x34, 1); at != 0 && count < 16;
         at = (unsigned)config_read(1, at + 1, 1)) {
        seen[count++] = (uint8_t)at;
        ids |= 1u << config_read(1, at, 1);
    }
    TAP_OK(count == 4 && seen[0] == FAKE_CAP_PCIE && seen[1] == FAKE_CAP_COMMON &&
               seen[2] == FAKE_CAP_NOTIFY && seen[3] == FAKE_CAP_MSIX,
           "vpci/plain MSI and the config-access window are not in the capability chain");
    TAP_OK((ids & 1u << 0x05) == 0, "vpci/no capability of type 05 is shown");
    TAP_OK(config_read(1, FAKE_CAP_MSI, 4) == 0, "vpci/where it was, zero is read");
    config_write(1, FAKE_CAP_MSI + 2, 2, 1);
    TAP_OK((fake_backend_peek(&w.backend, 1, FAKE_CAP_MSI + 2, 2) & 1) == 0,
           "vpci/and writes there do not reach the backend");
    TAP_OK(config_read(1, FAKE_CAP_PCIE, 4) == (0x00920010 | FAKE_CAP_COMMON << 8),
           "vpci/a wide read mixes the VMM's chain with the backend's data");
    TAP_OK(config_read(1, FAKE_CAP_MSIX, 4) == 0x00030011 &&
               config_read(1, FAKE_CAP_MSIX + 4, 4) == 1,
           "vpci/the MSI-X capability is the VMM's copy");
    config_write(1, FAKE_CAP_PCIE + 8, 2, 0x2810);
    TAP_OK(fake_backend_peek(&w.backend, 1, FAKE_CAP_PCIE + 8, 2) == 0x2810,
           "vpci/other registers are the backend's");
}

static void test_bars(void)
{
    unsigned requests;

    start_with_device();
    requests = w.head;
    config_write(1, 0x14, 4, 0xffffffff);
    config_write(1, 0x20, 4, 0xffffffff);
    config_write(1, 0x24, 4, 0xffffffff);
    TAP_OK(config_read(1, 0x14, 4) == 0xfffff000 && config_read(1, 0x20, 4) == 0xffffc00c &&
               config_read(1, 0x24, 4) == 0xffffffff && config_read(1, 0x10, 4) == 0,
           "vpci/BAR sizing");
    TAP_OK(w.head == requests, "vpci/costs the backend nothing while decoding is off");
    config_write(1, 0x14, 2, 0x4000);
    config_write(1, 0x16, 2, 0x1001);
    TAP_OK(config_read(1, 0x14, 4) == 0x10014000, "vpci/BARs take narrow writes");
    program_bars();
    TAP_OK(fake_backend_peek(&w.backend, 1, 0x14, 4) == BAR1 &&
               fake_backend_peek(&w.backend, 1, 0x20, 4) == (BAR4 | 0xc) &&
               fake_backend_peek(&w.backend, 1, 4, 2) == 0x0406,
           "vpci/enabling decoding tells the backend BARs and command");
    config_write(1, 0x04, 2, 0xffff);
    TAP_OK(config_read(1, 0x04, 2) == VPCI_COMMAND_WRITABLE,
           "vpci/port decoding cannot be enabled");
    mem_write(BAR4 + 0x2000, 4, 0xcafe);
    TAP_OK(mem_read(BAR4 + 0x2000, 4) == 0xcafe && mem_read(BAR4 + 0x2000, 2) == 0xcafe,
           "vpci/BAR accesses reach the backend");
    config_write(1, 0x04, 2, 0);
    TAP_OK(mem_read(BAR4 + 0x2000, 4) == 0xffffffff && w.backend.no_device == 0,
           "vpci/without decoding nobody answers, and the backend is not asked");
}

static void test_msix(void)
{
    bool entries = true;

    start_with_device();
    program_bars();
    w.room = 3; /* programming needs more than the ring holds */
    enable_msix();
    for (unsigned i = 0; i < 4; i++) {
        struct vpci_msix_entry entry = fake_backend_entry(&w.backend, 1, i);

        entries &= entry.address == LINK_MSI_FRAME + LINK_MSI_SETSPI && !entry.masked &&
                   entry.data == LINK_MSI_BASE + i;
    }
    TAP_OK(entries && fake_backend_msix_enabled(&w.backend, 1),
           "vpci/enabling MSI-X programs the backend's table with link-local vectors first");
    TAP_OK(mem_read(BAR1 + 8, 4) == 90, "vpci/the guest reads its own table");
    vpci_interrupt(&w.vpci, 3);
    TAP_OK(w.spi_count == 1 && w.spi[0] == 93, "vpci/a link-local vector raises the guest's SPI");
    mem_write(BAR1 + 16 * 3 + 12, 4, 1);
    vpci_interrupt(&w.vpci, 3);
    TAP_OK(w.spi_count == 1 && mem_read(BAR1 + FAKE_PBA_OFFSET, 4) == 8,
           "vpci/a masked vector becomes pending");
    mem_write(BAR1 + 16 * 3 + 12, 4, 0);
    TAP_OK(w.spi_count == 2 && w.spi[1] == 93, "vpci/and fires when it is unmasked");
    TAP_OK(!fake_backend_entry(&w.backend, 1, 3).masked, "vpci/the backend never sees a mask");
    config_write(1, FAKE_CAP_MSIX + 2, 2, VPCI_MSIX_CTRL_ENABLE | VPCI_MSIX_CTRL_MASK);
    vpci_interrupt(&w.vpci, 0);
    TAP_OK(w.spi_count == 2 && config_read(1, FAKE_CAP_MSIX + 2, 2) == 0xc003 &&
               fake_backend_peek(&w.backend, 1, FAKE_CAP_MSIX + 2, 2) == 0x8003,
           "vpci/the function mask stays with the VMM");
    config_write(1, FAKE_CAP_MSIX + 2, 2, 0);
    TAP_OK(!fake_backend_msix_enabled(&w.backend, 1), "vpci/disabling is forwarded");
    vpci_interrupt(&w.vpci, 100);
    vpci_interrupt(&w.vpci, 0);
    TAP_OK(w.spi_count == 2, "vpci/vectors of nobody and of a disabled function raise nothing");
}

static void test_msix_before_memory(void)
{
    start_with_device();
    config_write(1, FAKE_CAP_MSIX + 2, 2, VPCI_MSIX_CTRL_ENABLE);
    TAP_OK(!fake_backend_msix_enabled(&w.backend, 1), "vpci/MSI-X waits for memory decoding");
    program_bars();
    TAP_OK(fake_backend_msix_enabled(&w.backend, 1) &&
               fake_backend_entry(&w.backend, 1, 3).data == LINK_MSI_BASE + 3,
           "vpci/and is enabled together with it");
}

static void test_journal_access(void)
{
    uint16_t vector;

    start_with_device();
    program_bars();
    mem_write(BAR4 + VPCI_COMMON_STATUS, 1, 0xf);
    TAP_OK(w.vpci.functions[1].journal.virtio.status == 0xf &&
               w.backend.devices[1].bar4[0x14] == 0xf,
           "vpci/writes to the common configuration are recorded and forwarded");
    mem_write(BAR4 + VPCI_COMMON_QUEUE_VECTOR, 2, 17);
    memcpy(&vector, &w.backend.devices[1].bar4[VPCI_COMMON_QUEUE_VECTOR], 2);
    TAP_OK(vector == VPCI_NO_VECTOR, "vpci/a vector beyond the table reaches the backend as none");
    mem_write(BAR4 + VPCI_COMMON_CONFIG_VECTOR - 2, 8, UINT64_C(0x0011001100110011));
    memcpy(&vector, &w.backend.devices[1].bar4[VPCI_COMMON_CONFIG_VECTOR], 2);
    TAP_OK(vector == 0, "vpci/an odd write over several fields is dropped");
}

static void test_dead(void)
{
    struct bus_access access;

    start_with_device();
    program_bars();
    enable_msix();
    access = access_at(BAR4, 4, false, 0, 1);
    (void)begin(&access);
    w.alive = false;
    w.tail = w.head;
    vpci_reply(&w.vpci, 1, LINK_STATUS_DEAD, 0x55);
    vpci_backend_down(&w.vpci);
    TAP_OK(w.done[1] && w.value[1] == 0, "vpci/a dead backend's outstanding BAR read gives zero");
    TAP_OK(mem_read(BAR4 + 0x14, 1) == 0, "vpci/BAR reads are zero: the guest's device reset ends");
    TAP_OK(config_read(1, 0, 4) == 0xffffffff && config_read(1, 0x40, 2) == 0xffff,
           "vpci/config reads are all-ones");
    mem_write(BAR4 + 0x14, 1, 1);
    config_write(1, 4, 2, 0);
    TAP_OK(w.tail == w.head, "vpci/writes are dropped");
    w.alive = true;
    vpci_backend_up(&w.vpci);
    TAP_OK(config_read(1, 0, 4) == 0xffffffff && mem_read(BAR4, 4) == 0,
           "vpci/a new backend does not revive a device of a running guest");
    TAP_OK(config_read(2, 0, 4) == 0x10411af4,
           "vpci/but serves slots that the guest has not seen yet");
    fake_backend_reset(&w.backend);
    vpci_reset(&w.vpci);
    TAP_OK(config_read(1, 0, 4) == 0x10421af4 && config_read(1, 4, 2) == 0 &&
               config_read(1, 0x14, 4) == 0,
           "vpci/after a restart of the guest everything works with the new backend");
    program_bars();
    enable_msix();
    vpci_interrupt(&w.vpci, w.vpci.functions[1].msix.first);
    TAP_OK(w.spi_count == 1 && w.spi[0] == 90, "vpci/interrupts included");
}

static void test_death_while_scanning(void)
{
    struct bus_access access;

    start(1u << 1);
    fake_backend_add(&w.backend, 1, 0x1042, 4);
    w.alive = true;
    vpci_backend_up(&w.vpci);
    access = access_at(config_ipa(1, 0), 4, false, 0, 0);
    (void)begin(&access);
    for (unsigned i = 0; i < 20; i++) {
        (void)serve_one();
    }
    w.alive = false;
    w.tail = w.head;
    vpci_reply(&w.vpci, 0x101, LINK_STATUS_DEAD, 0);
    vpci_backend_down(&w.vpci);
    TAP_OK(!w.done[0], "vpci/a backend that dies during the scan: the vendor-ID read is held");
    w.now += VPCI_HOLD_NS;
    vpci_tick(&w.vpci, w.now);
    TAP_OK(w.done[0] && w.value[0] == VPCI_RETRY_STATUS, "vpci/and then retried");
    fake_backend_reset(&w.backend);
    w.alive = true;
    vpci_backend_up(&w.vpci);
    TAP_OK(config_read(1, 0, 4) == 0x10421af4, "vpci/the next backend is scanned from the start");
}

static void test_blocked_deadline(void)
{
    struct bus_access access;

    start_with_device();
    w.room = 0;
    access = access_at(config_ipa(1, 0x48), 2, false, 0, 0);
    (void)begin(&access);
    w.now += VPCI_ACCESS_NS;
    vpci_tick(&w.vpci, w.now);
    TAP_OK(w.done[0] && w.value[0] == 0xffff, "vpci/an access that finds no room ends after 5 s");
}

static bool refused_after(unsigned reg, unsigned len, uint32_t value)
{
    start(1u << 1);
    fake_backend_add(&w.backend, 1, 0x1042, 4);
    fake_backend_poke(&w.backend, 1, reg, len, value);
    w.alive = true;
    vpci_backend_up(&w.vpci);
    return config_read(1, 0, 4) == 0xffffffff;
}

static bool refused_with_bar(uint32_t writable)
{
    start(1u << 1);
    fake_backend_add(&w.backend, 1, 0x1042, 4);
    memcpy(&w.backend.devices[1].writable[0x20], &writable, 4);
    w.alive = true;
    vpci_backend_up(&w.vpci);
    return config_read(1, 0, 4) == 0xffffffff;
}

static void test_hostile_device(void)
{
    TAP_OK(refused_after(FAKE_CAP_MSIX + 4, 4, 0x1000 | 1),
           "vpci/refused: MSI-X table behind its BAR");
    TAP_OK(refused_after(FAKE_CAP_MSIX + 1, 1, FAKE_CAP_PCIE),
           "vpci/refused: capability chain in a loop");
    TAP_OK(refused_after(FAKE_CAP_MSIX + 1, 1, 0x20), "vpci/refused: capability inside the header");
    TAP_OK(refused_after(0x0e, 1, 1), "vpci/refused: a bridge header");
    TAP_OK(refused_after(FAKE_CAP_COMMON + 4, 4, 3),
           "vpci/refused: common configuration in no BAR");
    TAP_OK(refused_after(FAKE_CAP_COMMON + 8, 4, 0xffffff00),
           "vpci/refused: common configuration behind its BAR");
    TAP_OK(refused_after(FAKE_CAP_COMMON + 4, 4, 1),
           "vpci/refused: common configuration over the MSI-X table");
    TAP_OK(refused_with_bar(0xc0000000), "vpci/refused: a BAR larger than the link's window");
    TAP_OK(refused_with_bar(0xffff0f00), "vpci/refused: a BAR whose size is no power of two");
    TAP_OK(!refused_after(0x06, 2, 0), "vpci/accepted: a function without capabilities");
    TAP_OK(refused_after(0x00, 4, 0xffffffff),
           "vpci/a slot that the backend leaves empty is empty");
}

static void test_shared_vectors(void)
{
    start(0x0000fffe & ~(1u << 9));
    for (unsigned slot = 1; slot < 16; slot++) {
        fake_backend_add(&w.backend, slot, 0x1042, slot == 1 ? 100 : 33);
    }
    w.alive = true;
    vpci_backend_up(&w.vpci);
    for (unsigned slot = 1; slot < 16; slot++) {
        (void)config_read(slot, 0, 4);
    }
    TAP_OK(w.vpci.vectors.used <= LINK_IRQ_COUNT && w.vpci.functions[15].state == VPCI_PRESENT &&
               w.vpci.functions[15].msix.size >= 1,
           "vpci/a greedy first device leaves vectors for the others");
}

static void test_two_vcpus(void)
{
    struct bus_access a, b;

    start(1u << 1);
    fake_backend_add(&w.backend, 1, 0x1042, 4);
    w.alive = true;
    vpci_backend_up(&w.vpci);
    a = access_at(config_ipa(1, 0), 4, false, 0, 0);
    b = access_at(config_ipa(1, 0), 4, false, 0, 1);
    TAP_OK(!begin(&a) && !begin(&b), "vpci/two vCPUs may ask for the same slot");
    serve();
    TAP_OK(w.done[0] && w.done[1] && w.value[0] == 0x10421af4 && w.value[1] == 0x10421af4,
           "vpci/and both get the answer of one scan");
}

int main(void)
{
    test_empty();
    test_hold();
    test_budget();
    test_header();
    test_caps();
    test_bars();
    test_msix();
    test_msix_before_memory();
    test_journal_access();
    test_dead();
    test_death_while_scanning();
    test_blocked_deadline();
    test_hostile_device();
    test_shared_vectors();
    test_two_vcpus();
    test_journal();
    TAP_OK(unanswered == 0, "vpci/every forwarded access was answered");
    TAP_OK(doubled == 0, "vpci/and none twice");
    return TAP_DONE();
}
