/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The process that system.c builds: a file of its own with code, data and zeroed data. It looks after its
 * thread-local storage itself, tells what it found, is given a capability, and makes a fault.
 */
#include <sel4/sel4.h>

#include "buffer.h"
#include "child.h"

static __attribute__((aligned(16))) char tls[64];
static volatile seL4_Word data[] = { 1, 20, 300 };
static volatile seL4_Word zeroed[1024];
static volatile seL4_Word *const shared = (volatile seL4_Word *)CHILD_SHARED;

void child_main(seL4_Word argument);

static void put_fp(seL4_Word value)
{
    __asm__ volatile(".arch_extension fp\n fmov d9, %0" : : "r"(value));
}

static seL4_Word get_fp(void)
{
    seL4_Word value;

    __asm__ volatile(".arch_extension fp\n fmov %0, d9" : "=r"(value));
    return value;
}

void child_main(seL4_Word argument)
{
    seL4_Word sum = 0;
    seL4_MessageInfo_t tag;

    seL4_TCB_SetTLSBase(CHILD_TCB, (seL4_Word)tls);
    seL4_SetIPCBuffer((seL4_IPCBuffer *)CHILD_BUFFER);
    for (unsigned int i = 0; i < sizeof(zeroed) / sizeof(zeroed[0]); i++) {
        sum += zeroed[i];
    }
    put_fp(argument);
    shared[CHILD_WORD] = CHILD_SAYS;
    seL4_SetMR(0, argument);
    seL4_SetMR(1, data[0] + data[1] + data[2]);
    seL4_SetMR(2, sum);
    seL4_SetMR(3, shared[PARENT_WORD]);
    seL4_SetMR(4, (seL4_Word)__builtin_thread_pointer() - (seL4_Word)tls);
    seL4_SetCapReceivePath(CHILD_CNODE, CHILD_RECEIVE, seL4_WordBits);
    tag = seL4_Call(CHILD_ENDPOINT, seL4_MessageInfo_new(CHILD_STATE, 0, 0, 5));
    if (seL4_MessageInfo_get_extraCaps(tag) == 1) {
        seL4_Signal(CHILD_RECEIVE);
    }
    /* The parent moves the program counter over this instruction. */
    (void)*(volatile seL4_Word *)CHILD_BAD_ADDRESS;
    seL4_SetMR(0, get_fp());
    seL4_Send(CHILD_ENDPOINT, seL4_MessageInfo_new(CHILD_DONE, 0, 0, 1));
    for (;;) {
        seL4_Yield();
    }
}
