/* SPDX-License-Identifier: BSD-2-Clause */
/* What the initial thread finds: registers, slots, BootInfo, untypeds. */
#define AREA "05"
#include "env.h"

/* Where the kernel sees physical address 0: untypeds are aligned by these addresses. */
#define KERNEL_WINDOW (1ul << 39)

#define FDT_MAGIC_BE 0xedfe0dd0u

extern const char image_base[];

static const seL4_UntypedDesc *untyped(seL4_Word i)
{
    return &env.info->untypedList[i];
}

static seL4_Word untyped_count(void)
{
    return env.info->untyped.end - env.info->untyped.start;
}

TEST("BOOT-0001", "the initial thread starts with BootInfo in x0 and zero everywhere else")
{
    EXPECT_EQ(env.start_registers, 0);
    EXPECT_EQ(env.info->nodeID, 0);
    EXPECT_EQ(env.info->numNodes, CONFIG_MAX_NUM_NODES);
    EXPECT_EQ(env.info->numIOPTLevels, 0);
    EXPECT_EQ(env.info->initThreadDomain, 0);
    EXPECT_EQ(env.info->initThreadCNodeSizeBits, CONFIG_ROOT_CNODE_SIZE_BITS);
}

TEST("BOOT-0002", "IPC buffer, BootInfo and extra pages follow the image in this order")
{
    seL4_Word image_pages = env.info->userImageFrames.end - env.info->userImageFrames.start;
    seL4_Word image_end = (seL4_Word)image_base + image_pages * PAGE_BYTES;
    seL4_Word extra_pages = env.info->extraBIPages.end - env.info->extraBIPages.start;
    seL4_Word first = seL4_ARM_Page_GetAddress(env.info->userImageFrames.start).paddr;

    EXPECT_EQ(env.info->ipcBuffer, image_end);
    EXPECT_EQ(env.info, image_end + PAGE_BYTES);
    EXPECT_EQ(extra_pages, (env.info->extraLen + PAGE_BYTES - 1) / PAGE_BYTES);
    for (seL4_Word i = 0; i < image_pages; i++) {
        EXPECT_EQ(seL4_ARM_Page_GetAddress(env.info->userImageFrames.start + i).paddr,
                  first + i * PAGE_BYTES);
    }
}

TEST("BOOT-0003", "slots: tables, extra pages, image, untypeds, then nothing")
{
    static const seL4_CPtr null[] = { seL4_CapNull,
                                      seL4_CapIOPortControl,
                                      seL4_CapIOSpace,
                                      seL4_CapSMMUSIDControl,
                                      seL4_CapSMMUCBControl,
                                      seL4_CapInitThreadSC,
#ifndef CONFIG_ALLOW_SMC_CALLS
                                      seL4_CapSMC
#endif
    };
    const seL4_BootInfo *info = env.info;

    for (size_t i = 0; i < sizeof(null) / sizeof(null[0]); i++) {
        EXPECT(slot_is_empty(null[i]));
    }
    EXPECT_EQ(info->userImagePaging.start, seL4_NumInitialCaps);
    EXPECT_EQ(info->extraBIPages.start, info->userImagePaging.end);
    EXPECT_EQ(info->userImageFrames.start, info->extraBIPages.end);
    EXPECT_EQ(info->untyped.start, info->userImageFrames.end);
    EXPECT_EQ(info->empty.start, info->untyped.end);
    EXPECT_EQ(info->empty.end, 1ul << CONFIG_ROOT_CNODE_SIZE_BITS);
    EXPECT_EQ(info->sharedFrames.start, info->sharedFrames.end);
    EXPECT_EQ(info->ioSpaceCaps.start, info->ioSpaceCaps.end);
    EXPECT(slot_is_empty(info->empty.end - 1));
}

TEST("BOOT-0004", "extra BootInfo is one chunk: the device tree")
{
    const char *extra = (const char *)env.info + PAGE_BYTES;
    const seL4_BootInfoHeader *chunk = (const seL4_BootInfoHeader *)(const void *)extra;

    EXPECT_EQ(chunk->id, SEL4_BOOTINFO_HEADER_FDT);
    EXPECT_EQ(chunk->len, env.info->extraLen);
    EXPECT_EQ(*(const uint32_t *)(const void *)(chunk + 1), FDT_MAGIC_BE);
}

TEST("BOOT-0005", "untypeds: devices ascending, then RAM ascending, aligned, disjoint")
{
    bool device = true;
    seL4_Word end = 0;

    for (seL4_Word i = 0; i < untyped_count(); i++) {
        seL4_Word size = 1ul << untyped(i)->sizeBits;

        if (device && !untyped(i)->isDevice) {
            device = false;
            end = 0;
        }
        EXPECT_EQ(untyped(i)->isDevice, device);
        EXPECT(untyped(i)->paddr >= end);
        EXPECT_EQ((untyped(i)->paddr + KERNEL_WINDOW) & (size - 1), 0);
        end = untyped(i)->paddr + size;
    }
    EXPECT(!device);
}

TEST("BOOT-0006", "the first RAM is what the kernel needed only to boot, in front of the image")
{
    seL4_Word image = seL4_ARM_Page_GetAddress(env.info->userImageFrames.start).paddr;
    seL4_Word i = 0;
    seL4_CPtr page = slot_new();

    while (untyped(i)->isDevice) {
        i++;
    }
    EXPECT(untyped(i)->paddr < image);
    EXPECT(untyped(i)->sizeBits >= seL4_PageBits);
    /* It is memory like any other: zero, and ours. */
    EXPECT_OK(retype(env.info->untyped.start + i, seL4_ARM_SmallPageObject, 0, page, 1));
    EXPECT_OK(map_page(VSPACE, page, SCRATCH_VADDR, seL4_ReadWrite, seL4_ARM_Default_VMAttributes));
    for (seL4_Word at = 0; at < PAGE_BYTES; at += sizeof(seL4_Word)) {
        EXPECT_EQ(*(volatile seL4_Word *)(SCRATCH_VADDR + at), 0);
        *(volatile seL4_Word *)(SCRATCH_VADDR + at) = ~0ul;
    }
}
