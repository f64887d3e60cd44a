/* SPDX-License-Identifier: BSD-2-Clause */
#include "object/irq.h"

#include "arch/gic.h"
#include "core/lookup.h"
#include "object/delete.h"
#include "object/notification.h"

static uint8_t irq_states[IRQ_COUNT];
/* One capability slot per interrupt for its notification. */
static struct slot irq_slots[IRQ_COUNT];

#define SGI_COUNT 16
#define SPI_FIRST 32

/* Bound: all interrupts; at boot. */
void irq_init(void)
{
    for (unsigned i = 0; i < IRQ_COUNT; i++) {
        irq_states[i] = IRQ_INACTIVE;
        irq_slots[i] = (struct slot){{0, 0}, 0, 0};
    }
}

void irq_reserve(unsigned irq)
{
    irq_states[irq] = IRQ_KERNEL;
}

void irq_deliver(unsigned irq)
{
    if (irq_states[irq] != IRQ_SIGNAL) {
        gic_mask(irq);
        return;
    }
    struct cap cap = irq_slots[irq].cap;

    gic_mask(irq);
    if (cap_type(cap) == CAP_NOTIFICATION && (cap_rights(cap) & SEL4_RIGHT_WRITE)) {
        notification_signal(cap_object(cap), cap.data);
    }
}

enum status irq_drop_notification(uint64_t irq)
{
    gic_mask((unsigned)irq);
    return delete_slot(&irq_slots[irq]);
}

void irq_release(uint64_t irq)
{
    gic_mask((unsigned)irq);
    irq_states[irq] = IRQ_INACTIVE;
}

static void invoke_issue(unsigned irq, struct slot *control, struct slot *dest)
{
    irq_states[irq] = IRQ_SIGNAL;
    gic_unmask(irq);
    slot_insert(cap_make(CAP_IRQ_HANDLER, 0, 0, irq), control, dest);
}

static enum status check_irq(struct call *call, uint64_t irq)
{
    if (irq > PLAT_MAX_IRQ) {
        return call_range_error(call, 0, PLAT_MAX_IRQ);
    }
    return irq_states[irq] == IRQ_INACTIVE ? STATUS_OK : call_revoke_first(call);
}

/* Get, and GetTrigger with a trigger argument before the destination. */
static enum status decode_get(struct call *call, bool with_trigger)
{
    uint64_t irq = call_word(call, 0);
    unsigned next = with_trigger ? 2 : 1;
    uint64_t depth = call_word(call, next + 1) & (with_trigger ? 0xff : ~0ull);
    struct slot *dest;
    enum status status = check_irq(call, irq);

    if (status == STATUS_OK) {
        status = lookup_empty(call, call->caps[0]->cap, call_word(call, next), depth, &dest);
    }
    if (status != STATUS_OK) {
        return status;
    }
    if (with_trigger && irq >= SGI_COUNT) {
        gic_set_trigger((unsigned)irq, call_word(call, 1) != 0);
    }
    invoke_issue((unsigned)irq, call->slot, dest);
    return STATUS_OK;
}

#ifdef CONFIG_ENABLE_SMP_SUPPORT
static enum status decode_get_on_core(struct call *call)
{
    uint64_t irq = call_word(call, 0);
    uint64_t depth = call_word(call, 3) & 0xff;
    uint64_t target = call_word(call, 4);
    struct slot *dest;

    if (target >= CONFIG_MAX_NUM_NODES) {
        return call_invalid_argument(call, 4);
    }
    enum status status = check_irq(call, irq);

    if (status == STATUS_OK) {
        status = lookup_empty(call, call->caps[0]->cap, call_word(call, 2), depth, &dest);
    }
    if (status != STATUS_OK) {
        return status;
    }
    if (irq >= SGI_COUNT) {
        gic_set_trigger((unsigned)irq, call_word(call, 1) != 0);
    }
    if (irq >= SPI_FIRST) {
        gic_set_target((unsigned)irq, (unsigned)target);
    }
    invoke_issue((unsigned)irq, call->slot, dest);
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
    enum status status = lookup_empty(call, call->caps[0]->cap, call_word(call, 2),
                                      call_word(call, 3), &dest);

    if (status == STATUS_OK) {
        slot_insert(cap_sgi((unsigned)sgi, (unsigned)target), call->slot, dest);
    }
    return status;
}
#endif

enum status irq_control_decode(struct call *call)
{
    enum status status = call_check(call, SEL4_OBJ_IRQ_CONTROL);

    if (status != STATUS_OK) {
        return status;
    }
    switch (call->label) {
    case IRQIssueIRQHandler:
        return decode_get(call, false);
    case ARMIRQIssueIRQHandlerTrigger:
        return decode_get(call, true);
    default:
#ifdef CONFIG_ENABLE_SMP_SUPPORT
        return decode_get_on_core(call);
#else
        return decode_issue_sgi(call);
#endif
    }
}

static enum status decode_set_notification(struct call *call, uint64_t irq)
{
    struct cap cap = call->caps[0]->cap;

    if (cap_type(cap) != CAP_NOTIFICATION || !(cap_rights(cap) & SEL4_RIGHT_WRITE)) {
        return call_invalid_capability(call, 0);
    }
    enum status status = delete_slot(&irq_slots[irq]);

    if (status == STATUS_OK) {
        slot_insert(cap, call->caps[0], &irq_slots[irq]);
    }
    return status;
}

enum status irq_handler_decode(struct call *call)
{
    uint64_t irq = call->cap.data;
    enum status status = call_check(call, SEL4_OBJ_IRQ_HANDLER);

    if (status != STATUS_OK) {
        return status;
    }
    switch (call->label) {
    case IRQAckIRQ:
        gic_unmask((unsigned)irq);
        return STATUS_OK;
    case IRQSetIRQHandler:
        return decode_set_notification(call, irq);
    default:
        return delete_slot(&irq_slots[irq]);
    }
}

enum status sgi_invoke(struct call *call)
{
    gic_send_sgi(call->cap.data & 0xff, (call->cap.data >> 8) & 0xff);
    return STATUS_OK;
}
