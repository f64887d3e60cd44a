/* SPDX-License-Identifier: BSD-2-Clause */
/* Initial capabilities and the BootInfo page; layout as contract/sel4/bootinfo.h. */
#ifndef SEL4_BOOTINFO_TYPES_H
#define SEL4_BOOTINFO_TYPES_H

#include <sel4/types.h>
#include <contract/sel4/bootinfo.h>

enum seL4_RootCapSlots {
    seL4_CapNull = SEL4_SLOT_NULL,
    seL4_CapInitThreadTCB = SEL4_SLOT_INIT_TCB,
    seL4_CapInitThreadCNode = SEL4_SLOT_INIT_CNODE,
    seL4_CapInitThreadVSpace = SEL4_SLOT_INIT_VSPACE,
    seL4_CapIRQControl = SEL4_SLOT_IRQ_CONTROL,
    seL4_CapASIDControl = SEL4_SLOT_ASID_CONTROL,
    seL4_CapInitThreadASIDPool = SEL4_SLOT_INIT_ASID_POOL,
    seL4_CapIOPortControl = SEL4_SLOT_IO_PORT_CONTROL,
    seL4_CapIOSpace = SEL4_SLOT_IO_SPACE,
    seL4_CapBootInfoFrame = SEL4_SLOT_BOOT_INFO_FRAME,
    seL4_CapInitThreadIPCBuffer = SEL4_SLOT_INIT_IPC_BUFFER,
    seL4_CapDomain = SEL4_SLOT_DOMAIN,
    seL4_CapSMMUSIDControl = SEL4_SLOT_SMMU_SID_CONTROL,
    seL4_CapSMMUCBControl = SEL4_SLOT_SMMU_CB_CONTROL,
    seL4_CapInitThreadSC = SEL4_SLOT_INIT_SC,
    seL4_CapSMC = SEL4_SLOT_SMC,
    seL4_NumInitialCaps = SEL4_NUM_INITIAL_CAPS
};

#define seL4_CapInitThreadPD   seL4_CapInitThreadVSpace
#define seL4_BootInfoFrameBits SEL4_BOOT_INFO_FRAME_BITS
#define seL4_BootInfoFrameSize LIBSEL4_BIT(seL4_BootInfoFrameBits)

typedef seL4_Word seL4_SlotPos;

/* Half-open range of slots in the initial CNode. */
typedef struct {
    seL4_SlotPos start;
    seL4_SlotPos end;
} seL4_SlotRegion;

typedef struct {
    seL4_Word paddr;
    seL4_Uint8 sizeBits;
    seL4_Uint8 isDevice;
    seL4_Uint8 padding[sizeof(seL4_Word) - 2 * sizeof(seL4_Uint8)];
} seL4_UntypedDesc;

typedef struct {
    seL4_Word extraLen;
    seL4_NodeId nodeID;
    seL4_Word numNodes;
    seL4_Word numIOPTLevels;
    seL4_IPCBuffer *ipcBuffer;
    seL4_SlotRegion empty;
    seL4_SlotRegion sharedFrames;
    seL4_SlotRegion userImageFrames;
    seL4_SlotRegion userImagePaging;
    seL4_SlotRegion ioSpaceCaps;
    seL4_SlotRegion extraBIPages;
    seL4_Word initThreadCNodeSizeBits;
    seL4_Domain initThreadDomain;
    seL4_SlotRegion untyped;
    seL4_UntypedDesc untypedList[CONFIG_MAX_NUM_BOOTINFO_UNTYPED_CAPS];
} seL4_BootInfo;

SEL4_COMPILE_ASSERT(boot_info_size, sizeof(seL4_BootInfo) == sizeof(struct sel4_boot_info))

/* Head of a chunk of extra BootInfo; len includes this head. The chunks start one page after the
 * BootInfo page and end extraLen bytes later. */
typedef struct {
    seL4_Word id;
    seL4_Word len;
} seL4_BootInfoHeader;

typedef enum {
    SEL4_BOOTINFO_HEADER_PADDING = SEL4_BOOT_INFO_HEADER_PADDING,
    /* Of another architecture: programs that serve several name them. */
    SEL4_BOOTINFO_HEADER_X86_VBE = 1,
    SEL4_BOOTINFO_HEADER_X86_MBMMAP = 2,
    SEL4_BOOTINFO_HEADER_X86_ACPI_RSDP = 3,
    SEL4_BOOTINFO_HEADER_X86_FRAMEBUFFER = 4,
    SEL4_BOOTINFO_HEADER_X86_TSC_FREQ = 5,
    SEL4_BOOTINFO_HEADER_FDT = SEL4_BOOT_INFO_HEADER_FDT,
    SEL4_BOOTINFO_HEADER_NUM = SEL4_BOOT_INFO_HEADER_NUM,
    SEL4_FORCE_LONG_ENUM(seL4_BootInfoID)
} seL4_BootInfoID;

#endif
