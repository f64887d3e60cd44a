/* SPDX-License-Identifier: BSD-2-Clause */
#include "fault.h"

volatile seL4_Word results[4];

void reply(seL4_Word label, seL4_Word length)
{
    seL4_Reply(seL4_MessageInfo_new(label, 0, 0, length));
}

seL4_CPtr start_faulting(struct thread *thread, thread_entry entry, seL4_Word a, seL4_Word b)
{
    seL4_CPtr ep = object_new(seL4_EndpointObject, 0);
    seL4_CPtr badged = slot_new();

    if (mint_cap(badged, ep, seL4_AllRights, 0xfa) != seL4_NoError ||
        thread_new(thread, PRIO_RUNNER + 1, badged) == 0 ||
        thread_start(thread, entry, a, b, 0) != seL4_NoError) {
        return 0;
    }
    return ep;
}

void loader_of(seL4_Word address, seL4_Word index, seL4_Word unused)
{
    (void)unused;
    results[index] = *(volatile seL4_Word *)address;
    thread_stop();
}

void jumper(seL4_Word address, seL4_Word unused1, seL4_Word unused2)
{
    ((void (*)(void))address)();
    (void)unused1;
    (void)unused2;
    thread_stop();
}

void unknown_caller(seL4_Word number, seL4_Word unused1, seL4_Word unused2)
{
    struct raw regs = { 10, 11, 12, 13, 14, 15, 16, number };

    (void)unused1;
    (void)unused2;
    raw_svc(&regs);
    results[0] = regs.x0;
    results[1] = regs.x3;
    results[2] = regs.x7;
    thread_stop();
}

void undefined_instruction(seL4_Word unused1, seL4_Word unused2, seL4_Word unused3)
{
    (void)unused1;
    (void)unused2;
    (void)unused3;
    __asm__ volatile(".long 0x00000000");
    results[0] = 1;
    thread_stop();
}

void breakpoint(seL4_Word unused1, seL4_Word unused2, seL4_Word unused3)
{
    (void)unused1;
    (void)unused2;
    (void)unused3;
    __asm__ volatile("brk #7");
    results[0] = 1;
    thread_stop();
}

void raw_caller(seL4_Word number, seL4_Word cap, seL4_Word info)
{
    struct raw regs = { .x0 = cap, .x1 = info, .x7 = number };

    raw_svc(&regs);
    results[0] = regs.x0;
    results[1] = 1;
    thread_stop();
}
