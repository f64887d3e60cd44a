/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Joins a session (peer protocol) and a bridge (PCI) into what the VM sees of a link, and owns the
 * two things that concern the link as a whole: the reset handshake and the pool's mapping in the
 * device VM.
 */
#include "vmm/link/link.h"

#include "rt/check.h"
#include "rt/mem.h"

#define COOKIE_RESET UINT32_MAX /* vpci's own cookies are small */

/* Between two complaints about a device VMM that does not take the pool away. */
#define UNMAP_COMPLAINT_NS UINT64_C(10000000000)

#define PAGE_BYTES UINT64_C(0x1000)

static uint64_t now_ns(const struct link *link)
{
    return link->ops->now_ns(link->vm);
}

/* ---- Reset and pool ------------------------------------------------------------------------- */

/*
 * The device VM gets the pool back when there is a new backend to use it. Not while we wait for an
 * unmap: the device VMM could not tell which of the two signals came last.
 */
static void restore_pool(struct link *link)
{
    if (link->reset == LINK_RESET_NONE && !link->pool_mapped && link->session.attached &&
        !link->session.shunned) {
        link->pool_mapped = true;
        link->ops->signal(link->vm, link->config->map_slot);
        rt_info("link %s: pool mapped again", link->config->name);
    }
}

static void on_attached(void *owner)
{
    struct link *link = owner;

    link->exposed = true;
    restore_pool(link);
    vpci_backend_up(&link->vpci);
}

static void ask_unmap(struct link *link)
{
    link->reset = LINK_RESET_UNMAP;
    link_session_shun(&link->session);
    link->reset_deadline_ns = now_ns(link) + UNMAP_COMPLAINT_NS;
    link->ops->signal(link->vm, link->config->unmap_slot);
    rt_warn_limited(&link->pool_log, "link %s: no reset by the backend, taking the pool away",
                    link->config->name);
}

static void request_reset(struct link *link)
{
    const struct link_msg msg = { .op = LINK_MSG_RESET };
    int error = link_session_request(&link->session, &msg, COOKIE_RESET);

    link->reset_due = error == RT_ERR_BUSY; /* again when there is room, until the deadline */
    if (error != 0 && error != RT_ERR_BUSY && link->reset == LINK_RESET_ASKED) {
        ask_unmap(link);
    }
}

/* Taking the pool away stops CPUs only, so hardware that still writes to it is waited for. */
static void wait_for_hardware(struct link *link)
{
    uint64_t now = now_ns(link);

    if (now >= link->reset_busy_until_ns) {
        ask_unmap(link);
    } else {
        rt_warn_limited(&link->pool_log,
                        "link %s: hardware of the device VM still writes to the pool",
                        link->config->name);
        link->reset_deadline_ns = now + LINK_RESET_TIMEOUT_NS;
    }
    request_reset(link);
}

/* Of a backend whose pool was taken away: it was only slow, so now it is as good as a new one. */
static void shunned_reset_reply(struct link *link, uint32_t status)
{
    if (!link->session.shunned) {
        return;
    }
    if (status == LINK_STATUS_BUSY) {
        request_reset(link);
    } else if (status == LINK_STATUS_OK) {
        link_session_trust(&link->session);
        if (link->session.attached) {
            on_attached(link);
        }
    }
}

static void reset_reply(struct link *link, uint32_t status)
{
    bool again = link->reset_again;

    link->reset_again = false;
    if (link->reset != LINK_RESET_ASKED) {
        shunned_reset_reply(link, status);
    } else if (again && status == LINK_STATUS_OK) {
        request_reset(link);
    } else if (status == LINK_STATUS_OK) {
        link->reset = LINK_RESET_READY;
    } else if (status == LINK_STATUS_BUSY) {
        wait_for_hardware(link);
    } else {
        ask_unmap(link);
    }
}

/* Makes sure that nothing of any backend writes to the pool any more: state READY follows. */
static void begin_letting_go(struct link *link)
{
    link->reset_due = false;
    link->reset_again = false;
    if (!link->exposed || !link->pool_mapped) {
        link->reset = LINK_RESET_READY; /* no backend has seen this life of the guest */
        return;
    }
    link->reset = LINK_RESET_ASKED;
    link->reset_deadline_ns = now_ns(link) + LINK_RESET_TIMEOUT_NS;
    link->reset_busy_until_ns = now_ns(link) + LINK_RESET_BUSY_NS;
    request_reset(link);
}

void link_reset_begin(struct link *link)
{
    bool under_way = link->failing && link->reset != LINK_RESET_NONE;

    if (link->reset != LINK_RESET_NONE && !link->failing) {
        return;
    }
    link->failing = false;
    vpci_reset(&link->vpci);
    link_session_abandon(&link->session);
    if (!under_way) {
        begin_letting_go(link);
    } else if (link->reset == LINK_RESET_ASKED && !link->reset_due) {
        /* Between then and now the guest may have used a new backend. */
        link->reset_again = true;
        link->reset_deadline_ns = now_ns(link) + LINK_RESET_TIMEOUT_NS;
    }
}

/* What a guest that runs on had asked of a backend that died is ended once nothing of it is left. */
static void fail_stranded(struct link *link)
{
    if (link->reset == LINK_RESET_NONE && vpci_requests_stranded(&link->vpci)) {
        link->failing = true;
        begin_letting_go(link);
    }
    if (link->failing && link->reset == LINK_RESET_READY) {
        link->failing = false;
        link->reset = LINK_RESET_NONE;
        vpci_fail_requests(&link->vpci);
        restore_pool(link);
    }
}

bool link_reset_ready(const struct link *link)
{
    return link->reset == LINK_RESET_NONE || link->reset == LINK_RESET_READY;
}

void link_reset_end(struct link *link)
{
    CHECK(link_reset_ready(link));
    vpci_reset(&link->vpci);
    link_session_drop_interrupts(&link->session);
    link->reset = LINK_RESET_NONE;
    link->exposed = link->session.attached;
    restore_pool(link);
}

static void reset_tick(struct link *link, uint64_t now)
{
    if (link->reset_deadline_ns > now) {
        return;
    }
    if (link->reset == LINK_RESET_ASKED) {
        ask_unmap(link);
    } else if (link->reset == LINK_RESET_UNMAP) {
        /* Never go on without the answer: the guest's new memory would be written by its old life. */
        link->reset_deadline_ns = now + UNMAP_COMPLAINT_NS;
        rt_warn_limited(&link->pool_log, "link %s: device VMM does not take the pool away",
                        link->config->name);
    }
}

/* ---- Upcalls of the session ----------------------------------------------------------------- */

static void on_ring(void *owner)
{
    struct link *link = owner;

    link->ops->signal(link->vm, link->config->kick_slot);
}

static uint64_t on_now(void *owner)
{
    return now_ns(owner);
}

static void on_detached(void *owner)
{
    struct link *link = owner;

    vpci_backend_down(&link->vpci);
}

static void on_interrupt(void *owner, uint32_t vector)
{
    struct link *link = owner;

    vpci_interrupt(&link->vpci, vector);
}

static void on_reply(void *owner, uint32_t cookie, uint32_t status, uint64_t data)
{
    struct link *link = owner;

    if (cookie == COOKIE_RESET) {
        reset_reply(link, status);
    } else {
        vpci_reply(&link->vpci, cookie, status, data);
    }
}

static void on_late(void *owner, uint32_t cookie, uint32_t status)
{
    if (cookie == COOKIE_RESET) { /* not of the reset that is asked for now */
        shunned_reset_reply(owner, status);
    }
}

static void on_room(void *owner)
{
    struct link *link = owner;

    if (link->reset_due && (link->reset == LINK_RESET_ASKED || link->session.shunned)) {
        request_reset(link);
    }
    vpci_room(&link->vpci);
}

static const struct link_session_ops session_ops = {
    .ring = on_ring,
    .now_ns = on_now,
    .attached = on_attached,
    .detached = on_detached,
    .interrupt = on_interrupt,
    .reply = on_reply,
    .late = on_late,
    .room = on_room,
};

/* ---- Upcalls of the bridge ------------------------------------------------------------------ */

static int on_request(void *owner, const struct link_msg *msg, uint32_t cookie)
{
    struct link *link = owner;

    return link_session_request(&link->session, msg, cookie);
}

static bool on_alive(void *owner)
{
    struct link *link = owner;

    return link_session_alive(&link->session);
}

static void on_raise_spi(void *owner, uint32_t intid)
{
    struct link *link = owner;

    link->ops->raise_spi(link->vm, intid);
}

static void on_complete(void *owner, unsigned vcpu, uint64_t data)
{
    struct link *link = owner;

    link->ops->complete(link->vm, vcpu, data);
}

static void *on_peer_memory(void *owner, uint64_t ipa, uint64_t bytes)
{
    struct link *link = owner;

    return link->ops->peer_memory(link->vm, link->config, ipa, bytes);
}

static const struct vpci_ops bridge_ops = {
    .request = on_request,
    .alive = on_alive,
    .raise_spi = on_raise_spi,
    .complete = on_complete,
    .now_ns = on_now,
    .peer_memory = on_peer_memory,
};

/* ---- Use ------------------------------------------------------------------------------------ */

static bool window_valid(uint64_t base, uint64_t size_bytes)
{
    return size_bytes != 0 && base + size_bytes > base && (base | size_bytes) % PAGE_BYTES == 0;
}

static int check_config(const struct vmm_driver_link *config)
{
    if (!window_valid(config->ecam_ipa, config->ecam_bytes) ||
        !window_valid(config->mmio_ipa, config->mmio_bytes) ||
        config->ecam_bytes < VPCI_BUS_BYTES) {
        return RT_ERR_RANGE;
    }
    if (config->ecam_ipa % VPCI_BUS_BYTES != 0 || config->iobuf_vaddr == 0 ||
        config->iobuf_vaddr % PAGE_BYTES != 0) {
        return RT_ERR_ALIGNMENT;
    }
    return 0;
}

int link_init(struct link *link, const struct link_params *params)
{
    const struct vmm_driver_link *config = params->config;
    struct vpci_params bridge = {
        .ops = &bridge_ops,
        .owner = link,
        .name = config->name,
        .budget = params->budget,
        .ecam_ipa = config->ecam_ipa,
        .ecam_bytes = config->ecam_bytes,
        .mmio_ipa = config->mmio_ipa,
        .mmio_bytes = config->mmio_bytes,
        .filled_slots = config->filled_slots,
        .late_slots = config->late_slots,
        .v2m_ipa = params->v2m_ipa,
        .v2m_spi_first = params->v2m_spi_first,
        .v2m_spi_count = params->v2m_spi_count,
    };
    int error = check_config(config);

    if (error != 0) {
        return error;
    }
    memset(link, 0, sizeof(*link));
    link->config = config;
    link->ops = params->ops;
    link->vm = params->vm;
    link->pool_mapped = true;
    vpci_init(&link->vpci, &bridge);
    link_session_init(&link->session, (struct link_area *)(uintptr_t)config->iobuf_vaddr,
                      config->name, config->mmio_ipa, config->mmio_bytes, &session_ops, link);
    return 0;
}

int link_add_to_bus(struct link *link, struct bus *bus)
{
    const struct vmm_driver_link *config = link->config;
    int error = bus_add(bus, config->name, config->ecam_ipa, config->ecam_bytes, link_access, link);

    if (error != 0) {
        return error;
    }
    return bus_add(bus, config->name, config->mmio_ipa, config->mmio_bytes, link_access, link);
}

static bool in_memory_window(const struct link *link, uint64_t ipa)
{
    return ipa - link->config->mmio_ipa < link->config->mmio_bytes;
}

enum bus_result link_access(void *opaque, struct bus_access *access)
{
    struct link *link = opaque;
    enum bus_result result;

    if (!in_memory_window(link, access->ipa)) {
        result = vpci_ecam_access(&link->vpci, access);
    } else if (access->write &&
               link_session_kick(&link->session, access->ipa, access->size, access->data)) {
        vpci_written(&link->vpci);
        return BUS_HANDLED;
    } else {
        result = vpci_memory_access(&link->vpci, access);
        if (access->write) {
            vpci_written(&link->vpci);
        }
    }
    link_session_settle(&link->session);
    fail_stranded(link);
    return result;
}

void link_signals(struct link *link, uint64_t badges)
{
    if ((badges & link->config->unmapped_badge) != 0 && link->reset == LINK_RESET_UNMAP) {
        link->pool_mapped = false;
        link->reset = LINK_RESET_READY;
    }
    if ((badges & link->config->doorbell_badge) != 0) {
        link_session_doorbell(&link->session);
    }
    fail_stranded(link);
}

void link_tick(struct link *link)
{
    uint64_t now = now_ns(link);

    link_session_tick(&link->session, now);
    vpci_tick(&link->vpci, now);
    reset_tick(link, now);
    fail_stranded(link);
}

uint64_t link_next_deadline(const struct link *link)
{
    uint64_t deadline = link_session_deadline(&link->session);
    uint64_t bridge = vpci_deadline(&link->vpci);

    if (bridge < deadline) {
        deadline = bridge;
    }
    if ((link->reset == LINK_RESET_ASKED || link->reset == LINK_RESET_UNMAP) &&
        link->reset_deadline_ns < deadline) {
        deadline = link->reset_deadline_ns;
    }
    return deadline;
}
