/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The timer service of one core: owner of the EL1 physical timer, which a kernel with
 * CONFIG_EXPORT_PTMR_USER gives to user level. With the counter alone it polls (poll()).
 *
 * On a real seL4 a guest can write the same registers. The timer is therefore set anew at every wake-up,
 * whatever was asked last; see CAVEATS.md.
 *
 * Source: Arm ARM DDI 0487, registers CNTP_CTL_EL0, CNTP_CVAL_EL0.
 */
#include <stdint.h>

#include "deadlines.h"
#include "plan/plan.h"
#include "rpc/timer.h"
#include "rt/check.h"
#include "rt/clock.h"
#include "rt/log.h"
#include "rt/start.h"
#include "sel4/sel4.h"

#ifdef CONFIG_EXPORT_PCNT_USER

#define CTL_ENABLE 1u

static struct deadlines deadlines;

static void program(uint64_t ticks)
{
    if (ticks == TIMER_NEVER) {
        __asm__ volatile("msr cntp_ctl_el0, xzr\n\tisb" ::: "memory");
        return;
    }
    __asm__ volatile("msr cntp_cval_el0, %0\n\t"
                     "msr cntp_ctl_el0, %1\n\t"
                     "isb" ::"r"(ticks),
                     "r"((uint64_t)CTL_ENABLE)
                     : "memory");
}

static const struct timer_config *read_config(const void *blob, size_t bytes)
{
    const struct timer_config *config = blob;

    CHECK(bytes >= sizeof(*config) && config->magic == TIMER_CONFIG_MAGIC);
    CHECK(config->client_count <= TIMER_CLIENTS_MAX);
    CHECK(bytes - sizeof(*config) >= config->client_count * sizeof(struct timer_client_config));
    return config;
}

static void read_wishes(const struct timer_config *config,
                        const struct timer_client_config *clients, seL4_Word badge)
{
    for (uint32_t i = 0; i < config->client_count; i++) {
        const struct timer_client *page =
            (const struct timer_client *)(uintptr_t)clients[i].page_vaddr;

        if ((badge & clients[i].badge) != 0) {
            deadlines_set(&deadlines, i, __atomic_load_n(&page->deadline, __ATOMIC_ACQUIRE));
        }
    }
}

static void serve_due(const struct timer_config *config, const struct timer_client_config *clients)
{
    uint32_t due = deadlines_take_due(&deadlines, rt_clock_cntpct());

    for (uint32_t i = 0; i < config->client_count; i++) {
        if ((due >> i & 1) != 0) {
            seL4_Signal(clients[i].signal_slot);
        }
    }
}

static void attach_irq(const struct timer_config *config)
{
    program(TIMER_NEVER);
    CHECK(seL4_IRQHandler_SetNotification(config->irq_slot, config->irq_ntfn_slot) == seL4_NoError);
    (void)seL4_IRQHandler_Ack(config->irq_slot);
}

/* Sleeps until a client has a wish or the timer fires. */
static _Noreturn void serve(const struct timer_config *config,
                            const struct timer_client_config *clients)
{
    attach_irq(config);
    for (;;) {
        seL4_Word badge = 0;

        seL4_Wait(PLAN_SLOT_NOTIFICATION, &badge);
        read_wishes(config, clients, badge);
        serve_due(config, clients);
        /* First a new deadline, then the acknowledgement: the line is level-triggered. */
        program(deadlines_next(&deadlines));
        if ((badge & config->irq_badge) != 0) {
            (void)seL4_IRQHandler_Ack(config->irq_slot);
        }
    }
}

/* Without the timer: looks at the counter whenever nobody else wants the core. */
static _Noreturn void poll(const struct timer_config *config,
                           const struct timer_client_config *clients)
{
    for (;;) {
        seL4_Word badge = 0;

        if (deadlines_next(&deadlines) == TIMER_NEVER) {
            seL4_Wait(PLAN_SLOT_NOTIFICATION, &badge);
        } else {
            (void)seL4_Poll(PLAN_SLOT_NOTIFICATION, &badge);
        }
        read_wishes(config, clients, badge);
        serve_due(config, clients);
        seL4_Yield();
    }
}

void component_main(const void *blob, size_t bytes)
{
    const struct timer_config *config = read_config(blob, bytes);
    const struct timer_client_config *clients = (const struct timer_client_config *)(config + 1);

    deadlines_init(&deadlines, config->client_count);
    if (config->irq_slot != 0) {
        serve(config, clients);
    }
    poll(config, clients);
}

#else

/* No time at all: the plan has no timer service then. This lets the file compile. */
void component_main(const void *blob, size_t bytes)
{
    (void)blob;
    (void)bytes;
    for (;;) {
        seL4_Wait(PLAN_SLOT_NOTIFICATION, NULL);
    }
}

#endif
