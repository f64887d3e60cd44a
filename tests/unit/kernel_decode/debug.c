/* SPDX-License-Identifier: BSD-2-Clause */
/* Debug system calls. */
#include <string.h>

#include "arch/machine.h"
#include "decode.h"

static void debug_call(int64_t number, uint64_t argument)
{
    static const struct host_message none;

    memset(fake_machine.console, 0, sizeof(fake_machine.console));
    fake_machine.console_length = 0;
    (void)host_syscall(number, argument, &none);
}

static bool console_says(const char *text)
{
    return strstr(fake_machine.console, text) != 0;
}

/* True if the call halts the machine; the board must be booted anew afterwards. */
static bool halts(int64_t number, uint64_t argument)
{
    jmp_buf here;

    fake_halt = &here;
    if (setjmp(here)) {
        fake_halt = 0;
        return true;
    }
    debug_call(number, argument);
    fake_halt = 0;
    return false;
}

static void put_name(const char *name)
{
    uint64_t *words = cap_object(host_slot(SEL4_SLOT_INIT_IPC_BUFFER)->cap);

    strcpy((char *)&words[SEL4_IPC_BUFFER_MSG_WORD], name);
}

static void test_debug_names(void)
{
    char name[TCB_NAME_BYTES + 1] = { 0 };

    scene_begin(false);
    put_name("first");
    debug_call(SEL4_SYS_DEBUG_NAME_THREAD, SEL4_SLOT_INIT_TCB);
    TAP_OK(!strcmp(host_root->name, "first"), "debug: names a thread");
    memset(name, 'n', TCB_NAME_BYTES - 1);
    put_name(name);
    debug_call(SEL4_SYS_DEBUG_NAME_THREAD, SEL4_SLOT_INIT_TCB);
    TAP_OK(!strcmp(host_root->name, name), "debug: the longest name");
    name[TCB_NAME_BYTES - 1] = 'n';
    put_name(name);
    TAP_OK(halts(SEL4_SYS_DEBUG_NAME_THREAD, SEL4_SLOT_INIT_TCB) && console_says("too long"),
           "debug: a longer one halts, as the interface says");
    scene_begin(false);
    TAP_OK(halts(SEL4_SYS_DEBUG_NAME_THREAD, ROOT) && console_says("not a TCB"),
           "debug: so does a CNode");
    scene_begin(false);
    TAP_OK(halts(SEL4_SYS_DEBUG_NAME_THREAD, 1ull << 60),
           "debug: so does a pointer that leads nowhere");
    scene_begin(false);
    (void)host_call(SEL4_SLOT_INIT_TCB, MESSAGE(.label = TCBSetIPCBuffer, .length = 1,
                                                .cap_count = 1, .cap = { ROOT }));
    TAP_OK(halts(SEL4_SYS_DEBUG_NAME_THREAD, SEL4_SLOT_INIT_TCB),
           "debug: so does a missing buffer");
    scene_begin(false);
    TAP_OK(halts(SEL4_SYS_DEBUG_HALT, 0) && console_says("DebugHalt"), "debug: halt");
    scene_begin(false);
}

static void test_debug(void)
{
    scene_begin(false);
    debug_call(SEL4_SYS_DEBUG_CAP_IDENTIFY, SEL4_SLOT_INIT_TCB);
    TAP_OK(arch_badge(host_root) == CAP_TCB, "debug: identifies a TCB");
    debug_call(SEL4_SYS_DEBUG_CAP_IDENTIFY, scene_slot());
    TAP_OK(arch_badge(host_root) == CAP_NULL, "debug: identifies an empty slot");
    debug_call(SEL4_SYS_DEBUG_CAP_IDENTIFY, 1ull << 60);
    TAP_OK(arch_badge(host_root) == CAP_NULL, "debug: identifies nothing");
    debug_call(SEL4_SYS_DEBUG_PUT_CHAR, 'x');
    TAP_OK(!strcmp(fake_machine.console, "x"), "debug: writes a character");
    debug_call(SEL4_SYS_SET_TLS_BASE, 0x1234);
    TAP_OK(host_root->context.tpidr == 0x1234, "debug: own TLS base");
    scene_check("debug");
}

/* The lists of threads in the dumps, also after one in the middle and the newest went. */
static void test_debug_dumps(void)
{
    uint64_t slots[3];

    scene_begin(false);
    for (unsigned i = 0; i < 3; i++) {
        char name[] = { 't', (char)('0' + i), 0 };

        slots[i] = scene_make(SEL4_TYPE_TCB, 0);
        put_name(name);
        debug_call(SEL4_SYS_DEBUG_NAME_THREAD, slots[i]);
    }
    debug_call(SEL4_SYS_DEBUG_DUMP_SCHEDULER, 0);
    TAP_OK(console_says("\"rootserver\" running") && console_says("\"t0\" inactive") &&
               console_says("\"t1\"") && console_says("\"t2\""),
           "dump: all threads, with their states");
    debug_call(SEL4_SYS_DEBUG_SNAPSHOT, 0);
    TAP_OK(console_says("\"t0\" (inactive, prio 0)") && console_says("1: type 12"),
           "snapshot: threads, and what is in the slots of those that have a CSpace");
    (void)scene_delete(slots[1]);
    (void)scene_delete(slots[2]);
    debug_call(SEL4_SYS_DEBUG_DUMP_SCHEDULER, 0);
    TAP_OK(console_says("\"t0\"") && !console_says("\"t1\"") && !console_says("\"t2\""),
           "dump: deleted threads are out of the list");
    scene_check("dumps");
}

void test_debug_calls(void)
{
    test_debug_names();
    test_debug();
    test_debug_dumps();
}
