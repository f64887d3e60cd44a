/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One invocation, as decode functions see it, and how it ends.
 *
 * Each object has a decode function (checks everything, changes nothing, may refuse) that ends by
 * calling an invoke function (acts; cannot fail, at most be preempted between consistent states).
 */
#ifndef API_CALL_H
#define API_CALL_H

#include "object/objects.h"

#include "contract/sel4/error.h"
#include "contract/sel4/invocation.h"
#include "contract/sel4/limits.h"

enum status {
    STATUS_OK,
    STATUS_ERROR,   /* call->error says why; the caller of a Call is told */
    STATUS_PREEMPT, /* an interrupt is pending: the system call will be executed again */
};

/* Why an invocation was refused. */
struct call_error {
    uint64_t code; /* SEL4_* of contract/sel4/error.h */
    uint64_t word[2];
    struct lookup_failure lookup;
};

struct call {
    struct tcb *thread; /* the caller */
    bool wants_reply;   /* Call rather than Send */
    bool may_block;
    uint64_t label;
    uint64_t length;        /* words that really are there: 0..4 without IPC buffer, else 0..120 */
    const uint64_t *buffer; /* the caller's IPC buffer, null if it has none */
    struct slot *slot;      /* the invoked capability */
    struct cap cap;
    unsigned cap_count;
    struct slot *caps[SEL4_MSG_MAX_EXTRA_CAPS];
    struct call_error error;
};

/* Message register i of the caller; i below call->length. Reads the IPC buffer once. */
uint64_t call_word(const struct call *call, unsigned i);

/* Refusals: record the reason, return STATUS_ERROR. */
enum status call_illegal_operation(struct call *call);
enum status call_invalid_argument(struct call *call, uint64_t number);
enum status call_invalid_capability(struct call *call, uint64_t number);
enum status call_range_error(struct call *call, uint64_t smallest, uint64_t largest);
enum status call_alignment_error(struct call *call);
enum status call_delete_first(struct call *call);
enum status call_revoke_first(struct call *call);
enum status call_truncated(struct call *call);
enum status call_not_enough_memory(struct call *call, uint64_t bytes_left);
enum status call_failed_lookup(struct call *call, bool was_source, struct lookup_failure failure);

/* A lookup failure "nothing there", with so many bits left to translate. */
struct lookup_failure lookup_missing(uint64_t bits_left);

/*
 * call_check() - is the label meant for this kind of capability, and is the message long enough?
 * @object: SEL4_OBJ_* of the invoked capability
 *
 * Return: STATUS_OK, or STATUS_ERROR with IllegalOperation or TruncatedMessage.
 */
enum status call_check(struct call *call, enum sel4_invocation_object object);

/*
 * The two halves of it, for the calls that look at their first arguments before they miss the
 * others: is it the right object, and are so many words and capabilities there?
 */
enum status call_check_label(struct call *call, enum sel4_invocation_object object);
enum status call_check_length(struct call *call, unsigned words, unsigned caps);

/*
 * call_reply() - answer a Call with values
 *
 * Does nothing if the caller does not wait for an answer. An invocation that answers nothing gets
 * an empty success reply from the system call layer.
 */
void call_reply(struct call *call, unsigned count, const uint64_t *words);

/* As call_reply(), with the words already in the message of the caller. */
void call_reply_ready(struct call *call, unsigned count);

/* Decodes and performs the invocation of any capability. */
enum status call_invoke(struct call *call);

#endif
