/* SPDX-License-Identifier: BSD-2-Clause */
#include "object/smc.h"

#include "arch/machine.h"

#define SMC_WORDS 8

/* How long the firmware takes is the firmware's affair. */
static void invoke_call(struct call *call, uint64_t words[SMC_WORDS])
{
    arch_secure_monitor_call(words);
    call_reply(call, SMC_WORDS, words);
}

/* Bound: eight words. */
enum status smc_decode(struct call *call)
{
    uint64_t words[SMC_WORDS];
    enum status status = call_check(call, SEL4_OBJ_SMC);

    if (status != STATUS_OK) {
        return status;
    }
    for (unsigned i = 0; i < SMC_WORDS; i++) {
        words[i] = call_word(call, i);
    }
    if (call->cap.data != 0 && call->cap.data != words[0]) {
        return call_illegal_operation(call);
    }
    invoke_call(call, words);
    return STATUS_OK;
}
