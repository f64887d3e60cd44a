/* SPDX-License-Identifier: BSD-2-Clause */
/* What the tests of faults share: native threads that fault, each in its way, and then go on. */
#ifndef TESTS_TARGET_FAULT_H
#define TESTS_TARGET_FAULT_H

#include "env.h"

/* Nothing is mapped there. */
#define HOLE 0x30000000ul

/* Written by the threads once they went on. */
extern volatile seL4_Word results[4];

/* Answers the fault that was received last. */
void reply(seL4_Word label, seL4_Word length);

/* Starts a helper whose faults arrive at a new endpoint, which is returned, with badge 0xfa; 0 on error. */
seL4_CPtr start_faulting(struct thread *thread, thread_entry entry, seL4_Word a, seL4_Word b);

/* VMFaults: results[index] becomes what is at the address; the address is called. */
void loader_of(seL4_Word address, seL4_Word index, seL4_Word unused);
void jumper(seL4_Word address, seL4_Word unused1, seL4_Word unused2);
/* UnknownSyscall, with 10 to 16 in x0 to x6; results are x0, x3 and x7 afterwards. */
void unknown_caller(seL4_Word number, seL4_Word unused1, seL4_Word unused2);
/* UserException and VCPUFault; results[0] is 1 afterwards. */
void undefined_instruction(seL4_Word unused1, seL4_Word unused2, seL4_Word unused3);
void breakpoint(seL4_Word unused1, seL4_Word unused2, seL4_Word unused3);
/* CapFault, if the pointer is bad; results[0] is x0 afterwards, results[1] is 1. */
void raw_caller(seL4_Word number, seL4_Word cap, seL4_Word info);

#endif
