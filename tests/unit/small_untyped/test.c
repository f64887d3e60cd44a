/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Every state that Retype, Copy, Move, Delete and Revoke can reach from one small untyped, in any
 * order and number, also when an interrupt stops them half way: in each of them, memory is either
 * free in exactly one untyped capability or belongs to exactly one object.
 *
 * The model: an untyped of 128 bytes; two slots of the initial CNode; objects of 16 bytes
 * (endpoint), 64 bytes (a CNode of two slots, whose slots are used too) and untypeds of 32 and 64
 * bytes. A state is the bytes of these slots and of the memory; the search ends when no call leads
 * to a new one.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arch/machine.h"
#include "core/invariants.h"
#include "core/sched.h"
#include "kernel_host.h"
#include "tap.h"

#define MEMORY_BITS  7
#define MEMORY_BYTES (1u << MEMORY_BITS)
#define WINDOW       2 /* slots beside the untyped's own */
#define INNER        2 /* slots of a CNode made here */
#define PLACES       (WINDOW + WINDOW * INNER)
#define STATES_MAX   (1u << 21)
#define TABLE_SIZE   (STATES_MAX * 2)
#define CAPS_MAX     16

struct state {
    struct slot parent;            /* the untyped that the model's was made of */
    struct slot slots[1 + WINDOW]; /* [0]: the model's untyped */
    uint8_t memory[MEMORY_BYTES];
};

static struct state *states;
static uint32_t *table; /* state number + 1 */
static uint32_t state_count;
static uint64_t call_count;
static const char *wrong;

static struct slot *own_slots(void)
{
    return host_slot(host_free_slot);
}

static void *memory(void)
{
    return cap_object(own_slots()[0].cap);
}

static void save(struct state *state)
{
    state->parent = *host_slot(host_untyped);
    memcpy(state->slots, own_slots(), sizeof(state->slots));
    memcpy(state->memory, memory(), MEMORY_BYTES);
}

static void load(const struct state *state)
{
    *host_slot(host_untyped) = state->parent;
    memcpy(own_slots(), state->slots, sizeof(state->slots));
    memcpy(memory(), state->memory, MEMORY_BYTES);
}

static uint64_t hash(const struct state *state)
{
    uint64_t words[sizeof(*state) / sizeof(uint64_t)];
    uint64_t sum = 0;

    memcpy(words, state, sizeof(words));
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        sum = (sum ^ words[i]) * 0x9e3779b97f4a7c15ull;
        sum ^= sum >> 29;
    }
    return sum;
}

/* True if the state was not seen before; it is kept then. */
static bool remember(const struct state *state)
{
    uint64_t at = hash(state) % TABLE_SIZE;

    for (; table[at]; at = (at + 1) % TABLE_SIZE) {
        if (!memcmp(&states[table[at] - 1], state, sizeof(*state))) {
            return false;
        }
    }
    if (state_count == STATES_MAX) {
        wrong = "the model has more states than expected";
        return false;
    }
    states[state_count++] = *state;
    table[at] = state_count;
    return true;
}

/* ---- What must hold ---------------------------------------------------------------------------- */

struct range {
    uint64_t start, end;
};

static struct range region(struct cap cap)
{
    return (struct range){ cap_address(cap), cap_address(cap) + (1ull << cap_size_bits(cap)) };
}

/* What the next Retype of an untyped capability may hand out: all of it once no child is left. */
static struct range free_part(const struct slot *slot)
{
    struct range range = region(slot->cap);

    if (slot_has_children(slot)) {
        range.start += slot->cap.data;
    }
    return range;
}

static bool disjoint(struct range a, struct range b)
{
    return a.end <= b.start || b.end <= a.start || a.start == a.end || b.start == b.end;
}

static bool is_untyped(const struct slot *slot)
{
    return cap_type(slot->cap) == CAP_UNTYPED;
}

/* Two capabilities in the model's memory: nothing is handed out twice. */
static const char *check_pair(const struct slot *a, const struct slot *b)
{
    if (is_untyped(a) && is_untyped(b)) {
        return disjoint(free_part(a), free_part(b)) ? 0
                                                    : "two untypeds may hand out the same memory";
    }
    if (is_untyped(a) || is_untyped(b)) {
        const struct slot *untyped = is_untyped(a) ? a : b;
        const struct slot *object = is_untyped(a) ? b : a;

        return disjoint(free_part(untyped), region(object->cap))
                   ? 0
                   : "an untyped may hand out an object's memory";
    }
    return disjoint(region(a->cap), region(b->cap)) ||
                   (cap_address(a->cap) == cap_address(b->cap) &&
                    cap_size_bits(a->cap) == cap_size_bits(b->cap))
               ? 0
               : "two objects overlap";
}

static const char *check_state(void)
{
    const struct slot *found[CAPS_MAX];
    struct range all = region(own_slots()[0].cap);
    unsigned count = 0;

    for (const struct slot *slot = own_slots(); slot; slot = slot_next(slot)) {
        struct range range = region(slot->cap);

        if (count == CAPS_MAX || range.start < all.start || range.end > all.end ||
            slot->cap.head & ~CAP_OBJECT_MASK & ~(~0ull << CAP_PARAM_SHIFT)) {
            return "a child lies outside its untyped";
        }
        for (unsigned i = 0; i < count; i++) {
            const char *problem = check_pair(found[i], slot);

            if (problem) {
                return problem;
            }
        }
        found[count++] = slot;
    }
    return 0;
}

/* ---- What can be done ------------------------------------------------------------------------- */

struct place {
    uint64_t root, index, depth;
};

/* Slots of the window first, then those of the CNodes that window slots may name. */
static struct place place_at(unsigned number)
{
    if (number < WINDOW) {
        return (struct place){ SEL4_SLOT_INIT_CNODE, host_free_slot + 1 + number, SEL4_WORD_BITS };
    }
    number -= WINDOW;
    return (struct place){ host_free_slot + 1 + number / INNER, number % INNER, 1 };
}

static bool place_exists(unsigned number)
{
    return number < WINDOW || cap_type(own_slots()[1 + (number - WINDOW) / INNER].cap) == CAP_CNODE;
}

static void judge(const struct state *before)
{
    struct state after;

    call_count++;
    wrong = check_state();
    if (wrong) {
        return;
    }
    save(&after);
    if (remember(&after)) {
        invariants_init(host_slot(0), 1u << CONFIG_ROOT_CNODE_SIZE_BITS);
        wrong = host_check();
    }
    load(before);
}

/* One call, once undisturbed and once with an interrupt waiting from the start. */
static void perform(const struct state *before, uint64_t cptr, const struct host_message *message)
{
    for (unsigned disturbed = 0; disturbed < 2 && !wrong; disturbed++) {
        fake_machine.irq_pending = disturbed;
        (void)host_call(cptr, message);
        fake_machine.irq_pending = false;
        judge(before);
    }
}

static void try_retype(const struct state *before, unsigned untyped, unsigned to)
{
    static const struct {
        uint64_t type, size_bits;
    } kinds[] = {
        { SEL4_TYPE_ENDPOINT, 0 },
        { SEL4_TYPE_CNODE, 1 },
        { SEL4_TYPE_UNTYPED, 5 },
        { SEL4_TYPE_UNTYPED, 6 },
    };
    struct place place = place_at(to);
    bool inner = place.depth == 1;

    for (unsigned kind = 0; kind < sizeof(kinds) / sizeof(kinds[0]); kind++) {
        for (uint64_t count = 1; count <= 2; count++) {
            struct host_message message = {
                .label = UntypedRetype,
                .length = 6,
                .word = { kinds[kind].type, kinds[kind].size_bits, 0, 0, place.index, count },
                .cap_count = 1,
                .cap = { inner ? place.root : SEL4_SLOT_INIT_CNODE },
            };

            /* The window ends; what lies behind it is not part of the state. */
            if (inner || to + count <= WINDOW) {
                perform(before, host_free_slot + untyped, &message);
            }
        }
    }
}

static void try_two_places(const struct state *before, unsigned from, unsigned to)
{
    struct place source = place_at(from);
    struct place dest = place_at(to);
    struct host_message message = {
        .label = CNodeCopy,
        .length = 5,
        .word = { dest.index, dest.depth, source.index, source.depth, SEL4_RIGHTS_ALL },
        .cap_count = 1,
        .cap = { source.root },
    };

    perform(before, dest.root, &message);
    message.label = CNodeMove;
    message.length = 4;
    perform(before, dest.root, &message);
}

static void try_one_place(const struct state *before, struct place place)
{
    struct host_message message = { .length = 2, .word = { place.index, place.depth } };

    message.label = CNodeRevoke;
    perform(before, place.root, &message);
    message.label = CNodeDelete;
    if (place.index != host_free_slot) {
        perform(before, place.root, &message);
    }
}

static void try_all(const struct state *before)
{
    static const uint64_t root = SEL4_SLOT_INIT_CNODE;

    load(before);
    try_one_place(before, (struct place){ root, host_free_slot, SEL4_WORD_BITS });
    for (unsigned to = 0; to < PLACES && !wrong; to++) {
        if (!place_exists(to)) {
            continue;
        }
        try_one_place(before, place_at(to));
        for (unsigned untyped = 0; untyped <= WINDOW && !wrong; untyped++) {
            if (cap_type(own_slots()[untyped].cap) == CAP_UNTYPED) {
                try_retype(before, untyped, to);
            }
        }
        for (unsigned from = 0; from < PLACES && !wrong; from++) {
            if (place_exists(from) && from != to) {
                try_two_places(before, from, to);
            }
        }
    }
}

int main(void)
{
    struct state first;
    uint32_t done = 0;

    states = malloc(STATES_MAX * sizeof(*states));
    table = calloc(TABLE_SIZE, sizeof(*table));
    host_boot();
    (void)host_retype(host_untyped, SEL4_TYPE_UNTYPED, MEMORY_BITS, host_free_slot, 1);
    save(&first);
    (void)remember(&first);
    for (; done < state_count && !wrong; done++) {
        struct state before = states[done];

        try_all(&before);
    }
    printf("# %u states, %lu calls\n", state_count, (unsigned long)call_count);
    TAP_OK(!wrong, "in all states reachable from one untyped no memory is handed out twice%s%s",
           wrong ? ": " : "", wrong ? wrong : "");
    TAP_OK(state_count > 10000, "and there are many states");
    free(states);
    free(table);
    return TAP_DONE();
}
