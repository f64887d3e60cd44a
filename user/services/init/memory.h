/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Objects, slots and mappings of the initial task: the place where the pure allocators (untyped.h,
 * rt/slots.h) meet the kernel.
 */
#ifndef INIT_MEMORY_H
#define INIT_MEMORY_H

#include "state.h"

extern const struct ut_kind memory_tcb;
extern const struct ut_kind memory_endpoint;
extern const struct ut_kind memory_notification;
extern const struct ut_kind memory_vspace;
extern const struct ut_kind memory_small_page;

/* Kinds whose size is an argument: untyped memory (log2 bytes) and CNodes (log2 slots). */
struct ut_kind memory_untyped(uint32_t bits);
struct ut_kind memory_cnode(uint32_t bits);

/* The frame object of 2^bits bytes; bits is 12, 21 or 30. */
struct ut_kind memory_page(uint32_t bits);

/* Takes over the untyped capabilities of BootInfo and its empty slots. */
int memory_init(struct init_state *state) RT_MUST_CHECK;

/* Makes `count` objects from RAM into fresh, consecutive slots. */
int memory_make(struct init_state *state, const struct ut_kind *kind, uint64_t count,
                uint64_t *slot) RT_MUST_CHECK;

/* Maps one page of any VSpace, making the tables that are missing. Logged on error. */
int memory_map(struct init_state *state, seL4_CPtr page, seL4_CPtr vspace, uint64_t vaddr,
               _Bool writable, seL4_ARM_VMAttributes attributes) RT_MUST_CHECK;

/*
 * Maps boot-module memory [paddr, paddr + bytes) read-only into our own window.
 *
 * @paddr: multiple of 4 KiB. Returns 0 and the address in *bytes_out.
 */
int memory_map_module(struct init_state *state, uint64_t paddr, uint64_t bytes,
                      const uint8_t **bytes_out) RT_MUST_CHECK;

/* Maps the UART's register page and remembers its frame for the component that will own it. */
int memory_map_uart(struct init_state *state, uint64_t paddr,
                    volatile void **registers) RT_MUST_CHECK;

/*
 * Moves on to a root CNode of our own with at least `slots` more free slots. The kernel's initial
 * CNode keeps what is never needed again (image frames) and can be reached by nobody afterwards.
 */
int memory_grow_root(struct init_state *state, uint64_t slots) RT_MUST_CHECK;

#endif
