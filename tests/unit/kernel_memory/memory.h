/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TESTS_UNIT_KERNEL_MEMORY_H
#define TESTS_UNIT_KERNEL_MEMORY_H

#include "kernel_scene.h"
#include "object/asid.h"
#include "object/table.h"

#define VSPACE SEL4_SLOT_INIT_VSPACE
/* An address with nothing near it, where spaces have their page. */
#define BASE (1ull << 41)

struct cap cap_at(uint64_t slot);

/* MakePool into a slot of the initial CNode, Assign; the answer's label. */
uint64_t make_pool(uint64_t untyped, uint64_t dest);
uint64_t assign(uint64_t pool, uint64_t vspace);

/* Maps a frame or a table with default attributes; the answer's label. */
uint64_t map(uint64_t cap, uint64_t label, uint64_t vspace, uint64_t address, uint64_t rights);

/* An address space in a pool of its own, with one page mapped at BASE: the slots of all that. */
struct space {
    uint64_t pool, vspace, tables[3], frame;
};

struct space make_space(void);

/* The lowest entry that covers the address, and the size of what it maps. */
uint64_t entry_of(uint64_t vspace, uint64_t address, unsigned *bits);

/* Each file's tests. */
void play_retype(void);
void play_asids(void);
void play_tables(void);
void play_frames(void);

#endif
