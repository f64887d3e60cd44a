/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * All capabilities (any two words), all rights, all data: masking never adds a right and leaves
 * everything else alone; a badge or guard changes nothing but itself.
 */
#include "object/cap.h"

#include "cbmc.h"

static bool rights_shrink(struct cap before, struct cap after, unsigned rights)
{
    switch (cap_type(before)) {
    case CAP_ENDPOINT:
    case CAP_NOTIFICATION: return (cap_rights(after) & ~(cap_rights(before) & rights)) == 0;
    case CAP_FRAME:
        return cap_frame_size_index(after) == cap_frame_size_index(before) &&
               cap_frame_is_device(after) == cap_frame_is_device(before) &&
               (!(cap_frame_access(after) & 1) ||
                ((cap_frame_access(before) & 1) && (rights & SEL4_RIGHT_READ))) &&
               (!(cap_frame_access(after) & 2) ||
                ((cap_frame_access(before) & 2) && (rights & SEL4_RIGHT_WRITE)));
    default: return after.head == before.head;
    }
}

static bool frame_access_known(struct cap cap)
{
    return cap_type(cap) != CAP_FRAME || cap_frame_access(cap) != 2;
}

int main(void)
{
    struct cap cap = { any64(), any64() };
    unsigned rights = any32();
    uint64_t data = any64();
    bool preserve = any_bool();

    ASSUME(frame_access_known(cap));
    struct cap masked = cap_mask_rights(cap, rights);
    struct cap updated = cap_update_data(cap, preserve, data);

    ASSERT(rights_shrink(cap, masked, rights), "rights only shrink");
    ASSERT(frame_access_known(masked), "a frame's access stays one of three");
    ASSERT(cap_type(masked) == cap_type(cap) && cap_address(masked) == cap_address(cap) &&
               masked.data == cap.data,
           "masking changes nothing else");
    ASSERT(updated.head == cap.head || updated.head == 0, "data changes no other field");
    if (cap_type(updated) == CAP_CNODE) {
        ASSERT(cap_cnode_guard_bits(updated) + cap_cnode_radix(updated) <= 64,
               "a guard fits beside the radix");
        ASSERT(cap_cnode_guard(updated) < 1ull << cap_cnode_guard_bits(updated),
               "and into its bits");
    }
    return 0;
}
