/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One rule keeps the waiting simple: an access that cannot be answered now is stored as it came and
 * dispatched again from the start whenever something changed (a reply, a backend, room in the ring).
 * The flag `applied` keeps a write from taking effect twice. Requests never answer from inside the
 * request call, so a dispatch is never re-entered.
 */
#include "vmm/vpci/vpci.h"

#include "rt/check.h"
#include "rt/mem.h"

#define ECAM_SLOT_SHIFT     15u
#define ECAM_FUNCTION_SHIFT 12u
#define ECAM_FUNCTIONS      8u

/* Cookies: a vCPU's forwarded access, or a slot's own request. */
#define COOKIE_SLOT 0x100u

/* Vectors kept back for each device that was not seen yet. */
#define VECTORS_RESERVED 4u

static uint64_t now_ns(const struct vpci *vpci)
{
    return vpci->params.ops->now_ns(vpci->params.owner);
}

static bool alive(const struct vpci *vpci)
{
    return vpci->params.ops->alive(vpci->params.owner);
}

static uint64_t all_ones(unsigned size)
{
    return size >= 8 ? UINT64_MAX : (UINT64_C(1) << (8 * size)) - 1;
}

void vpci_boot_budget_reset(struct vpci_boot_budget *budget)
{
    budget->started = false;
    budget->first_read_ns = 0;
}

static bool expected(const struct vpci *vpci, unsigned slot)
{
    return (vpci->params.filled_slots >> slot & 1) != 0;
}

void vpci_reset(struct vpci *vpci)
{
    uint32_t used = vpci->params.filled_slots | vpci->params.late_slots;

    for (unsigned slot = 0; slot < VPCI_SLOTS; slot++) {
        vpci_function_reset(&vpci->functions[slot], (uint8_t)slot, (used >> slot & 1) != 0);
    }
    vpci_msix_vectors_reset(&vpci->vectors);
    memset(vpci->waits, 0, sizeof(vpci->waits));
    vpci_queues_reset(&vpci->queues);
}

void vpci_init(struct vpci *vpci, const struct vpci_params *params)
{
    const struct vpci_msix_frame frame = {
        .setspi_ipa = params->v2m_ipa + LINK_MSI_SETSPI,
        .spi_first = params->v2m_spi_first,
        .spi_count = params->v2m_spi_count,
        .raise_spi = params->ops->raise_spi,
        .owner = params->owner,
    };
    const struct inflight_memory memory = { params->ops->peer_memory, params->owner };

    memset(vpci, 0, sizeof(*vpci));
    vpci->params = *params;
    vpci_msix_vectors_init(&vpci->vectors, &frame);
    vpci_queues_init(&vpci->queues, params->name, &memory);
    vpci_reset(vpci);
}

/* ---- The VMM's own requests ------------------------------------------------------------------ */

static void log_present(struct vpci *vpci, const struct vpci_function *function)
{
    if (++vpci->device_log.count <= RT_LOG_LIMIT_BURST * VPCI_SLOTS) {
        rt_info("link %s: slot %u: device %04x:%04x, %u vectors", vpci->params.name, function->slot,
                function->header[0] & 0xffff, function->header[0] >> 16, function->msix.size);
    }
}

/* Devices that were not seen yet must find a vector too. */
static uint32_t vector_limit(const struct vpci *vpci, const struct vpci_function *function)
{
    uint32_t kept = 0;
    uint32_t left = LINK_IRQ_COUNT - vpci->vectors.used;

    for (unsigned slot = 0; slot < VPCI_SLOTS; slot++) {
        enum vpci_function_state state = vpci->functions[slot].state;

        if (slot != function->slot && (state == VPCI_UNKNOWN || state == VPCI_SCANNING)) {
            kept += VECTORS_RESERVED;
        }
    }
    return left > kept ? left - kept : VECTORS_RESERVED;
}

static void finish_scan(struct vpci *vpci, struct vpci_function *function)
{
    const char *wrong = vpci_scan_finish(function, &vpci->vectors, vpci->params.mmio_bytes,
                                         vector_limit(vpci, function));

    if (wrong == NULL) {
        log_present(vpci, function);
    } else if (wrong[0] != '\0') {
        rt_warn_limited(&vpci->device_log, "link %s: slot %u: device refused: %s",
                        vpci->params.name, function->slot, wrong);
    }
}

static bool next_step(const struct vpci_function *function, struct vpci_step *step)
{
    switch (function->state) {
    case VPCI_SCANNING: return vpci_scan_next(function, step);
    case VPCI_PRESENT: return vpci_sync_next(function, step);
    default: return false;
    }
}

static uint64_t config_ipa(const struct vpci *vpci, const struct vpci_function *function)
{
    return vpci->params.ecam_ipa + ((uint64_t)function->slot << ECAM_SLOT_SHIFT);
}

static int send_step(struct vpci *vpci, const struct vpci_function *function,
                     const struct vpci_step *step)
{
    struct link_msg msg = {
        .op = step->write ? LINK_MSG_WRITE : LINK_MSG_READ,
        .addr = step->addr + (step->config ? config_ipa(vpci, function) : 0),
        .data = step->data,
        .len = (uint16_t)step->len,
        .flags = step->posted ? LINK_FLAG_POSTED : 0,
    };

    return vpci->params.ops->request(vpci->params.owner, &msg, COOKIE_SLOT + function->slot);
}

/* Goes on with a scan or a sync until it must wait for a reply or for room, or is done. */
static void advance(struct vpci *vpci, struct vpci_function *function)
{
    struct vpci_step step;

    while (!function->awaiting && next_step(function, &step)) {
        int error = send_step(vpci, function, &step);

        if (error == RT_ERR_BUSY) {
            return;
        }
        if (error != 0) {
            if (function->state == VPCI_SCANNING) {
                function->state = VPCI_UNKNOWN;
            }
            return;
        }
        function->awaiting = !step.posted;
        if (function->state == VPCI_SCANNING) {
            vpci_scan_sent(function, &step);
        } else {
            vpci_sync_sent(function, &step);
        }
    }
    if (!function->awaiting && function->state == VPCI_SCANNING) {
        finish_scan(vpci, function);
    }
}

static bool in_sync(const struct vpci_function *function)
{
    struct vpci_step step;

    return !function->awaiting && !vpci_sync_next(function, &step);
}

/* ---- Dispatch of one access ------------------------------------------------------------------ */

static enum bus_result answer(struct vpci_wait *wait, uint64_t data)
{
    wait->state = VPCI_WAIT_FREE;
    wait->access.data = wait->access.write ? 0 : data & all_ones(wait->access.size);
    return BUS_HANDLED;
}

/* What an access gets that no backend answers. */
static enum bus_result answer_dead(struct vpci_wait *wait)
{
    return answer(wait, wait->config ? UINT64_MAX : 0);
}

static enum bus_result block(struct vpci_wait *wait)
{
    wait->state = VPCI_WAIT_BLOCKED;
    wait->deadline_ns = wait->started_ns + VPCI_ACCESS_NS;
    return BUS_WAIT;
}

static enum bus_result forward(struct vpci *vpci, struct vpci_wait *wait)
{
    const struct bus_access *access = &wait->access;
    struct link_msg msg = {
        .op = access->write ? LINK_MSG_WRITE : LINK_MSG_READ,
        .addr = access->ipa,
        .data = access->write ? access->data & all_ones(access->size) : 0,
        .len = (uint16_t)access->size,
    };

    switch (vpci->params.ops->request(vpci->params.owner, &msg, access->vcpu)) {
    case 0: wait->state = VPCI_WAIT_FORWARDED; return BUS_WAIT;
    case RT_ERR_BUSY: return block(wait);
    default: return answer_dead(wait);
    }
}

static bool budget_over(const struct vpci *vpci, uint64_t now)
{
    const struct vpci_boot_budget *budget = vpci->params.budget;

    return budget->started && now - budget->first_read_ns >= VPCI_BUDGET_NS;
}

static enum bus_result answer_not_yet(struct vpci *vpci, struct vpci_wait *wait, uint64_t now)
{
    if (!budget_over(vpci, now)) {
        return answer(wait, VPCI_RETRY_STATUS);
    }
    rt_warn_limited(&vpci->budget_log, "link %s: slot %u: no backend in time, slot stays empty",
                    vpci->params.name, wait->slot);
    return answer(wait, UINT64_MAX);
}

/* A vendor-ID read of a slot that should be served, but is not yet. */
static enum bus_result hold(struct vpci *vpci, struct vpci_wait *wait)
{
    struct vpci_boot_budget *budget = vpci->params.budget;
    uint64_t now = now_ns(vpci);

    if (!expected(vpci, wait->slot)) {
        return answer(wait, UINT64_MAX);
    }
    if (!budget->started) {
        budget->started = true;
        budget->first_read_ns = now;
    }
    if (wait->state != VPCI_WAIT_HELD) {
        uint64_t latest = wait->started_ns + VPCI_ACCESS_NS;

        wait->deadline_ns = now + VPCI_HOLD_NS < latest ? now + VPCI_HOLD_NS : latest;
    }
    if (budget_over(vpci, now) || now >= wait->deadline_ns) {
        return answer_not_yet(vpci, wait, now);
    }
    wait->state = VPCI_WAIT_HELD;
    return BUS_WAIT;
}

static uint32_t config_reg(const struct vpci_wait *wait)
{
    return (uint32_t)(wait->access.ipa % VPCI_CONFIG_BYTES);
}

/* Puts the bytes that the VMM serves itself into a value that the backend gave. */
static uint64_t merge_local(const struct vpci_function *function, const struct vpci_wait *wait,
                            uint64_t data, bool *complete)
{
    *complete = true;
    for (unsigned i = 0; i < wait->access.size; i++) {
        uint8_t byte;

        if (vpci_config_byte(function, config_reg(wait) + i, &byte)) {
            data = (data & ~(UINT64_C(0xff) << (8 * i))) | (uint64_t)byte << (8 * i);
        } else {
            *complete = false;
        }
    }
    return data;
}

static enum bus_result config_present(struct vpci *vpci, struct vpci_function *function,
                                      struct vpci_wait *wait)
{
    const struct bus_access *access = &wait->access;
    bool complete;
    uint64_t data;

    if (!access->write) {
        data = merge_local(function, wait, 0, &complete);
        return complete ? answer(wait, data) : forward(vpci, wait);
    }
    if (!vpci_config_owns(function, config_reg(wait), access->size)) {
        return forward(vpci, wait);
    }
    if (!wait->applied) {
        wait->applied = true;
        vpci_config_write(function, &vpci->vectors, config_reg(wait), access->size,
                          (uint32_t)access->data);
    }
    advance(vpci, function);
    return in_sync(function) || !alive(vpci) ? answer(wait, 0) : block(wait);
}

static bool vendor_read(const struct vpci_wait *wait)
{
    return !wait->access.write && config_reg(wait) == 0 && wait->access.size >= 2;
}

static enum bus_result dispatch_config(struct vpci *vpci, struct vpci_wait *wait)
{
    struct vpci_function *function = &vpci->functions[wait->slot];

    if (function->state == VPCI_UNKNOWN && vendor_read(wait) && alive(vpci)) {
        vpci_scan_begin(function);
    }
    if (function->state == VPCI_SCANNING && vendor_read(wait)) {
        advance(vpci, function);
    }
    switch (function->state) {
    case VPCI_PRESENT: return config_present(vpci, function, wait);
    case VPCI_SCANNING: return vendor_read(wait) ? block(wait) : answer(wait, UINT64_MAX);
    case VPCI_UNKNOWN: return vendor_read(wait) ? hold(vpci, wait) : answer(wait, UINT64_MAX);
    default: return answer(wait, UINT64_MAX);
    }
}

/* The function that decodes all of an access to the memory window, or NULL. */
static struct vpci_function *find_target(struct vpci *vpci, const struct bus_access *access,
                                         unsigned *bar, uint64_t *offset)
{
    for (unsigned slot = 0; slot < VPCI_SLOTS; slot++) {
        struct vpci_function *function = &vpci->functions[slot];

        if ((function->state == VPCI_PRESENT || function->state == VPCI_STALE) &&
            vpci_bar_find(function, access->ipa, access->size, bar, offset)) {
            return function;
        }
    }
    return NULL;
}

static enum bus_result access_msix(struct vpci *vpci, const struct vpci_function *function,
                                   enum vpci_msix_region region, uint64_t offset,
                                   struct vpci_wait *wait)
{
    const struct bus_access *access = &wait->access;

    if (access->write) {
        vpci_msix_write(&vpci->vectors, &function->msix, region, offset, access->size,
                        access->data);
        return answer(wait, 0);
    }
    return answer(wait,
                  vpci_msix_read(&vpci->vectors, &function->msix, region, offset, access->size));
}

/* Records a write to the common configuration. Returns false if it must not reach the backend. */
static bool record_common(struct vpci *vpci, struct vpci_function *function, unsigned bar,
                          uint64_t offset, struct vpci_wait *wait)
{
    const struct vpci_range *common = &function->common;
    struct bus_access *access = &wait->access;
    uint32_t reg = (uint32_t)(offset - common->offset);
    bool taken;

    if (!access->write || wait->applied || bar != common->bar ||
        offset >= (uint64_t)common->offset + common->bytes ||
        offset + access->size <= common->offset) {
        return true;
    }
    wait->applied = true;
    /* An access that starts before the structure matches no field and is dropped. */
    taken = vpci_journal_common_write(&function->journal.virtio, reg, access->size, &access->data,
                                      function->msix.size);
    if (taken && (reg == VPCI_COMMON_STATUS || reg == VPCI_COMMON_QUEUE_ENABLE ||
                  reg == VPCI_COMMON_QUEUE_RESET)) {
        vpci_queues_follow(&vpci->queues, function);
    }
    return taken;
}

static enum bus_result dispatch_memory(struct vpci *vpci, struct vpci_wait *wait)
{
    struct vpci_function *function;
    enum vpci_msix_region region;
    uint64_t offset;
    unsigned bar;

    function = find_target(vpci, &wait->access, &bar, &offset);
    if (function == NULL) {
        return answer(wait, UINT64_MAX);
    }
    region = vpci_msix_hit(&function->msix, bar, offset, wait->access.size);
    if (region != VPCI_MSIX_NEITHER) {
        return access_msix(vpci, function, region, offset, wait);
    }
    if (function->state == VPCI_STALE || !alive(vpci)) {
        (void)record_common(vpci, function, bar, offset, wait); /* rings that are given up */
        return answer_dead(wait);
    }
    if (!in_sync(function)) {
        return block(wait); /* its BARs are on their way */
    }
    if (!record_common(vpci, function, bar, offset, wait)) {
        return answer(wait, 0);
    }
    return forward(vpci, wait);
}

static enum bus_result dispatch(struct vpci *vpci, struct vpci_wait *wait)
{
    return wait->config ? dispatch_config(vpci, wait) : dispatch_memory(vpci, wait);
}

static enum bus_result begin(struct vpci *vpci, struct bus_access *access, bool config,
                             unsigned slot)
{
    struct vpci_wait *wait;
    enum bus_result result;

    CHECK(access->vcpu < VPCI_VCPUS_MAX);
    wait = &vpci->waits[access->vcpu];
    CHECK(wait->state == VPCI_WAIT_FREE);
    *wait = (struct vpci_wait){
        .access = *access, .slot = (uint8_t)slot, .config = config, .started_ns = now_ns(vpci)
    };
    result = dispatch(vpci, wait);
    if (result == BUS_HANDLED) {
        access->data = wait->access.data;
    }
    return result;
}

enum bus_result vpci_ecam_access(struct vpci *vpci, struct bus_access *access)
{
    uint64_t offset = access->ipa - vpci->params.ecam_ipa;
    unsigned slot = (unsigned)(offset >> ECAM_SLOT_SHIFT) % VPCI_SLOTS;
    bool other_function = (offset >> ECAM_FUNCTION_SHIFT) % ECAM_FUNCTIONS != 0;
    bool crosses_dword = offset % 4 + access->size > 4;

    if (offset >= VPCI_BUS_BYTES || other_function || crosses_dword ||
        vpci->functions[slot].state == VPCI_EMPTY) {
        access->data = all_ones(access->size);
        return BUS_HANDLED;
    }
    return begin(vpci, access, true, slot);
}

enum bus_result vpci_memory_access(struct vpci *vpci, struct bus_access *access)
{
    return begin(vpci, access, false, 0);
}

/* ---- Things that happen ----------------------------------------------------------------------- */

static void complete(struct vpci *vpci, const struct vpci_wait *wait)
{
    vpci->params.ops->complete(vpci->params.owner, wait->access.vcpu, wait->access.data);
}

/* Something changed: every access that is not with the backend gets another try. */
static void resume(struct vpci *vpci)
{
    for (unsigned vcpu = 0; vcpu < VPCI_VCPUS_MAX; vcpu++) {
        struct vpci_wait *wait = &vpci->waits[vcpu];

        if ((wait->state == VPCI_WAIT_HELD || wait->state == VPCI_WAIT_BLOCKED) &&
            dispatch(vpci, wait) == BUS_HANDLED) {
            complete(vpci, wait);
        }
    }
}

void vpci_backend_up(struct vpci *vpci)
{
    bool known = false;

    for (unsigned slot = 0; slot < VPCI_SLOTS; slot++) {
        struct vpci_function *function = &vpci->functions[slot];

        if (function->state == VPCI_ABSENT || function->state == VPCI_SCANNING) {
            vpci_function_reset(function, (uint8_t)slot, true);
        }
        known |= function->state == VPCI_PRESENT || function->state == VPCI_STALE;
    }
    if (!known) {
        vpci_msix_vectors_reset(&vpci->vectors);
    }
    resume(vpci);
}

void vpci_backend_down(struct vpci *vpci)
{
    for (unsigned slot = 0; slot < VPCI_SLOTS; slot++) {
        struct vpci_function *function = &vpci->functions[slot];

        function->awaiting = false;
        if (function->state == VPCI_PRESENT) {
            function->state = VPCI_STALE;
        } else if (function->state != VPCI_EMPTY && function->state != VPCI_STALE) {
            vpci_function_reset(function, (uint8_t)slot, true);
        }
    }
    resume(vpci);
}

static void reply_to_slot(struct vpci *vpci, unsigned slot, uint32_t status, uint64_t data)
{
    struct vpci_function *function = &vpci->functions[slot];

    function->awaiting = false;
    if (function->state == VPCI_SCANNING) {
        if (status == LINK_STATUS_OK) {
            vpci_scan_reply(function, (uint32_t)data);
        } else if (status == LINK_STATUS_NO_DEV) {
            vpci_scan_reply(function, UINT32_MAX);
        } else {
            vpci_function_reset(function, (uint8_t)slot, true);
        }
    }
    advance(vpci, function);
    resume(vpci);
}

static void reply_to_vcpu(struct vpci *vpci, unsigned vcpu, uint32_t status, uint64_t data)
{
    struct vpci_wait *wait = &vpci->waits[vcpu];
    struct vpci_function *function = &vpci->functions[wait->slot];
    bool whole;

    if (wait->state != VPCI_WAIT_FORWARDED) {
        return;
    }
    if (status != LINK_STATUS_OK) {
        (void)answer_dead(wait);
    } else {
        if (wait->config && !wait->access.write) {
            data = merge_local(function, wait, data, &whole);
        }
        (void)answer(wait, data);
    }
    complete(vpci, wait);
}

void vpci_reply(struct vpci *vpci, uint32_t cookie, uint32_t status, uint64_t data)
{
    if (cookie < VPCI_VCPUS_MAX) {
        reply_to_vcpu(vpci, cookie, status, data);
    } else if (cookie >= COOKIE_SLOT && cookie < COOKIE_SLOT + VPCI_SLOTS) {
        reply_to_slot(vpci, cookie - COOKIE_SLOT, status, data);
    }
}

void vpci_room(struct vpci *vpci)
{
    for (unsigned slot = 0; slot < VPCI_SLOTS; slot++) {
        advance(vpci, &vpci->functions[slot]);
    }
    resume(vpci);
}

void vpci_interrupt(struct vpci *vpci, uint32_t vector)
{
    uint8_t slot;

    CHECK(vector < LINK_IRQ_COUNT);
    slot = vpci->vectors.owner[vector];
    if (slot == VPCI_MSIX_NO_OWNER) {
        vpci->vectors.dropped++;
        return;
    }
    vpci_queues_moved(&vpci->queues, &vpci->vectors);
    vpci_msix_message(&vpci->vectors, &vpci->functions[slot].msix, vector);
}

void vpci_written(struct vpci *vpci)
{
    vpci_queues_moved(&vpci->queues, &vpci->vectors);
}

bool vpci_requests_stranded(const struct vpci *vpci)
{
    return vpci_queues_stranded(&vpci->queues);
}

void vpci_fail_requests(struct vpci *vpci)
{
    vpci_queues_fail(&vpci->queues, &vpci->vectors);
}

void vpci_tick(struct vpci *vpci, uint64_t now)
{
    for (unsigned vcpu = 0; vcpu < VPCI_VCPUS_MAX; vcpu++) {
        struct vpci_wait *wait = &vpci->waits[vcpu];

        if ((wait->state != VPCI_WAIT_HELD && wait->state != VPCI_WAIT_BLOCKED) ||
            wait->deadline_ns > now) {
            continue;
        }
        if (wait->state == VPCI_WAIT_HELD) {
            (void)answer_not_yet(vpci, wait, now);
        } else {
            (void)answer_dead(wait);
        }
        complete(vpci, wait);
    }
    if (vpci->queues.unfinished) {
        vpci_queues_moved(&vpci->queues, &vpci->vectors);
    }
}

uint64_t vpci_deadline(const struct vpci *vpci)
{
    uint64_t deadline = vpci->queues.unfinished ? 0 : UINT64_MAX;

    for (unsigned vcpu = 0; vcpu < VPCI_VCPUS_MAX; vcpu++) {
        const struct vpci_wait *wait = &vpci->waits[vcpu];

        if ((wait->state == VPCI_WAIT_HELD || wait->state == VPCI_WAIT_BLOCKED) &&
            wait->deadline_ns < deadline) {
            deadline = wait->deadline_ns;
        }
    }
    return deadline;
}
