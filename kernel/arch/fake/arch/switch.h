/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef ARCH_SWITCH_H
#define ARCH_SWITCH_H

#include "arch/machine.h"
#include "core/core.h"

static inline struct user_context *arch_next_context(void)
{
    return &this_core()->current->context;
}

static inline void arch_fast_switch(struct core *core, struct tcb *tcb, uint64_t translation)
{
    (void)tcb;
    core->arch.translation = translation;
}

static inline bool arch_serror_pending(void)
{
    return fake_machine.serror != 0;
}

void arch_catch_serror(struct tcb *left);

#endif
