/* SPDX-License-Identifier: BSD-2-Clause */
/* Invocations of the domain capability. Source: sel4-abi 6.5. */
#include "object/domain.h"

#include "core/remote.h"
#include "core/sched.h"

/* The last entry of the schedule is always an end marker. */
#define LAST_INDEX (CONFIG_NUM_DOMAIN_SCHEDULES - 2u)

/* A thread that runs on another core comes into a queue of its own core first. */
static void invoke_set(struct tcb *tcb, uint8_t domain)
{
    remote_stall(tcb);
    sched_set_domain(tcb, domain);
}

static enum status decode_set(struct call *call)
{
    uint64_t domain;

    if (call_check_length(call, 1, 0) != STATUS_OK) {
        return STATUS_ERROR;
    }
    domain = call_word(call, 0);
    if (domain >= CONFIG_NUM_DOMAINS) {
        return call_invalid_argument(call, 0);
    }
    if (call_check_length(call, 1, 1) != STATUS_OK) {
        return STATUS_ERROR;
    }
    if (cap_type(call->caps[0]->cap) != CAP_TCB) {
        return call_invalid_argument(call, 1);
    }
    invoke_set(cap_object(call->caps[0]->cap), (uint8_t)domain);
    return STATUS_OK;
}

static void invoke_schedule_configure(uint64_t index, uint64_t domain, uint64_t duration)
{
    domain_schedule[index] = (struct domain_entry){ duration, (uint8_t)domain };
}

static enum status decode_schedule_configure(struct call *call)
{
    uint64_t index = call_word(call, 0);
    uint64_t domain = call_word(call, 1);
    uint64_t duration = call_word(call, 2);

    if (index > LAST_INDEX) {
        return call_range_error(call, 0, LAST_INDEX);
    }
    if (domain >= CONFIG_NUM_DOMAINS) {
        return call_range_error(call, 0, CONFIG_NUM_DOMAINS - 1);
    }
    if (duration >> SEL4_DOMAIN_DURATION_BITS) {
        return call_invalid_argument(call, 2);
    }
    if (duration == 0 && domain != 0) {
        return call_invalid_argument(call, 1);
    }
    if (duration == 0 && index == domain_start_index) {
        return call_invalid_argument(call, 2);
    }
    invoke_schedule_configure(index, domain, duration);
    return STATUS_OK;
}

static enum status decode_schedule_start(struct call *call)
{
    uint64_t index = call_word(call, 0);

    if (index >= CONFIG_NUM_DOMAIN_SCHEDULES) {
        return call_range_error(call, 0, CONFIG_NUM_DOMAIN_SCHEDULES - 1);
    }
    if (domain_schedule[index].duration_ticks == 0) {
        return call_invalid_argument(call, 0);
    }
    sched_start_schedule((unsigned)index);
    return STATUS_OK;
}

enum status domain_decode(struct call *call)
{
    /* DomainSet_Set looks at its word before it misses its capability. */
    enum status status =
        call->label == DomainSetSet ? STATUS_OK : call_check(call, SEL4_OBJ_DOMAIN);

    if (status != STATUS_OK) {
        return status;
    }
    switch (call->label) {
    case DomainSetSet: return decode_set(call);
    case DomainScheduleConfigure: return decode_schedule_configure(call);
    default: return decode_schedule_start(call);
    }
}
