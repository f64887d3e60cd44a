/* SPDX-License-Identifier: BSD-2-Clause */
#include "vmm/vgic/vgic.h"

#include "rt/check.h"
#include "rt/mem.h"

#define SGI_MASK 0x0000ffffu

static void bank_reset(struct vgic_bank *bank)
{
    memset(bank, 0, sizeof(*bank));
}

static void cpu_reset(struct vgic_cpu *cpu)
{
    bank_reset(&cpu->local);
    cpu->local.enabled = SGI_MASK; /* GIC-400: SGIs are always enabled */
    cpu->local.edge = SGI_MASK;
    memset(cpu->sgi_sources, 0, sizeof(cpu->sgi_sources));
    cpu->lr_used = 0;
    for (unsigned i = 0; i < VGIC_LRS_MAX; i++) {
        cpu->lr_irq[i] = VGIC_LR_FREE;
    }
    cpu->overflow = false;
}

static void release_sources(struct vgic *vgic, unsigned vcpu, unsigned bank)
{
    struct vgic_bank *state = vgic_bank_of(vgic, vcpu, bank);

    while (state->hw != 0) {
        unsigned bit = (unsigned)__builtin_ctz(state->hw);

        state->hw &= state->hw - 1;
        vgic->ops->eoi(vgic->context, vcpu, 32 * bank + bit);
    }
}

void vgic_init(struct vgic *vgic, const struct vgic_ops *ops, void *context, unsigned vcpu_count,
               unsigned lr_count, unsigned irq_limit)
{
    CHECK(vcpu_count >= 1 && vcpu_count <= VGIC_VCPUS_MAX);
    CHECK(lr_count >= 1 && lr_count <= VGIC_LRS_MAX);
    CHECK(irq_limit <= VGIC_IRQS_MAX);

    memset(vgic, 0, sizeof(*vgic));
    vgic->ops = ops;
    vgic->context = context;
    vgic->vcpu_count = vcpu_count;
    vgic->lr_count = lr_count;
    vgic->irq_count = (irq_limit + 31) & ~31u;
    if (vgic->irq_count < 32) {
        vgic->irq_count = 32;
    }
    vgic_reset(vgic);
}

void vgic_reset(struct vgic *vgic)
{
    for (unsigned vcpu = 0; vcpu < vgic->vcpu_count; vcpu++) {
        release_sources(vgic, vcpu, 0);
        cpu_reset(&vgic->cpus[vcpu]);
    }
    for (unsigned bank = 1; bank < VGIC_BANKS; bank++) {
        release_sources(vgic, 0, bank);
        bank_reset(&vgic->shared[bank - 1]);
    }
    vgic->control = 0;
}

/* Interrupts of a bank that may be put into a list register, as far as the bank knows. */
static uint32_t deliverable(const struct vgic *vgic, const struct vgic_bank *bank)
{
    uint32_t wanted = bank->pending | (bank->line & ~bank->edge);
    uint32_t groups =
        ((vgic->control & 1) ? ~bank->group : 0) | ((vgic->control & 2) ? bank->group : 0);

    return wanted & bank->enabled & ~bank->active & ~bank->inflight & groups;
}

/*
 * The vCPU that takes a shared interrupt, or vcpu_count if nobody does. Of several targets the
 * lowest one: the specification lets the implementation choose.
 */
static unsigned shared_target(const struct vgic *vgic, const struct vgic_bank *bank, unsigned bit)
{
    unsigned targets = bank->targets[bit];

    if (targets == 0) {
        return vgic->vcpu_count;
    }
    return (unsigned)__builtin_ctz(targets);
}

/* Takes the latch of an interrupt that goes into a list register; SGIs: one source at a time. */
static void take_latch(struct vgic_cpu *cpu, struct vgic_bank *bank, unsigned irq, uint32_t bit)
{
    if (irq < VGIC_SGIS) {
        cpu->sgi_sources[irq] &= (uint8_t)(cpu->sgi_sources[irq] - 1);
        if (cpu->sgi_sources[irq] != 0) {
            return;
        }
    }
    bank->pending &= ~bit;
}

/* Puts one deliverable interrupt into a list register of its vCPU, or notes that none was free. */
static void deliver(struct vgic *vgic, unsigned vcpu, struct vgic_bank *bank, unsigned irq)
{
    struct vgic_cpu *cpu = &vgic->cpus[vcpu];
    uint64_t all = vgic->lr_count == 64 ? UINT64_MAX : (UINT64_C(1) << vgic->lr_count) - 1;
    uint64_t free = all & ~cpu->lr_used;
    unsigned index = irq & 31;
    uint32_t bit = 1u << index;

    while (free != 0) {
        unsigned lr = (unsigned)__builtin_ctzll(free);

        free &= free - 1;
        cpu->lr_used |= UINT64_C(1) << lr;
        if (vgic->ops->inject(vgic->context, vcpu, lr, irq, bank->priority[index] >> 3,
                              (bank->group >> index) & 1)) {
            cpu->lr_irq[lr] = (uint16_t)irq;
            bank->inflight |= bit;
            take_latch(cpu, bank, irq, bit);
            vgic->ops->wake(vgic->context, vcpu);
            return;
        }
        cpu->lr_irq[lr] = VGIC_LR_LOST;
    }
    cpu->overflow = true;
}

void vgic_deliver_mask(struct vgic *vgic, unsigned vcpu, unsigned bank, uint32_t mask)
{
    struct vgic_bank *state = vgic_bank_of(vgic, vcpu, bank);

    mask &= deliverable(vgic, state);
    while (mask != 0) {
        unsigned bit = (unsigned)__builtin_ctz(mask);
        unsigned target = bank == 0 ? vcpu : shared_target(vgic, state, bit);

        mask &= mask - 1;
        if (target < vgic->vcpu_count) {
            deliver(vgic, target, state, 32 * bank + bit);
        }
    }
}

/* Highest priority, then lowest INTID, that is deliverable to `vcpu`; false if there is none. */
static bool best_candidate(struct vgic *vgic, unsigned vcpu, unsigned *irq)
{
    unsigned best_priority = 256;

    for (unsigned bank = 0; bank < vgic->irq_count / 32; bank++) {
        struct vgic_bank *state = vgic_bank_of(vgic, vcpu, bank);
        uint32_t mask = deliverable(vgic, state);

        while (mask != 0) {
            unsigned bit = (unsigned)__builtin_ctz(mask);

            mask &= mask - 1;
            if (bank != 0 && shared_target(vgic, state, bit) != vcpu) {
                continue;
            }
            if (state->priority[bit] < best_priority) {
                best_priority = state->priority[bit];
                *irq = 32 * bank + bit;
            }
        }
    }
    return best_priority < 256;
}

/* Fills free list registers with what waits. */
static void refill(struct vgic *vgic, unsigned vcpu)
{
    struct vgic_cpu *cpu = &vgic->cpus[vcpu];
    unsigned irq = 0;

    cpu->overflow = false;
    /* Each round puts one interrupt into a list register or sets overflow. */
    while (!cpu->overflow && best_candidate(vgic, vcpu, &irq)) {
        deliver(vgic, vcpu, vgic_bank_of(vgic, vcpu, irq / 32), irq);
    }
}

void vgic_deliver_all(struct vgic *vgic)
{
    for (unsigned vcpu = 0; vcpu < vgic->vcpu_count; vcpu++) {
        refill(vgic, vcpu);
    }
}

/*@ requires \valid_read(vgic) && vgic->vcpu_count <= VGIC_VCPUS_MAX;
    assigns \nothing;
    ensures \result ==> vcpu < VGIC_VCPUS_MAX && irq / 32 < VGIC_BANKS && irq < vgic->irq_count; */
static bool exists(const struct vgic *vgic, unsigned vcpu, unsigned irq)
{
    return irq >= VGIC_SGIS && irq < vgic->irq_count && irq < VGIC_IRQS_MAX &&
           vcpu < vgic->vcpu_count;
}

void vgic_raise(struct vgic *vgic, unsigned vcpu, unsigned irq)
{
    if (!exists(vgic, vcpu, irq)) {
        return;
    }

    uint32_t bit = 1u << (irq & 31);

    vgic_bank_of(vgic, vcpu, irq / 32)->pending |= bit;
    vgic_deliver_mask(vgic, vcpu, irq / 32, bit);
}

void vgic_set_level(struct vgic *vgic, unsigned vcpu, unsigned irq, bool high)
{
    if (!exists(vgic, vcpu, irq)) {
        return;
    }

    struct vgic_bank *bank = vgic_bank_of(vgic, vcpu, irq / 32);
    uint32_t bit = 1u << (irq & 31);
    bool was_high = (bank->line & bit) != 0;

    if (high == was_high) {
        return;
    }
    bank->line ^= bit;
    if (high) {
        if (bank->edge & bit) {
            bank->pending |= bit;
        }
        vgic_deliver_mask(vgic, vcpu, irq / 32, bit);
    }
}

void vgic_raise_hw(struct vgic *vgic, unsigned vcpu, unsigned irq)
{
    if (!exists(vgic, vcpu, irq)) {
        return;
    }
    vgic_bank_of(vgic, vcpu, irq / 32)->hw |= 1u << (irq & 31);
    vgic_raise(vgic, vcpu, irq);
}

bool vgic_maintenance(struct vgic *vgic, unsigned vcpu, uint64_t lr)
{
    struct vgic_cpu *cpu = &vgic->cpus[vcpu];

    if (lr >= vgic->lr_count || !(cpu->lr_used & (UINT64_C(1) << lr))) {
        return false;
    }

    unsigned irq = cpu->lr_irq[lr];

    cpu->lr_used &= ~(UINT64_C(1) << lr);
    cpu->lr_irq[lr] = VGIC_LR_FREE;
    if (irq < VGIC_IRQS_MAX) {
        struct vgic_bank *bank = vgic_bank_of(vgic, vcpu, irq / 32);
        uint32_t bit = 1u << (irq & 31);

        bank->inflight &= ~bit;
        if (bank->hw & bit) {
            bank->hw &= ~bit;
            vgic->ops->eoi(vgic->context, vcpu, irq);
        }
        if (!cpu->overflow) {
            vgic_deliver_mask(vgic, vcpu, irq / 32, bit);
            return true;
        }
    }
    refill(vgic, vcpu);
    return true;
}
