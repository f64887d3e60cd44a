/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Address spaces: stage-2 translation tables. One table type serves all levels below the root.
 * Source: sel4-abi 8; entry format: ARM DDI 0487 D8.3.
 */
#ifndef OBJECT_TABLE_H
#define OBJECT_TABLE_H

#include "api/call.h"

/* Entries, stage 2. */
#define PTE_VALID          1ull
#define PTE_TABLE          2ull /* below level 3: a table; at level 3: a page */
#define PTE_ADDRESS        0xfffffffff000ull
#define PTE_MEMATTR_NORMAL (0xfull << 2)
#define PTE_S2AP_SHIFT     6
#define PTE_SH_INNER       (3ull << 8)
#define PTE_AF             (1ull << 10)
#define PTE_XN             (1ull << 54)

/* Address bits that an entry of the root table covers. */
#ifdef CONFIG_ARM_PA_SIZE_BITS_40
#define VSPACE_ROOT_BITS 30
#else
#define VSPACE_ROOT_BITS 39
#endif

/* Entry for an address in a table of 2^index_bits entries that cover 2^bits bytes each. */
/*@ requires bits < 64 && index_bits < 64;
    assigns \nothing;
    ensures inside: \result < (1 << index_bits); */
static inline uint64_t table_index(uint64_t address, unsigned bits, unsigned index_bits)
{
    return (address >> bits) % (1ull << index_bits);
}

/*
 * vspace_walk() - the entry that ends the walk for an address
 * @root: root table
 * @address: at most SEL4_USER_TOP
 * @bits: out: address bits the entry covers (39, 30, 21 or 12)
 *
 * At most four levels. The entry is a leaf or not valid.
 */
uint64_t *vspace_walk(uint64_t *root, uint64_t address, unsigned *bits);

/* True for an entry of that level that points to the next table. */
static inline bool pte_is_table(uint64_t entry, unsigned bits)
{
    return bits > SEL4_PAGE_BITS && (entry & (PTE_VALID | PTE_TABLE)) == (PTE_VALID | PTE_TABLE);
}

/* Entry that maps a frame. */
uint64_t pte_leaf(uint64_t pa, unsigned bits, unsigned access, uint64_t attributes);

/* Entry that points to a table. */
uint64_t pte_table(uint64_t pa);

/*
 * vspace_check() - is this a VSpace capability with a living address space?
 * @number: of the argument, for InvalidCapability
 * @root: out: root table
 */
enum status vspace_check(struct call *call, struct cap cap, unsigned number, uint64_t **root);

/* Deletion: takes the table out of the address space it is mapped in. */
void table_tear_down(struct cap cap);
void vspace_tear_down(struct cap cap);

enum status table_decode(struct call *call);
enum status vspace_decode(struct call *call);

#endif
