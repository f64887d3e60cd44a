/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CORE_BOOT_H
#define CORE_BOOT_H

#include "core/memory.h"
#include "object/objects.h"

/* What the loader passes in x0..x5; contract/sel4/entry.h. */
struct boot_args {
    uint64_t image_start; /* physical, page aligned */
    uint64_t image_end;
    uint64_t physical_minus_virtual;
    uint64_t entry;
    uint64_t dtb_pa;
    uint64_t dtb_size;
};

/*
 * Builds the initial thread with everything it gets (sel4-abi 12.2 to 12.5).
 * @free: RAM the kernel has not used; what is left becomes untyped memory
 * @device: everything else that user level may have
 *
 * Return: the thread, not yet runnable. Halts with a message if memory or slots do not suffice.
 */
struct tcb *boot_root_task(const struct boot_args *args, struct range_list *free,
                           const struct range_list *device);

/* C entry; returns the context of the first thread to run. */
struct user_context *boot_main(uint64_t image_start, uint64_t image_end, uint64_t offset,
                               uint64_t entry, uint64_t dtb_pa, uint64_t dtb_size);

#if CONFIG_MAX_NUM_NODES > 1
/* First thing on each core: what this_core() gives, and the stack of its kernel entries. */
void boot_name_core(uint64_t number);

/* C entry of all cores but the first. */
struct user_context *boot_other_core(void);
#endif

/* Prints why the system cannot start, and halts. */
_Noreturn void boot_fail(const char *reason);

#endif
