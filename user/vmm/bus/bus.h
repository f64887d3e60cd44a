/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The guest's physical bus: which emulated device answers at which guest-physical address.
 *
 * Everything that a guest can reach and that is not mapped into its stage 2 ends here. A device
 * registers a window and a handler; the VM's fault code decodes the trapped instruction, looks the
 * address up and does what the handler's result says. The bus holds no lock: one VMM thread.
 *
 * Called by: vm/fault.c (accesses), vm/setup.c and the PCI host bridges (registration).
 */
#ifndef VMM_BUS_H
#define VMM_BUS_H

#include <stdbool.h>
#include <stdint.h>

#include "rt/error.h"

#define BUS_WINDOWS_MAX 96u /* GICD, GICv2m, UART, 2 per link, and room */

enum bus_result {
    BUS_HANDLED,  /* done; a read left its value in access->data */
    BUS_UNMAPPED, /* nobody answers: logged (rate-limited), external abort in the guest */
    BUS_FAULT,    /* the device refuses the access: external abort in the guest, not logged */
    BUS_WAIT,     /* the vCPU stays blocked until vm_complete(vm, access->vcpu, data) */
};

/* One load or store of a guest. All fields are guest-chosen; ipa..ipa+size is inside the window. */
struct bus_access {
    uint64_t ipa;  /* guest-physical byte address, any alignment */
    uint64_t data; /* write: the value, zero-extended from size; read: set by the handler, only the
                      low `size` bytes count */
    unsigned size; /* 1, 2, 4 or 8 bytes */
    bool write;
    unsigned vcpu; /* index of the vCPU that made the access */
};

/*
 * Handles one access. Must not block. `opaque` is the pointer given to bus_add.
 */
typedef enum bus_result (*bus_handler)(void *opaque, struct bus_access *access);

struct bus_window {
    uint64_t base;
    uint64_t size_bytes;
    bus_handler handler;
    void *opaque;
    const char *name;
};

struct bus {
    struct bus_window windows[BUS_WINDOWS_MAX]; /* ascending base, disjoint */
    unsigned count;
    unsigned last; /* window found last: guests come in bursts */
};

/*@ predicate window_sound(struct bus_window *w) =
        w->size_bytes > 0 && w->base + w->size_bytes - 1 <= UINT64_MAX;
    predicate window_holds(struct bus_window *w, integer ipa, integer bytes) =
        w->base <= ipa && ipa < w->base + w->size_bytes &&
        ipa + bytes <= w->base + w->size_bytes;
    predicate bus_sound(struct bus *bus) =
        bus->count <= BUS_WINDOWS_MAX &&
        (\forall integer i; 0 <= i < bus->count ==> window_sound(&bus->windows[i])) &&
        (\forall integer i, j; 0 <= i < j < bus->count ==>
            bus->windows[i].base + bus->windows[i].size_bytes <= bus->windows[j].base); */

/* Makes an empty bus. */
void bus_init(struct bus *bus);

/*
 * Registers [base, base + size_bytes). `name` (for logs) and `opaque` must outlive the bus.
 * base and size_bytes come from the system description.
 * Returns 0, or RT_ERR_RANGE (size 0, or the end lies beyond 2^64), RT_ERR_OVERLAP (part of
 * it belongs to another window), RT_ERR_NO_SLOT. Nothing changes on error.
 */
int bus_add(struct bus *bus, const char *name, uint64_t base, uint64_t size_bytes,
            bus_handler handler, void *opaque) RT_MUST_CHECK;

/*
 * Finds the window that holds all of [ipa, ipa + size_bytes), or NULL. Used for accesses and by
 * whoever wants to know that a range of the guest's map is free.
 */
/*@ requires \valid(bus) && bus_sound(bus);
    assigns bus->last;
    ensures inside: \result != \null ==>
        \exists integer i; 0 <= i < bus->count && \result == &bus->windows[i] &&
            window_holds(&bus->windows[i], ipa, size_bytes); */
const struct bus_window *bus_find(struct bus *bus, uint64_t ipa, uint64_t size_bytes);

/*
 * Dispatches one access; BUS_UNMAPPED if no window holds all of it. A read that is handled has its
 * data truncated to access->size bytes.
 */
enum bus_result bus_dispatch(struct bus *bus, struct bus_access *access);

#endif
