/* SPDX-License-Identifier: BSD-2-Clause */
/* Any pointer, any address: indices into CNodes and translation tables, and VMIDs, are in range. */
#include "object/asid.c"

#include "core/lookup.h"
#include "object/table.h"

#include "cbmc.h"

int main(void)
{
    unsigned radix = any_below(64);
    unsigned bits = any_below(64);
    unsigned vmid = 1 + any_below(VMID_COUNT - 1);

    ASSERT(lookup_index(any64(), bits, radix) >> radix == 0, "a lookup stays in the CNode");
    ASSERT(table_index(any64(), bits, SEL4_PAGE_TABLE_INDEX_BITS) <
               1u << SEL4_PAGE_TABLE_INDEX_BITS,
           "a walk stays in the table");
    ASSERT(table_index(any64(), bits, SEL4_VSPACE_INDEX_BITS) < 1u << SEL4_VSPACE_INDEX_BITS,
           "a walk stays in the root table");
    ASSERT(vmid_after(vmid) >= 1 && vmid_after(vmid) < VMID_COUNT, "a VMID comes after each");
    return 0;
}
