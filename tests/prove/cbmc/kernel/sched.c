/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The ready bitmap in any sound state, and any priority: marking keeps it sound and changes one bit,
 * and the highest priority found is the highest bit.
 */
#include "core/sched.c"

#include "cbmc.h"

static struct ready_queues ready;

static bool is_marked(const uint64_t *bitmap, unsigned priority)
{
    return bitmap[priority / 64] >> priority % 64 & 1;
}

static bool sound(void)
{
    for (unsigned word = 0; word < BITMAP_WORDS; word++) {
        if ((ready.summary >> word & 1) != (ready.bitmap[word] != 0)) {
            return false;
        }
    }
    return ready.summary >> BITMAP_WORDS == 0;
}

int main(void)
{
    uint64_t before[BITMAP_WORDS];
    unsigned priority = any_below(PRIORITY_COUNT);
    unsigned other = any_below(PRIORITY_COUNT);
    bool mark = any_bool();

    ready.summary = any64();
    for (unsigned word = 0; word < BITMAP_WORDS; word++) {
        ready.bitmap[word] = before[word] = any64();
    }
    ASSUME(sound());
    if (mark) {
        mark_ready(&ready, priority);
    } else {
        mark_empty(&ready, priority);
    }
    ASSERT(sound(), "the summary says which words are not empty");
    ASSERT(is_marked(ready.bitmap, priority) == mark, "the priority is marked as asked");
    ASSERT(other == priority || is_marked(ready.bitmap, other) == is_marked(before, other),
           "no other is");

    int highest = sched_highest_ready(&ready);

    ASSERT(highest >= -1 && highest < PRIORITY_COUNT, "the highest is a priority");
    ASSERT(highest < 0 || is_marked(ready.bitmap, (unsigned)highest), "it is marked");
    ASSERT((int)other <= highest || !is_marked(ready.bitmap, other), "and none above it is");
    return 0;
}
