/* SPDX-License-Identifier: BSD-2-Clause */
/* Small EL1 guests (guest.S) and their VMM, which is the runner. */
#ifndef TESTS_TARGET_GUEST_H
#define TESTS_TARGET_GUEST_H

#include "env.h"

/* Where a guest's four pages are: in its address space, and (SCRATCH_VADDR) in the runner's. */
#define GUEST_IPA 0x40000000ul
/* Number of the hvc by which guests report. */
#define REPORT 0x100
/* Badge of their fault endpoint. */
#define BADGE 0x6e57

/* Exception classes of their exits. Source: ARM DDI 0487, ESR_EL2. */
#define EC_WFX    0x01
#define EC_SMC64  0x17
#define EC_SYSREG 0x18

extern const unsigned char guest_hello[], guest_sctlr[], guest_smc[], guest_wfi[], guest_access[],
    guest_jump[], guest_sysregs[], guest_counter[], guest_syscall[], guest_irq[], guest_timer[],
    guest_fpu[], guest_stage1[], guest_stores[], guest_end[];

struct guest {
    seL4_CPtr vcpu;
    seL4_CPtr tcb;
    seL4_CPtr vspace;
    seL4_CPtr ep;
    seL4_CPtr cnode; /* radix 2; slot 1: fault endpoint */
};

/* Makes a guest that starts `code` at EL1h with x1 = argument; guest_hold() leaves the start to the caller. */
seL4_Error guest_new(struct guest *guest, const unsigned char *code, seL4_Word argument);
seL4_Error guest_hold(struct guest *guest, const unsigned char *code, seL4_Word argument);
/* A second VCPU in the first guest's address space and CSpace, not started. */
seL4_Error guest_beside(struct guest *second, const struct guest *first);

/* Waits for the guest's next exit; its label, or ~0 when the badge is wrong. */
seL4_Word guest_exit(struct guest *guest);
/* Let it go on: where it is, behind the trapping instruction, or behind its hvc. */
void guest_resume(void);
seL4_Error guest_skip(struct guest *guest);
void guest_answer(void);

/* Maps the virtual CPU interface where the guests expect theirs; false if the board has none. */
bool map_gicv(struct guest *guest);

/* Does so, or ends the test. */
#define NEED_GICV(guest)                                                                           \
    do {                                                                                           \
        if (!map_gicv(guest)) {                                                                    \
            test_skip("no GICv2 virtual CPU interface on this board");                             \
            return;                                                                                \
        }                                                                                          \
    } while (0)

#endif
