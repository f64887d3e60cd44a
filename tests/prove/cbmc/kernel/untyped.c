/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One Retype of any untyped, in any state: what it makes and what it zeroes lies inside of the
 * untyped and not in what was handed out before, unless all of that is gone; so does what is marked
 * as handed out afterwards. Bounds: at most two objects; what is zeroed is at most four chunks long.
 * Sizes are taken one by one, for no solver likes to divide by a variable.
 */
#include "object/untyped.c"

#include "kernel.h"

#define OBJECTS_MAX 2
#define CHUNKS_MAX  4

static struct slot untyped, named;
static struct slot node[2];
static struct cap before;
static bool has_children;
static uint64_t total;
static bool made;

/* What is asked for: object type, size bits; the other words are any. */
static uint64_t asked[2];

static bool inside(uint64_t address, uint64_t size)
{
    uint64_t base = cap_address(before);

    return address >= base && address - base <= total && size <= total - (address - base);
}

bool slot_has_children(const struct slot *slot)
{
    return has_children;
}

/* The window's CNode may be named by any path, which may end anywhere. */
enum status lookup_for_operation(struct call *call, struct cap root, uint64_t index, uint64_t depth,
                                 bool is_source, struct slot **slot)
{
    *slot = &named;
    return any_bool() ? STATUS_OK : STATUS_ERROR;
}

void tcb_init(struct tcb *tcb)
{
    ASSERT(inside((uintptr_t)tcb, 1 << SEL4_TCB_BITS), "a TCB lies inside");
}

void vcpu_init(struct vcpu *vcpu)
{
    ASSERT(inside((uintptr_t)vcpu, 1 << SEL4_VCPU_BITS), "a VCPU lies inside");
}

void arch_clear_memory(uint64_t address, uint64_t size)
{
    ASSERT(!has_children, "what others use is not zeroed");
    ASSERT(inside(address, size), "what is zeroed lies inside");
}

void slot_insert_series(struct cap cap, uint64_t stride, unsigned count, struct slot *parent,
                        struct slot *dest)
{
    uint64_t start = cap_address(cap) - cap_address(before);

    made = true;
    ASSERT(count >= 1 && count <= OBJECTS_MAX && parent == &untyped, "as asked for");
    ASSERT(stride == 1ull << cap_size_bits(cap), "objects lie their size apart");
    ASSERT((cap_address(cap) & (stride - 1)) == 0, "objects are aligned");
    ASSERT(inside(cap_address(cap), count * stride), "objects end inside");
    ASSERT(!has_children || start >= before.data, "objects begin behind the used part");
    ASSERT(start + count * stride <= untyped.cap.data, "objects are marked as handed out");
    ASSERT(untyped.cap.data <= total, "no more is handed out than there is");
    ASSERT(dest >= node && dest + count <= node + 2, "capabilities go into the window");
    ASSERT(slot_is_empty(&dest[0]) && slot_is_empty(&dest[count - 1]), "the window was empty");
    ASSERT(!cap_untyped_is_device(before) || cap_type(cap) == CAP_FRAME ||
               cap_type(cap) == CAP_UNTYPED,
           "device memory never holds kernel objects");
    ASSERT(!cap_untyped_is_device(before) ||
               (cap_type(cap) == CAP_FRAME && cap_frame_is_device(cap)) ||
               (cap_type(cap) == CAP_UNTYPED && cap_untyped_is_device(cap)),
           "what is made of device memory stays device memory");
}

static struct cap any_node(void)
{
    struct cap cap = { any64(), any64() };

    return cap_type(cap) == CAP_CNODE ? cap_cnode(node, 1, any64()) : cap;
}

/* An untyped of any size, at an address that any size is aligned to, in any state. */
static struct cap any_untyped(void)
{
    unsigned bits =
        SEL4_MIN_UNTYPED_BITS + any_below(SEL4_MAX_UNTYPED_BITS + 1 - SEL4_MIN_UNTYPED_BITS);
    struct cap cap = cap_untyped(1ull << SEL4_MAX_UNTYPED_BITS, bits, any_bool(), any64());

    total = 1ull << bits;
    ASSUME(cap.data <= total);
    ASSUME(has_children || cap_untyped_is_device(cap) ||
           cap.data <= CHUNKS_MAX << CONFIG_RESET_CHUNK_BITS);
    return cap;
}

uint64_t call_word(const struct call *call, unsigned i)
{
    return i < 2 ? asked[i] : any64();
}

static void retype(uint64_t type, uint64_t size_bits)
{
    struct slot window = { .cap = any_node() };
    struct call call;

    asked[0] = type;
    asked[1] = size_bits;
    has_children = any_bool();
    made = false;
    before = any_untyped();
    untyped.cap = before;
    named.cap = any_node();
    node[0].cap = any_node();
    node[1].cap = any_node();
    call.slot = &untyped;
    call.cap = before;
    call.caps[0] = &window;

    enum status status = untyped_decode(&call);

    ASSERT((status == STATUS_OK) == made, "objects appear exactly if the call succeeds");
    ASSERT(status != STATUS_ERROR || untyped.cap.data == before.data, "a refusal changes nothing");
    ASSERT(untyped.cap.head == before.head, "the untyped stays what it is");
    ASSERT(status != STATUS_PREEMPT || untyped.cap.data < before.data, "zeroing goes down");
}

/* Whatever is asked for: what is let through has a size that objects have. */
static void any_request(void)
{
    struct retype retype;
    struct call call;

    asked[0] = any64();
    asked[1] = any64();
    if (check_type(&call, &retype) == STATUS_OK) {
        ASSERT(retype.object_bits >= SEL4_MIN_UNTYPED_BITS &&
                   retype.object_bits <= SEL4_MAX_UNTYPED_BITS,
               "objects have a size");
        ASSERT(retype.type < SEL4_TYPE_COUNT, "objects have a type");
    }
}

int main(void)
{
    any_request();
    retype(SEL4_TYPE_TCB, 0);
    retype(SEL4_TYPE_LARGE_PAGE, 0);
    return 0;
}
