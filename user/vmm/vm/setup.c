/* SPDX-License-Identifier: BSD-2-Clause */
/* What is made once per VM: capability bookkeeping, stage 2, emulated devices, links. */
#include "vmm/vm/vm.h"

#include "plan/plan.h"
#include "rt/clock.h"
#include "rt/object.h"

/*
 * With this option of real seL4 a guest's virtual time stands still while its vCPU is off the core;
 * a guest that sleeps would find its deadline as far away as before.
 */
#ifdef CONFIG_VTIMER_UPDATE_VOFFSET
#define GUEST_TIME_STOPS true
#else
#define GUEST_TIME_STOPS false
#endif

#define OBJECTS_PER_VCPU 3u /* VCPU, TCB, CNode */
#define LIFE_BYTES       (0x1000u + 0x800u + 0x40u)

/*
 * log2 of an untyped that holds `count` vCPUs: largest objects first, so nothing is lost between.
 */
static seL4_Word life_bits(unsigned count)
{
    seL4_Word bits = seL4_PageBits;

    while ((UINT64_C(1) << bits) < (uint64_t)count * LIFE_BYTES) {
        bits++;
    }
    return bits;
}

static int setup_slots(struct vm *vm)
{
    const struct vmm_config *base = vm->config.base;
    uint64_t slot = 0;
    int error;

    rt_slots_init(&vm->slots, base->free_slot_first, base->free_slot_count);
    error = rt_slots_take(&vm->slots, 1 + OBJECTS_PER_VCPU * vm->vcpu_count, &slot);
    if (error) {
        return error;
    }
    vm->life_untyped = slot;
    vm->life_slot = slot + 1;
    return rt_retype(base->untyped_slot, seL4_UntypedObject, life_bits(vm->vcpu_count),
                     PLAN_SLOT_CNODE, slot, 1);
}

static void raise_msi(void *context, uint32_t intid)
{
    struct vm *vm = context;

    vgic_raise(&vm->vgic, 0, intid);
}

static uint64_t watchdog_now(void *context)
{
    (void)context;
    return rt_clock_cntpct(); /* = CNTVCT of the guest, whose CNTVOFF is 0 */
}

static void watchdog_irq(void *context, bool high)
{
    struct vm *vm = context;

    vgic_set_level(&vm->vgic, 0, vm->config.base->watchdog_spi, high);
}

static void watchdog_rearm(void *context)
{
    struct vm *vm = context;

    vm->deadlines_changed = true;
}

static const struct watchdog_ops watchdog_ops = {
    .now = watchdog_now,
    .set_irq = watchdog_irq,
    .rearm = watchdog_rearm,
};

/*
 * Where guests' time cannot be waited for there is none: nobody would see a time-out, or it would
 * count time that the guest did not get.
 */
static int setup_watchdog(struct vm *vm)
{
    uint64_t ipa = vm->config.base->watchdog_ipa;

    vm->has_watchdog = ipa != 0 && vm->wfi_sleeps;
    if (!vm->has_watchdog) {
        return 0;
    }
    watchdog_init(&vm->watchdog, &watchdog_ops, vm, vm->hertz);
    return bus_add(&vm->bus, "watchdog", ipa, WATCHDOG_BYTES, watchdog_access, &vm->watchdog);
}

static int setup_devices(struct vm *vm)
{
    const struct vmm_config *base = vm->config.base;
    int error;

    bus_init(&vm->bus);
    error = bus_add(&vm->bus, "GICD", base->gicd_ipa, VGIC_DIST_BYTES, vgic_dist_access, &vm->vgic);
    if (error == 0 && base->v2m_ipa != 0) {
        vm->v2m = (struct v2m){
            .spi_first = base->v2m_spi_first,
            .spi_count = base->v2m_spi_count,
            .raise = raise_msi,
            .context = vm,
        };
        error = bus_add(&vm->bus, "GICv2m", base->v2m_ipa, V2M_BYTES, v2m_access, &vm->v2m);
    }
    vm_console_init(&vm->console, (struct console_channel *)base->console_vaddr,
                    base->console_signal_slot);
    pl011_init(&vm->uart, &vm_console_ops, vm);
    if (error == 0 && base->uart_ipa != 0) {
        error = bus_add(&vm->bus, "PL011", base->uart_ipa, PL011_BYTES, pl011_access, &vm->uart);
    }
    if (error == 0) {
        error = setup_watchdog(vm);
    }
    if (error) {
        rt_error("%s: emulated devices: %s", vm->name, rt_error_text(error));
    }
    return error;
}

/* The vGIC exists before everything that can raise an interrupt. */
static int setup_vgic(struct vm *vm)
{
    unsigned list_registers = 0;
    int error = guest_make(vm);

    if (error) {
        return error;
    }
    if (!guest_probe_list_registers(vm, &list_registers)) {
        rt_error("%s: kernel does not tell its list registers", vm->name);
        return RT_ERR_KERNEL;
    }
    vgic_init(&vm->vgic, &vm_vgic_ops, vm, vm->vcpu_count, list_registers, VGIC_IRQS_MAX);
    return 0;
}

static void setup_clock(struct vm *vm)
{
    vm->armed_ticks = VM_NO_DEADLINE;
    vm->has_clock = rt_clock_available();
    vm->hertz = vm->has_clock ? rt_clock_frequency() : 0;
    vm->has_timer = vm->has_clock && vm->config.base->timer_signal_slot != 0;
    vm->wfi_sleeps = vm->has_timer && !GUEST_TIME_STOPS;
    if (!vm->wfi_sleeps) {
        rt_warn("%s: %s: an idle guest keeps its core busy at the lowest priority; no watchdog",
                vm->name, vm->has_timer ? "this kernel stops guests' time" : "no timer service");
    }
}

int vm_setup(struct vm *vm)
{
    int error;

    vm->vcpu_count = vm->config.base->vcpu_count;
    setup_clock(vm);
    error = setup_slots(vm);
    if (error) {
        rt_error("%s: memory for its vCPUs: %s", vm->name, rt_error_text(error));
        return error;
    }
    error = setup_vgic(vm);
    if (error == 0) {
        error = setup_devices(vm);
    }
    if (error == 0) {
        error = vm_memory_map_all(vm);
    }
    if (error == 0) {
        error = vm_irqs_setup(vm);
    }
    return error == 0 ? vm_links_setup(vm) : error;
}
