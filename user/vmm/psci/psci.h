/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Power state coordination (PSCI 1.1) and the SMC calling convention's own calls, as a guest makes
 * them with SMC. Decides what a call means; the VM does it through struct psci_ops.
 *
 * All argument values are guest-chosen. vCPU n has MPIDR affinity 0.0.0.n.
 *
 * Called by: vm/fault.c.
 * Source: Arm PSCI DEN0022E 5; SMCCC DEN0028E 2, 7.
 */
#ifndef VMM_PSCI_H
#define VMM_PSCI_H

#include <stdbool.h>
#include <stdint.h>

#define PSCI_SUCCESS            0
#define PSCI_NOT_SUPPORTED      (-1)
#define PSCI_INVALID_PARAMETERS (-2)
#define PSCI_DENIED             (-3)
#define PSCI_ALREADY_ON         (-4)

enum psci_action {
    PSCI_RETURN,  /* x0 = value, go on after the SMC */
    PSCI_STANDBY, /* as WFI, then return success */
    PSCI_GONE,    /* an op took the calling vCPU away: do not touch it */
};

struct psci_result {
    enum psci_action action;
    int64_t value;
};

/* What a call does to the VM. `context` is psci_call's. Targets are below vcpu_count. */
struct psci_ops {
    bool (*is_on)(void *context, unsigned vcpu);
    /* Starts an off vCPU at guest address `entry` with x0 = argument. */
    void (*turn_on)(void *context, unsigned vcpu, uint64_t entry, uint64_t argument);
    void (*turn_off)(void *context, unsigned vcpu);
    void (*system_off)(void *context);
    void (*system_reset)(void *context);
};

/*
 * One call of `vcpu`: function = x0, args = x1..x3. Functions that do not exist give
 * PSCI_NOT_SUPPORTED.
 */
struct psci_result psci_call(const struct psci_ops *ops, void *context, unsigned vcpu_count,
                             unsigned vcpu, uint64_t function, const uint64_t args[3]);

#endif
