/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The kernel's object and capability logic on the host (kernel/arch/fake): boots an initial thread
 * into a malloc'ed board and performs its system calls.
 */
#ifndef TESTS_HARNESS_KERNEL_HOST_H
#define TESTS_HARNESS_KERNEL_HOST_H

#include <stdbool.h>
#include <stdint.h>

#include "api/call.h"
#include "core/core.h"

#include "contract/sel4/bootinfo.h"

#define HOST_RAM_BITS 22
/* Never touched by the kernel, hence any address will do. */
#define HOST_DEVICE_BASE 0x100000000000ull
#define HOST_DEVICE_BITS 30

/* Builds the board anew: all memory zero, one initial thread that runs. */
void host_boot(void);

/* All RAM of the board, 2^HOST_RAM_BITS bytes. */
extern uint8_t *host_ram;
extern struct tcb *host_root;
extern struct sel4_boot_info *host_info;

/* First free slot, a RAM untyped of at least 2^20 bytes, and a device untyped. */
extern uint64_t host_free_slot;
extern uint64_t host_untyped;
extern uint64_t host_device;

/*
 * A message: label, words, extra capabilities. Unused words may be left out; word i beyond the array
 * is i.
 */
struct host_message {
    uint64_t label;
    unsigned length;
    uint64_t word[12];
    unsigned cap_count;
    uint64_t cap[3];
};

/* Whether host_syscall() and host_fault() try the fast paths first, as the entry code does. */
extern bool host_use_fastpath;

/* How many of them a fast path handled, since the board was booted. */
extern unsigned host_fastpath_count;

/* The current thread faults: SEL4_FAULT_VM, SEL4_FAULT_VCPU or SEL4_FAULT_USER_EXCEPTION. */
void host_fault(uint64_t type, uint64_t address);

/*
 * On several cores: an interrupt of the kernel's own brings this core into the kernel, and from here
 * on it is the one that everything below acts on.
 */
void host_enter(unsigned core);

/* Performs a system call of the current thread; returns the label in its x1 afterwards. */
uint64_t host_syscall(int64_t number, uint64_t cptr, const struct host_message *message);

/* Call on a capability. Afterwards host_word(i) is message word i of the answer. */
uint64_t host_call(uint64_t cptr, const struct host_message *message);
uint64_t host_word(unsigned i);

/* Slot of the initial CNode. */
struct slot *host_slot(uint64_t index);

/* Retype of `count` objects into consecutive slots of the initial CNode. */
uint64_t host_retype(uint64_t untyped, uint64_t type, uint64_t size_bits, uint64_t slot,
                     uint64_t count);

/* The kernel's own invariants (core/invariants.h), all of them: null, or what is wrong. */
const char *host_check(void);

#endif
