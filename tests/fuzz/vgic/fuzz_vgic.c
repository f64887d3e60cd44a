/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Any sequence of distributor accesses, sources and maintenance messages, true and forged. After
 * each step: no list register was refilled before its maintenance, no interrupt sits in two, and
 * nothing deliverable is left behind while a list register is free.
 */
#include <stdlib.h>
#include <string.h>

#include "vmm/vgic/vgic.h"

#define LRS   4u
#define VCPUS 3u

static struct vgic vgic;
static int lr[VCPUS][LRS];
static bool forged; /* the guest lied about maintenance: the hardware's view means nothing now */

static void require(bool holds)
{
    if (!holds) {
        abort();
    }
}

static bool inject(void *context, unsigned vcpu, unsigned index, unsigned irq, unsigned priority,
                   unsigned group)
{
    (void)context;
    require(vcpu < VCPUS && index < LRS && irq < VGIC_IRQS_MAX && priority < 32 && group < 2);
    require(forged || lr[vcpu][index] == -1);
    lr[vcpu][index] = (int)irq;
    return true;
}

static void eoi(void *context, unsigned vcpu, unsigned irq)
{
    (void)context;
    require(vcpu < VCPUS && irq < VGIC_IRQS_MAX);
}

static void wake(void *context, unsigned vcpu)
{
    (void)context;
    require(vcpu < VCPUS);
}

static const struct vgic_ops ops = { .inject = inject, .eoi = eoi, .wake = wake };

static void check_state(void)
{
    for (unsigned vcpu = 0; vcpu < VCPUS; vcpu++) {
        for (unsigned i = 0; i < LRS; i++) {
            unsigned irq = vgic.cpus[vcpu].lr_irq[i];

            for (unsigned j = 0; j < i; j++) {
                require(irq >= VGIC_IRQS_MAX || irq != vgic.cpus[vcpu].lr_irq[j]);
            }
            require(irq >= VGIC_IRQS_MAX ||
                    (vgic_bank_of(&vgic, vcpu, irq / 32)->inflight & (1u << (irq % 32))));
        }
    }
    for (unsigned bank = 0; bank < vgic.irq_count / 32; bank++) {
        for (unsigned vcpu = 0; vcpu < VCPUS; vcpu++) {
            const struct vgic_bank *b = vgic_bank_of(&vgic, vcpu, bank);
            uint32_t ready =
                (b->pending | (b->line & ~b->edge)) & b->enabled & ~b->active & ~b->inflight &
                (((vgic.control & 1) ? ~b->group : 0) | ((vgic.control & 2) ? b->group : 0));

            for (unsigned bit = 0; bit < 32; bit++) {
                unsigned owner = vcpu;

                if (!(ready & (1u << bit))) {
                    continue;
                }
                if (bank != 0) {
                    if (b->targets[bit] == 0) {
                        continue;
                    }
                    owner = (unsigned)__builtin_ctz(b->targets[bit]);
                }
                require(vgic.cpus[owner].lr_used == (1u << LRS) - 1 && vgic.cpus[owner].overflow);
            }
        }
    }
}

static void step(const uint8_t *bytes)
{
    unsigned vcpu = bytes[1] % VCPUS;
    uint16_t irq;
    uint32_t value;
    struct bus_access access = { .vcpu = vcpu };

    memcpy(&irq, bytes + 2, sizeof(irq));
    memcpy(&value, bytes + 4, sizeof(value));
    switch (bytes[0] % 8) {
    case 0:
    case 1:
    case 2:
        access.ipa = irq & 0xfff;
        access.size = 1u << (bytes[1] >> 6);
        access.write = bytes[0] & 0x80;
        access.data = value;
        (void)vgic_dist_access(&vgic, &access);
        break;
    case 3: vgic_raise(&vgic, vcpu, irq % 300); break;
    case 4: vgic_set_level(&vgic, vcpu, irq % 300, bytes[4] & 1); break;
    case 5: vgic_raise_hw(&vgic, vcpu, irq % 300); break;
    case 6: { /* the guest finishes what is there */
        unsigned index = bytes[4] % LRS;

        if (lr[vcpu][index] != -1) {
            lr[vcpu][index] = -1;
            (void)vgic_maintenance(&vgic, vcpu, index);
        }
        break;
    }
    default:
        if (bytes[4] < 8) {
            forged = true;
            (void)vgic_maintenance(&vgic, vcpu, value);
        }
        break;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    memset(lr, 0xff, sizeof(lr));
    forged = false;
    vgic_init(&vgic, &ops, NULL, VCPUS, LRS, 256);
    for (size_t at = 0; at + 8 <= size; at += 8) {
        step(data + at);
        check_state();
    }
    return 0;
}
