/*
 * The device side of one Peervisor link: a machine without CPUs and without
 * RAM of its own, whose PCI devices serve a VM that runs elsewhere.
 *
 * The KVM accelerator talks to /dev/sel4, which answers the KVM calls that a
 * device emulator needs (ioeventfd, irqfd, memory regions). What is left for
 * this file: the address map, which the kernel module knows, and the thread
 * that performs the accesses which no ioeventfd took.
 *
 * Nothing that the driver VM, its VMM or the module's peer does ends this
 * process: an access to nowhere completes with a status, a reset leaves the
 * devices as after start.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/bswap.h"
#include "qemu/error-report.h"
#include "qemu/main-loop.h"
#include "qemu/range.h"
#include "qemu/rcu.h"
#include "qemu/thread.h"
#include "qapi/error.h"
#include "block/block.h"
#include "exec/address-spaces.h"
#include "hw/boards.h"
#include "hw/irq.h"
#include "hw/pci-host/gpex.h"
#include "hw/pci/pcie_host.h"
#include "hw/qdev-properties.h"
#include "hw/sysbus.h"
#include "kvm_arm.h"
#include "system/kvm.h"
#include "system/kvm_int.h"
#include "system/reset.h"
#include "system/runstate.h"
#include "system/system.h"
#include "peervisor/link.h"
#include "peervisor/sel4_virt.h"

#define TYPE_PEERVISOR_MACHINE MACHINE_TYPE_NAME("peervisor")
OBJECT_DECLARE_SIMPLE_TYPE(PeervisorState, PEERVISOR_MACHINE)

#define MSI_FRAME_SIZE 0x1000

struct PeervisorState {
    MachineState parent;

    struct sel4_virt_info info;
    MemoryRegion pool;
    MemoryRegion ecam;
    MemoryRegion mmio;

    QemuThread thread;
    Notifier ready;
    QemuSemaphore reset_done;
    bool reset_wanted;      /* set by the thread, cleared in the main loop */
};

/* A line of the MSI frame, for messages that no irqfd carries. */
static void peervisor_raise(void *opaque, int vector, int level)
{
    kvm_arm_set_irq(0, KVM_ARM_IRQ_TYPE_SPI, 32 + vector, level);
}

static bool in_window(uint64_t addr, uint32_t len, uint64_t base, uint64_t size)
{
    return addr >= base && addr - base < size && len <= size - (addr - base);
}

static uint32_t peervisor_access(PeervisorState *s,
                                 struct sel4_virt_request *r)
{
    bool write = r->op == SEL4_VIRT_OP_WRITE;
    uint8_t buf[8];
    MemTxResult result;

    if (r->len == 0 || r->len > sizeof(buf) ||
        (!in_window(r->addr, r->len, s->info.ecam_base, s->info.ecam_bytes) &&
         !in_window(r->addr, r->len, s->info.mmio_base, s->info.mmio_bytes))) {
        return LINK_STATUS_NO_DEV;
    }
    stq_le_p(buf, write ? r->data : 0);
    bql_lock();
    result = address_space_rw(&address_space_memory, r->addr,
                              MEMTXATTRS_UNSPECIFIED, buf, r->len, write);
    bql_unlock();
    if (!write) {
        r->data = ldq_le_p(buf);
    }
    return result == MEMTX_OK ? LINK_STATUS_OK : LINK_STATUS_NO_DEV;
}

/*
 * Resets the machine from the main loop's top level, where no device code is
 * on the stack, and waits until it is done.
 */
static void peervisor_reset_and_wait(PeervisorState *s)
{
    bql_lock();
    s->reset_wanted = true;
    qemu_system_reset_request(SHUTDOWN_CAUSE_SUBSYSTEM_RESET);
    bql_unlock();
    qemu_sem_wait(&s->reset_done);
}

static void peervisor_machine_reset(MachineState *ms, ResetType type)
{
    PeervisorState *s = PEERVISOR_MACHINE(ms);

    /*
     * Device reset stops vhost and drops queued requests. Block requests
     * that already run still write to the pool when they complete: wait.
     */
    qemu_devices_reset(type);
    bdrv_drain_all();
    if (s->reset_wanted) {
        s->reset_wanted = false;
        qemu_sem_post(&s->reset_done);
    }
}

static void *peervisor_thread(void *opaque)
{
    PeervisorState *s = opaque;
    struct sel4_virt_request r;
    int ret;

    rcu_register_thread();
    ret = kvm_vm_ioctl(kvm_state, SEL4_VIRT_START);
    if (ret < 0) {
        error_report("link %s: cannot start serving: %s", s->info.name,
                     strerror(-ret));
        exit(EXIT_FAILURE);
    }
    for (;;) {
        /* Fails only while the process is being killed. */
        ret = kvm_vm_ioctl(kvm_state, SEL4_VIRT_NEXT, &r);
        if (ret < 0) {
            break;
        }
        if (r.op == SEL4_VIRT_OP_RESET) {
            peervisor_reset_and_wait(s);
            r.status = LINK_STATUS_OK;
        } else {
            r.status = peervisor_access(s, &r);
        }
        kvm_vm_ioctl(kvm_state, SEL4_VIRT_DONE, &r);
    }
    rcu_unregister_thread();
    return NULL;
}

/* All devices exist: from now on the driver VM may find them. */
static void peervisor_ready(Notifier *n, void *data)
{
    PeervisorState *s = container_of(n, PeervisorState, ready);

    qemu_thread_create(&s->thread, "requests", peervisor_thread, s,
                       QEMU_THREAD_DETACHED);
}

static void check_windows(const struct sel4_virt_info *info)
{
    const struct {
        const char *name;
        uint64_t base, size;
    } w[] = {
        { "pool", info->pool_base, info->pool_bytes },
        { "ECAM window", info->ecam_base, info->ecam_bytes },
        { "memory window", info->mmio_base, info->mmio_bytes },
        { "MSI frame", info->msi_frame, MSI_FRAME_SIZE },
    };
    int i, j;

    for (i = 0; i < ARRAY_SIZE(w); i++) {
        if (w[i].size == 0 || w[i].base + w[i].size < w[i].base) {
            error_report("link %s: the %s is empty or wraps around",
                         info->name, w[i].name);
            exit(EXIT_FAILURE);
        }
        for (j = 0; j < i; j++) {
            if (ranges_overlap(w[i].base, w[i].size, w[j].base, w[j].size)) {
                error_report("link %s: the %s overlaps the %s", info->name,
                             w[i].name, w[j].name);
                exit(EXIT_FAILURE);
            }
        }
    }
}

/*
 * The pool is mapped from the accelerator's own descriptor, not from a second
 * open of the node: the module gives a link to one opener at a time.
 */
static void create_pool(PeervisorState *s)
{
    int fd = qemu_dup(kvm_state->fd);

    if (fd < 0) {
        error_report("link %s: cannot duplicate the link's descriptor: %s",
                     s->info.name, strerror(errno));
        exit(EXIT_FAILURE);
    }
    memory_region_init_ram_from_fd(&s->pool, OBJECT(s), "peervisor.pool",
                                   s->info.pool_bytes, RAM_SHARED, fd, 0,
                                   &error_fatal);
    memory_region_add_subregion(get_system_memory(), s->info.pool_base,
                                &s->pool);
}

static void create_msi_frame(PeervisorState *s)
{
    DeviceState *dev = qdev_new("arm-gicv2m");
    int i;

    /* SPI n is link-local vector n; message data is 32 + n. */
    qdev_prop_set_uint32(dev, "base-spi", 0);
    qdev_prop_set_uint32(dev, "num-spi", s->info.vector_count);
    sysbus_realize_and_unref(SYS_BUS_DEVICE(dev), &error_fatal);
    sysbus_mmio_map(SYS_BUS_DEVICE(dev), 0, s->info.msi_frame);
    for (i = 0; i < s->info.vector_count; i++) {
        sysbus_connect_irq(SYS_BUS_DEVICE(dev), i,
                           qemu_allocate_irq(peervisor_raise, s, i));
    }
}

/* INTx stays unconnected: it does not exist on a link. */
static void create_pci_host(PeervisorState *s)
{
    MemoryRegion *sysmem = get_system_memory();
    DeviceState *dev = qdev_new(TYPE_GPEX_HOST);
    SysBusDevice *sbd = SYS_BUS_DEVICE(dev);

    sysbus_realize_and_unref(sbd, &error_fatal);
    memory_region_init_alias(&s->ecam, OBJECT(s), "peervisor.ecam",
                             sysbus_mmio_get_region(sbd, 0), 0,
                             s->info.ecam_bytes);
    memory_region_add_subregion(sysmem, s->info.ecam_base, &s->ecam);
    memory_region_init_alias(&s->mmio, OBJECT(s), "peervisor.mmio",
                             sysbus_mmio_get_region(sbd, 1), s->info.mmio_base,
                             s->info.mmio_bytes);
    memory_region_add_subregion(sysmem, s->info.mmio_base, &s->mmio);
}

static void peervisor_init(MachineState *ms)
{
    PeervisorState *s = PEERVISOR_MACHINE(ms);
    int ret;

    if (!kvm_enabled()) {
        error_report("machine peervisor needs -accel kvm,device=/dev/sel4");
        exit(EXIT_FAILURE);
    }
    ret = kvm_vm_ioctl(kvm_state, SEL4_VIRT_GET_INFO, &s->info);
    if (ret < 0) {
        error_report("the accelerator's device is not a Peervisor link: %s",
                     strerror(-ret));
        exit(EXIT_FAILURE);
    }
    s->info.name[sizeof(s->info.name) - 1] = '\0';
    check_windows(&s->info);
    qemu_sem_init(&s->reset_done, 0);
    create_pool(s);
    create_msi_frame(s);
    create_pci_host(s);

    s->ready.notify = peervisor_ready;
    qemu_add_machine_init_done_notifier(&s->ready);
}

static void peervisor_class_init(ObjectClass *oc, void *data)
{
    MachineClass *mc = MACHINE_CLASS(oc);

    mc->desc = "PCI devices for a VM at the other end of a Peervisor link";
    mc->init = peervisor_init;
    mc->reset = peervisor_machine_reset;
    mc->max_cpus = 1;
    mc->default_ram_id = NULL;
    mc->no_serial = 1;
    mc->no_parallel = 1;
    mc->no_floppy = 1;
    mc->no_cdrom = 1;
    mc->pci_allow_0_address = true;
}

static const TypeInfo peervisor_type = {
    .name = TYPE_PEERVISOR_MACHINE,
    .parent = TYPE_MACHINE,
    .instance_size = sizeof(PeervisorState),
    .class_init = peervisor_class_init,
};

static void peervisor_register_types(void)
{
    type_register_static(&peervisor_type);
}

type_init(peervisor_register_types)
