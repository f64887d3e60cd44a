/* SPDX-License-Identifier: BSD-2-Clause */
/* Every invocation label against every kind of object. */
#include <string.h>

#include "decode.h"

static uint64_t handler;
static uint64_t vcpu;

/* One capability of each kind that has invocations of its own, and one that is of another kind. */
static uint64_t cap_of(enum sel4_invocation_object object)
{
    switch (object) {
    case SEL4_OBJ_UNTYPED: return host_untyped;
    case SEL4_OBJ_TCB: return SEL4_SLOT_INIT_TCB;
    case SEL4_OBJ_CNODE: return ROOT;
    case SEL4_OBJ_IRQ_CONTROL: return SEL4_SLOT_IRQ_CONTROL;
    case SEL4_OBJ_IRQ_HANDLER: return handler;
    case SEL4_OBJ_DOMAIN: return SEL4_SLOT_DOMAIN;
    case SEL4_OBJ_VSPACE: return SEL4_SLOT_INIT_VSPACE;
    case SEL4_OBJ_SMC: return SEL4_SLOT_SMC;
    case SEL4_OBJ_PAGE_TABLE: return host_info->user_image_paging.start;
    case SEL4_OBJ_PAGE: return SEL4_SLOT_INIT_IPC_BUFFER;
    case SEL4_OBJ_ASID_CONTROL: return SEL4_SLOT_ASID_CONTROL;
    case SEL4_OBJ_ASID_POOL: return SEL4_SLOT_INIT_ASID_POOL;
    default: return vcpu;
    }
}

static const struct {
    const char *name;
    enum sel4_invocation_object object;
    unsigned cap_count, word_count;
} rules[] = {
#define RULE(name_, object_, caps_, words_) { #name_, SEL4_OBJ_##object_, caps_, words_ },
    SEL4_INVOCATIONS(RULE)
};

/* A kernel object understands its own labels only, and only whole messages. */
void test_labels(void)
{
    scene_begin(false);
    vcpu = scene_make(SEL4_TYPE_VCPU, 0);
    handler = scene_slot();
    uint64_t empty = scene_slot();

    (void)host_call(SEL4_SLOT_IRQ_CONTROL,
                    MESSAGE(.label = IRQIssueIRQHandler, .length = 3, .word = { 40, handler, 64 },
                            .cap_count = 1, .cap = { ROOT }));
    for (unsigned i = 0; i < SEL4_INVOCATION_COUNT; i++) {
        struct host_message message = {
            .label = i + 1, .length = 12, .cap_count = 3, .cap = { ROOT, ROOT, ROOT }
        };
        /* What is there of a message that is too short may be looked at: let it be right. */
        const uint64_t paths[] = { empty, 64, SEL4_SLOT_INIT_TCB, 64 };

        if (rules[i].object == SEL4_OBJ_CNODE) {
            memcpy(message.word, paths, sizeof(paths));
        }
        unsigned strangers = 0;
        bool short_words = true;
        bool short_caps = true;

        for (unsigned object = SEL4_OBJ_UNTYPED; object <= SEL4_OBJ_VCPU; object++) {
            strangers += object != rules[i].object &&
                         REFUSES(cap_of(object), &message, SEL4_ILLEGAL_OPERATION);
        }
        if (rules[i].word_count) {
            message.length = rules[i].word_count - 1;
            short_words = REFUSES(cap_of(rules[i].object), &message, SEL4_TRUNCATED_MESSAGE);
            message.length = 12;
        }
        if (rules[i].cap_count) {
            message.cap_count = rules[i].cap_count - 1;
            short_caps = REFUSES(cap_of(rules[i].object), &message, SEL4_TRUNCATED_MESSAGE);
        }
        TAP_OK(strangers == SEL4_OBJ_VCPU - 1 && short_words && short_caps,
               "%s: refused by other objects, with a word too few, with a capability too few",
               rules[i].name);
    }
    for (unsigned object = SEL4_OBJ_UNTYPED; object <= SEL4_OBJ_VCPU; object++) {
        const uint64_t labels[] = { 0, SEL4_INVOCATION_COUNT + 1, ~0ull >> 12 };

        for (unsigned i = 0; i < 3; i++) {
            TAP_OK(REFUSES(cap_of(object), MESSAGE(.label = labels[i], .length = 12),
                           SEL4_ILLEGAL_OPERATION),
                   "object %u: label %lx means nothing", object, (unsigned long)labels[i]);
        }
    }
    scene_check("every label");
}
