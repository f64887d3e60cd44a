/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Making kernel objects and placing capabilities. All slots are CPtrs in the caller's own root CNode,
 * given by its slot (in a component: PLAN_SLOT_CNODE) and resolved at full depth.
 */
#ifndef RT_OBJECT_H
#define RT_OBJECT_H

#include "rt/error.h"
#include "sel4/sel4.h"

/*
 * Untyped_Retype into [slot, slot + count) of the caller's own CNode.
 *
 * @untyped: parent; the kernel zeroes what it carves out if it is RAM.
 * @type: seL4 object type. @size_bits: as Untyped_Retype, ignored for objects of fixed size.
 * @count: any number; split into calls of at most the kernel's fan-out limit.
 * Returns 0, RT_ERR_NO_MEMORY if the untyped is used up, RT_ERR_EXISTS if a slot is occupied, or
 * RT_ERR_KERNEL (logged). On an error the slots before the failing call are filled.
 */
int rt_retype(seL4_CPtr untyped, seL4_Word type, seL4_Word size_bits, seL4_CPtr cnode,
              seL4_Word slot, seL4_Word count) RT_MUST_CHECK;

/* The code of enum rt_error that stands for a seL4_Error. */
int rt_error_from_sel4(seL4_Error error);

/* Name of a seL4_Error, for log lines; never NULL. */
const char *rt_sel4_error_text(seL4_Error error);

/*
 * Maps one page, making the tables that are missing from `untyped`.
 *
 * @page: unmapped frame capability. @vaddr: multiple of its size.
 * @slots: where table capabilities go; struct of rt/slots.h.
 * Returns 0, RT_ERR_NO_MEMORY or RT_ERR_NO_SLOT (tables), or RT_ERR_KERNEL (logged).
 */
struct rt_slots;
int rt_map_page(seL4_CPtr page, seL4_CPtr vspace, seL4_Word vaddr, seL4_CapRights_t rights,
                seL4_ARM_VMAttributes attributes, seL4_CPtr untyped, seL4_CPtr cnode,
                struct rt_slots *slots) RT_MUST_CHECK;

#endif
