/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A root task that makes a system, in the steps of those that others have: an allocator over all untyped memory
 * that BootInfo lists, which halves pieces until one fits; devices found by their addresses; the
 * timer and its interrupt; the cycle counter; and a second process, from a file, with its own capability
 * space and address space. Like root.c it knows nothing but an installed kernel's headers.
 */
#include <elf.h>

#include <sel4/sel4.h>
#include <sel4/arch/mapping.h>

#include "buffer.h"
#include "child.h"
#include "report.h"

#define UART_PADDR   0x09000000ul
#define UART_VADDR   0x10000000ul
#define SHARED_VADDR 0x30000000ul
#define WINDOW_VADDR 0x34000000ul /* where frames of others are filled */
#define LARGE_PADDR  0x40200000ul /* guests' RAM: device memory to the kernel */
#define TIMER_IRQ    30
#define ANYWHERE     (~0ul)
#define MAX_BITS     47
#define MAX_PIECES   64

__attribute__((aligned(16))) char root_tls[64];

struct piece {
    seL4_CPtr cap;
    seL4_Word paddr;
    int is_device;
};

static struct {
    unsigned int count;
    struct piece piece[MAX_PIECES];
} pool[MAX_BITS + 1];

static const seL4_BootInfo *info;
static seL4_CPtr next_slot;
static seL4_CPtr endpoint, faults, notification;
extern const unsigned char child_file[];

void root_main(const seL4_BootInfo *boot_info);

/* The initial CNode fills all 64 bits with its guard: a slot's number is its address. */
static seL4_Error retype(seL4_CPtr untyped, seL4_Word type, seL4_Word bits, seL4_CPtr *slot,
                         seL4_Word count)
{
    *slot = next_slot;
    next_slot += count;
    return seL4_Untyped_Retype(untyped, type, bits, seL4_CapInitThreadCNode, 0, 0, *slot, count);
}

static int give(unsigned int bits, seL4_CPtr cap, seL4_Word paddr, int is_device)
{
    if (pool[bits].count == MAX_PIECES) {
        return 0;
    }
    pool[bits].piece[pool[bits].count++] = (struct piece){ cap, paddr, is_device };
    return 1;
}

static void collect(void)
{
    for (seL4_Word i = 0; i < info->untyped.end - info->untyped.start; i++) {
        const seL4_UntypedDesc *desc = &info->untypedList[i];

        give(desc->sizeBits, info->untyped.start + i, desc->paddr, desc->isDevice);
    }
}

static int find(unsigned int bits, seL4_Word paddr, struct piece *found)
{
    for (unsigned int i = 0; i < pool[bits].count; i++) {
        struct piece *piece = &pool[bits].piece[i];

        if (paddr == ANYWHERE ? !piece->is_device
                              : piece->paddr <= paddr && paddr - piece->paddr < 1ul << bits) {
            *found = *piece;
            *piece = pool[bits].piece[--pool[bits].count];
            return 1;
        }
    }
    return 0;
}

/* An untyped of exactly so many bits: RAM, or what lies at an address. 0 if there is none. */
static seL4_CPtr take(unsigned int bits, seL4_Word paddr)
{
    struct piece piece;
    unsigned int have = bits;

    while (have <= MAX_BITS && !find(have, paddr, &piece)) {
        have++;
    }
    if (have > MAX_BITS) {
        return 0;
    }
    while (have > bits) {
        seL4_CPtr halves;
        seL4_Word upper = piece.paddr + (1ul << --have);
        int is_upper = paddr != ANYWHERE && paddr >= upper;

        if (retype(piece.cap, seL4_UntypedObject, have, &halves, 2) != seL4_NoError ||
            !give(have, is_upper ? halves : halves + 1, is_upper ? piece.paddr : upper,
                  piece.is_device)) {
            return 0;
        }
        piece.cap = is_upper ? halves + 1 : halves;
        piece.paddr = is_upper ? upper : piece.paddr;
    }
    return piece.cap;
}

static seL4_CPtr make(seL4_Word type, unsigned int object_bits, seL4_Word size_bits)
{
    seL4_CPtr slot = 0, untyped = take(object_bits, ANYWHERE);

    return untyped && retype(untyped, type, size_bits, &slot, 1) == seL4_NoError ? slot : 0;
}

/* Maps a frame, with the tables that turn out to be missing. */
static seL4_Error map(seL4_CPtr frame, seL4_CPtr vspace, seL4_Word vaddr, seL4_CapRights_t rights,
                      seL4_ARM_VMAttributes attributes)
{
    seL4_Error error;

    for (;;) {
        seL4_CPtr table;

        error = seL4_ARM_Page_Map(frame, vspace, vaddr, rights, attributes);
        if (error != seL4_FailedLookup) {
            return error;
        }
        table = make(seL4_ARM_PageTableObject, seL4_PageTableBits, 0);
        error = seL4_ARM_PageTable_Map(table, vspace, vaddr, seL4_ARM_Default_VMAttributes);
        if (error != seL4_NoError) {
            return error;
        }
    }
}

static void map_uart(void)
{
    seL4_CPtr frame, untyped = take(seL4_PageBits, UART_PADDR);

    if (retype(untyped, seL4_ARM_SmallPageObject, 0, &frame, 1) == seL4_NoError &&
        map(frame, seL4_CapInitThreadVSpace, UART_VADDR, seL4_AllRights, 0) == seL4_NoError) {
        report_begin(UART_VADDR);
    }
    put_text("foreign root task\n");
    check(seL4_ARM_Page_GetAddress(frame).paddr == UART_PADDR,
          "a device frame is found by halving its untyped");
}

static seL4_Word max(seL4_Word a, seL4_Word b)
{
    return a > b ? a : b;
}

/* What an allocator must be able to rely on before it makes the first object. */
static void check_layout(void)
{
    seL4_Word last = seL4_NumInitialCaps, pieces = info->untyped.end - info->untyped.start;
    int good = 1, devices_first = 1;

    last = max(last, info->userImagePaging.end);
    last = max(last, info->userImageFrames.end);
    last = max(last, info->extraBIPages.end);
    last = max(last, info->untyped.end);
    check(last == info->empty.start && info->empty.end == 1ul << info->initThreadCNodeSizeBits,
          "the empty slots begin behind the last capability and go to the end");
    check(info->sharedFrames.start == info->sharedFrames.end &&
              info->ioSpaceCaps.start == info->ioSpaceCaps.end && info->nodeID == 0 &&
              info->initThreadDomain == 0 && info->numIOPTLevels == 0,
          "what this machine does not have is empty");
    for (seL4_Word i = 0; i < pieces; i++) {
        const seL4_UntypedDesc *desc = &info->untypedList[i];

        good &= desc->sizeBits >= seL4_MinUntypedBits && desc->sizeBits <= seL4_MaxUntypedBits;
        good &= desc->isDevice || !(desc->paddr & ((1ul << desc->sizeBits) - 1));
        devices_first &= !i || desc[-1].isDevice >= desc->isDevice;
        good &= !i || desc[-1].isDevice != desc->isDevice ||
                desc[-1].paddr + (1ul << desc[-1].sizeBits) <= desc->paddr;
    }
    check(good && devices_first && pieces < CONFIG_MAX_NUM_BOOTINFO_UNTYPED_CAPS,
          "untypeds ascend and do not overlap, devices first");
}

/* The same megabytes as pages, and after Revoke as large pages: nothing is lost. */
static void check_reuse(void)
{
    seL4_CPtr untyped = take(22, ANYWHERE), slot = 0;
    seL4_Error error = seL4_NoError;

    for (int i = 0; i < 4 && error == seL4_NoError; i++) {
        error = retype(untyped, seL4_ARM_SmallPageObject, 0, &slot, CONFIG_RETYPE_FAN_OUT_LIMIT);
    }
    check(untyped && error == seL4_NoError, "four megabytes give 1024 pages");
    check(retype(untyped, seL4_ARM_SmallPageObject, 0, &slot, 1) == seL4_NotEnoughMemory,
          "and not one more");
    check(seL4_CNode_Revoke(seL4_CapInitThreadCNode, untyped, seL4_WordBits) == seL4_NoError &&
              retype(untyped, seL4_ARM_LargePageObject, 0, &slot, 2) == seL4_NoError,
          "after Revoke they give two large pages");
}

/* Guests' RAM is device memory to the kernel, and can be mapped in large pages, cached. */
static void check_device_ram(void)
{
    volatile seL4_Word *at = (volatile seL4_Word *)SHARED_VADDR;
    seL4_CPtr frame = 0, untyped = take(seL4_LargePageBits, LARGE_PADDR);

    check(untyped && retype(untyped, seL4_ARM_LargePageObject, 0, &frame, 1) == seL4_NoError &&
              seL4_ARM_Page_GetAddress(frame).paddr == LARGE_PADDR &&
              map(frame, seL4_CapInitThreadVSpace, SHARED_VADDR, seL4_ReadWrite,
                  seL4_ARM_Default_VMAttributes) == seL4_NoError,
          "a large page of the guests' RAM is mapped");
    at[1] = 1;
    check(at[1] == 1 && seL4_ARM_Page_Unmap(frame) == seL4_NoError, "and used, and unmapped");
}

/* A page of our own image makes way for another frame, as loaders use it to fill others' pages. */
static void check_image_page(void)
{
    extern char __executable_start[];
    static __attribute__((aligned(4096))) volatile seL4_Word page[512];
    seL4_CPtr other = make(seL4_ARM_SmallPageObject, seL4_PageBits, 0);
    seL4_CPtr own = info->userImageFrames.start +
                    (((seL4_Word)page - ((seL4_Word)__executable_start & ~0xffful)) >> 12);

    page[7] = 77;
    check(seL4_ARM_Page_Unmap(own) == seL4_NoError &&
              seL4_ARM_Page_Map(other, seL4_CapInitThreadVSpace, (seL4_Word)page, seL4_ReadWrite,
                                seL4_ARM_Default_VMAttributes) == seL4_NoError &&
              page[7] == 0,
          "another frame takes the place of a page of the image");
    page[7] = 78;
    check(seL4_ARM_Page_Unmap(other) == seL4_NoError &&
              seL4_ARM_Page_Map(own, seL4_CapInitThreadVSpace, (seL4_Word)page, seL4_ReadWrite,
                                seL4_ARM_Default_VMAttributes) == seL4_NoError &&
              page[7] == 77,
          "which comes back as it was");
}

/*
 * A device frame by counting, as loaders do that cannot split: frames are made in turn and deleted until
 * one has the right address; the first is kept, or the untyped would begin anew.
 */
static void check_counting(void)
{
    seL4_CPtr untyped = take(seL4_PageBits + 3, LARGE_PADDR + 0x400000), first, next = 0;
    seL4_Word wanted = LARGE_PADDR + 0x405000, found = 0;
    seL4_Error error = retype(untyped, seL4_ARM_SmallPageObject, 0, &first, 1);

    while (error == seL4_NoError && found < wanted) {
        error = retype(untyped, seL4_ARM_SmallPageObject, 0, &next, 1);
        found = seL4_ARM_Page_GetAddress(next).paddr;
        if (error == seL4_NoError && found < wanted) {
            error = seL4_CNode_Delete(seL4_CapInitThreadCNode, next, seL4_WordBits);
        }
    }
    check(error == seL4_NoError && found == wanted, "a device frame is found by counting");
}

#if defined(CONFIG_EXPORT_PCNT_USER) && defined(CONFIG_EXPORT_PTMR_USER)
#define READ(name)                                                                                 \
    ({                                                                                             \
        seL4_Word value_;                                                                          \
        __asm__ volatile("isb\n mrs %0, " name : "=r"(value_) : : "memory");                       \
        value_;                                                                                    \
    })
#define WRITE(name, value)                                                                         \
    __asm__ volatile("msr " name ", %0\n isb" : : "r"((seL4_Word)(value)) : "memory")

static seL4_Error get_timer(seL4_CPtr slot)
{
#ifdef CONFIG_ENABLE_SMP_SUPPORT
    return seL4_IRQControl_GetTriggerCore(seL4_CapIRQControl, TIMER_IRQ, 0, seL4_CapInitThreadCNode,
                                          slot, seL4_WordBits, 0);
#else
    return seL4_IRQControl_GetTrigger(seL4_CapIRQControl, TIMER_IRQ, 0, seL4_CapInitThreadCNode,
                                      slot, seL4_WordBits);
#endif
}

/* Ten periods of a millisecond: the physical timer is user level's, its interrupt a capability. */
static void check_timer(void)
{
    seL4_CPtr handler = next_slot++, badged = next_slot++;
    seL4_Word period = READ("cntfrq_el0") / 1000, badges = 0, early = 0;
    seL4_CPtr ntfn = make(seL4_NotificationObject, seL4_NotificationBits, 0);

    check(period > 0 && get_timer(handler) == seL4_NoError, "the timer's interrupt is to be had");
    check(get_timer(next_slot) == seL4_RevokeFirst, "once");
    check(seL4_CNode_Mint(seL4_CapInitThreadCNode, badged, seL4_WordBits, seL4_CapInitThreadCNode,
                          ntfn, seL4_WordBits, seL4_AllRights, 1ul << 5) == seL4_NoError &&
              seL4_IRQHandler_SetNotification(handler, badged) == seL4_NoError &&
              seL4_IRQHandler_Ack(handler) == seL4_NoError &&
              seL4_TCB_BindNotification(seL4_CapInitThreadTCB, ntfn) == seL4_NoError,
          "and is bound to the initial thread");
    WRITE("cntp_cval_el0", ~0ul);
    WRITE("cntp_ctl_el0", 1);
    for (int i = 0; i < 10; i++) {
        seL4_Word badge = 0, due = READ("cntpct_el0") + period;

        WRITE("cntp_cval_el0", due);
        seL4_Wait(ntfn, &badge);
        early += READ("cntpct_el0") < due;
        badges += badge;
        WRITE("cntp_cval_el0", ~0ul);
        seL4_IRQHandler_Ack(handler);
    }
    check(badges == 10ul << 5 && !early, "it comes ten times, with its badge, never early");
    WRITE("cntp_ctl_el0", 0);
    check(seL4_TCB_UnbindNotification(seL4_CapInitThreadTCB) == seL4_NoError &&
              seL4_IRQHandler_Clear(handler) == seL4_NoError &&
              seL4_CNode_Delete(seL4_CapInitThreadCNode, handler, seL4_WordBits) == seL4_NoError &&
              get_timer(handler) == seL4_NoError,
          "given back it is to be had again");
}
#else
static void check_timer(void)
{
}
#endif

#ifdef CONFIG_EXPORT_PMU_USER
/* As benchmarks set it up: all counters off and at zero, the cycle counter on, in the kernel too. */
static void check_cycles(void)
{
    seL4_Word control, start, end;

    WRITE("pmcntenclr_el0", 0xfffffffful);
    control = READ("pmcr_el0") & ~8ul;
    WRITE("pmcr_el0", control | 7);
    WRITE("pmselr_el0", 31);
    WRITE("pmxevtyper_el0", 1ul << 27);
    WRITE("pmcntenset_el0", 1ul << 31);
    start = READ("pmccntr_el0");
    seL4_Yield();
    end = READ("pmccntr_el0");
    check(end > start, "the cycle counter counts");
    check((control >> 11 & 31) > 0, "there are event counters");
    WRITE("pmselr_el0", 0);
    WRITE("pmxevcntr_el0", 5);
    check(READ("pmxevcntr_el0") == 5, "which can be written");
}
#else
static void check_cycles(void)
{
}
#endif

#ifdef CONFIG_ENABLE_BENCHMARKS
/* They return, and without a log there is nothing in it. */
static void check_benchmark_calls(void)
{
    seL4_BenchmarkNullSyscall();
    seL4_BenchmarkFlushCaches();
    seL4_BenchmarkFlushL1Caches(0);
    check(seL4_BenchmarkResetLog() == seL4_NoError && seL4_BenchmarkFinalizeLog() == 0,
          "the benchmark system calls are there");
}
#else
static void check_benchmark_calls(void)
{
}
#endif

struct process {
    seL4_CPtr tcb, cnode, vspace, buffer;
    seL4_Word entry;
};

/* A page of the child's, filled from its file through a window of ours. */
static int fill_page(const struct process *process, const Elf64_Phdr *segment, seL4_Word vaddr)
{
    volatile unsigned char *window = (volatile unsigned char *)WINDOW_VADDR;
    seL4_CPtr frame = make(seL4_ARM_SmallPageObject, seL4_PageBits, 0), copy = next_slot++;
    int good = map(frame, seL4_CapInitThreadVSpace, WINDOW_VADDR, seL4_ReadWrite,
                   seL4_ARM_Default_VMAttributes | seL4_ARM_ExecuteNever) == seL4_NoError;

    for (seL4_Word at = vaddr; good && at < vaddr + 4096; at++) {
        if (at >= segment->p_vaddr && at < segment->p_vaddr + segment->p_filesz) {
            window[at - vaddr] = child_file[segment->p_offset + at - segment->p_vaddr];
        }
    }
    good = good && seL4_ARM_Page_Unify_Instruction(frame, 0, 4096) == seL4_NoError &&
           seL4_CNode_Copy(seL4_CapInitThreadCNode, copy, seL4_WordBits, seL4_CapInitThreadCNode,
                           frame, seL4_WordBits, seL4_AllRights) == seL4_NoError &&
           seL4_ARM_Page_Unmap(frame) == seL4_NoError;
    return good && map(copy, process->vspace, vaddr,
                       segment->p_flags & PF_W ? seL4_ReadWrite : seL4_CanRead,
                       segment->p_flags & PF_X
                           ? seL4_ARM_Default_VMAttributes
                           : seL4_ARM_Default_VMAttributes | seL4_ARM_ExecuteNever) == seL4_NoError;
}

static int load(struct process *process)
{
    const Elf64_Ehdr *header = (const Elf64_Ehdr *)child_file;
    const Elf64_Phdr *segment = (const Elf64_Phdr *)(child_file + header->e_phoff);
    int good = 1;

    process->entry = header->e_entry;
    for (int i = 0; i < header->e_phnum; i++) {
        for (seL4_Word vaddr = segment[i].p_vaddr & ~0xffful;
             good && segment[i].p_type == PT_LOAD &&
             vaddr < segment[i].p_vaddr + segment[i].p_memsz;
             vaddr += 4096) {
            good = fill_page(process, &segment[i], vaddr);
        }
    }
    return good;
}

static int give_cap(const struct process *process, seL4_Word slot, seL4_CPtr cap, seL4_Word badge)
{
    return seL4_CNode_Mint(process->cnode, slot, CHILD_CNODE_BITS, seL4_CapInitThreadCNode, cap,
                           seL4_WordBits, seL4_AllRights, badge) == seL4_NoError;
}

static int make_process(struct process *process)
{
    seL4_Word guard = seL4_CNode_CapData_new(0, seL4_WordBits - CHILD_CNODE_BITS).words[0];
    seL4_CPtr stack;

    process->tcb = make(seL4_TCBObject, seL4_TCBBits, 0);
    process->cnode = make(seL4_CapTableObject, CHILD_CNODE_BITS + seL4_SlotBits, CHILD_CNODE_BITS);
    process->vspace = make(seL4_ARM_VSpaceObject, seL4_VSpaceBits, 0);
    process->buffer = make(seL4_ARM_SmallPageObject, seL4_PageBits, 0);
    stack = make(seL4_ARM_SmallPageObject, seL4_PageBits, 0);
    return seL4_ARM_ASIDPool_Assign(seL4_CapInitThreadASIDPool, process->vspace) == seL4_NoError &&
           map(stack, process->vspace, CHILD_STACK_END - 4096, seL4_ReadWrite,
               seL4_ARM_Default_VMAttributes) == seL4_NoError &&
           map(process->buffer, process->vspace, CHILD_BUFFER, seL4_ReadWrite,
               seL4_ARM_Default_VMAttributes) == seL4_NoError &&
           give_cap(process, CHILD_TCB, process->tcb, 0) &&
           give_cap(process, CHILD_CNODE, process->cnode, guard) &&
           give_cap(process, CHILD_VSPACE, process->vspace, 0) &&
           give_cap(process, CHILD_ENDPOINT, endpoint, 7) &&
           give_cap(process, CHILD_FAULTS, faults, 8) &&
           seL4_TCB_Configure(process->tcb, CHILD_FAULTS, process->cnode, guard, process->vspace, 0,
                              CHILD_BUFFER, process->buffer) == seL4_NoError &&
           seL4_TCB_SetSchedParams(process->tcb, seL4_CapInitThreadTCB, 100, 100) == seL4_NoError;
}

/* One large page, in both address spaces. */
static int share_page(const struct process *process)
{
    seL4_CPtr frame = make(seL4_ARM_LargePageObject, seL4_LargePageBits, 0), copy = next_slot++;

    return seL4_CNode_Copy(seL4_CapInitThreadCNode, copy, seL4_WordBits, seL4_CapInitThreadCNode,
                           frame, seL4_WordBits, seL4_AllRights) == seL4_NoError &&
           map(frame, seL4_CapInitThreadVSpace, SHARED_VADDR, seL4_ReadWrite,
               seL4_ARM_Default_VMAttributes) == seL4_NoError &&
           map(copy, process->vspace, CHILD_SHARED, seL4_ReadWrite,
               seL4_ARM_Default_VMAttributes | seL4_ARM_ExecuteNever) == seL4_NoError;
}

static seL4_Error start(const struct process *process)
{
    seL4_UserContext context = { .pc = process->entry, .sp = CHILD_STACK_END, .x0 = 1234 };

#ifdef CONFIG_DEBUG_BUILD
    seL4_DebugNameThread(process->tcb, "child");
#endif
#ifdef CONFIG_ENABLE_SMP_SUPPORT
    if (seL4_TCB_SetAffinity(process->tcb, info->numNodes - 1) != seL4_NoError) {
        return seL4_IllegalOperation;
    }
#endif
    return seL4_TCB_WriteRegisters(process->tcb, 1, 0, sizeof(context) / sizeof(seL4_Word),
                                   &context);
}

static void skip_instruction(const struct process *process)
{
    seL4_UserContext context;
    seL4_Word count = sizeof(context) / sizeof(seL4_Word);

    check(seL4_TCB_ReadRegisters(process->tcb, 0, 0, count, &context) == seL4_NoError &&
              context.pc == seL4_GetMR(seL4_VMFault_IP),
          "the faulted thread's registers are read");
    context.pc += 4;
    check(seL4_TCB_WriteRegisters(process->tcb, 1, 0, count, &context) == seL4_NoError,
          "and written, and it goes on");
}

static void check_process(void)
{
    volatile seL4_Word *shared = (volatile seL4_Word *)SHARED_VADDR;
    struct process process;
    seL4_MessageInfo_t tag;
    seL4_Word badge = 0;
    seL4_CPtr badged = next_slot++;

    endpoint = make(seL4_EndpointObject, seL4_EndpointBits, 0);
    faults = make(seL4_EndpointObject, seL4_EndpointBits, 0);
    notification = make(seL4_NotificationObject, seL4_NotificationBits, 0);
    check(make_process(&process), "a process has a TCB, a CSpace and a VSpace of its own");
    check(load(&process), "its file is loaded");
    check(share_page(&process), "a large page is mapped in both address spaces");
    shared[PARENT_WORD] = PARENT_SAYS;
    check(start(&process) == seL4_NoError, "it starts");
    tag = seL4_Recv(endpoint, &badge);
    check(badge == 7 && seL4_MessageInfo_get_label(tag) == CHILD_STATE && seL4_GetMR(0) == 1234 &&
              seL4_GetMR(1) == 321 && seL4_GetMR(2) == 0 && seL4_GetMR(3) == PARENT_SAYS,
          "it has its argument, data, zeroed data, and reads the shared page");
    check(seL4_GetMR(4) == 0, "its thread pointer is what it set");
    check(shared[CHILD_WORD] == CHILD_SAYS, "and writes it");
    seL4_CNode_Mint(seL4_CapInitThreadCNode, badged, seL4_WordBits, seL4_CapInitThreadCNode,
                    notification, seL4_WordBits, seL4_CanWrite, 3);
    seL4_SetCap(0, badged);
    seL4_Reply(seL4_MessageInfo_new(0, 0, 1, 0));
    seL4_Wait(notification, &badge);
    check(badge == 3, "it uses the capability that came with the reply");
    tag = seL4_Recv(faults, &badge);
    check(badge == 8 && seL4_MessageInfo_get_label(tag) == seL4_Fault_VMFault &&
              seL4_GetMR(seL4_VMFault_Addr) == CHILD_BAD_ADDRESS,
          "its bad access is a message to us");
    skip_instruction(&process);
    tag = seL4_Recv(endpoint, &badge);
    check(seL4_MessageInfo_get_label(tag) == CHILD_DONE && seL4_GetMR(0) == 1234,
          "its floating-point register is as it was");
    check(seL4_TCB_Suspend(process.tcb) == seL4_NoError &&
              seL4_CNode_Revoke(seL4_CapInitThreadCNode, process.vspace, seL4_WordBits) ==
                  seL4_NoError &&
              seL4_CNode_Delete(seL4_CapInitThreadCNode, process.vspace, seL4_WordBits) ==
                  seL4_NoError &&
              seL4_CNode_Delete(seL4_CapInitThreadCNode, process.cnode, seL4_WordBits) ==
                  seL4_NoError &&
              seL4_CNode_Delete(seL4_CapInitThreadCNode, process.tcb, seL4_WordBits) ==
                  seL4_NoError,
          "and it is taken down");
}

void root_main(const seL4_BootInfo *boot_info)
{
    info = boot_info;
    seL4_TCB_SetTLSBase(seL4_CapInitThreadTCB, (seL4_Word)root_tls);
    seL4_SetIPCBuffer(info->ipcBuffer);
    next_slot = info->empty.start;
    collect();
    map_uart();
    check_layout();
    check_reuse();
    check_device_ram();
    check_image_page();
    check_counting();
    check_timer();
    check_cycles();
    check_benchmark_calls();
    check_process();
    put_text("done\n");
    seL4_TCB_Suspend(seL4_CapInitThreadTCB);
}
