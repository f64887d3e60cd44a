/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A guest that does anything to a bridge's windows, and a backend that answers anything: from the
 * input come the guest's accesses, which answers are falsified, when the backend dies and comes back.
 * Promised: no crash, each waiting access ends exactly once and in bounded time, only SPIs of the
 * guest's frame are raised, and nothing is asked of the backend outside the link's windows.
 */
#include <stdlib.h>
#include <string.h>

#include "fake_backend.h"
#include "rt/check.h"
#include "rt/log.h"
#include "vmm/vpci/vpci.h"

#define ECAM       UINT64_C(0x20000000)
#define MMIO       UINT64_C(0x10000000)
#define MMIO_BYTES UINT64_C(0x1000000)
#define FRAME      UINT64_C(0x08020000)
#define SPI_FIRST  80u
#define SPI_COUNT  16u
#define QUEUE      64u

static struct vpci vpci;
static struct fake_backend backend;
static struct vpci_boot_budget budget;
static struct {
    struct link_msg msg;
    uint32_t cookie;
} queue[QUEUE];
static unsigned head, tail;
static bool backend_alive;
static uint64_t now;
static bool waiting[VPCI_VCPUS_MAX];

struct input {
    const uint8_t *bytes;
    size_t left;
};

static uint64_t take(struct input *input, unsigned bytes)
{
    uint64_t value = 0;

    if (bytes > input->left) {
        bytes = (unsigned)input->left;
    }
    memcpy(&value, input->bytes, bytes);
    input->bytes += bytes;
    input->left -= bytes;
    return value;
}

static int on_request(void *owner, const struct link_msg *msg, uint32_t cookie)
{
    uint64_t base = msg->addr >= ECAM ? ECAM : MMIO;
    uint64_t size = msg->addr >= ECAM ? VPCI_BUS_BYTES : MMIO_BYTES;

    (void)owner;
    /* The guest may put a BAR anywhere; the table behind it follows. */
    if (cookie < VPCI_VCPUS_MAX && (msg->addr < base || msg->addr - base + msg->len > size)) {
        abort();
    }
    if (!backend_alive) {
        return RT_ERR_PEER;
    }
    if (head - tail == QUEUE) {
        return RT_ERR_BUSY;
    }
    queue[head % QUEUE].msg = *msg;
    queue[head++ % QUEUE].cookie = cookie;
    return 0;
}

static bool on_alive(void *owner)
{
    (void)owner;
    return backend_alive;
}

static void on_raise(void *owner, uint32_t intid)
{
    (void)owner;
    if (intid < SPI_FIRST || intid >= SPI_FIRST + SPI_COUNT) {
        abort();
    }
}

static void on_complete(void *owner, unsigned vcpu, uint64_t data)
{
    (void)owner;
    (void)data;
    if (!waiting[vcpu]) {
        abort();
    }
    waiting[vcpu] = false;
}

static uint64_t on_now(void *owner)
{
    (void)owner;
    return now;
}

static const struct vpci_ops ops = { on_request,  on_alive, on_raise,
                                     on_complete, on_now,   fake_no_memory };

/* Serves one request; a lie of 0 is the truth. */
static void serve(uint64_t lie)
{
    struct link_msg msg;
    uint32_t cookie, status;
    uint64_t data = 0;

    if (head == tail) {
        vpci_room(&vpci);
        return;
    }
    msg = queue[tail % QUEUE].msg;
    cookie = queue[tail++ % QUEUE].cookie;
    if (msg.op == LINK_MSG_READ) {
        status = fake_backend_read(&backend, msg.addr, msg.len, &data);
    } else {
        status = fake_backend_write(&backend, msg.addr, msg.len, msg.data);
    }
    if ((msg.flags & LINK_FLAG_POSTED) == 0) {
        vpci_reply(&vpci, cookie, lie == 0xff ? (uint32_t)(data % 5) : status, data ^ lie);
    }
}

static void end_backend(void)
{
    backend_alive = false;
    while (tail != head) {
        uint32_t cookie = queue[tail % QUEUE].cookie;
        bool posted = (queue[tail++ % QUEUE].msg.flags & LINK_FLAG_POSTED) != 0;

        if (!posted) {
            vpci_reply(&vpci, cookie, LINK_STATUS_DEAD, 0);
        }
    }
    vpci_backend_down(&vpci);
}

static uint64_t choose_address(struct input *input)
{
    uint64_t kind = take(input, 1);
    uint64_t offset = take(input, 2);

    switch (kind % 4) {
    case 0: /* a filled slot's legacy registers */
        return ECAM + ((1 + kind / 4 % 2) << 15) + offset % 0x100;
    case 1: return ECAM + (offset << 4) % VPCI_BUS_BYTES;
    case 2: /* where the set-up below puts the BARs */
        return MMIO + 0x10000 + offset % 0x1000 + (kind & 4 ? 0x10000 : 0);
    default: return MMIO + (offset << 8) % MMIO_BYTES;
    }
}

static void guest_access(struct input *input)
{
    struct bus_access access = { .ipa = choose_address(input) };
    uint64_t how = take(input, 1);
    enum bus_result result;

    access.size = 1u << (how & 3);
    access.write = (how & 4) != 0;
    access.vcpu = how >> 4 & 3;
    if (access.write) {
        access.data = take(input, (how & 8) != 0 ? access.size : 1);
    }
    if (waiting[access.vcpu]) {
        return; /* that vCPU is blocked */
    }
    if (access.ipa >= ECAM) {
        if (access.ipa + access.size > ECAM + VPCI_BUS_BYTES) {
            return; /* the bus hands over nothing that leaves the window */
        }
        result = vpci_ecam_access(&vpci, &access);
    } else {
        if (access.ipa + access.size > MMIO + MMIO_BYTES) {
            return;
        }
        result = vpci_memory_access(&vpci, &access);
    }
    CHECK(result == BUS_HANDLED || result == BUS_WAIT);
    waiting[access.vcpu] = result == BUS_WAIT;
}

static void write_config(unsigned slot, unsigned reg, unsigned size, uint64_t data)
{
    struct bus_access access = {
        .ipa = ECAM + ((uint64_t)slot << 15) + reg, .size = size, .write = true, .data = data
    };

    waiting[0] = vpci_ecam_access(&vpci, &access) == BUS_WAIT;
    while (waiting[0]) {
        serve(0);
    }
}

static void set_up(bool configured)
{
    struct vpci_params params = { .ops = &ops,
                                  .name = "fuzz",
                                  .budget = &budget,
                                  .ecam_ipa = ECAM,
                                  .ecam_bytes = VPCI_BUS_BYTES,
                                  .mmio_ipa = MMIO,
                                  .mmio_bytes = MMIO_BYTES,
                                  .filled_slots = 6,
                                  .late_slots = 8,
                                  .v2m_ipa = FRAME,
                                  .v2m_spi_first = SPI_FIRST,
                                  .v2m_spi_count = SPI_COUNT };
    struct bus_access access = { .ipa = ECAM + (1u << 15), .size = 4 };

    memset(waiting, 0, sizeof(waiting));
    head = tail = 0;
    now = 1;
    vpci_boot_budget_reset(&budget);
    fake_backend_init(&backend, ECAM);
    fake_backend_add(&backend, 1, 0x1042, 4);
    fake_backend_add(&backend, 2, 0x1041, 9);
    vpci_init(&vpci, &params);
    backend_alive = true;
    vpci_backend_up(&vpci);
    if (!configured) {
        return;
    }
    waiting[0] = vpci_ecam_access(&vpci, &access) == BUS_WAIT;
    while (waiting[0]) {
        serve(0);
    }
    write_config(1, 0x14, 4, MMIO + 0x10000);
    write_config(1, 0x20, 4, MMIO + 0x20000);
    write_config(1, 0x04, 2, 6);
    write_config(1, FAKE_CAP_MSIX + 2, 2, VPCI_MSIX_CTRL_ENABLE);
}

/* Whatever happened: with time alone every access comes to its end. */
static void finish(void)
{
    for (unsigned i = 0; i < 3; i++) {
        end_backend();
        now += VPCI_ACCESS_NS;
        vpci_tick(&vpci, now);
    }
    for (unsigned vcpu = 0; vcpu < VPCI_VCPUS_MAX; vcpu++) {
        if (waiting[vcpu]) {
            abort();
        }
    }
    if (vpci_deadline(&vpci) != UINT64_MAX) {
        abort();
    }
}

static void happen(struct input *input)
{
    uint64_t what = take(input, 1);

    switch (what % 16) {
    case 0: end_backend(); break;
    case 1:
        if (!backend_alive) {
            backend_alive = true;
            vpci_backend_up(&vpci);
        }
        break;
    case 2:
        now += take(input, 1) << 24;
        vpci_tick(&vpci, now);
        break;
    case 3: vpci_interrupt(&vpci, (uint32_t)take(input, 1) % LINK_IRQ_COUNT); break;
    case 4: serve(take(input, 4)); break;
    case 5: serve(0xff); break;
    case 6:
        fake_backend_poke(&backend, 1 + (what >> 4 & 1), (unsigned)take(input, 1) % 0xfc, 4,
                          (uint32_t)take(input, 4));
        break;
    case 7:
        if (what > 0xe0) {
            vpci_reset(&vpci);
            memset(waiting, 0, sizeof(waiting));
            tail = head;
        }
        break;
    case 8:
    case 9:
    case 10: serve(0); break;
    default: guest_access(input); break;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input input = { data, size };

    if (getenv("FUZZ_LOG") == NULL) {
        rt_log_set_sink(NULL, NULL);
    }
    set_up((take(&input, 1) & 1) != 0);
    while (input.left != 0) {
        happen(&input);
    }
    finish();
    return 0;
}
