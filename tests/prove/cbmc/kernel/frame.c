/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Page_Map and Page_Unmap of any frame capability, with any words, in an address space with any
 * entries on the way to the address, four levels deep, for two entries of each table (that no index
 * leaves a table is shown by indices.c): at most one entry changes. A leaf that
 * appears is for the frame's own memory, of its size, without a right that the capability does not
 * have or the call does not ask for; a leaf that goes was this frame's. No access leaves a table.
 */
#include "kernel.h"

#define LEVELS 4
#define ASID   5

/* Two entries of each level are enough: INDICES are the bits of an address that choose among them. */
static uint64_t level0[2], level1[2], level2[2], level3[2];
#define INDICES   (1ull << 39 | 1ull << 30 | 1ull << 21 | 1ull << 12)
#define INDEX_TOP 0xfffffffff000ull
static const unsigned level_bits[LEVELS] = { 39, 30, 21, 12 };

/* Where the tables lie, so that no number has to become a pointer. */
#define TABLE_PA(level) (0x1000ull * (1 + (level)))

static uint64_t *table(unsigned level)
{
    switch (level) {
    case 0: return level0;
    case 1: return level1;
    case 2: return level2;
    default: return level3;
    }
}

static uint64_t *table_at(uint64_t pa)
{
    ASSERT(pa == TABLE_PA(1) || pa == TABLE_PA(2) || pa == TABLE_PA(3), "a table is where it lies");
    return table(pa == TABLE_PA(1) ? 1 : pa == TABLE_PA(2) ? 2 : 3);
}

#define arch_table_at(pa) table_at(pa)
#include "object/table.c"

/* The words of the call: address, rights, attributes. */
static uint64_t asked[3];

uint64_t call_word(const struct call *call, unsigned i)
{
    return asked[i];
}

uint64_t *asid_root(uint64_t asid)
{
    return asid == ASID ? table(0) : 0;
}

unsigned asid_vmid(uint64_t asid)
{
    return any_below(256);
}

void arch_tlb_flush_page(unsigned vmid, uint64_t address)
{
}

static uint64_t *entry_at(unsigned level, uint64_t address)
{
    return &table(level)[address >> level_bits[level] & 1];
}

/* Any entries, but on this address's way each that an entry points to is the next level's. */
static void any_tables(uint64_t address)
{
    ASSUME((address & INDEX_TOP & ~INDICES) == 0);
    for (unsigned level = 0; level < LEVELS; level++) {
        table(level)[0] = any64();
        table(level)[1] = any64();
    }
    for (unsigned level = 0; level < LEVELS - 1; level++) {
        uint64_t entry = *entry_at(level, address);

        ASSUME(!pte_is_table(entry, level_bits[level]) ||
               (entry & PTE_ADDRESS) == TABLE_PA(level + 1));
    }
}

static struct cap any_frame(void)
{
    static const unsigned access[] = { CAP_FRAME_NO_ACCESS, CAP_FRAME_READ_ONLY,
                                       CAP_FRAME_READ_WRITE };
    struct cap cap =
        cap_frame(any64() & PTE_ADDRESS, any_below(3), access[any_below(3)], any_bool());

    ASSUME((cap_address(cap) & ((1ull << cap_frame_bits(cap)) - 1)) == 0);
    cap.data = any64();
    ASSUME(cap_asid(cap) == 0 || cap_mapped_address(cap) <= SEL4_USER_TOP);
    return cap;
}

static void check_mapped(struct cap frame, struct cap now, struct cap vspace)
{
    unsigned level = 3 - cap_frame_size_index(frame);
    uint64_t entry = *entry_at(level, asked[0]);
    unsigned access = entry >> PTE_S2AP_SHIFT & 3;

    ASSERT(asked[0] <= SEL4_USER_TOP, "nothing is mapped beyond the top");
    ASSERT(level_bits[level] == cap_frame_bits(frame), "an entry covers the frame's size");
    ASSERT((asked[0] & ((1ull << level_bits[level]) - 1)) == 0, "frames are mapped aligned");
    ASSERT((entry & PTE_VALID) && !pte_is_table(entry, level_bits[level]), "the entry is a leaf");
    ASSERT((entry & PTE_ADDRESS) == cap_address(frame), "it is for the frame's memory");
    ASSERT(!(access & 1) || ((cap_frame_access(frame) & 1) && (asked[1] & SEL4_RIGHT_READ)),
           "readable only with the right");
    ASSERT(!(access & 2) ||
               (cap_frame_access(frame) == CAP_FRAME_READ_WRITE && (asked[1] & SEL4_RIGHT_WRITE)),
           "writable only with the right");
    ASSERT(now.head == frame.head && cap_asid(now) == cap_asid(vspace) &&
               cap_mapped_address(now) == asked[0],
           "the capability knows where it is mapped");
}

int main(void)
{
    struct slot space = { .cap = { any64(), any64() } };
    struct slot slot = { .cap = any_frame() };
    struct cap frame = slot.cap;
    unsigned level = any_below(LEVELS);
    unsigned index = any_below(2);
    struct call call;

    call.label = any_bool() ? ARMPageMap : ARMPageUnmap;
    call.slot = &slot;
    call.cap = frame;
    call.caps[0] = &space;
    asked[0] = any64();
    asked[1] = any64();
    asked[2] = any64();

    uint64_t address = call.label == ARMPageMap ? asked[0] : cap_mapped_address(frame);

    any_tables(address);
    /* One entry stands for all of them. */
    uint64_t was = table(level)[index];
    enum status status = frame_decode(&call);
    uint64_t is = table(level)[index];

    ASSERT(status != STATUS_PREEMPT, "mapping is not preempted");
    if (status == STATUS_ERROR) {
        ASSERT(is == was, "a refusal changes no entry");
        ASSERT(slot.cap.head == frame.head && slot.cap.data == frame.data, "nor the capability");
    } else if (call.label == ARMPageMap) {
        ASSERT(is == was ||
                   &table(level)[index] == entry_at(3 - cap_frame_size_index(frame), address),
               "one entry changes");
        check_mapped(frame, slot.cap, space.cap);
    } else {
        ASSERT(is == was || (is == 0 && (was & PTE_ADDRESS) == cap_address(frame) &&
                             level == 3 - cap_frame_size_index(frame)),
               "only the frame's own leaf goes");
        ASSERT(cap_asid(slot.cap) == 0, "the capability forgets the mapping");
    }
    return 0;
}
