/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Guest registers through TCB_ReadRegisters and TCB_WriteRegisters. Both move a prefix of
 * seL4_UserContext, and a short prefix is a short system call: nothing here moves more than it
 * must.
 */
#include "vmm/vm/vm.h"

#include <stddef.h>

#include "rt/check.h"

#define WORDS_ALL (sizeof(seL4_UserContext) / sizeof(seL4_Word))

union context {
    seL4_UserContext named;
    seL4_Word words[WORDS_ALL];
};

/* Index of xN in seL4_UserContext: pc sp spsr x0-8 x16-18 x29 x30 x9-15 x19-28. */
static const uint8_t word_of[31] = {
    3,  4,  5,  6,  7,  8,  9,  10, 11, 17, 18, 19, 20, 21, 22, 23,
    12, 13, 14, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 15, 16,
};

_Static_assert(offsetof(seL4_UserContext, spsr) == 2 * sizeof(seL4_Word) &&
                   offsetof(seL4_UserContext, x8) == 11 * sizeof(seL4_Word) &&
                   offsetof(seL4_UserContext, x16) == 12 * sizeof(seL4_Word) &&
                   offsetof(seL4_UserContext, x30) == 16 * sizeof(seL4_Word) &&
                   offsetof(seL4_UserContext, x9) == 17 * sizeof(seL4_Word) &&
                   offsetof(seL4_UserContext, x28) == 33 * sizeof(seL4_Word),
               "word_of follows the order of seL4_UserContext");

static void read_words(const struct vcpu *vcpu, union context *context, unsigned count)
{
    seL4_Error error = seL4_TCB_ReadRegisters(vcpu->tcb, 0, 0, count, &context->named);

    CHECK(error == seL4_NoError);
}

static void write_words(const struct vcpu *vcpu, union context *context, unsigned count,
                        bool resume)
{
    seL4_Error error = seL4_TCB_WriteRegisters(vcpu->tcb, resume, 0, count, &context->named);

    CHECK(error == seL4_NoError);
}

uint64_t regs_read(const struct vcpu *vcpu, unsigned reg)
{
    union context context;

    if (reg == ISS_REG_ZERO) {
        return 0;
    }
    read_words(vcpu, &context, word_of[reg] + 1u);
    return context.words[word_of[reg]];
}

uint64_t regs_pc(const struct vcpu *vcpu)
{
    union context context;

    read_words(vcpu, &context, 1);
    return context.named.pc;
}

void regs_read_args(const struct vcpu *vcpu, uint64_t *pc, uint64_t *args, unsigned count)
{
    union context context;

    CHECK(count <= 9);
    read_words(vcpu, &context, 3 + count);
    *pc = context.named.pc;
    for (unsigned i = 0; i < count; i++) {
        args[i] = context.words[3 + i];
    }
}

void regs_set(const struct vcpu *vcpu, unsigned reg, uint64_t value)
{
    union context context;

    if (reg != ISS_REG_ZERO) {
        read_words(vcpu, &context, word_of[reg] + 1u);
        context.words[word_of[reg]] = value;
        write_words(vcpu, &context, word_of[reg] + 1u, false);
    }
}

/* Moves the PC and, unless it is xzr, one register. */
static void move_on(const struct vcpu *vcpu, uint64_t pc, unsigned reg, uint64_t value, bool resume)
{
    union context context;
    unsigned count = 1;

    if (reg != ISS_REG_ZERO) {
        count = word_of[reg] + 1u;
        read_words(vcpu, &context, count);
        context.words[word_of[reg]] = value;
    }
    context.named.pc = pc;
    write_words(vcpu, &context, count, resume);
}

void regs_resume(const struct vcpu *vcpu, uint64_t pc)
{
    move_on(vcpu, pc, ISS_REG_ZERO, 0, true);
}

void regs_resume_with(const struct vcpu *vcpu, uint64_t pc, unsigned reg, uint64_t value)
{
    move_on(vcpu, pc, reg, value, true);
}

void vm_skip(struct vm *vm, unsigned vcpu, uint64_t pc)
{
    move_on(&vm->vcpus[vcpu], pc, ISS_REG_ZERO, 0, false);
    vm->reply = true;
}

void vm_skip_with(struct vm *vm, unsigned vcpu, uint64_t pc, unsigned reg, uint64_t value)
{
    move_on(&vm->vcpus[vcpu], pc, reg, value, false);
    vm->reply = true;
}
