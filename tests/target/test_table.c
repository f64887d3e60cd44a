/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Every row of the contract's invocation table against the kernel: each object understands exactly
 * its own labels, and each label asks for as many capabilities and words as its row says. Headers
 * of an installed seL4 have no such table, so there the file is empty.
 */
#define AREA "12"
#include "env.h"

#if __has_include(<contract/sel4/invocation.h>)
#include <contract/sel4/invocation.h>

struct row {
    const char *name;
    unsigned int label;
    unsigned int object;
    unsigned int caps;
    unsigned int words;
};

#define ROW(name, object, caps, words) { #name, name, SEL4_OBJ_##object, caps, words },
static const struct row rows[] = { SEL4_INVOCATIONS(ROW) };
#define ROW_COUNT    (sizeof(rows) / sizeof(rows[0]))
#define OBJECT_COUNT (SEL4_OBJ_VCPU + 1)

static bool make_objects(seL4_CPtr *objects)
{
    static const seL4_Word made[][3] = {
        { SEL4_OBJ_UNTYPED, seL4_UntypedObject, 12 },
        { SEL4_OBJ_TCB, seL4_TCBObject, 0 },
        { SEL4_OBJ_CNODE, seL4_CapTableObject, 4 },
        { SEL4_OBJ_VSPACE, seL4_ARM_VSpaceObject, 0 },
        { SEL4_OBJ_PAGE_TABLE, seL4_ARM_PageTableObject, 0 },
        { SEL4_OBJ_PAGE, seL4_ARM_SmallPageObject, 0 },
        { SEL4_OBJ_VCPU, seL4_ARM_VCPUObject, 0 },
    };
    bool good = true;

    for (size_t i = 0; i < sizeof(made) / sizeof(made[0]); i++) {
        objects[made[i][0]] = object_new(made[i][1], made[i][2]);
        good = good && objects[made[i][0]] != 0;
    }
    objects[SEL4_OBJ_IRQ_CONTROL] = seL4_CapIRQControl;
    objects[SEL4_OBJ_DOMAIN] = seL4_CapDomain;
    objects[SEL4_OBJ_ASID_CONTROL] = seL4_CapASIDControl;
    objects[SEL4_OBJ_ASID_POOL] = seL4_CapInitThreadASIDPool;
    objects[SEL4_OBJ_IRQ_HANDLER] = slot_new();
#ifdef CONFIG_ALLOW_SMC_CALLS
    objects[SEL4_OBJ_SMC] = seL4_CapSMC;
#else
    objects[SEL4_OBJ_SMC] = 0;
#endif
    return good &&
           seL4_IRQControl_Get(seL4_CapIRQControl, 50, ROOT, objects[SEL4_OBJ_IRQ_HANDLER],
                               FULL_DEPTH) == seL4_NoError &&
           seL4_ARM_ASIDPool_Assign(seL4_CapInitThreadASIDPool, objects[SEL4_OBJ_VSPACE]) ==
               seL4_NoError;
}

/*
 * CNode operations look up their destination and source before they miss the words behind: so the
 * words say an empty slot of the CNode (index 0, depth 4) and a capability (ROOT's own).
 */
static seL4_Word call(seL4_CPtr object, seL4_Word label, seL4_Word caps, seL4_Word words)
{
    const seL4_Word message[10] = { 0, 4, ROOT, FULL_DEPTH };

    for (int i = 0; i < 10; i++) {
        seL4_SetMR(i, message[i]);
    }
    for (int i = 0; i < 3; i++) {
        seL4_SetCap(i, ROOT);
    }
    return seL4_MessageInfo_get_label(
        seL4_Call(object, seL4_MessageInfo_new(label, 0, caps, words)));
}

static void explain(const struct row *row)
{
    print("# at ");
    print(row->name);
    print("\n");
}

TEST("TABLE-0001", "each label with one word too few is a truncated message")
{
    seL4_CPtr objects[OBJECT_COUNT];

    EXPECT(make_objects(objects));
    for (size_t i = 0; i < ROW_COUNT; i++) {
        const struct row *row = &rows[i];
        seL4_Word label;

        if (objects[row->object] == 0 || row->words == 0) {
            continue;
        }
        label = call(objects[row->object], row->label, row->caps, row->words - 1);
        if (label != seL4_TruncatedMessage) {
            explain(row);
        }
        EXPECT_EQ(label, seL4_TruncatedMessage);
    }
}

TEST("TABLE-0002", "each label with one capability too few is a truncated message")
{
    seL4_CPtr objects[OBJECT_COUNT];

    EXPECT(make_objects(objects));
    for (size_t i = 0; i < ROW_COUNT; i++) {
        const struct row *row = &rows[i];
        seL4_Word label;

        if (objects[row->object] == 0 || row->caps == 0) {
            continue;
        }
        label = call(objects[row->object], row->label, row->caps - 1, row->words);
        if (label != seL4_TruncatedMessage) {
            explain(row);
        }
        EXPECT_EQ(label, seL4_TruncatedMessage);
    }
}

TEST("TABLE-0003", "a label of another object is an illegal operation")
{
    seL4_CPtr objects[OBJECT_COUNT];

    EXPECT(make_objects(objects));
    for (size_t i = 0; i < ROW_COUNT; i++) {
        for (unsigned int object = 1; object < OBJECT_COUNT; object++) {
            seL4_Word label;

            if (objects[object] == 0 || object == rows[i].object) {
                continue;
            }
            label = call(objects[object], rows[i].label, 3, 10);
            if (label != seL4_IllegalOperation) {
                explain(&rows[i]);
                print("# object kind ");
                print_dec(object);
                print("\n");
            }
            EXPECT_EQ(label, seL4_IllegalOperation);
        }
    }
}

TEST("TABLE-0004", "numbers before the first and behind the last label are nobody's")
{
    seL4_CPtr objects[OBJECT_COUNT];

    EXPECT(make_objects(objects));
    for (unsigned int object = 1; object < OBJECT_COUNT; object++) {
        if (objects[object] != 0) {
            EXPECT_EQ(call(objects[object], 0, 3, 10), seL4_IllegalOperation);
            EXPECT_EQ(call(objects[object], nArchInvocationLabels, 3, 10), seL4_IllegalOperation);
            EXPECT_EQ(call(objects[object], 0xfffffffffffff, 3, 10), seL4_IllegalOperation);
        }
    }
}

#endif
