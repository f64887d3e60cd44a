/* SPDX-License-Identifier: BSD-2-Clause */
/* GICv2 model: what is pending reaches a list register exactly when the architecture says so. */
#include "vmm/vgic/vgic.h"

#include <string.h>

#include "tap.h"

#define LRS   4u
#define VCPUS 4u
#define GICD  UINT64_C(0x08000000)

/* The machine below the vGIC: what the kernel's list registers hold, and what was called. */
static struct {
    int lr[VGIC_VCPUS_MAX][VGIC_LRS_MAX]; /* INTID or -1 */
    unsigned priority[VGIC_VCPUS_MAX][VGIC_LRS_MAX];
    unsigned group[VGIC_VCPUS_MAX][VGIC_LRS_MAX];
    unsigned refilled; /* injections into a list register that was not given back */
    unsigned injections;
    unsigned eois;
    unsigned last_eoi;
    unsigned wakes[VGIC_VCPUS_MAX];
    int busy_lr; /* this list register answers "active" */
} hw;

static struct vgic vgic;

static bool inject(void *context, unsigned vcpu, unsigned lr, unsigned irq, unsigned priority,
                   unsigned group)
{
    (void)context;
    if ((int)lr == hw.busy_lr) {
        return false;
    }
    hw.refilled += hw.lr[vcpu][lr] != -1;
    hw.lr[vcpu][lr] = (int)irq;
    hw.priority[vcpu][lr] = priority;
    hw.group[vcpu][lr] = group;
    hw.injections++;
    return true;
}

static void eoi(void *context, unsigned vcpu, unsigned irq)
{
    (void)context;
    (void)vcpu;
    hw.eois++;
    hw.last_eoi = irq;
}

static void wake(void *context, unsigned vcpu)
{
    (void)context;
    hw.wakes[vcpu]++;
}

static const struct vgic_ops ops = { .inject = inject, .eoi = eoi, .wake = wake };

static void write_reg(unsigned vcpu, unsigned offset, unsigned size, uint32_t value)
{
    struct bus_access access = {
        .ipa = GICD + offset,
        .data = value,
        .size = size,
        .write = true,
        .vcpu = vcpu,
    };

    (void)vgic_dist_access(&vgic, &access);
}

static uint32_t read_reg(unsigned vcpu, unsigned offset, unsigned size)
{
    struct bus_access access = { .ipa = GICD + offset, .size = size, .vcpu = vcpu };

    if (vgic_dist_access(&vgic, &access) != BUS_HANDLED) {
        return 0xdeadbeef;
    }
    /* The bus truncates what a device returns. */
    return (uint32_t)(access.data & ((UINT64_C(1) << (8 * size)) - 1));
}

/* A fresh machine with the distributor on and all interrupts' target at vCPU 0. */
static void fresh(void)
{
    memset(&hw, 0, sizeof(hw));
    memset(hw.lr, 0xff, sizeof(hw.lr));
    hw.busy_lr = -1;
    vgic_init(&vgic, &ops, NULL, VCPUS, LRS, 256);
    write_reg(0, 0x000, 4, 1);
    for (unsigned i = 32; i < 256; i += 4) {
        write_reg(0, 0x800 + i, 4, 0x01010101);
    }
}

static void enable(unsigned vcpu, unsigned irq)
{
    write_reg(vcpu, 0x100 + 4 * (irq / 32), 4, 1u << (irq % 32));
}

static void disable(unsigned vcpu, unsigned irq)
{
    write_reg(vcpu, 0x180 + 4 * (irq / 32), 4, 1u << (irq % 32));
}

static void set_edge(unsigned irq)
{
    unsigned offset = 0xc00 + 4 * (irq / 16);

    write_reg(0, offset, 4, read_reg(0, offset, 4) | 2u << (2 * (irq % 16)));
}

/* List register that holds irq, or -1. */
static int lr_of(unsigned vcpu, unsigned irq)
{
    for (unsigned i = 0; i < LRS; i++) {
        if (hw.lr[vcpu][i] == (int)irq) {
            return (int)i;
        }
    }
    return -1;
}

/* The guest takes and deactivates irq. */
static bool finish(unsigned vcpu, unsigned irq)
{
    int lr = lr_of(vcpu, irq);

    if (lr < 0) {
        return false;
    }
    hw.lr[vcpu][lr] = -1;
    return vgic_maintenance(&vgic, vcpu, (uint64_t)lr);
}

static void test_edge(void)
{
    fresh();
    set_edge(40);
    vgic_raise(&vgic, 0, 40);
    TAP_OK(lr_of(0, 40) < 0, "vgic/edge is not delivered while disabled");
    TAP_OK(read_reg(0, 0x204, 4) & (1u << 8), "vgic/edge stays pending while disabled");
    enable(0, 40);
    TAP_OK(lr_of(0, 40) >= 0 && hw.wakes[0] == 1, "vgic/edge goes in when enabled, vCPU is woken");
    vgic_raise(&vgic, 0, 40);
    TAP_OK(hw.injections == 1, "vgic/an edge in a list register is not put there twice");
    finish(0, 40);
    TAP_OK(hw.injections == 2, "vgic/an edge that came meanwhile is delivered after EOI");
    finish(0, 40);
    TAP_OK(hw.injections == 2 && !vgic_busy(&vgic, 0), "vgic/and then no more");
    disable(0, 40);
    vgic_raise(&vgic, 0, 40);
    write_reg(0, 0x284, 4, 1u << 8);
    enable(0, 40);
    TAP_OK(lr_of(0, 40) < 0, "vgic/clear-pending takes a latched edge away");
}

static void test_level(void)
{
    fresh();
    enable(0, 50);
    vgic_set_level(&vgic, 0, 50, true);
    TAP_OK(lr_of(0, 50) >= 0, "vgic/level is delivered");
    finish(0, 50);
    TAP_OK(lr_of(0, 50) >= 0 && hw.injections == 2, "vgic/level that stays high comes again");
    vgic_set_level(&vgic, 0, 50, false);
    finish(0, 50);
    TAP_OK(hw.injections == 2, "vgic/level that went low does not");
    disable(0, 50);
    vgic_set_level(&vgic, 0, 50, true);
    write_reg(0, 0x284, 4, 1u << 18);
    enable(0, 50);
    TAP_OK(lr_of(0, 50) >= 0, "vgic/clear-pending has no effect on a level that is high");
    finish(0, 50);
    disable(0, 50);
    vgic_set_level(&vgic, 0, 50, false);
    enable(0, 50);
    TAP_OK(hw.injections == 4 && lr_of(0, 50) >= 0, "vgic/re-injection before the line went low");

    fresh();
    set_edge(51);
    enable(0, 51);
    vgic_set_level(&vgic, 0, 51, true);
    finish(0, 51);
    TAP_OK(hw.injections == 1, "vgic/a high line configured as edge fires once");
    write_reg(0, 0xc00 + 4 * (51 / 16), 4, 0);
    TAP_OK(hw.injections == 2, "vgic/a high line that turns level-sensitive fires");
}

static void test_hw(void)
{
    fresh();
    enable(0, 27);
    vgic_raise_hw(&vgic, 0, 27);
    TAP_OK(lr_of(0, 27) >= 0 && hw.eois == 0, "vgic/hw source is delivered, source stays masked");
    finish(0, 27);
    TAP_OK(hw.eois == 1 && hw.last_eoi == 27, "vgic/EOI unmasks the source");
    disable(0, 27);
    vgic_raise_hw(&vgic, 0, 27);
    TAP_OK(lr_of(0, 27) < 0 && hw.eois == 1, "vgic/hw source waits while disabled");
    write_reg(0, 0x280, 4, 1u << 27);
    TAP_OK(hw.eois == 2, "vgic/clear-pending unmasks a waiting source");
    enable(0, 27);
    TAP_OK(lr_of(0, 27) < 0, "vgic/and nothing is delivered");
    vgic_raise_hw(&vgic, 0, 27);
    vgic_reset(&vgic);
    TAP_OK(hw.eois == 3, "vgic/reset unmasks what was masked");
    TAP_OK(!vgic_busy(&vgic, 0), "vgic/reset empties the list registers");
}

static void test_overflow(void)
{
    fresh();
    for (unsigned irq = 32; irq < 48; irq++) {
        write_reg(0, 0x400 + irq, 1, (irq % 8) << 4);
        set_edge(irq);
    }
    write_reg(0, 0x104, 4, 0xffff);
    for (unsigned irq = 32; irq < 48; irq++) {
        vgic_raise(&vgic, 0, irq);
    }
    TAP_OK(hw.injections == LRS, "vgic/no more than the list registers hold");
    finish(0, 33);
    TAP_OK(lr_of(0, 40) >= 0, "vgic/highest priority first, lowest INTID of equals");
    finish(0, 40);
    TAP_OK(lr_of(0, 41) >= 0, "vgic/then the next");
    write_reg(0, 0x400 + 47, 1, 0);
    finish(0, 41);
    TAP_OK(lr_of(0, 47) >= 0, "vgic/a priority changed while waiting counts");
    disable(0, 42);
    for (unsigned n = 0; n < 64; n++) {
        for (unsigned irq = 32; irq < 48; irq++) {
            finish(0, irq);
        }
    }
    TAP_OK(hw.injections == 15 && !vgic_busy(&vgic, 0), "vgic/all are delivered but the disabled");
    enable(0, 42);
    TAP_OK(hw.injections == 16 && lr_of(0, 42) >= 0, "vgic/which comes when enabled");
    TAP_OK(hw.refilled == 0, "vgic/no list register is refilled before its maintenance");
}

static void test_lr_lost(void)
{
    fresh();
    hw.busy_lr = 0;
    set_edge(33);
    enable(0, 33);
    vgic_raise(&vgic, 0, 33);
    TAP_OK(lr_of(0, 33) == 1, "vgic/an active list register is passed over");
    hw.busy_lr = -1;
    TAP_OK(vgic_maintenance(&vgic, 0, 0), "vgic/and comes back with its maintenance");
    set_edge(34);
    enable(0, 34);
    vgic_raise(&vgic, 0, 34);
    TAP_OK(lr_of(0, 34) == 0, "vgic/to be used again");
}

static void test_forged_maintenance(void)
{
    fresh();
    TAP_OK(!vgic_maintenance(&vgic, 0, 0), "vgic/maintenance of a free list register is ignored");
    TAP_OK(!vgic_maintenance(&vgic, 0, LRS), "vgic/maintenance out of range is ignored");
    TAP_OK(!vgic_maintenance(&vgic, 0, 64), "vgic/maintenance 64 is ignored");
    TAP_OK(!vgic_maintenance(&vgic, 0, UINT64_MAX), "vgic/maintenance of none is ignored");
}

static void test_targets(void)
{
    fresh();
    set_edge(60);
    enable(0, 60);
    write_reg(0, 0x800 + 60, 1, 0x0c);
    vgic_raise(&vgic, 0, 60);
    TAP_OK(lr_of(2, 60) >= 0 && hw.wakes[2] == 1 && hw.wakes[0] == 0, "vgic/target vCPU takes it");
    finish(2, 60);
    write_reg(0, 0x800 + 60, 1, 0);
    vgic_raise(&vgic, 0, 60);
    TAP_OK(hw.injections == 1, "vgic/no target, no delivery");
    write_reg(0, 0x800 + 60, 1, 0x02);
    TAP_OK(lr_of(1, 60) >= 0, "vgic/a target given later takes it");
    write_reg(0, 0x800 + 61, 1, 0xff);
    TAP_OK(read_reg(0, 0x800 + 61, 1) == 0x0f, "vgic/targets beyond the last vCPU read as zero");
    TAP_OK(read_reg(2, 0x800, 4) == 0x04040404, "vgic/private targets name the reader");
    write_reg(2, 0x800, 4, 0);
    TAP_OK(read_reg(2, 0x81c, 1) == 0x04, "vgic/private targets are read-only");
}

static void test_private(void)
{
    fresh();
    enable(1, 27);
    vgic_raise_hw(&vgic, 0, 27);
    TAP_OK(hw.injections == 0, "vgic/a PPI enabled at vCPU 1 is not enabled at vCPU 0");
    vgic_raise_hw(&vgic, 1, 27);
    TAP_OK(lr_of(1, 27) >= 0, "vgic/it is at vCPU 1");
    TAP_OK(read_reg(0, 0x200, 4) == (1u << 27) && read_reg(0, 0x100, 4) == 0xffff,
           "vgic/private registers are banked");
}

static void test_sgi(void)
{
    fresh();
    write_reg(0, 0xf00, 4, 0x00020003); /* to vCPU 1 */
    TAP_OK(lr_of(1, 3) >= 0 && lr_of(0, 3) < 0, "vgic/SGI to a list of targets");
    write_reg(2, 0xf00, 4, 0x00020003);
    write_reg(3, 0xf00, 4, 0x00020003);
    TAP_OK(read_reg(1, 0xf20, 4) == 0x0c000000, "vgic/SGI keeps the sources that wait");
    finish(1, 3);
    finish(1, 3);
    TAP_OK(hw.injections == 3, "vgic/SGI of several sources is delivered once for each");
    finish(1, 3);
    TAP_OK(hw.injections == 3, "vgic/and not more often");
    write_reg(2, 0xf00, 4, 0x01000005); /* all others */
    TAP_OK(lr_of(0, 5) >= 0 && lr_of(1, 5) >= 0 && lr_of(3, 5) >= 0 && lr_of(2, 5) < 0,
           "vgic/SGI to all others");
    write_reg(2, 0xf00, 4, 0x02000006); /* self */
    TAP_OK(lr_of(2, 6) >= 0, "vgic/SGI to self");
    write_reg(2, 0xf00, 4, 0x03ff0007); /* reserved filter */
    TAP_OK(lr_of(2, 7) < 0 && lr_of(0, 7) < 0, "vgic/reserved SGI filter sends nothing");
    write_reg(0, 0xf00, 4, 0x00ff0008);
    TAP_OK(lr_of(3, 8) >= 0, "vgic/targets beyond the last vCPU are ignored");
    write_reg(0, 0xf00, 2, 0x0009);
    TAP_OK(lr_of(0, 9) < 0, "vgic/GICD_SGIR takes words only");
    write_reg(0, 0x180, 4, 0xffffffff);
    TAP_OK(read_reg(0, 0x100, 4) == 0xffff, "vgic/SGIs cannot be disabled");

    fresh();
    write_reg(0, 0x000, 4, 0);
    write_reg(1, 0xf24, 4, 0x00000300); /* SGI 5 from vCPUs 0 and 1 */
    TAP_OK(read_reg(1, 0xf14, 4) == 0x300, "vgic/SPENDSGIR sets sources");
    write_reg(1, 0xf15, 1, 0x02);
    TAP_OK(read_reg(1, 0xf14, 4) == 0x100, "vgic/CPENDSGIR clears one source, by byte");
    write_reg(1, 0x200, 4, 0xff);
    TAP_OK((read_reg(1, 0x200, 4) & 0xff) == 0x20, "vgic/SGIs are not set by ISPENDR");
    write_reg(1, 0x280, 4, 0xff);
    TAP_OK((read_reg(1, 0x200, 4) & 0xff) == 0x20, "vgic/nor cleared by ICPENDR");
    write_reg(1, 0xf15, 1, 0xff);
    write_reg(0, 0x000, 4, 1);
    TAP_OK(hw.injections == 0, "vgic/SGI whose last source was cleared is not delivered");
}

static void test_active(void)
{
    fresh();
    set_edge(70);
    enable(0, 70);
    write_reg(0, 0x308, 4, 1u << 6);
    vgic_raise(&vgic, 0, 70);
    TAP_OK(lr_of(0, 70) < 0 && read_reg(0, 0x388, 4) == 1u << 6, "vgic/active keeps it out");
    write_reg(0, 0x388, 4, 1u << 6);
    TAP_OK(lr_of(0, 70) >= 0, "vgic/clearing active lets it in");
}

static void test_control_and_groups(void)
{
    fresh();
    write_reg(0, 0x000, 4, 0);
    set_edge(80);
    enable(0, 80);
    vgic_raise(&vgic, 0, 80);
    TAP_OK(hw.injections == 0, "vgic/a disabled distributor forwards nothing");
    write_reg(0, 0x000, 4, 0xfffffffe);
    TAP_OK(hw.injections == 0 && read_reg(0, 0x000, 4) == 2, "vgic/group 1 only");
    write_reg(0, 0x088, 4, 1u << 16);
    TAP_OK(lr_of(0, 80) >= 0 && hw.group[0][lr_of(0, 80)] == 1,
           "vgic/moving it to group 1 delivers");
}

static void test_registers(void)
{
    fresh();
    TAP_OK(read_reg(0, 0x004, 4) == (7u | 3u << 5), "vgic/TYPER: 256 lines, 4 vCPUs");
    TAP_OK(read_reg(0, 0xfe8, 4) >> 4 == 2, "vgic/PIDR2 says GICv2");
    write_reg(0, 0x400 + 100, 4, 0xa7b6c5d4);
    TAP_OK(read_reg(0, 0x400 + 100, 4) == 0xa0b0c0d0, "vgic/32 priority levels");
    TAP_OK(read_reg(0, 0x400 + 102, 1) == 0xb0 && read_reg(0, 0x400 + 102, 2) == 0xa0b0,
           "vgic/priorities by byte and halfword");
    write_reg(0, 0x400 + 101, 1, 0x48);
    TAP_OK(read_reg(0, 0x400 + 100, 4) == 0xa0b048d0, "vgic/a byte write touches one byte");
    enable(0, 100);
    TAP_OK(lr_of(0, 100) < 0 && read_reg(0, 0x10c, 1) == 0x10, "vgic/bit registers by byte");
    write_reg(0, 0x10d, 1, 0xff);
    TAP_OK(read_reg(0, 0x18c, 4) == 0xff10, "vgic/byte write of a set-enable register");
    write_reg(0, 0xc00, 4, 0);
    TAP_OK(read_reg(0, 0xc00, 4) == 0xaaaaaaaa, "vgic/SGIs are edge for ever");
    write_reg(0, 0xc08, 4, 0xffffffff);
    TAP_OK(read_reg(0, 0xc08, 4) == 0xaaaaaaaa, "vgic/ICFGR: even bits are zero");
    write_reg(0, 0x100 + 4 * 8, 4, 0xffffffff);
    TAP_OK(read_reg(0, 0x100 + 4 * 8, 4) == 0, "vgic/lines that do not exist read as zero");
    write_reg(0, 0xe00, 4, 0xffffffff);
    TAP_OK(read_reg(0, 0xe00, 4) == 0 && read_reg(0, 0xd00, 4) == 0, "vgic/reserved reads as zero");

    struct bus_access odd = { .ipa = GICD + 0x101, .size = 2 };
    struct bus_access wide = { .ipa = GICD + 0x100, .size = 8 };

    TAP_OK(vgic_dist_access(&vgic, &odd) == BUS_FAULT, "vgic/misaligned access is refused");
    TAP_OK(vgic_dist_access(&vgic, &wide) == BUS_FAULT, "vgic/8-byte access is refused");
}

static void test_nonsense_sources(void)
{
    fresh();
    write_reg(0, 0x100, 4, 0xffffffff);
    vgic_raise(&vgic, 0, 5);
    vgic_raise(&vgic, 0, 256);
    vgic_raise(&vgic, 0, UINT32_MAX);
    vgic_raise(&vgic, 9, 27);
    vgic_set_level(&vgic, 0, 1023, true);
    vgic_raise_hw(&vgic, 0, 1022);
    TAP_OK(hw.injections == 0 && hw.eois == 0, "vgic/INTIDs that do not exist are ignored");

    vgic_init(&vgic, &ops, NULL, 1, LRS, VGIC_IRQS_MAX);
    write_reg(0, 0x000, 4, 1);
    write_reg(0, 0x17c, 4, 0xffffffff);
    TAP_OK(read_reg(0, 0x17c, 4) == 0x0fffffff, "vgic/INTIDs 1020 to 1023 cannot be enabled");
}

int main(void)
{
    test_edge();
    test_level();
    test_hw();
    test_overflow();
    test_lr_lost();
    test_forged_maintenance();
    test_targets();
    test_private();
    test_sgi();
    test_active();
    test_control_and_groups();
    test_registers();
    test_nonsense_sources();
    return TAP_DONE();
}
