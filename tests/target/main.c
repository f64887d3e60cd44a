/* SPDX-License-Identifier: BSD-2-Clause */
/* The monitor: runs the tests one after another and prints TAP. */
#include "env.h"

extern const struct test tests_start[];
extern const struct test tests_end[];

void env_reset_threads(void);
_Noreturn void target_main(seL4_BootInfo *info, seL4_Word start_registers);

#define LABEL_DONE 0x100
#define LABEL_HANG 0x101

/* Work of the watcher before it decides that nothing runs any more: about half a second. On several
 * cores, where it only sees its own, a core may be slow because the machine under it is busy. */
#ifdef CONFIG_ENABLE_SMP_SUPPORT
#define WATCHER_ROUNDS 6000000000ul
#else
#define WATCHER_ROUNDS 60000000ul
#endif

#define UART_PADDR    0x09000000ul
#define PL011_DR      0x00
#define PL011_FR      0x18
#define PL011_FR_TXFF (1u << 5)

static volatile unsigned char *uart;
static volatile bool failed;
static const char *volatile skipped;
static volatile unsigned long watcher_count;
static const struct test *volatile current;

static seL4_CPtr watcher_tcb;
static unsigned char runner_stack[16384] __attribute__((aligned(16)));
static unsigned char watcher_stack[4096] __attribute__((aligned(16)));
static unsigned char runner_buffer[PAGE_BYTES] __attribute__((aligned(4096)));
static unsigned char watcher_buffer[PAGE_BYTES] __attribute__((aligned(4096)));
static seL4_IPCBuffer *monitor_buffer;

static void put(char c)
{
    if (uart) {
        while (*(volatile uint32_t *)(uart + PL011_FR) & PL011_FR_TXFF) {
        }
        *(volatile uint32_t *)(uart + PL011_DR) = (unsigned char)c;
        return;
    }
#ifdef CONFIG_PRINTING
    seL4_DebugPutChar(c);
#endif
}

void print(const char *text)
{
    for (; *text; text++) {
        if (*text == '\n') {
            put('\r');
        }
        put(*text);
    }
}

void test_failed(const char *file, int line, const char *text, seL4_Word actual, seL4_Word expected)
{
    print("# ");
    print(file);
    print(":");
    print_dec((seL4_Word)line);
    print(": ");
    print(text);
    if (actual != expected) {
        print(" (");
        print_hex(actual);
        print(", expected ");
        print_hex(expected);
        print(")");
    }
    print("\n");
    failed = true;
}

void test_skip(const char *reason)
{
    skipped = reason;
}

static _Noreturn void fatal(const char *text, seL4_Word value)
{
    print("Bail out! ");
    print(text);
    print(" ");
    print_hex(value);
    print("\n# target tests: 0 passed, 1 failed\n");
    for (;;) {
        (void)seL4_TCB_Suspend(seL4_CapInitThreadTCB);
    }
}

/* Chooses the test untyped: the smallest RAM untyped that is large enough, cut down to size. */
static void choose_untyped(void)
{
    const seL4_BootInfo *info = env.info;
    seL4_Word best = 0;
    seL4_Word best_bits = seL4_WordBits;

    for (seL4_Word i = 0; i < info->untyped.end - info->untyped.start; i++) {
        const seL4_UntypedDesc *desc = &info->untypedList[i];

        if (!desc->isDevice && desc->sizeBits >= TEST_UNTYPED_BITS + 1 &&
            desc->sizeBits < best_bits) {
            best = info->untyped.start + i;
            best_bits = desc->sizeBits;
        }
        if (desc->isDevice && desc->sizeBits >= seL4_LargePageBits && desc->paddr >= 0x40000000 &&
            desc->paddr < 0x60000000 && env.device_untyped == 0) {
            env.device_untyped = info->untyped.start + i;
            env.device_paddr = desc->paddr;
            env.device_bits = desc->sizeBits;
        }
    }
    if (best == 0) {
        fatal("no RAM untyped is large enough, bits wanted", TEST_UNTYPED_BITS + 1);
    }
    /* The first half is the environment's, the second the tests'. */
    env.test_untyped = best;
    for (int i = 0; i < 2; i++) {
        if (retype(best, seL4_UntypedObject, TEST_UNTYPED_BITS, env.next_slot, 1) != seL4_NoError) {
            fatal("cannot cut the test untyped, bits", best_bits);
        }
        env.test_untyped = env.next_slot++;
    }
}

static seL4_CPtr environment_object(seL4_Word type, seL4_Word size_bits)
{
    seL4_CPtr slot = env.next_slot++;
    seL4_Error error = retype(env.test_untyped - 1, type, size_bits, slot, 1);

    if (error != seL4_NoError) {
        fatal("environment: cannot make an object", (type << 8) | (seL4_Word)error);
    }
    return slot;
}

static void map_uart(void)
{
    seL4_CPtr frame = device_frame(UART_PADDR);
    seL4_CPtr table;
    seL4_Error error = seL4_IllegalOperation;

    for (int i = 0; i < 4 && frame != 0; i++) {
        error = seL4_ARM_Page_Map(frame, VSPACE, UART_VADDR, seL4_ReadWrite, 0);
        if (error != seL4_FailedLookup) {
            break;
        }
        table = environment_object(seL4_ARM_PageTableObject, 0);
        (void)seL4_ARM_PageTable_Map(table, VSPACE, UART_VADDR, seL4_ARM_Default_VMAttributes);
    }
    if (error == seL4_NoError) {
        uart = (volatile unsigned char *)UART_VADDR;
    }
}

static seL4_CPtr environment_thread(seL4_CPtr fault_ep, unsigned char *buffer, seL4_Word priority)
{
    seL4_CPtr tcb = environment_object(seL4_TCBObject, 0);
    seL4_Error error = seL4_TCB_Configure(tcb, fault_ep, ROOT, 0, VSPACE, 0, (seL4_Word)buffer,
                                          image_frame(buffer));

    if (error != seL4_NoError) {
        fatal("environment: TCB_Configure", (seL4_Word)error);
    }
    error = seL4_TCB_SetSchedParams(tcb, seL4_CapInitThreadTCB, 254, priority);
    if (error != seL4_NoError) {
        fatal("environment: TCB_SetSchedParams", (seL4_Word)error);
    }
    return tcb;
}

static void start(seL4_CPtr tcb, void (*entry)(void), unsigned char *stack_top)
{
    seL4_UserContext regs = { 0 };
    seL4_Error error;

    regs.pc = (seL4_Word)entry;
    regs.sp = (seL4_Word)stack_top;
    error = seL4_TCB_WriteRegisters(tcb, seL4_True, 0, CONTEXT_WORDS, &regs);
    if (error != seL4_NoError) {
        fatal("environment: TCB_WriteRegisters", (seL4_Word)error);
    }
}

static void runner_entry(void)
{
    __sel4_ipc_buffer = (seL4_IPCBuffer *)(void *)runner_buffer;
    current->run();
    for (;;) {
        seL4_SendWithMRs(env.monitor_ep, seL4_MessageInfo_new(LABEL_DONE, 0, 0, 0), seL4_Null,
                         seL4_Null, seL4_Null, seL4_Null);
    }
}

static void watcher_entry(void)
{
    while (watcher_count++ < WATCHER_ROUNDS) {
    }
    for (;;) {
        seL4_SendWithMRs(env.monitor_ep, seL4_MessageInfo_new(LABEL_HANG, 0, 0, 0), seL4_Null,
                         seL4_Null, seL4_Null, seL4_Null);
    }
}

static void report_fault(seL4_MessageInfo_t info)
{
    seL4_UserContext regs;

    print("# fault label ");
    print_hex(seL4_MessageInfo_get_label(info));
    print(" words:");
    for (seL4_Word i = 0; i < seL4_MessageInfo_get_length(info); i++) {
        print(" ");
        print_hex(seL4_GetMR((int)i));
    }
    if (seL4_TCB_ReadRegisters(RUNNER_TCB, seL4_False, 0, 2, &regs) == seL4_NoError) {
        print(" pc ");
        print_hex(regs.pc);
    }
    print("\n");
}

seL4_Error env_give_back(void)
{
    seL4_Error error = seL4_CNode_Revoke(ROOT, env.test_untyped, FULL_DEPTH);

    for (seL4_CPtr slot = env.first_slot; slot < env.next_slot; slot++) {
        seL4_Error slot_error = seL4_CNode_Delete(ROOT, slot, FULL_DEPTH);

        error = error == seL4_NoError ? slot_error : error;
    }
    env.next_slot = env.first_slot;
    env_reset_threads();
    if (error == seL4_NoError) {
        error = retype(env.test_untyped, seL4_UntypedObject, TEST_UNTYPED_BITS, env.first_slot, 1);
    }
    if (error == seL4_NoError) {
        error = seL4_CNode_Delete(ROOT, env.first_slot, FULL_DEPTH);
    }
    return error;
}

/* Everything that the test made goes; then the untyped must give all its memory again. */
static void clean_up(void)
{
    seL4_Error error;

    (void)seL4_TCB_UnbindNotification(RUNNER_TCB);
    (void)seL4_TCB_SetPriority(RUNNER_TCB, seL4_CapInitThreadTCB, PRIO_RUNNER);
    error = env_give_back();
    if (error != seL4_NoError) {
        print("# after the test: memory or caps are lost, error ");
        print_dec((seL4_Word)error);
        print("\n");
        failed = true;
    }
}

static void run_one(const struct test *test)
{
    seL4_MessageInfo_t info;
    seL4_Word label;
    seL4_Word mr[4];

    failed = false;
    skipped = seL4_Null;
    current = test;
    watcher_count = 0;
    start(watcher_tcb, watcher_entry, watcher_stack + sizeof(watcher_stack));
    start(RUNNER_TCB, runner_entry, runner_stack + sizeof(runner_stack));
    info = seL4_RecvWithMRs(env.monitor_ep, seL4_Null, &mr[0], &mr[1], &mr[2], &mr[3]);
    /* The runner has set the pointer to its own buffer; from here on it is the monitor's. */
    __sel4_ipc_buffer = monitor_buffer;
    for (int i = 0; i < 4; i++) {
        seL4_SetMR(i, mr[i]);
    }
    (void)seL4_TCB_Suspend(watcher_tcb);
    label = seL4_MessageInfo_get_label(info);
    if (label == LABEL_HANG) {
        print("# nothing runs any more: the test waits for ever\n");
        failed = true;
    } else if (label != LABEL_DONE) {
        report_fault(info);
        failed = true;
    }
    (void)seL4_TCB_Suspend(RUNNER_TCB);
    clean_up();
}

/* At the end each RAM untyped that nobody uses must still be whole. */
static bool memory_is_whole(void)
{
    const seL4_BootInfo *info = env.info;
    bool whole = true;

    for (seL4_Word i = 0; i < info->untyped.end - info->untyped.start; i++) {
        const seL4_UntypedDesc *desc = &info->untypedList[i];
        seL4_CPtr untyped = info->untyped.start + i;
        seL4_Error error;

        /* Large ones would only be zeroed again, which takes seconds under emulation. */
        if (desc->isDevice || desc->sizeBits > TEST_UNTYPED_BITS) {
            continue;
        }
        error = retype(untyped, seL4_UntypedObject, desc->sizeBits, env.next_slot, 1);
        if (error == seL4_NoError) {
            error = seL4_CNode_Delete(ROOT, env.next_slot, FULL_DEPTH);
        }
        if (error != seL4_NoError) {
            print("# untyped ");
            print_dec(i);
            print(" is not whole, error ");
            print_dec((seL4_Word)error);
            print("\n");
            whole = false;
        }
    }
    /* No test may have left a cap behind. */
    for (seL4_CPtr slot = env.first_slot; slot < env.first_slot + 64; slot++) {
        whole = slot_is_empty(slot) && whole;
    }
    return whole;
}

/* Whether the id begins with one of these words. */
static bool begins_with(const char *id, const char *words)
{
    for (const char *wanted = words; *wanted;) {
        const char *at = id;

        while (*wanted == ' ') {
            wanted++;
        }
        while (*wanted && *wanted != ' ' && *wanted == *at) {
            wanted++;
            at++;
        }
        if (*wanted == '\0' || *wanted == ' ') {
            return true;
        }
        while (*wanted && *wanted != ' ') {
            wanted++;
        }
    }
    return false;
}

/* The build may be limited to ids that begin with one of the words of ONLY. */
static bool is_wanted(const char *id)
{
#ifdef ONLY
    return begins_with(id, ONLY);
#else
    return !begins_with(id, "HALT-");
#endif
}

static void run_all(void)
{
    unsigned int number = 0;
    unsigned int failures = 0;

    for (const struct test *test = tests_start; test < tests_end; test++) {
        if (!is_wanted(test->id)) {
            continue;
        }
        run_one(test);
        print(failed ? "not ok " : "ok ");
        print_dec(++number);
        print(" - ");
        print(test->id);
        print(" ");
        print(test->text);
        if (skipped && !failed) {
            print(" # SKIP ");
            print(skipped);
        }
        print("\n");
        failures += failed;
    }
    env.next_slot = env.first_slot + 100;
    number++;
    if (memory_is_whole()) {
        print("ok ");
    } else {
        print("not ok ");
        failures++;
    }
    print_dec(number);
    print(" - END-0001 no memory and no capability was lost\n1..");
    print_dec(number);
    print("\n# target tests: ");
    print_dec(number - failures);
    print(" passed, ");
    print_dec(failures);
    print(" failed\n");
}

_Noreturn void target_main(seL4_BootInfo *info, seL4_Word start_registers)
{
    monitor_buffer = info->ipcBuffer;
    seL4_SetIPCBuffer(info->ipcBuffer);
    env.info = info;
    env.start_registers = start_registers;
    env.next_slot = info->empty.start;
    choose_untyped();
    map_uart();
    env.monitor_ep = environment_object(seL4_EndpointObject, 0);
    env.park_ntfn = environment_object(seL4_NotificationObject, 0);
    env.runner_tcb = environment_thread(env.monitor_ep, runner_buffer, PRIO_RUNNER);
    watcher_tcb = environment_thread(0, watcher_buffer, PRIO_WATCHER);
    (void)seL4_TCB_SetPriority(seL4_CapInitThreadTCB, seL4_CapInitThreadTCB, PRIO_MONITOR);
    env.first_slot = env.next_slot;
    if (BENCH) {
        bench_run();
    } else {
        run_all();
    }
    for (;;) {
        (void)seL4_TCB_Suspend(seL4_CapInitThreadTCB);
    }
}
