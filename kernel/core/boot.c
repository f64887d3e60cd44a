/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Boot: the kernel's own address space, what memory there is, the devices the kernel uses, the other
 * cores, the initial thread. Bound of its loops: RANGE_LIST_MAX pieces of memory; the number of cores.
 */
#include "core/boot.h"

#include "api/debug.h"
#include "arch/gic.h"
#include "arch/machine.h"
#include "arch/mmu.h"
#include "arch/switch.h"
#include "arch/timer.h"
#include "arch/trap.h"
#include "arch/vcpu.h"
#include "core/check.h"
#include "core/lock.h"
#include "core/sched.h"
#include "object/asid.h"
#include "object/irq.h"
#include "plat/plat.h"

/* Physical addresses that exist as far as untypeds go. */
#ifdef CONFIG_ARM_PA_SIZE_BITS_40
#define PHYSICAL_END (1ull << 40)
#else
#define PHYSICAL_END (1ull << 44)
#endif
#define PAGE 4096ull

extern char kernel_image_start[], kernel_image_end[];

static struct tcb idle_threads[CONFIG_MAX_NUM_NODES] __attribute__((aligned(64)));
static struct dtb_memory board;
static struct range_list free_memory;
static struct range_list device_memory;

_Noreturn void boot_fail(const char *reason)
{
    klog("kernel: cannot start: %s\n", reason);
    arch_halt();
}

static void must(bool ok, const char *reason)
{
    if (!ok) {
        boot_fail(reason);
    }
}

static uint64_t page_up(uint64_t value)
{
    return (value + PAGE - 1) & ~(PAGE - 1);
}

static uint64_t kernel_end_pa(void)
{
    return page_up((uint64_t)(uintptr_t)kernel_image_end - mmu_kernel_offset());
}

/* Everything the kernel takes as given about the loader's work. */
static void check_args(const struct boot_args *args)
{
    uint64_t dtb_end = args->dtb_pa + args->dtb_size;

    must(args->image_start < args->image_end && !(args->image_start & (PAGE - 1)) &&
             !(args->image_end & (PAGE - 1)),
         "root task image is not page aligned");
    must(!(args->dtb_pa & 7), "device tree is not aligned");
    must(args->dtb_pa >= kernel_end_pa() && dtb_end >= args->dtb_pa &&
             page_up(dtb_end) <= args->image_start,
         "reserved region in wrong order: kernel < device tree < root task");
    must(args->image_end <= ARCH_WINDOW_BYTES, "root task image is out of reach");
}

/*
 * What the board has. A kernel with a compiled-in memory map needs no tree, as an installed seL4
 * needs none: one that is there and readable may say that there is less RAM, or fewer cores.
 */
static void read_board(const struct boot_args *args)
{
    const void *blob = (const void *)(uintptr_t)(args->dtb_pa + ARCH_WINDOW);
    bool known = args->dtb_size && dtb_read_memory(blob, args->dtb_size, &board);

#if CONFIG_FIXED_RAM_END
    if (!known || !board.memory_count) {
        board.memory_count = 1;
        board.memory[0] =
            (struct dtb_range){ PLAT_RESERVED_BASE, CONFIG_FIXED_RAM_END - PLAT_RESERVED_BASE };
    }
    if (!known || !board.core_count) {
        board.core_count = CONFIG_MAX_NUM_NODES;
    }
    board.reserved_count = 0;
#else
    must(args->dtb_size != 0, "no device tree");
    must(known, "device tree is malformed");
#endif
}

static void find_memory(const struct boot_args *args)
{
    bool ok = true;

    must(mmu_add_window(args->dtb_pa, args->dtb_size), "device tree is out of reach");
    read_board(args);
    for (unsigned i = 0; i < board.memory_count; i++) {
        uint64_t end = board.memory[i].base + board.memory[i].size;

        end = end > ARCH_WINDOW_BYTES ? ARCH_WINDOW_BYTES : end;
        if (board.memory[i].base < end) {
            ok = ok && mmu_add_window(board.memory[i].base, end - board.memory[i].base);
            ok = ok && range_add(&free_memory, page_up(board.memory[i].base), end & ~(PAGE - 1));
        }
    }
#if CONFIG_FIXED_RAM_END
    ok = ok && range_remove(&free_memory, CONFIG_FIXED_RAM_END, PHYSICAL_END);
#endif
    for (unsigned i = 0; i < board.reserved_count; i++) {
        uint64_t base = board.reserved[i].base & ~(PAGE - 1);

        ok = ok && range_remove(&free_memory, base,
                                page_up(board.reserved[i].base + board.reserved[i].size));
    }
    ok = ok &&
         range_remove(&free_memory, PLAT_RESERVED_BASE, PLAT_RESERVED_BASE + PLAT_RESERVED_SIZE);
    /* Device memory is what is left of the address space when RAM and our devices are gone. */
    ok = ok && range_add(&device_memory, 0, PHYSICAL_END);
    for (unsigned i = 0; i < free_memory.count; i++) {
        ok =
            ok && range_remove(&device_memory, free_memory.range[i].base, free_memory.range[i].end);
    }
#define REMOVE_DEVICE(physical, virtual, exclusive)                                                \
    if (exclusive) {                                                                               \
        ok = ok && range_remove(&device_memory, physical, (physical) + PAGE);                      \
    }
    PLAT_DEVICES(REMOVE_DEVICE)
#undef REMOVE_DEVICE
    /* Kernel, device tree and image, wherever they are. */
    ok = ok && range_remove(&free_memory, PLAT_KERNEL_PADDR, kernel_end_pa());
    ok = ok && range_remove(&device_memory, PLAT_KERNEL_PADDR, kernel_end_pa());
    ok = ok && range_remove(&free_memory, args->dtb_pa & ~(PAGE - 1),
                            page_up(args->dtb_pa + args->dtb_size));
    ok = ok && range_remove(&device_memory, args->dtb_pa & ~(PAGE - 1),
                            page_up(args->dtb_pa + args->dtb_size));
    ok = ok && range_remove(&free_memory, args->image_start, args->image_end);
    ok = ok && range_remove(&device_memory, args->image_start, args->image_end);
    must(ok, "too many memory ranges");
    must(mmu_add_window(args->image_start, args->image_end - args->image_start),
         "root task image is out of reach");
}

/* As on seL4, memory of the image that only the boot needed is the first RAM that is given out. */
static void give_back_spare(void)
{
    uint64_t base;
    uint64_t end;

    mmu_spare(&base, &end);
    must(range_add(&free_memory, base, end), "too many memory ranges");
}

static void init_core(void)
{
    struct core *core = this_core();

    arch_init_address_spaces(mmu_kernel_offset());
    gic_init_core();
    arch_vcpu_init_core();
    sched_init(core, &idle_threads[core->id]);
    timer_init_core();
}

#if CONFIG_MAX_NUM_NODES > 1
/* How long a core that the loader started may take, in ticks of the counter: five seconds. */
#define CORE_WAIT_SECONDS 5

static uint32_t cores_ready;

void boot_name_core(uint64_t number)
{
    struct core *core = &cores[number];

    core->id = (uint32_t)number;
    arch_name_core(core);
}

struct user_context *boot_other_core(void)
{
    mmu_activate();
    init_core();
    __atomic_fetch_add(&cores_ready, 1, __ATOMIC_RELEASE);
    lock_acquire();
    sched_run();
    return arch_next_context();
}

/*
 * Lets the other cores in. When this returns they use nothing of the loader's any more, so its
 * memory may be given away; they wait for the lock.
 */
static void start_cores(void)
{
    core_count = board.core_count < CONFIG_MAX_NUM_NODES ? board.core_count : CONFIG_MAX_NUM_NODES;
    must(core_count > 0, "the device tree lists no core");
    arch_release_cores(core_count);
    for (uint64_t end = timer_deadline(CORE_WAIT_SECONDS);
         __atomic_load_n(&cores_ready, __ATOMIC_ACQUIRE) + 1 < core_count;) {
        must(!timer_is_over(end), "not all cores came");
    }
    KLOG_DEBUG("%u cores\n", core_count);
}
#else
static inline void start_cores(void)
{
}
#endif

struct user_context *boot_main(uint64_t image_start, uint64_t image_end, uint64_t offset,
                               uint64_t entry, uint64_t dtb_pa, uint64_t dtb_size)
{
    struct boot_args args = {
        image_start, image_end, offset, entry, dtb_pa, dtb_size & 0xffffffff
    };

    if (!args.dtb_size) {
        args.dtb_pa = kernel_end_pa();
    }
    mmu_build();
    must(mmu_add_window(args.dtb_pa, args.dtb_size ? args.dtb_size : 1),
         "device tree is out of reach");
    mmu_activate();
    /* Not before: a loader may map the kernel as device memory, where locks need not work. */
    lock_acquire();
    KLOG_DEBUG("Peervisor kernel, seL4 16.0.0 API\n");
    check_args(&args);
    find_memory(&args);
    give_back_spare();
    gic_init_distributor();
    init_core();
    start_cores();
    asid_init();
    debug_init();
    irq_init();
    irq_reserve(PLAT_MAINTENANCE_IRQ);
    irq_reserve(PLAT_KTIMER_IRQ);
    irq_reserve(PLAT_VTIMER_IRQ);
#if CONFIG_MAX_NUM_NODES > 1
    for (unsigned ipi = 0; ipi < ARCH_IPI_COUNT; ipi++) {
        irq_reserve(ipi);
    }
#endif

    struct tcb *root = boot_root_task(&args, &free_memory, &device_memory);

    thread_set_state(root, THREAD_RUNNING);
    sched_enqueue(root);
    KLOG_DEBUG("Booting all finished, dropped to user space\n");
    sched_run();
    return arch_next_context();
}
