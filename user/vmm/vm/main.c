/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The VMM of one VM: its event loop. One endpoint for the faults of the vCPUs, with the thread's
 * notification bound to it for everything else; nothing blocks anywhere else.
 */
#include "vmm/vm/vm.h"

#include "plan/plan.h"
#include "rt/console.h"
#include "rt/start.h"

static void signals(struct vm *vm, uint64_t badges)
{
    const struct vmm_config *base = vm->config.base;

    if (badges & vm->link_badges) {
        vm_links_signals(vm, badges);
    }
    if (badges & vm->irq_badges) {
        vm_irqs_signals(vm, badges);
    }
    if (badges & base->console_badge) {
        pl011_poll(&vm->uart);
    }
    if (badges & base->timer_badge) {
        vm_time_passed(vm);
    }
}

/* Answers the fault that was just handled, if it needs an answer, and waits for what comes next. */
static seL4_MessageInfo_t next_event(struct vm *vm, seL4_Word *badge)
{
    seL4_Word *mr = vm->mr;

    if (vm->reply) {
        seL4_MessageInfo_t info = seL4_MessageInfo_new(0, 0, 0, vm->reply_words);

        vm->reply = false;
        vm->reply_words = 0;
        return seL4_ReplyRecvWithMRs(PLAN_SLOT_ENDPOINT, info, badge, &mr[0], &mr[1], &mr[2],
                                     &mr[3]);
    }
    return seL4_RecvWithMRs(PLAN_SLOT_ENDPOINT, badge, &mr[0], &mr[1], &mr[2], &mr[3]);
}

static _Noreturn void event_loop(struct vm *vm)
{
    for (;;) {
        seL4_Word badge = 0;
        seL4_MessageInfo_t info;

        vm_deadlines(vm);
        info = next_event(vm, &badge);
        if (badge & VM_FAULT_BADGE) {
            vm_fault(vm, (unsigned)(badge & ~VM_FAULT_BADGE), info);
        } else {
            signals(vm, badge);
        }
        vm_console_settle(&vm->console);
    }
}

void component_main(const void *config, size_t bytes)
{
    static struct vm vm; /* too large for the stack; this process is this VM */
    const char *reason = "";

    if (vm_config_read(config, bytes, &vm.config, &reason) != 0) {
        (void)rt_console_log_kernel("vmm");
        rt_error("configuration: %s", reason);
        return;
    }
    vm.name = vm.config.base->name;
    if (vm.config.base->console_vaddr != 0) {
        rt_console_log_start((struct console_channel *)vm.config.base->console_vaddr,
                             vm.config.base->console_signal_slot);
    } else {
        (void)rt_console_log_kernel("vmm");
    }
    if (vm_setup(&vm) != 0) {
        rt_error("%s: stopped: cannot be set up", vm.name);
        return;
    }
    vm_boot(&vm);
    event_loop(&vm);
}
