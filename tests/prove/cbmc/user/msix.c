/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Any MSI-X capability that a peer shows: if it is accepted, table and pending bits lie in their
 * BARs. Any vector: its pending bit is set and read, and no other.
 */
#include "vmm/vpci/msix.c"

#include "cbmc.h"

static struct vpci_msix_vectors vectors;

static void check_parse(void)
{
    struct vpci_msix msix;
    uint32_t dwords[3] = { any32(), any32(), any32() };
    uint64_t bar_bytes[6] = { any64(), any64(), any64(), any64(), any64(), any64() };

    if (vpci_msix_parse(&msix, (uint8_t)any32(), dwords, bar_bytes) == 0) {
        ASSERT(msix.table_bar < 6 && msix.pba_bar < 6, "BARs that exist");
        ASSERT(msix.table_offset + 16ull * msix.real_size <= bar_bytes[msix.table_bar],
               "the table ends in its BAR");
        ASSERT(msix.pba_offset + (msix.real_size + 7ull) / 8 <= bar_bytes[msix.pba_bar],
               "the pending bits end in theirs");
    }
}

int main(void)
{
    uint32_t vector = any_below(LINK_IRQ_COUNT);
    uint32_t other = any_below(LINK_IRQ_COUNT);
    bool pending = any_bool();

    check_parse();
    vectors.pending[0] = any64();
    vectors.pending[1] = any64();

    bool was_pending = is_pending(&vectors, other);

    set_pending(&vectors, vector, pending);
    ASSERT(is_pending(&vectors, vector) == pending, "a vector is pending as told");
    ASSERT(other == vector || is_pending(&vectors, other) == was_pending, "and no other changes");
    return 0;
}
