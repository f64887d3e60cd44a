/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Saved state of a thread, as the entry and exit code lays it out; offsets are used by entry.S.
 */
#ifndef ARCH_CONTEXT_H
#define ARCH_CONTEXT_H

#define CTX_X(n)     (8 * (n))
#define CTX_SP       248
#define CTX_ELR      256
#define CTX_SPSR     264
#define CTX_FAULT_IP 272
#define CTX_TPIDR    280
#define CTX_TPIDRRO  288
#define CTX_SERROR   296
#define CTX_SIZE     304

#ifndef __ASSEMBLER__
#include <stdint.h>

struct user_context {
    uint64_t x[31];
    uint64_t sp;
    uint64_t elr; /* where the thread goes on */
    uint64_t spsr;
    uint64_t fault_ip; /* the instruction that entered the kernel; the restart address */
    uint64_t tpidr;    /* TPIDR_EL0 */
    uint64_t tpidrro;  /* TPIDRRO_EL0 */
    uint64_t serror;   /* ESR_EL2 of an SError that it caused and has not raised yet; 0: none */
};
_Static_assert(sizeof(struct user_context) == CTX_SIZE, "entry.S relies on it");
_Static_assert(__builtin_offsetof(struct user_context, elr) == CTX_ELR, "entry.S relies on it");
_Static_assert(__builtin_offsetof(struct user_context, tpidrro) == CTX_TPIDRRO, "entry.S");
_Static_assert(__builtin_offsetof(struct user_context, serror) == CTX_SERROR, "entry.S");

struct fpu_context {
    __attribute__((aligned(16))) uint64_t v[64];
    uint64_t fpsr;
    uint64_t fpcr;
};

#define SPSR_MODE_MASK 0xfull
#define SPSR_MODE_EL0T 0
#define SPSR_MODE_EL1T 4
#define SPSR_MODE_EL1H 5
#define SPSR_NZCV      0xf0000000ull
/* Native threads: FIQ masked; SError masked in release builds, as on seL4. */
#ifdef CONFIG_DEBUG_BUILD
#define SPSR_USER 0x40ull
#else
#define SPSR_USER 0x140ull
#endif
#endif

#endif
