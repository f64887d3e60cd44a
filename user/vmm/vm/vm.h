/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One virtual machine, as its VMM sees it, and the functions through which the files of vm/ call
 * each other. One thread, one VM: no locks.
 *
 * A vCPU is a kernel VCPU object with a TCB. While it runs we wait on our endpoint; when it traps,
 * its fault arrives there and the TCB is blocked until we answer. Two ways to answer:
 *  - at once: `reply` is set and the event loop replies as it waits for the next message, which is
 *    one short system call. vm_skip* moved the PC before, or the instruction is executed again.
 *  - later, from any event: regs_resume*, which needs no reply capability. That is how WFI and
 *    accesses that wait for a peer end.
 */
#ifndef VMM_VM_VM_H
#define VMM_VM_VM_H

#include <stdbool.h>
#include <stdint.h>

#include "rt/log.h"
#include "rt/slots.h"
#include "sel4/sel4.h"
#include "vmm/board/pl011.h"
#include "vmm/board/watchdog.h"
#include "vmm/bus/bus.h"
#include "vmm/gicv2m/gicv2m.h"
#include "vmm/link/device_side.h"
#include "vmm/link/link.h"
#include "vmm/vgic/vgic.h"
#include "vmm/vm/config.h"
#include "vmm/vm/console.h"
#include "vmm/vm/iss.h"

#define VM_VTIMER_IRQ  27u
#define VM_NO_DEADLINE UINT64_MAX

enum vcpu_state {
    VCPU_OFF,     /* PSCI: off; TCB suspended */
    VCPU_RUNNING, /* runs, or its fault is being handled */
    VCPU_IDLE,    /* blocked in WFI until an interrupt or its virtual timer */
    VCPU_WAITING, /* blocked in an access that a peer must complete */
};

struct vcpu {
    seL4_CPtr vcpu;
    seL4_CPtr tcb;
    seL4_CPtr cnode;
    enum vcpu_state state;
    bool idle_priority;      /* WFI without a timer service: runs at the lowest priority */
    uint64_t deadline_ticks; /* VCPU_IDLE: CNTPCT value, or VM_NO_DEADLINE */
    uint64_t resume_pc;      /* VCPU_IDLE, VCPU_WAITING: where it goes on */
    uint64_t access_esr;     /* VCPU_WAITING: syndrome of the access */
};

enum vm_state {
    VM_RUNNING,
    VM_RESETTING, /* waits until the links let go of its memory */
    VM_OFF,       /* for good: powered off, or could not start */
};

struct vm {
    struct vm_config config;
    const char *name;
    enum vm_state state;
    struct vcpu vcpus[VGIC_VCPUS_MAX];
    unsigned vcpu_count;
    struct rt_slots slots;  /* of our CSpace, for page tables */
    seL4_CPtr life_untyped; /* parent of all that a restart makes anew */
    seL4_Word life_slot;    /* first slot of those objects */
    seL4_Word mr[4];        /* first words of the message being handled, and of the reply */
    bool reply;             /* answer the fault just handled by a reply, */
    unsigned reply_words;   /* of this many words */

    struct bus bus;
    struct vgic vgic;
    struct v2m v2m;
    struct pl011 uart;
    struct vm_console console;
    struct watchdog watchdog;
    bool has_watchdog; /* there is one, and guests' time can be measured */

    struct link links[VMM_LINKS_MAX];
    unsigned link_count;
    struct link_device device_links[VMM_LINKS_MAX];
    unsigned device_link_count;
    uint64_t link_badges; /* of all links */
    struct vpci_boot_budget budget;
    uint64_t links_deadline_ns;

    bool has_clock;  /* native components may read CNTPCT */
    bool has_timer;  /* the timer service serves deadlines */
    bool wfi_sleeps; /* WFI may wait for one: guests' time goes on meanwhile */
    uint64_t hertz;
    uint64_t armed_ticks;   /* deadline that the timer service knows of */
    bool deadlines_changed; /* something may be earlier than armed_ticks */

    uint32_t irq_slots[VGIC_IRQS_MAX]; /* handler of a physical interrupt, 0 = none */
    uint64_t irq_badges;

    struct rt_log_limit unmapped_log, undecoded_log, forged_log, undefined_log;
};

/* setup.c: everything that is made once. Returns 0 or an error (logged). */
int vm_setup(struct vm *vm) RT_MUST_CHECK;

/* memory.c: guest's stage 2 and RAM contents. */
int vm_memory_map_all(struct vm *vm) RT_MUST_CHECK;
void vm_memory_map_pool(struct vm *vm, uint32_t device_link);
void vm_memory_unmap_pool(struct vm *vm, uint32_t device_link);
void vm_memory_zero(struct vm *vm);

/* load.c: zeroed RAM -> kernel, initrd and device tree in place. Logs what is wrong. */
int vm_load(struct vm *vm, uint64_t *entry, uint64_t *dtb) RT_MUST_CHECK;

/* guest.c: kernel objects of the vCPUs. */
int guest_make(struct vm *vm) RT_MUST_CHECK;
void guest_stop(struct vm *vm);
void guest_start_vcpu(struct vm *vm, unsigned vcpu, uint64_t entry, uint64_t argument);
bool guest_probe_list_registers(struct vm *vm, unsigned *count);

/* power.c: life of the VM. */
void vm_boot(struct vm *vm);
void vm_power_off(struct vm *vm, const char *why);
void vm_reset(struct vm *vm);
void vm_links_settled(struct vm *vm);
struct psci_ops;
extern const struct psci_ops vm_psci_ops;

/* regs.c: a vCPU's general registers; reg 31 is xzr. */
uint64_t regs_read(const struct vcpu *vcpu, unsigned reg);
uint64_t regs_pc(const struct vcpu *vcpu);
void regs_read_args(const struct vcpu *vcpu, uint64_t *pc, uint64_t *args, unsigned count);
void regs_set(const struct vcpu *vcpu, unsigned reg, uint64_t value);
/* A vCPU that is not being handled right now runs on at `pc`. */
void regs_resume(const struct vcpu *vcpu, uint64_t pc);
void regs_resume_with(const struct vcpu *vcpu, uint64_t pc, unsigned reg, uint64_t value);
/* The one whose fault is being handled goes on at `pc`, after our reply. */
void vm_skip(struct vm *vm, unsigned vcpu, uint64_t pc);
void vm_skip_with(struct vm *vm, unsigned vcpu, uint64_t pc, unsigned reg, uint64_t value);

/* inject.c: an exception that the guest whose fault is being handled takes at its own EL1. */
enum exception_kind;
void vm_inject(struct vm *vm, unsigned vcpu, enum exception_kind kind);

/* fault.c: one message on our endpoint with a guest's badge; vm->mr holds its first words. */
void vm_fault(struct vm *vm, unsigned vcpu, seL4_MessageInfo_t info);

/* mmio.c: stage-2 aborts, and the end of an access that waited. */
void vm_stage2_abort(struct vm *vm, unsigned vcpu, uint64_t pc, uint64_t ipa, uint64_t esr);
void vm_complete(struct vm *vm, unsigned vcpu, uint64_t data);

/* idle.c: WFI and deadlines. */
void vm_idle(struct vm *vm, unsigned vcpu, uint64_t resume_pc);
void vm_wake(struct vm *vm, unsigned vcpu);
void vm_deadlines(struct vm *vm);
void vm_time_passed(struct vm *vm);
uint64_t vm_now_ns(const struct vm *vm);

/* links.c: both sides of the VM's links. */
int vm_links_setup(struct vm *vm) RT_MUST_CHECK;
void vm_links_signals(struct vm *vm, uint64_t badges);
void vm_links_tick(struct vm *vm);
void vm_links_update_deadline(struct vm *vm);

/* irq.c: the vGIC's way to the kernel, and physical interrupts. */
extern const struct vgic_ops vm_vgic_ops;
int vm_irqs_setup(struct vm *vm) RT_MUST_CHECK;
void vm_irqs_signals(struct vm *vm, uint64_t badges);

#endif
