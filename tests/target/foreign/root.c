/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A root task as somebody else would write it: it sees an installed kernel's headers and nothing of
 * this project. Prints TAP through the UART's device frame; ranges.h is made from platform_gen.json
 * by tests/boot/installed_kernel.py.
 */
#include <sel4/sel4.h>
#include <sel4/arch/mapping.h>
#include <sel4/plat/api/constants.h>

#include "buffer.h"
#include "ranges.h"
#include "report.h"

#define UART_PADDR   0x09000000ul
#define UART_VADDR   0x10000000ul
#define FDT_MAGIC_BE 0xedfe0dd0u
#define MIB          (1024ul * 1024ul)

/* 16 bytes for the ABI, then the pointer above. The second thread has its own. */
__attribute__((aligned(16))) char root_tls[64];
static __attribute__((aligned(16))) char child_tls[64];
static __attribute__((aligned(16))) char child_stack[8192];
static __attribute__((aligned(4096))) seL4_IPCBuffer child_buffer[4];

struct range {
    seL4_Word start, end;
};

static const struct range memory[] = { MEMORY_RANGES };
static const struct range devices[] = { DEVICE_RANGES };

static const seL4_BootInfo *info;
static seL4_CPtr next_slot;
static seL4_CPtr ram;
static seL4_CPtr endpoint, notification;

void root_main(const seL4_BootInfo *boot_info);

static seL4_Error make(seL4_CPtr untyped, seL4_Word type, seL4_Word bits, seL4_CPtr *slot)
{
    *slot = next_slot++;
    return seL4_Untyped_Retype(untyped, type, bits, seL4_CapInitThreadCNode, 0, 0, *slot, 1);
}

/* The largest RAM untyped, and the device untyped that begins with the UART. */
static seL4_CPtr find_untypeds(void)
{
    seL4_CPtr device = 0;
    seL4_Word best = 0;

    for (seL4_Word i = 0; i < info->untyped.end - info->untyped.start; i++) {
        const seL4_UntypedDesc *desc = &info->untypedList[i];

        if (desc->isDevice && desc->paddr == UART_PADDR) {
            device = info->untyped.start + i;
        }
        if (!desc->isDevice && desc->sizeBits > best && desc->sizeBits <= 24) {
            best = desc->sizeBits;
            ram = info->untyped.start + i;
        }
    }
    return device;
}

static void map_uart(seL4_CPtr device)
{
    seL4_CPtr page, table;
    seL4_Error error = make(device, seL4_ARM_SmallPageObject, 0, &page);

    for (int level = 0; level < 4 && error == seL4_NoError; level++) {
        error = seL4_ARM_Page_Map(page, seL4_CapInitThreadVSpace, UART_VADDR, seL4_ReadWrite,
                                  seL4_ARM_ExecuteNever);
        if (error != seL4_FailedLookup) {
            break;
        }
        error = make(ram, seL4_ARM_PageTableObject, 0, &table);
        if (error == seL4_NoError) {
            error = seL4_ARM_PageTable_Map(table, seL4_CapInitThreadVSpace, UART_VADDR,
                                           seL4_ARM_Default_VMAttributes);
        }
    }
    if (error == seL4_NoError) {
        report_begin(UART_VADDR);
    }
}

static int lies_in(const struct range *ranges, unsigned long count, const seL4_UntypedDesc *desc)
{
    seL4_Word end = desc->paddr + (1ul << desc->sizeBits);

    for (unsigned long i = 0; i < count; i++) {
        if (desc->paddr >= ranges[i].start && end <= ranges[i].end) {
            return 1;
        }
    }
    return 0;
}

static void check_boot_info(void)
{
    seL4_Word bytes = 0, wanted = 0;
    int ram_good = 1, device_good = 1;

    for (seL4_Word i = 0; i < info->untyped.end - info->untyped.start; i++) {
        const seL4_UntypedDesc *desc = &info->untypedList[i];

        if (desc->isDevice) {
            device_good &= lies_in(devices, sizeof(devices) / sizeof(devices[0]), desc);
        } else {
            ram_good &= lies_in(memory, sizeof(memory) / sizeof(memory[0]), desc);
            bytes += 1ul << desc->sizeBits;
        }
    }
    for (unsigned long i = 0; i < sizeof(memory) / sizeof(memory[0]); i++) {
        wanted += memory[i].end - memory[i].start;
    }
    check(ram_good, "RAM untypeds lie in platform_gen's memory");
    check(bytes + 16 * MIB >= wanted, "and are most of it");
    check(device_good, "device untypeds lie in platform_gen's devices");
    check(info->initThreadCNodeSizeBits == CONFIG_ROOT_CNODE_SIZE_BITS &&
              info->empty.end == 1ul << CONFIG_ROOT_CNODE_SIZE_BITS,
          "root CNode has the configured size");
    check(info->numNodes == CONFIG_MAX_NUM_NODES, "number of cores is the configured one");
}

/* NO_TREE: the loader had none. */
static void check_tree(void)
{
#ifdef NO_TREE
    check(info->extraLen == 0 && info->extraBIPages.start == info->extraBIPages.end,
          "without a device tree there is no extra BootInfo");
#else
    const char *extra = (const char *)info + seL4_BootInfoFrameSize;
    const seL4_BootInfoHeader *chunk = (const seL4_BootInfoHeader *)extra;

    check(info->extraLen > sizeof(*chunk) && chunk->id == SEL4_BOOTINFO_HEADER_FDT &&
              chunk->len <= info->extraLen && *(const unsigned int *)(chunk + 1) == FDT_MAGIC_BE,
          "extra BootInfo has the device tree");
#endif
}

static void child_main(void)
{
    seL4_Word badge;
    seL4_MessageInfo_t tag;

    seL4_SetIPCBuffer(child_buffer);
    tag = seL4_Recv(endpoint, &badge);
    for (;;) {
        seL4_Word words = seL4_MessageInfo_get_length(tag), sum = badge;

        for (seL4_Word i = 0; i < words; i++) {
            sum += seL4_GetMR((int)i);
        }
        seL4_SetMR(0, sum);
        seL4_Signal(notification);
        tag = seL4_ReplyRecv(endpoint, seL4_MessageInfo_new(7, 0, 0, 1), &badge);
    }
}

static seL4_CPtr frame_of(const void *address)
{
    extern char __executable_start[];

    return info->userImageFrames.start +
           ((seL4_Word)address - ((seL4_Word)__executable_start & ~0xffful)) / 4096;
}

static seL4_Error start_child(seL4_CPtr tcb)
{
    seL4_UserContext context = {
        .pc = (seL4_Word)child_main,
        .sp = (seL4_Word)(child_stack + sizeof(child_stack)),
        .tpidr_el0 = (seL4_Word)child_tls,
    };
    seL4_CPtr frame = next_slot++;
    /* The image's own frame capability is mapped; a copy of it may serve as a buffer frame. */
    seL4_Error error =
        seL4_CNode_Copy(seL4_CapInitThreadCNode, frame, seL4_WordBits, seL4_CapInitThreadCNode,
                        frame_of(child_buffer), seL4_WordBits, seL4_AllRights);

    if (error == seL4_NoError) {
        error = seL4_TCB_Configure(tcb, 0, seL4_CapInitThreadCNode, 0, seL4_CapInitThreadVSpace, 0,
                                   (seL4_Word)child_buffer, frame);
    }
    if (error == seL4_NoError) {
        error = seL4_TCB_SetSchedParams(tcb, seL4_CapInitThreadTCB, 254, 254);
    }
#if defined(CONFIG_ENABLE_SMP_SUPPORT) && defined(CONFIG_LIB_SEL4_USE_THREAD_LOCALS)
    /* On another core: with thread-local storage the two threads have nothing in common. */
    if (error == seL4_NoError) {
        error = seL4_TCB_SetAffinity(tcb, info->numNodes - 1);
    }
#endif
    if (error == seL4_NoError) {
        error = seL4_TCB_WriteRegisters(tcb, 1, 0, sizeof(context) / sizeof(seL4_Word), &context);
    }
    return error;
}

static void check_ipc(void)
{
    seL4_CPtr tcb, badged = 0;
    seL4_MessageInfo_t tag;
    seL4_Word badge = 0, sum = 100;

    check(make(ram, seL4_EndpointObject, 0, &endpoint) == seL4_NoError &&
              make(ram, seL4_NotificationObject, 0, &notification) == seL4_NoError &&
              make(ram, seL4_TCBObject, 0, &tcb) == seL4_NoError,
          "objects come out of RAM");
    badged = next_slot++;
    check(seL4_CNode_Mint(seL4_CapInitThreadCNode, badged, seL4_WordBits, seL4_CapInitThreadCNode,
                          endpoint, seL4_WordBits, seL4_AllRights, 100) == seL4_NoError,
          "an endpoint takes a badge");
    check(start_child(tcb) == seL4_NoError, "a second thread starts");
    for (int i = 0; i < 10; i++) {
        seL4_SetMR(i, (seL4_Word)i * 3);
        sum += (seL4_Word)i * 3;
    }
    tag = seL4_Call(badged, seL4_MessageInfo_new(1, 0, 0, 10));
    check(seL4_MessageInfo_get_label(tag) == 7 && seL4_MessageInfo_get_length(tag) == 1 &&
              seL4_GetMR(0) == sum,
          "it answers a call of ten words");
    /* Without thread-local storage both threads share the pointer, and the other one set it. */
    seL4_SetIPCBuffer(info->ipcBuffer);
    seL4_Wait(notification, &badge);
    check(badge == 0, "and has signalled");
    check(seL4_TCB_Suspend(tcb) == seL4_NoError, "and can be suspended");
}

static void check_objects(seL4_CPtr device)
{
    seL4_CPtr vcpu, none;
    seL4_ARM_VCPU_ReadRegs_t read;

    check(make(device, seL4_EndpointObject, 0, &none) == seL4_InvalidArgument,
          "device memory gives no objects");
    check(make(ram, seL4_ARM_VCPUObject, 0, &vcpu) == seL4_NoError, "a vCPU comes out of RAM");
    check(seL4_ARM_VCPU_WriteRegs(vcpu, seL4_VCPUReg_CPACR, 3ul << 20) == seL4_NoError,
          "its registers are written");
    read = seL4_ARM_VCPU_ReadRegs(vcpu, seL4_VCPUReg_CPACR);
    check(read.error == 0 && read.value == 3ul << 20, "and read, by name");
    check(seL4_ARM_Page_GetAddress(frame_of(child_buffer)).error == 0, "a page tells its address");
}

void root_main(const seL4_BootInfo *boot_info)
{
    seL4_CPtr device;

    info = boot_info;
    seL4_SetIPCBuffer(info->ipcBuffer);
    next_slot = info->empty.start;
    device = find_untypeds();
    map_uart(device);
    put_text("foreign root task\n");
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
    seL4_InitBootInfo((seL4_BootInfo *)boot_info);
    check(seL4_GetBootInfo() == boot_info, "the library keeps BootInfo");
#pragma GCC diagnostic pop
    check_boot_info();
    check_tree();
    check_ipc();
    check_objects(device);
    put_text("done\n");
    seL4_TCB_Suspend(seL4_CapInitThreadTCB);
}
