/* SPDX-License-Identifier: BSD-2-Clause */
/* Address spaces: pages and tables, mapped, moved and gone. */
#define AREA "70"
#include "env.h"

#define HERE  LARGE_VADDR
#define THERE (HERE + LARGE_BYTES)

static volatile seL4_Word seen[2];

TEST("VSPACE-0001", "one frame at two addresses is the same memory")
{
    seL4_CPtr page = object_new(seL4_ARM_SmallPageObject, 0);
    seL4_CPtr copy = slot_new();

    EXPECT_OK(copy_cap(copy, page, seL4_AllRights));
    EXPECT_OK(map_page(VSPACE, page, SCRATCH_VADDR, seL4_ReadWrite, ATTR));
    EXPECT_OK(map_page(VSPACE, copy, OTHER_VADDR, seL4_CanRead, ATTR));
    *(volatile seL4_Word *)(SCRATCH_VADDR + 16) = 0x1234;
    EXPECT_EQ(*(volatile seL4_Word *)(OTHER_VADDR + 16), 0x1234);
}

TEST("VSPACE-0002", "missing tables are named by level")
{
    seL4_CPtr page = object_new(seL4_ARM_SmallPageObject, 0);
    seL4_CPtr vspace = object_new(seL4_ARM_VSpaceObject, 0);
    seL4_CPtr table;
    seL4_Word level = 0;
    int maps = 0;

    EXPECT_OK(seL4_ARM_ASIDPool_Assign(seL4_CapInitThreadASIDPool, vspace));
    for (; maps < 4; maps++) {
        seL4_Error error = seL4_ARM_Page_Map(page, vspace, 0x1000, seL4_ReadWrite, ATTR);

        if (error == seL4_NoError) {
            break;
        }
        EXPECT_EQ(error, seL4_FailedLookup);
        level = seL4_MappingFailedLookupLevel();
#ifdef CONFIG_ARM_PA_SIZE_BITS_40
        EXPECT_EQ(level, maps == 0 ? 30 : 21);
#else
        EXPECT_EQ(level, maps == 0 ? 39 : maps == 1 ? 30 : 21);
#endif
        table = object_new(seL4_ARM_PageTableObject, 0);
        EXPECT_OK(seL4_ARM_PageTable_Map(table, vspace, 0x1000, ATTR));
        EXPECT_EQ(seL4_ARM_PageTable_Map(table, vspace, 0x200000, ATTR), seL4_InvalidCapability);
        EXPECT_EQ(seL4_GetMR(0), 0);
    }
    EXPECT_EQ(level, 21);
    table = object_new(seL4_ARM_PageTableObject, 0);
    EXPECT_EQ(seL4_ARM_PageTable_Map(table, vspace, 0x1000, ATTR), seL4_DeleteFirst);
}

TEST("VSPACE-0003", "a 2 MB page maps, aligned only, and reaches its last byte")
{
    seL4_CPtr page = object_new(seL4_ARM_LargePageObject, 0);
    volatile unsigned char *bytes = (volatile unsigned char *)SCRATCH_VADDR;

    EXPECT(page != 0);
    EXPECT_OK(make_tables(VSPACE, SCRATCH_VADDR, false));
    EXPECT_EQ(seL4_ARM_Page_Map(page, VSPACE, SCRATCH_VADDR + 0x1000, seL4_ReadWrite, ATTR),
              seL4_AlignmentError);
    EXPECT_OK(seL4_ARM_Page_Map(page, VSPACE, SCRATCH_VADDR, seL4_ReadWrite, ATTR));
    bytes[0] = 1;
    bytes[0x1fffff] = 2;
    EXPECT_EQ(bytes[0], 1);
    EXPECT_EQ(bytes[0x1fffff], 2);
}

TEST("VSPACE-0004", "a mapped cap maps again only at the same place")
{
    seL4_CPtr page = object_new(seL4_ARM_SmallPageObject, 0);
    seL4_CPtr vspace = object_new(seL4_ARM_VSpaceObject, 0);

    EXPECT_OK(map_page(VSPACE, page, SCRATCH_VADDR, seL4_ReadWrite, ATTR));
    EXPECT_EQ(seL4_ARM_Page_Map(page, VSPACE, SCRATCH_VADDR + 0x1000, seL4_ReadWrite, ATTR),
              seL4_InvalidArgument);
    EXPECT_EQ(seL4_GetMR(0), 0);
    EXPECT_OK(seL4_ARM_ASIDPool_Assign(seL4_CapInitThreadASIDPool, vspace));
    EXPECT_EQ(seL4_ARM_Page_Map(page, vspace, SCRATCH_VADDR, seL4_ReadWrite, ATTR),
              seL4_InvalidCapability);
    EXPECT_EQ(seL4_GetMR(0), 1);
    EXPECT_OK(seL4_ARM_Page_Map(page, VSPACE, SCRATCH_VADDR, seL4_CanRead, ATTR));
    EXPECT_OK(seL4_ARM_Page_Unmap(page));
    EXPECT_OK(seL4_ARM_Page_Unmap(page));
    EXPECT_OK(map_page(VSPACE, page, SCRATCH_VADDR + 0x1000, seL4_ReadWrite, ATTR));
}

static void probe(seL4_Word address, seL4_Word write, seL4_Word unused)
{
    (void)unused;
    if (write) {
        *(volatile seL4_Word *)address = 1;
    }
    seen[0] = *(volatile seL4_Word *)address;
    seen[1] = 1;
    thread_stop();
}

/* Whether a helper that accesses the address faults. */
static bool access_faults(seL4_Word address, bool write)
{
    seL4_CPtr ep = object_new(seL4_EndpointObject, 0);
    struct thread thread;
    seL4_Word badge = 0;
    seL4_CPtr badged = slot_new();

    seen[1] = 0;
    (void)mint_cap(badged, ep, seL4_AllRights, 1);
    (void)thread_new(&thread, PRIO_RUNNER + 1, badged);
    (void)thread_start(&thread, probe, address, write, 0);
    (void)seL4_NBRecv(ep, &badge);
    (void)seL4_TCB_Suspend(thread.tcb);
    return badge == 1 && seen[1] == 0;
}

TEST("VSPACE-0005", "unmap, delete and fewer rights take effect at once")
{
    seL4_CPtr page = object_new(seL4_ARM_SmallPageObject, 0);

    EXPECT_OK(map_page(VSPACE, page, SCRATCH_VADDR, seL4_ReadWrite, ATTR));
    EXPECT(!access_faults(SCRATCH_VADDR, true));
    EXPECT_OK(seL4_ARM_Page_Map(page, VSPACE, SCRATCH_VADDR, seL4_CanRead, ATTR));
    EXPECT(access_faults(SCRATCH_VADDR, true));
    EXPECT(!access_faults(SCRATCH_VADDR, false));
    EXPECT_OK(seL4_ARM_Page_Unmap(page));
    EXPECT(access_faults(SCRATCH_VADDR, false));
    EXPECT_OK(seL4_ARM_Page_Map(page, VSPACE, SCRATCH_VADDR, seL4_ReadWrite, ATTR));
    EXPECT(!access_faults(SCRATCH_VADDR, true));
    EXPECT_OK(seL4_CNode_Delete(ROOT, page, FULL_DEPTH));
    EXPECT(access_faults(SCRATCH_VADDR, false));
}

TEST("VSPACE-0006", "without the read right there is no access, and rights of the cap limit")
{
    seL4_CPtr page = object_new(seL4_ARM_SmallPageObject, 0);
    seL4_CPtr read_only = slot_new();

    EXPECT_OK(copy_cap(read_only, page, seL4_CanRead));
    EXPECT_OK(map_page(VSPACE, page, SCRATCH_VADDR, seL4_NoRights, ATTR));
    EXPECT(access_faults(SCRATCH_VADDR, false));
    EXPECT_OK(map_page(VSPACE, read_only, OTHER_VADDR, seL4_ReadWrite, ATTR));
    EXPECT(!access_faults(OTHER_VADDR, false));
    EXPECT(access_faults(OTHER_VADDR, true));
}

TEST("VSPACE-0007", "addresses above the top and unaligned ones are refused")
{
    seL4_CPtr page = object_new(seL4_ARM_SmallPageObject, 0);
    seL4_CPtr table = object_new(seL4_ARM_PageTableObject, 0);

    EXPECT_EQ(seL4_ARM_Page_Map(page, VSPACE, (seL4_Word)seL4_UserTop + 1, seL4_ReadWrite, ATTR),
              seL4_InvalidArgument);
    EXPECT_EQ(seL4_GetMR(0), 0);
    EXPECT_EQ(seL4_ARM_PageTable_Map(table, VSPACE, (seL4_Word)seL4_UserTop + 1, ATTR),
              seL4_InvalidArgument);
    EXPECT_EQ(seL4_ARM_Page_Map(page, VSPACE, SCRATCH_VADDR + 8, seL4_ReadWrite, ATTR),
              seL4_AlignmentError);
    EXPECT_EQ(seL4_ARM_Page_Map(page, ROOT, SCRATCH_VADDR, seL4_ReadWrite, ATTR),
              seL4_InvalidCapability);
    EXPECT_EQ(seL4_GetMR(0), 1);
}

TEST("VSPACE-0010", "an unmapped table takes its pages out of sight and can be mapped again")
{
    seL4_CPtr page = object_new(seL4_ARM_SmallPageObject, 0);
    seL4_CPtr table = object_new(seL4_ARM_PageTableObject, 0);
    seL4_CPtr copy = slot_new();

    EXPECT_OK(make_tables(VSPACE, SCRATCH_VADDR, false));
    EXPECT_OK(seL4_ARM_PageTable_Map(table, VSPACE, SCRATCH_VADDR, ATTR));
    EXPECT_OK(seL4_ARM_Page_Map(page, VSPACE, SCRATCH_VADDR, seL4_ReadWrite, ATTR));
    EXPECT(!access_faults(SCRATCH_VADDR, true));
    EXPECT_OK(copy_cap(copy, table, seL4_AllRights));
    EXPECT_EQ(seL4_ARM_PageTable_Unmap(table), seL4_RevokeFirst);
    EXPECT_OK(seL4_CNode_Delete(ROOT, copy, FULL_DEPTH));
    EXPECT_OK(seL4_ARM_PageTable_Unmap(table));
    EXPECT(access_faults(SCRATCH_VADDR, false));
    EXPECT_OK(seL4_ARM_Page_Unmap(page));
    EXPECT_OK(seL4_ARM_PageTable_Map(table, VSPACE, SCRATCH_VADDR, ATTR));
    EXPECT(access_faults(SCRATCH_VADDR, false));
    EXPECT_OK(seL4_ARM_Page_Map(page, VSPACE, SCRATCH_VADDR, seL4_ReadWrite, ATTR));
    EXPECT(!access_faults(SCRATCH_VADDR, true));
}

/* Maps the whole image into another address space, by copies of the image's frame caps. */
static seL4_Error map_image(seL4_CPtr vspace)
{
    seL4_SlotRegion frames = env.info->userImageFrames;

    for (seL4_Word i = 0; i < frames.end - frames.start; i++) {
        seL4_CPtr copy = slot_new();
        seL4_Error error = copy_cap(copy, frames.start + i, seL4_AllRights);

        if (error == seL4_NoError) {
            error = map_page(vspace, copy, 0x400000 + i * PAGE_BYTES, seL4_ReadWrite, ATTR);
        }
        if (error != seL4_NoError) {
            return error;
        }
    }
    return seL4_NoError;
}

static void probe_and_fault(seL4_Word address, seL4_Word unused1, seL4_Word unused2)
{
    struct raw regs = { .x7 = 0x1234 };

    (void)unused1;
    (void)unused2;
    *(volatile seL4_Word *)address = 1;
    regs.x0 = *(volatile seL4_Word *)address;
    raw_svc(&regs);
    thread_stop();
}

TEST("VSPACE-0014", "a thread in another address space sees its own page; its end is a fault")
{
    seL4_CPtr vspace = object_new(seL4_ARM_VSpaceObject, 0);
    seL4_CPtr mine = object_new(seL4_ARM_SmallPageObject, 0);
    seL4_CPtr other = object_new(seL4_ARM_SmallPageObject, 0);
    seL4_CPtr ep = object_new(seL4_EndpointObject, 0);
    struct thread thread;

    EXPECT_OK(seL4_ARM_ASIDPool_Assign(seL4_CapInitThreadASIDPool, vspace));
    EXPECT_OK(map_image(vspace));
    EXPECT_OK(map_page(VSPACE, mine, SCRATCH_VADDR, seL4_ReadWrite, ATTR));
    EXPECT_OK(map_page(vspace, other, SCRATCH_VADDR, seL4_ReadWrite, ATTR));
    *(volatile seL4_Word *)SCRATCH_VADDR = 0x1111;
    EXPECT(thread_new(&thread, PRIO_RUNNER + 1, ep) != 0);
    EXPECT_OK(seL4_TCB_SetSpace(thread.tcb, ep, ROOT, 0, vspace, 0));
    EXPECT_OK(thread_start(&thread, probe_and_fault, SCRATCH_VADDR, 1, 0));
    /* An unknown system call reports what it read. */
    EXPECT_FAULT(ep, seL4_Fault_UnknownSyscall);
    EXPECT_EQ(seL4_GetMR(0), 1);
    EXPECT_EQ(*(volatile seL4_Word *)SCRATCH_VADDR, 0x1111);
    EXPECT_OK(seL4_CNode_Revoke(ROOT, vspace, FULL_DEPTH));
    EXPECT_OK(seL4_CNode_Delete(ROOT, vspace, FULL_DEPTH));
    EXPECT_OK(thread_start(&thread, probe, SCRATCH_VADDR, 0, 0));
    EXPECT_FAULT(ep, seL4_Fault_VMFault);
}

TEST("VSPACE-0015", "copies of a frame cap are unmapped, and each deletion removes one mapping")
{
    seL4_CPtr page = object_new(seL4_ARM_SmallPageObject, 0);
    seL4_CPtr copy = slot_new();

    EXPECT_OK(map_page(VSPACE, page, SCRATCH_VADDR, seL4_ReadWrite, ATTR));
    EXPECT_OK(copy_cap(copy, page, seL4_AllRights));
    EXPECT_OK(map_page(VSPACE, copy, OTHER_VADDR, seL4_ReadWrite, ATTR));
    EXPECT_OK(seL4_CNode_Delete(ROOT, copy, FULL_DEPTH));
    EXPECT(access_faults(OTHER_VADDR, false));
    EXPECT(!access_faults(SCRATCH_VADDR, true));
}

TEST("VSPACE-0021", "Map names the argument or the capability that will not do")
{
    seL4_CPtr page = object_new(seL4_ARM_SmallPageObject, 0);
    seL4_CPtr large = object_new(seL4_ARM_LargePageObject, 0);
    seL4_CPtr table = object_new(seL4_ARM_PageTableObject, 0);
    seL4_CPtr no_asid = object_new(seL4_ARM_VSpaceObject, 0);
    seL4_Word above = (seL4_Word)seL4_UserTop + 1;

    EXPECT_NUMBER(seL4_ARM_PageTable_Map(table, VSPACE, above, ATTR), seL4_InvalidArgument, 0);
    EXPECT_NUMBER(seL4_ARM_PageTable_Map(table, ROOT, 0, ATTR), seL4_InvalidCapability, 1);
    EXPECT_NUMBER(seL4_ARM_PageTable_Map(table, no_asid, 0, ATTR), seL4_InvalidCapability, 1);
    EXPECT_NUMBER(seL4_ARM_Page_Map(page, no_asid, 0, seL4_ReadWrite, ATTR), seL4_InvalidCapability,
                  1);
    EXPECT_NUMBER(seL4_ARM_Page_Map(large, VSPACE, above, seL4_ReadWrite, ATTR),
                  seL4_InvalidArgument, 0);
    /* Where a table is installed a large page finds one level too many. */
    EXPECT_OK(map_page(VSPACE, page, SCRATCH_VADDR, seL4_ReadWrite, ATTR));
    EXPECT_LOOKUP(seL4_ARM_Page_Map(large, VSPACE, SCRATCH_VADDR, seL4_ReadWrite, ATTR), 0,
                  seL4_MissingCapability);
    EXPECT_EQ(seL4_GetMR(2), seL4_PageBits);
}

TEST("VSPACE-0022",
     "a page mapped over another's place takes it; the other's unmap changes nothing")
{
    seL4_CPtr first = object_new(seL4_ARM_SmallPageObject, 0);
    seL4_CPtr second = object_new(seL4_ARM_SmallPageObject, 0);

    EXPECT_OK(map_page(VSPACE, first, SCRATCH_VADDR, seL4_ReadWrite, ATTR));
    *(volatile seL4_Word *)SCRATCH_VADDR = 1;
    EXPECT_OK(seL4_ARM_Page_Map(second, VSPACE, SCRATCH_VADDR, seL4_ReadWrite, ATTR));
    EXPECT_EQ(*(volatile seL4_Word *)SCRATCH_VADDR, 0);
    *(volatile seL4_Word *)SCRATCH_VADDR = 2;
    EXPECT_OK(seL4_ARM_Page_Unmap(first));
    EXPECT_EQ(*(volatile seL4_Word *)SCRATCH_VADDR, 2);
    EXPECT_OK(seL4_ARM_Page_Unmap(second));
    EXPECT(access_faults(SCRATCH_VADDR, false));
}

static volatile seL4_Word *words_at(seL4_Word address)
{
    return (volatile seL4_Word *)address;
}

/* Words all over the range. */
static void fill(seL4_Word address, seL4_Word bytes, seL4_Word seed)
{
    for (seL4_Word at = 0; at < bytes; at += bytes / 64) {
        *words_at(address + at) = seed ^ at;
    }
}

static bool is_filled(seL4_Word address, seL4_Word bytes, seL4_Word seed)
{
    for (seL4_Word at = 0; at < bytes; at += bytes / 64) {
        if (*words_at(address + at) != (seed ^ at)) {
            return false;
        }
    }
    return true;
}

TEST("VSPACE-0202", "pages keep their contents while tables are deleted and mapped elsewhere")
{
    seL4_CPtr small = object_new(seL4_ARM_SmallPageObject, 0);
    seL4_CPtr large = object_new(seL4_ARM_LargePageObject, 0);
    seL4_CPtr table = object_new(seL4_ARM_PageTableObject, 0);
    seL4_CPtr second = object_new(seL4_ARM_PageTableObject, 0);

    EXPECT_OK(make_tables(VSPACE, HERE, false));
    EXPECT_EQ(seL4_ARM_Page_Map(large, VSPACE, HERE + LARGE_BYTES / 2, seL4_ReadWrite, ATTR),
              seL4_AlignmentError);
    EXPECT_OK(seL4_ARM_Page_Map(large, VSPACE, THERE, seL4_ReadWrite, ATTR));
    fill(THERE, LARGE_BYTES, 0x5a);
    EXPECT_EQ(seL4_ARM_Page_Map(large, VSPACE, HERE, seL4_ReadWrite, ATTR), seL4_InvalidArgument);
    EXPECT_OK(seL4_ARM_Page_Unmap(large));
    EXPECT_EQ(seL4_ARM_Page_Map(small, VSPACE, THERE, seL4_ReadWrite, ATTR), seL4_FailedLookup);
    /* A table's address need not be aligned. */
    EXPECT_OK(seL4_ARM_PageTable_Map(table, VSPACE, THERE + 10, ATTR));
    EXPECT_OK(seL4_ARM_Page_Map(small, VSPACE, THERE + PAGE_BYTES, seL4_ReadWrite, ATTR));
    fill(THERE + PAGE_BYTES, PAGE_BYTES, 0x77);
    EXPECT_EQ(seL4_ARM_Page_Map(large, VSPACE, THERE, seL4_ReadWrite, ATTR), seL4_FailedLookup);
    EXPECT_OK(seL4_CNode_Delete(ROOT, table, FULL_DEPTH));
    EXPECT_OK(seL4_ARM_Page_Unmap(small));
    EXPECT_OK(seL4_ARM_Page_Unmap(large));
    EXPECT_OK(seL4_ARM_PageTable_Map(second, VSPACE, HERE, ATTR));
    EXPECT_OK(seL4_ARM_Page_Map(small, VSPACE, HERE + PAGE_BYTES, seL4_ReadWrite, ATTR));
    EXPECT_OK(seL4_ARM_Page_Map(large, VSPACE, THERE, seL4_ReadWrite, ATTR));
    EXPECT(is_filled(HERE + PAGE_BYTES, PAGE_BYTES, 0x77));
    EXPECT(is_filled(THERE, LARGE_BYTES, 0x5a));
}

TEST("VSPACE-0203", "mapping a page again where it is keeps what is in it, whatever the attributes")
{
    static const seL4_Word attributes[] = { seL4_ARM_Default_VMAttributes,
                                            seL4_ARM_Default_VMAttributes | seL4_ARM_ExecuteNever };
    static const seL4_Word types[] = { seL4_ARM_LargePageObject, seL4_ARM_SmallPageObject };
    static const seL4_Word bits[] = { seL4_LargePageBits, seL4_PageBits };

    for (unsigned i = 0; i < 2; i++) {
        seL4_CPtr page = object_new(types[i], 0);
        seL4_Word address = i == 0 ? HERE : THERE;

        EXPECT_OK(make_tables(VSPACE, address, i != 0));
        EXPECT_OK(seL4_ARM_Page_Map(page, VSPACE, address, seL4_AllRights, ATTR));
        EXPECT_EQ(*words_at(address + (1ul << bits[i]) - 8), 0);
        for (unsigned j = 0; j < 2; j++) {
            fill(address, 1ul << bits[i], j);
            EXPECT_OK(seL4_ARM_Page_Map(page, VSPACE, address, seL4_AllRights,
                                        (seL4_ARM_VMAttributes)attributes[j]));
            EXPECT(is_filled(address, 1ul << bits[i], j));
        }
        EXPECT_OK(seL4_ARM_Page_Unmap(page));
    }
}

TEST("VSPACE-0205", "a frame is zero again after its untyped was revoked, seen without the cache")
{
    seL4_CPtr untyped = object_new(seL4_UntypedObject, seL4_PageBits);
    seL4_CPtr page = slot_new();

    for (seL4_Word i = 0; i < 3; i++) {
        seL4_Word address = HERE + i * PAGE_BYTES;

        EXPECT_OK(retype(untyped, seL4_ARM_SmallPageObject, 0, page, 1));
        EXPECT_OK(map_page(VSPACE, page, address, seL4_ReadWrite, 0));
        EXPECT_EQ(*words_at(address), 0);
        *words_at(address) = 0xc0ffee;
        EXPECT_OK(seL4_CNode_Revoke(ROOT, untyped, FULL_DEPTH));
        EXPECT(slot_is_empty(page));
    }
}
