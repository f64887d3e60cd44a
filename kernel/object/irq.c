/* SPDX-License-Identifier: BSD-2-Clause */
#include "object/irq.h"

#include "arch/gic.h"
#include "core/lookup.h"
#include "core/remote.h"
#include "object/delete.h"
#include "object/notification.h"

static uint8_t irq_states[IRQ_COUNT];
/* One capability slot per interrupt for its notification. */
static struct slot irq_slots[IRQ_COUNT];

#define SGI_COUNT 16

static bool is_private(uint64_t irq)
{
    return irq < IRQ_PRIVATE_COUNT * CONFIG_MAX_NUM_NODES;
}

static unsigned intid_of(uint64_t irq)
{
    if (CONFIG_MAX_NUM_NODES == 1) {
        return (unsigned)irq;
    }
    return (unsigned)(is_private(irq) ? irq % IRQ_PRIVATE_COUNT : irq - IRQ_SHARED_OFFSET);
}

/* A core to which the distributor's registers of the interrupt are those of the right core. */
static unsigned core_of(uint64_t irq)
{
    return is_private(irq) ? (unsigned)(irq / IRQ_PRIVATE_COUNT) : this_core()->id;
}

static void mask_here(void *irq)
{
    gic_mask(intid_of((uintptr_t)irq));
}

static void unmask_here(void *irq)
{
    gic_unmask(intid_of((uintptr_t)irq));
}

static void set_level_here(void *irq)
{
    gic_set_trigger(intid_of((uintptr_t)irq), false);
}

static void set_edge_here(void *irq)
{
    gic_set_trigger(intid_of((uintptr_t)irq), true);
}

static void on_its_core(void (*function)(void *), uint64_t irq)
{
    remote_call(core_of(irq), function, (void *)(uintptr_t)irq);
}

/* Bound: all interrupts; at boot. */
void irq_init(void)
{
    for (unsigned i = 0; i < IRQ_COUNT; i++) {
        irq_states[i] = IRQ_INACTIVE;
        irq_slots[i] = (struct slot){ { 0, 0 }, 0, 0 };
    }
}

void irq_reserve(unsigned intid)
{
    for (unsigned core = 0; core < CONFIG_MAX_NUM_NODES; core++) {
        irq_states[irq_number(core, intid)] = IRQ_KERNEL;
    }
}

void irq_deliver(unsigned intid)
{
    unsigned irq = irq_number(this_core()->id, intid);

    gic_mask(intid);
    if (irq_states[irq] != IRQ_SIGNAL) {
        return;
    }
    struct cap cap = irq_slots[irq].cap;

    /* With the right to write: decode_set_notification(). */
    if (cap_type(cap) == CAP_NOTIFICATION) {
        notification_signal(cap_object(cap), cap.data);
    }
}

enum status irq_drop_notification(uint64_t irq)
{
    on_its_core(mask_here, irq);
    return delete_slot(&irq_slots[irq]);
}

void irq_release(uint64_t irq)
{
    on_its_core(mask_here, irq);
    irq_states[irq] = IRQ_INACTIVE;
}

static void invoke_issue(unsigned irq, struct slot *control, struct slot *dest)
{
    irq_states[irq] = IRQ_SIGNAL;
    on_its_core(unmask_here, irq);
    slot_insert(cap_make(CAP_IRQ_HANDLER, 0, 0, irq), control, dest);
}

/* The trigger of software-generated interrupts is fixed. */
static void invoke_issue_trigger(unsigned irq, uint64_t trigger, struct slot *control,
                                 struct slot *dest)
{
    if (intid_of(irq) >= SGI_COUNT) {
        on_its_core(trigger ? set_edge_here : set_level_here, irq);
    }
    invoke_issue(irq, control, dest);
}

/* Without a core the private interrupts are those of core 0. */
static enum status check_irq(struct call *call, uint64_t core, uint64_t intid, unsigned *irq)
{
    if (intid > PLAT_MAX_IRQ) {
        return call_range_error(call, 0, PLAT_MAX_IRQ);
    }
    if (core >= core_count) {
        return call_invalid_argument(call, 4);
    }
    *irq = irq_number((unsigned)core, (unsigned)intid);
    return irq_states[*irq] == IRQ_INACTIVE ? STATUS_OK : call_revoke_first(call);
}

/* Get, and GetTrigger with a trigger argument before the destination. */
static enum status decode_get(struct call *call, bool with_trigger)
{
    uint64_t intid = call_word(call, 0);
    unsigned next = with_trigger ? 2 : 1;
    struct slot *dest;
    unsigned irq = 0;
    enum status status = check_irq(call, 0, intid, &irq);

    if (status == STATUS_OK) {
        status = lookup_empty(call, call->caps[0]->cap, call_word(call, next),
                              call_word(call, next + 1), &dest);
    }
    if (status != STATUS_OK) {
        return status;
    }
    if (with_trigger) {
        invoke_issue_trigger(irq, call_word(call, 1), call->slot, dest);
        return STATUS_OK;
    }
    invoke_issue(irq, call->slot, dest);
    return STATUS_OK;
}

#ifdef CONFIG_ENABLE_SMP_SUPPORT
static void invoke_issue_on_core(unsigned irq, uint64_t trigger, unsigned core,
                                 struct slot *control, struct slot *dest)
{
    if (!is_private(irq)) {
        gic_set_target(intid_of(irq), core);
    }
    invoke_issue_trigger(irq, trigger, control, dest);
}

static enum status decode_get_on_core(struct call *call)
{
    uint64_t intid = call_word(call, 0);
    uint64_t depth = call_word(call, 3) & 0xff;
    uint64_t target = call_word(call, 4);
    struct slot *dest;
    unsigned irq = 0;

    enum status status = check_irq(call, target, intid, &irq);

    if (status == STATUS_OK) {
        status = lookup_empty(call, call->caps[0]->cap, call_word(call, 2), depth, &dest);
    }
    if (status != STATUS_OK) {
        return status;
    }
    invoke_issue_on_core(irq, call_word(call, 1), (unsigned)target, call->slot, dest);
    return STATUS_OK;
}
#else
static enum status decode_issue_sgi(struct call *call)
{
    uint64_t sgi = call_word(call, 0);
    uint64_t target = call_word(call, 1);
    struct slot *dest;

    if (sgi >= SGI_COUNT) {
        return call_range_error(call, 0, SGI_COUNT - 1);
    }
    if (target > GIC_MAX_SGI_TARGET) {
        return call_invalid_argument(call, 1);
    }
    enum status status =
        lookup_empty(call, call->caps[0]->cap, call_word(call, 2), call_word(call, 3), &dest);

    if (status == STATUS_OK) {
        slot_insert(cap_sgi((unsigned)sgi, (unsigned)target), call->slot, dest);
    }
    return status;
}
#endif

/* With several cores it would not say whose private interrupt is meant. */
static enum status decode_get_trigger(struct call *call)
{
    if (CONFIG_MAX_NUM_NODES > 1 && call_word(call, 0) < IRQ_PRIVATE_COUNT) {
        return call_illegal_operation(call);
    }
    return decode_get(call, true);
}

enum status irq_control_decode(struct call *call)
{
    enum status status = call_check(call, SEL4_OBJ_IRQ_CONTROL);

    if (status != STATUS_OK) {
        return status;
    }
    switch (call->label) {
    case IRQIssueIRQHandler: return decode_get(call, false);
    case ARMIRQIssueIRQHandlerTrigger: return decode_get_trigger(call);
    default:
#ifdef CONFIG_ENABLE_SMP_SUPPORT
        return decode_get_on_core(call);
#else
        return decode_issue_sgi(call);
#endif
    }
}

/* May be preempted while the old capability goes, never refused. */
static enum status invoke_set_notification(uint64_t irq, struct cap cap, struct slot *source)
{
    enum status status = delete_slot(&irq_slots[irq]);

    if (status == STATUS_OK) {
        slot_insert(cap, source, &irq_slots[irq]);
    }
    return status;
}

static enum status decode_set_notification(struct call *call, uint64_t irq)
{
    struct cap cap = call->caps[0]->cap;

    if (cap_type(cap) != CAP_NOTIFICATION || !(cap_rights(cap) & SEL4_RIGHT_WRITE)) {
        return call_invalid_capability(call, 0);
    }
    return invoke_set_notification(irq, cap, call->caps[0]);
}

enum status irq_handler_decode(struct call *call)
{
    uint64_t irq = call->cap.data;
    enum status status = call_check(call, SEL4_OBJ_IRQ_HANDLER);

    if (status != STATUS_OK) {
        return status;
    }
    switch (call->label) {
    case IRQAckIRQ: on_its_core(unmask_here, irq); return STATUS_OK;
    case IRQSetIRQHandler: return decode_set_notification(call, irq);
    default: return delete_slot(&irq_slots[irq]);
    }
}

enum status sgi_invoke(struct call *call)
{
    gic_send_sgi(call->cap.data & 0xff, (call->cap.data >> 8) & 0xff);
    return STATUS_OK;
}
