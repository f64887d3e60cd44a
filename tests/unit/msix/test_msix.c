/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "tap.h"
#include "vmm/vpci/msix.h"

#define FRAME    UINT64_C(0x08020000)
#define SETSPI   (FRAME + LINK_MSI_SETSPI)
#define TABLE_AT 0x100u
#define PBA_AT   0x800u

static uint32_t raised[64];
static unsigned raised_count;

static void raise_spi(void *owner, uint32_t intid)
{
    (void)owner;
    raised[raised_count++ % 64] = intid;
}

static const uint64_t bars[6] = { 0, 0x1000, 0, 0, 0x4000, 0 };
static struct vpci_msix_vectors vectors;

static void init_vectors(void)
{
    const struct vpci_msix_frame frame = { SETSPI, 80, 16, raise_spi, NULL };

    vpci_msix_vectors_init(&vectors, &frame);
    raised_count = 0;
}

static void capability(uint32_t dwords[3], unsigned size, uint32_t table, uint32_t pba)
{
    dwords[0] = 0x11u | (size - 1) << 16;
    dwords[1] = table;
    dwords[2] = pba;
}

static struct vpci_msix make(unsigned size, uint8_t slot)
{
    struct vpci_msix msix;
    uint32_t dwords[3];

    capability(dwords, size, TABLE_AT | 1, PBA_AT | 1);
    if (vpci_msix_parse(&msix, 0xb0, dwords, bars) != 0 ||
        vpci_msix_grant(&vectors, &msix, slot, LINK_IRQ_COUNT) != 0) {
        TAP_OK(false, "msix/a plain function is accepted");
    }
    return msix;
}

static void write_entry(const struct vpci_msix *msix, unsigned entry, uint64_t address,
                        uint32_t data, uint32_t control)
{
    uint64_t at = TABLE_AT + 16 * entry;

    vpci_msix_write(&vectors, msix, VPCI_MSIX_TABLE, at, 4, (uint32_t)address);
    vpci_msix_write(&vectors, msix, VPCI_MSIX_TABLE, at + 4, 4, address >> 32);
    vpci_msix_write(&vectors, msix, VPCI_MSIX_TABLE, at + 8, 4, data);
    vpci_msix_write(&vectors, msix, VPCI_MSIX_TABLE, at + 12, 4, control);
}

static bool refused(unsigned size, uint32_t table, uint32_t pba)
{
    struct vpci_msix msix;
    uint32_t dwords[3];

    capability(dwords, size, table, pba);
    return vpci_msix_parse(&msix, 0xb0, dwords, bars) == RT_ERR_PEER;
}

static void test_parse(void)
{
    TAP_OK(!refused(4, 1, PBA_AT | 1), "msix/a table that fits is accepted");
    TAP_OK(refused(4, 6, PBA_AT | 1) && refused(4, 7, PBA_AT | 1),
           "msix/BAR numbers 6 and 7 are refused");
    TAP_OK(refused(4, 2, PBA_AT | 1), "msix/a table in a BAR that does not exist is refused");
    TAP_OK(refused(4, 0xfc8 | 1, PBA_AT | 1),
           "msix/a table that runs over its BAR's end is refused");
    TAP_OK(!refused(4, 0xfc0 | 1, PBA_AT | 1), "msix/a table that ends with its BAR is accepted");
    TAP_OK(refused(4, 0xfffffff8 | 1, PBA_AT | 1), "msix/an offset near 2^32 is refused");
    TAP_OK(refused(4, 1, 0x1000 | 1), "msix/pending bits behind the BAR are refused");
    TAP_OK(refused(4, 1, 0x38 | 1) && refused(64, 0x100 | 1, 0xf8 | 1) == false,
           "msix/pending bits inside the table are refused, beside it accepted");
    TAP_OK(refused(2048, 1, PBA_AT | 1), "msix/a table larger than its BAR is refused");
}

static void test_grant(void)
{
    struct vpci_msix a, b;
    struct vpci_msix_vectors before;

    init_vectors();
    a = make(100, 1);
    before = vectors;
    b = make(100, 2);
    TAP_OK(before.used == 100 && a.first == 0 && a.size == 100,
           "msix/the first function gets all its vectors");
    TAP_OK(b.first == 100 && b.size == 28 && b.real_size == 100,
           "msix/the second gets what is left of 128");
    TAP_OK((vpci_msix_control(&b) & VPCI_MSIX_CTRL_SIZE) == 27,
           "msix/its table shrinks for the guest");
    TAP_OK(vpci_msix_grant(&vectors, &a, 3, 8) == RT_ERR_NO_MEMORY,
           "msix/a 129th vector does not exist");
    TAP_OK(vectors.owner[99] == 1 && vectors.owner[100] == 2, "msix/each vector has one owner");
    vpci_msix_write(&vectors, &b, VPCI_MSIX_TABLE, TABLE_AT + 16 * 28, 8, 0x1234);
    TAP_OK(vpci_msix_read(&vectors, &b, VPCI_MSIX_TABLE, TABLE_AT + 16 * 28, 8) == 0,
           "msix/entries beyond the shown size read zero");
    TAP_OK(vpci_msix_hit(&b, 1, TABLE_AT + 16 * 99, 4) == VPCI_MSIX_TABLE,
           "msix/the backend's hidden entries stay out of reach");
}

static void test_delivery(void)
{
    struct vpci_msix msix;

    init_vectors();
    msix = make(4, 1);
    write_entry(&msix, 2, SETSPI, 85, 0);
    vpci_msix_message(&vectors, &msix, msix.first + 2);
    TAP_OK(raised_count == 0 && vectors.dropped == 1, "msix/a disabled function raises nothing");
    vpci_msix_set_control(&vectors, &msix, VPCI_MSIX_CTRL_ENABLE);
    vpci_msix_message(&vectors, &msix, msix.first + 2);
    TAP_OK(raised_count == 1 && raised[0] == 85, "msix/an enabled entry raises the guest's SPI");
    write_entry(&msix, 2, SETSPI, 96, 0);
    vpci_msix_message(&vectors, &msix, msix.first + 2);
    write_entry(&msix, 2, SETSPI, 79, 0);
    vpci_msix_message(&vectors, &msix, msix.first + 2);
    TAP_OK(raised_count == 1, "msix/data outside the guest's SPIs raises nothing");
    write_entry(&msix, 2, FRAME, 85, 0);
    vpci_msix_message(&vectors, &msix, msix.first + 2);
    write_entry(&msix, 2, SETSPI | UINT64_C(1) << 32, 85, 0);
    vpci_msix_message(&vectors, &msix, msix.first + 2);
    TAP_OK(raised_count == 1, "msix/an address that is not the guest's frame raises nothing");
}

static uint64_t pending(const struct vpci_msix *msix)
{
    return vpci_msix_read(&vectors, msix, VPCI_MSIX_PBA, PBA_AT, 8);
}

static void test_masking(void)
{
    struct vpci_msix msix;

    init_vectors();
    msix = make(4, 1);
    vpci_msix_set_control(&vectors, &msix, VPCI_MSIX_CTRL_ENABLE);
    write_entry(&msix, 1, SETSPI, 81, 1);
    vpci_msix_message(&vectors, &msix, msix.first + 1);
    vpci_msix_message(&vectors, &msix, msix.first + 1);
    TAP_OK(raised_count == 0 && pending(&msix) == 2, "msix/a masked entry sets its pending bit");
    vpci_msix_write(&vectors, &msix, VPCI_MSIX_PBA, PBA_AT, 8, 0);
    TAP_OK(pending(&msix) == 2, "msix/pending bits are read-only");
    vpci_msix_write(&vectors, &msix, VPCI_MSIX_TABLE, TABLE_AT + 28, 4, 0);
    TAP_OK(raised_count == 1 && pending(&msix) == 0,
           "msix/unmasking fires once and clears the bit");
    vpci_msix_set_control(&vectors, &msix, VPCI_MSIX_CTRL_ENABLE | VPCI_MSIX_CTRL_MASK);
    vpci_msix_message(&vectors, &msix, msix.first + 1);
    TAP_OK(raised_count == 1 && pending(&msix) == 2,
           "msix/the function mask holds unmasked entries");
    vpci_msix_set_control(&vectors, &msix, VPCI_MSIX_CTRL_ENABLE);
    TAP_OK(raised_count == 2 && pending(&msix) == 0, "msix/lifting the function mask fires");
    vpci_msix_write(&vectors, &msix, VPCI_MSIX_TABLE, TABLE_AT + 24, 8, UINT64_C(1) << 32 | 82);
    TAP_OK(vectors.entries[msix.first + 1].masked && vectors.entries[msix.first + 1].data == 82,
           "msix/a quadword writes data and mask");
}

static void test_widths(void)
{
    struct vpci_msix msix;

    init_vectors();
    msix = make(4, 1);
    write_entry(&msix, 0, UINT64_C(0x1122334455667788), 0xaabbccdd, 0);
    TAP_OK(vpci_msix_read(&vectors, &msix, VPCI_MSIX_TABLE, TABLE_AT, 8) ==
               UINT64_C(0x1122334455667788),
           "msix/a quadword reads the address");
    vpci_msix_write(&vectors, &msix, VPCI_MSIX_TABLE, TABLE_AT, 2, 0);
    vpci_msix_write(&vectors, &msix, VPCI_MSIX_TABLE, TABLE_AT + 1, 4, 0);
    vpci_msix_write(&vectors, &msix, VPCI_MSIX_TABLE, TABLE_AT - 4, 8, 0);
    TAP_OK(vpci_msix_read(&vectors, &msix, VPCI_MSIX_TABLE, TABLE_AT, 4) == 0x55667788,
           "msix/narrow and unaligned writes are ignored");
    TAP_OK(vpci_msix_read(&vectors, &msix, VPCI_MSIX_TABLE, TABLE_AT, 2) == 0,
           "msix/narrow reads give zero");
    TAP_OK(vpci_msix_hit(&msix, 1, TABLE_AT - 4, 8) == VPCI_MSIX_TABLE &&
               vpci_msix_hit(&msix, 1, TABLE_AT - 4, 4) == VPCI_MSIX_NEITHER &&
               vpci_msix_hit(&msix, 4, TABLE_AT, 4) == VPCI_MSIX_NEITHER &&
               vpci_msix_hit(&msix, 1, PBA_AT + 4, 4) == VPCI_MSIX_PBA,
           "msix/only accesses that touch table or pending bits are taken");
    vpci_msix_vectors_reset(&vectors);
    TAP_OK(vectors.entries[0].masked && vectors.entries[0].data == 0 && vectors.used == 0,
           "msix/after a reset every entry is masked");
}

int main(void)
{
    test_parse();
    test_grant();
    test_delivery();
    test_masking();
    test_widths();
    return TAP_DONE();
}
