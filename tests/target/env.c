/* SPDX-License-Identifier: BSD-2-Clause */
#include "env.h"

seL4_IPCBuffer *__sel4_ipc_buffer;
struct env env;
volatile seL4_Word log_words[LOG_MAX];
volatile seL4_Word log_count;

static unsigned char stacks[MAX_THREADS][8192] __attribute__((aligned(4096)));
static unsigned char buffers[MAX_THREADS][PAGE_BYTES] __attribute__((aligned(4096)));
static unsigned int threads_used;

extern const unsigned char image_base[];

void env_reset_threads(void);

void env_reset_threads(void)
{
    threads_used = 0;
}

seL4_CPtr slot_new(void)
{
    return env.next_slot++;
}

seL4_Error retype(seL4_CPtr untyped, seL4_Word type, seL4_Word size_bits, seL4_CPtr slot,
                  seL4_Word count)
{
    return seL4_Untyped_Retype(untyped, type, size_bits, ROOT, 0, 0, slot, count);
}

seL4_CPtr object_new(seL4_Word type, seL4_Word size_bits)
{
    seL4_CPtr slot = slot_new();

    return retype(env.test_untyped, type, size_bits, slot, 1) == seL4_NoError ? slot : 0;
}

seL4_Error copy_cap(seL4_CPtr to, seL4_CPtr from, seL4_CapRights_t rights)
{
    return seL4_CNode_Copy(ROOT, to, FULL_DEPTH, ROOT, from, FULL_DEPTH, rights);
}

seL4_Error mint_cap(seL4_CPtr to, seL4_CPtr from, seL4_CapRights_t rights, seL4_Word badge)
{
    return seL4_CNode_Mint(ROOT, to, FULL_DEPTH, ROOT, from, FULL_DEPTH, rights, badge);
}

bool slot_is_empty(seL4_CPtr slot)
{
    /* Moving a cap onto itself: an empty source is reported before the occupied destination. */
    seL4_CPtr other = slot_new();
    seL4_Error error = seL4_CNode_Move(ROOT, other, FULL_DEPTH, ROOT, slot, FULL_DEPTH);

    if (error == seL4_NoError) {
        (void)seL4_CNode_Move(ROOT, slot, FULL_DEPTH, ROOT, other, FULL_DEPTH);
        return false;
    }
    return error == seL4_FailedLookup && seL4_GetMR(0) == 1 &&
           seL4_GetMR(1) == seL4_MissingCapability;
}

seL4_Error make_tables(seL4_CPtr vspace, seL4_Word vaddr, bool last_level)
{
    seL4_CPtr probe = object_new(seL4_ARM_SmallPageObject, 0);

    for (int i = 0; i < 4; i++) {
        seL4_Error error =
            seL4_ARM_Page_Map(probe, vspace, vaddr, seL4_CanRead, seL4_ARM_Default_VMAttributes);

        if (error == seL4_NoError) {
            return seL4_ARM_Page_Unmap(probe);
        }
        if (error != seL4_FailedLookup) {
            return error;
        }
        if (!last_level && seL4_MappingFailedLookupLevel() == SEL4_MAPPING_LOOKUP_NO_PT) {
            return seL4_NoError;
        }
        error = seL4_ARM_PageTable_Map(object_new(seL4_ARM_PageTableObject, 0), vspace, vaddr,
                                       seL4_ARM_Default_VMAttributes);
        if (error != seL4_NoError) {
            return error;
        }
    }
    return seL4_FailedLookup;
}

seL4_Error map_page(seL4_CPtr vspace, seL4_CPtr page, seL4_Word vaddr, seL4_CapRights_t rights,
                    seL4_Word attributes)
{
    for (int i = 0; i < 4; i++) {
        seL4_Error error =
            seL4_ARM_Page_Map(page, vspace, vaddr, rights, (seL4_ARM_VMAttributes)attributes);
        seL4_CPtr table;

        if (error != seL4_FailedLookup) {
            return error;
        }
        table = object_new(seL4_ARM_PageTableObject, 0);
        if (table == 0) {
            return seL4_NotEnoughMemory;
        }
        error = seL4_ARM_PageTable_Map(table, vspace, vaddr, seL4_ARM_Default_VMAttributes);
        if (error != seL4_NoError) {
            return error;
        }
    }
    return seL4_FailedLookup;
}

seL4_CPtr pool_new(void)
{
    seL4_CPtr pool = slot_new();
    seL4_CPtr untyped = object_new(seL4_UntypedObject, seL4_ASIDPoolBits);

    return seL4_ARM_ASIDControl_MakePool(seL4_CapASIDControl, untyped, ROOT, pool, FULL_DEPTH) ==
                   seL4_NoError
               ? pool
               : 0;
}

seL4_CPtr space_in(seL4_CPtr pool)
{
    seL4_CPtr vspace = object_new(seL4_ARM_VSpaceObject, 0);

    return seL4_ARM_ASIDPool_Assign(pool, vspace) == seL4_NoError ? vspace : 0;
}

/* Halves an untyped until the piece that begins at paddr is one page; returns the page. */
static seL4_CPtr carve(seL4_CPtr untyped, seL4_Word base, seL4_Word bits, seL4_Word paddr)
{
    seL4_CPtr page = slot_new();

    while (bits > seL4_PageBits) {
        seL4_CPtr half = slot_new();

        (void)slot_new();
        bits--;
        if (retype(untyped, seL4_UntypedObject, bits, half, 2) != seL4_NoError) {
            return 0;
        }
        untyped = half;
        if (paddr >= base + (1ul << bits)) {
            base += 1ul << bits;
            untyped = half + 1;
        }
    }
    return retype(untyped, seL4_ARM_SmallPageObject, 0, page, 1) == seL4_NoError ? page : 0;
}

seL4_CPtr device_frame(seL4_Word paddr)
{
    const seL4_BootInfo *info = env.info;

    for (seL4_Word i = 0; i < info->untyped.end - info->untyped.start; i++) {
        const seL4_UntypedDesc *desc = &info->untypedList[i];

        if (desc->isDevice && paddr >= desc->paddr && paddr - desc->paddr < 1ul << desc->sizeBits) {
            return carve(info->untyped.start + i, desc->paddr, desc->sizeBits, paddr);
        }
    }
    return 0;
}

seL4_CPtr image_frame(const void *address)
{
    return env.info->userImageFrames.start +
           ((seL4_Word)address - (seL4_Word)image_base) / PAGE_BYTES;
}

seL4_CPtr thread_new(struct thread *thread, seL4_Word priority, seL4_CPtr fault_ep)
{
    seL4_Error error;

    if (threads_used == MAX_THREADS) {
        return 0;
    }
    thread->number = threads_used++;
    thread->buffer = (seL4_IPCBuffer *)(void *)buffers[thread->number];
    thread->tcb = object_new(seL4_TCBObject, 0);
    if (thread->tcb == 0) {
        return 0;
    }
    error = seL4_TCB_Configure(thread->tcb, fault_ep, ROOT, 0, VSPACE, 0, (seL4_Word)thread->buffer,
                               image_frame(thread->buffer));
    if (error != seL4_NoError) {
        return 0;
    }
    error = seL4_TCB_SetSchedParams(thread->tcb, seL4_CapInitThreadTCB, 0, priority);
    return error == seL4_NoError ? thread->tcb : 0;
}

seL4_Error thread_start(struct thread *thread, thread_entry entry, seL4_Word a, seL4_Word b,
                        seL4_Word c)
{
    seL4_UserContext regs = { 0 };

    regs.pc = (seL4_Word)entry;
    regs.sp = thread_stack(thread);
    regs.x0 = a;
    regs.x1 = b;
    regs.x2 = c;
    return seL4_TCB_WriteRegisters(thread->tcb, seL4_True, 0, CONTEXT_WORDS, &regs);
}

seL4_Word thread_stack(const struct thread *thread)
{
    return (seL4_Word)stacks[thread->number] + sizeof(stacks[0]);
}

void thread_stop(void)
{
    for (;;) {
        seL4_Wait(env.park_ntfn, seL4_Null);
    }
}

void log_start(void)
{
    log_count = 0;
}

void log_add(seL4_Word word)
{
    if (log_count < LOG_MAX) {
        log_words[log_count] = word;
    }
    log_count++;
}

void log_once(seL4_Word word, seL4_Word unused1, seL4_Word unused2)
{
    (void)unused1;
    (void)unused2;
    log_add(word);
    thread_stop();
}

seL4_Word receive_word(seL4_CPtr ep)
{
    seL4_Word word = 0;

    (void)seL4_RecvWithMRs(ep, seL4_Null, &word, seL4_Null, seL4_Null, seL4_Null);
    return word;
}

void reply_word(seL4_Word word)
{
    seL4_ReplyWithMRs(seL4_MessageInfo_new(0, 0, 0, 1), &word, seL4_Null, seL4_Null, seL4_Null);
}

seL4_MessageInfo_t call_words(seL4_CPtr cap, seL4_Word label, seL4_CPtr extra, seL4_Word cap_count,
                              const seL4_Word *words, seL4_Word word_count)
{
    for (seL4_Word i = 0; i < word_count; i++) {
        seL4_SetMR((int)i, words[i]);
    }
    for (seL4_Word i = 0; i < cap_count; i++) {
        seL4_SetCap((int)i, extra);
    }
    return seL4_Call(cap, seL4_MessageInfo_new(label, 0, cap_count, word_count));
}

seL4_Error call_error(seL4_CPtr cap, seL4_Word label, seL4_CPtr extra, seL4_Word cap_count,
                      const seL4_Word *words, seL4_Word word_count)
{
    return (seL4_Error)seL4_MessageInfo_get_label(
        call_words(cap, label, extra, cap_count, words, word_count));
}
