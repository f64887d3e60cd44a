/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Lookup through up to three CNodes, whatever their capabilities are: any guards, any pointer, any
 * depth. No slot outside of a CNode is read, and the slot reached is one of theirs.
 */
#include "core/lookup.h"

#include "cbmc.h"

/* A slot of one names a CNode of a later one, or anything that is no CNode. */
static struct slot top[4], middle[2], bottom[2];

static struct cap any_cap(unsigned level)
{
    struct cap cap = { any64(), any64() };

    if (cap_type(cap) != CAP_CNODE) {
        return cap;
    }
    ASSUME(level < 3);
    if (level == 0 && any_bool()) {
        return cap_cnode(top, 2, cap.data);
    }
    return level < 2 && any_bool() ? cap_cnode(middle, 1, cap.data)
                                   : cap_cnode(bottom, 1, cap.data);
}

static bool is_one_of(const struct slot *slot, const struct slot *node, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        if (slot == &node[i]) {
            return true;
        }
    }
    return false;
}

int main(void)
{
    for (unsigned i = 0; i < 4; i++) {
        top[i].cap = any_cap(1);
    }
    for (unsigned i = 0; i < 2; i++) {
        middle[i].cap = any_cap(2);
    }
    for (unsigned i = 0; i < 2; i++) {
        bottom[i].cap = any_cap(3);
    }

    struct cap root = any_cap(0);
    unsigned bits = 1 + any_below(64);
    struct lookup_failure failure;
    struct slot *slot = 0;
    unsigned left = 0;

    if (lookup_path(root, any64(), bits, &slot, &left, &failure)) {
        ASSERT(is_one_of(slot, top, 4) || is_one_of(slot, middle, 2) || is_one_of(slot, bottom, 2),
               "the slot reached lies in a CNode");
        ASSERT(left < bits, "each step takes bits");
        ASSERT(left == 0 || cap_type(slot->cap) != CAP_CNODE, "the walk ends at its end");
    }
    return 0;
}
