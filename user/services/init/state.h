/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the initial task knows while it builds the system. One instance, made in main.c and handed to
 * every step.
 */
#ifndef INIT_STATE_H
#define INIT_STATE_H

#include <stdint.h>

#include "board.h"
#include "elf_image.h"
#include "plan_view.h"
#include "rt/slots.h"
#include "sel4/sel4.h"
#include "untyped.h"

#define INIT_ROOT  seL4_CapInitThreadCNode
#define INIT_DEPTH seL4_WordBits /* a slot number is a CPtr in every root CNode used here */

/* One page of registers that the initial task uses itself before a component gets it. */
struct early_frame {
    uint64_t paddr; /* 0 = none */
    seL4_CPtr slot;
};

struct init_state {
    const seL4_BootInfo *info;
    struct board board;
    struct rt_slots slots; /* free slots of the current root CNode */
    struct ut_pool pool;
    uint64_t window; /* next free address of our own mapping window */
    struct early_frame uart;
    struct plan_view plan;
    const uint8_t *module_bytes[PLAN_MODULES_MAX]; /* mapped ELF files, by module index */
    struct elf_image images[PLAN_COMPONENTS_MAX];  /* by component index */
    uint64_t object_slot[PLAN_OBJECTS_MAX];        /* first original of each object */
    uint8_t object_mapped[PLAN_OBJECTS_MAX];       /* the originals themselves are mapped */
    seL4_CPtr supervisor;                          /* endpoint of all fault reports */
    uint32_t mapped_pages;
    uint32_t tables;
};

#endif
