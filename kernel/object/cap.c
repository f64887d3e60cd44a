/* SPDX-License-Identifier: BSD-2-Clause */
#include "object/cap.h"

bool cap_is_physical(struct cap cap)
{
    switch (cap_type(cap)) {
    case CAP_UNTYPED:
    case CAP_ENDPOINT:
    case CAP_NOTIFICATION:
    case CAP_CNODE:
    case CAP_TCB:
    case CAP_ZOMBIE:
    case CAP_FRAME:
    case CAP_TABLE:
    case CAP_VSPACE:
    case CAP_ASID_POOL:
    case CAP_VCPU: return true;
    default: return false;
    }
}

unsigned cap_size_bits(struct cap cap)
{
    switch (cap_type(cap)) {
    case CAP_UNTYPED: return cap_untyped_bits(cap);
    case CAP_ENDPOINT: return SEL4_ENDPOINT_BITS;
    case CAP_NOTIFICATION: return SEL4_NOTIFICATION_BITS;
    case CAP_CNODE: return cap_cnode_radix(cap) + SEL4_SLOT_BITS;
    case CAP_TCB: return SEL4_TCB_BITS;
    case CAP_ZOMBIE:
        return cap_param(cap) & CAP_ZOMBIE_TCB ? SEL4_TCB_BITS
                                               : (cap_param(cap) & 0x3f) + SEL4_SLOT_BITS;
    case CAP_FRAME: return cap_frame_bits(cap);
    case CAP_TABLE: return SEL4_PAGE_TABLE_BITS;
    case CAP_VSPACE: return SEL4_VSPACE_BITS;
    case CAP_ASID_POOL: return SEL4_ASID_POOL_BITS;
    case CAP_VCPU: return SEL4_VCPU_BITS;
    default: return 0;
    }
}

/* True if b's memory lies within a's. Both are physical; neither can wrap (48-bit addresses). */
static bool region_contains(struct cap a, struct cap b)
{
    uint64_t a_last = cap_address(a) + ((1ull << cap_size_bits(a)) - 1);
    uint64_t b_last = cap_address(b) + ((1ull << cap_size_bits(b)) - 1);

    return cap_address(a) <= cap_address(b) && b_last <= a_last;
}

bool cap_same_region(struct cap a, struct cap b)
{
    switch (cap_type(a)) {
    case CAP_UNTYPED: return cap_is_physical(b) && region_contains(a, b);
    case CAP_FRAME: return cap_type(b) == CAP_FRAME && region_contains(a, b);
    case CAP_IRQ_CONTROL:
        return cap_type(b) == CAP_IRQ_CONTROL || cap_type(b) == CAP_IRQ_HANDLER ||
               cap_type(b) == CAP_SGI;
    case CAP_CNODE:
        return cap_type(b) == CAP_CNODE && cap_address(a) == cap_address(b) &&
               cap_cnode_radix(a) == cap_cnode_radix(b);
    case CAP_IRQ_HANDLER:
    case CAP_SGI: return cap_type(a) == cap_type(b) && a.data == b.data;
    case CAP_ENDPOINT:
    case CAP_NOTIFICATION:
    case CAP_TCB:
    case CAP_REPLY:
    case CAP_TABLE:
    case CAP_VSPACE:
    case CAP_ASID_POOL:
    case CAP_VCPU: return cap_type(a) == cap_type(b) && cap_address(a) == cap_address(b);
    case CAP_DOMAIN:
    case CAP_ASID_CONTROL:
    case CAP_SMC: return cap_type(a) == cap_type(b);
    default: return false;
    }
}

bool cap_same_object(struct cap a, struct cap b)
{
    switch (cap_type(a)) {
    case CAP_UNTYPED: return false;
    case CAP_IRQ_CONTROL: return cap_type(b) == CAP_IRQ_CONTROL;
    case CAP_FRAME:
        return cap_type(b) == CAP_FRAME && cap_address(a) == cap_address(b) &&
               cap_frame_size_index(a) == cap_frame_size_index(b) &&
               cap_frame_is_device(a) == cap_frame_is_device(b);
    default: return cap_same_region(a, b);
    }
}

/* A frame without read right is not accessible at all: stage 2 could express it, the API not. */
/*@ requires access \in {CAP_FRAME_NO_ACCESS, CAP_FRAME_READ_ONLY, CAP_FRAME_READ_WRITE};
    assigns \nothing;
    ensures readable: \result != CAP_FRAME_NO_ACCESS ==>
        access != CAP_FRAME_NO_ACCESS && (rights & SEL4_RIGHT_READ) != 0;
    ensures writable: \result == CAP_FRAME_READ_WRITE ==>
        access == CAP_FRAME_READ_WRITE && (rights & SEL4_RIGHT_WRITE) != 0;
    ensures known: \result \in {CAP_FRAME_NO_ACCESS, CAP_FRAME_READ_ONLY, CAP_FRAME_READ_WRITE}; */
static unsigned mask_frame_access(unsigned access, unsigned rights)
{
    if (access == CAP_FRAME_NO_ACCESS || !(rights & SEL4_RIGHT_READ)) {
        return CAP_FRAME_NO_ACCESS;
    }
    return rights & SEL4_RIGHT_WRITE ? access : CAP_FRAME_READ_ONLY;
}

struct cap cap_mask_rights(struct cap cap, unsigned rights)
{
    switch (cap_type(cap)) {
    case CAP_ENDPOINT: return cap_with_param(cap, cap_param(cap) & rights & SEL4_RIGHTS_ALL);
    case CAP_NOTIFICATION:
        return cap_with_param(cap, cap_param(cap) & rights & (SEL4_RIGHT_READ | SEL4_RIGHT_WRITE));
    case CAP_FRAME:
        return cap_with_param(cap, (cap_param(cap) & ~0xcull) |
                                       mask_frame_access(cap_frame_access(cap), rights) << 2);
    default: return cap;
    }
}

struct cap cap_update_data(struct cap cap, bool preserve, uint64_t data)
{
    switch (cap_type(cap)) {
    case CAP_ENDPOINT:
    case CAP_NOTIFICATION:
    case CAP_SMC:
        if (preserve || cap.data != 0) {
            return cap_null();
        }
        cap.data = data;
        return cap;
    case CAP_CNODE: {
        unsigned guard_bits = data & SEL4_CAP_DATA_GUARD_SIZE_MASK;
        uint64_t guard = data >> SEL4_CAP_DATA_GUARD_SHIFT;

        if (guard_bits + cap_cnode_radix(cap) > SEL4_WORD_BITS) {
            return cap_null();
        }
        guard &= (1ull << guard_bits) - 1;
        cap.data = guard << SEL4_CAP_DATA_GUARD_SHIFT | guard_bits;
        return cap;
    }
    default: return cap;
    }
}
