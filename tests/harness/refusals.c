/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Stands between the kernel's decode functions and the functions with which they refuse (the linker's
 * --wrap), for tests/tools/refusals.py: writes down which refusals a test program reached, or makes
 * one of them say something else, which a good test notices. A refusal is named by where it was
 * called from and by its error.
 *
 * Environment: REFUSALS_REACHED=file to write "address error" lines to; or REFUSAL_SITE=address,
 * REFUSAL_ERROR=error and REFUSAL_CHANGE=part for what to change; then the program ends once a test
 * has failed.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <unistd.h>

#include "api/call.h"
#include "tap.h"

#define MAX_REACHED 512

static struct {
    uintptr_t site;
    uint64_t error; /* SEL4_* of contract/sel4/error.h, [15:8] what a lookup failed for */
} reached[MAX_REACHED];
static unsigned reached_count;

static uint64_t number_of(const char *name)
{
    const char *value = getenv(name);

    return value ? strtoull(value, NULL, 16) : 0;
}

static void change(struct call_error *error, const char *part)
{
    if (!strcmp(part, "error")) {
        error->code =
            error->code == SEL4_ILLEGAL_OPERATION ? SEL4_REVOKE_FIRST : SEL4_ILLEGAL_OPERATION;
    } else if (!strcmp(part, "word0")) {
        error->word[0] ^= 1;
    } else if (!strcmp(part, "word1")) {
        error->word[1] ^= 1;
    } else if (!strcmp(part, "lookup")) {
        error->lookup.type = error->lookup.type % SEL4_LOOKUP_GUARD_MISMATCH + 1;
    } else if (!strcmp(part, "bits")) {
        error->lookup.bits_left ^= 1;
    }
}

static uint64_t kind_of(const struct call_error *error)
{
    return error->code | (error->code == SEL4_FAILED_LOOKUP ? error->lookup.type << 8 : 0);
}

static void note(uintptr_t site, uint64_t error)
{
    for (unsigned i = 0; i < reached_count; i++) {
        if (reached[i].site == site && reached[i].error == error) {
            return;
        }
    }
    if (reached_count < MAX_REACHED) {
        reached[reached_count].site = site;
        reached[reached_count++].error = error;
    }
}

static void refused(struct call *call, const void *site)
{
    static uint64_t wanted_site, wanted_error;
    static const char *part;

    if (!part) {
        part = getenv("REFUSAL_CHANGE") ? getenv("REFUSAL_CHANGE") : "";
        wanted_site = number_of("REFUSAL_SITE");
        wanted_error = number_of("REFUSAL_ERROR");
    }
    if (*part && tap_failed_count) {
        _exit(1);
    }
    uint64_t kind = kind_of(&call->error);

    note((uintptr_t)site, kind);
    if ((uintptr_t)site == wanted_site && kind == wanted_error) {
        change(&call->error, part);
    }
}

__attribute__((destructor)) static void write_reached(void)
{
    const char *path = getenv("REFUSALS_REACHED");
    FILE *file = path ? fopen(path, "w") : NULL;

    for (unsigned i = 0; file && i < reached_count; i++) {
        fprintf(file, "%lx %lx\n", (unsigned long)reached[i].site, (unsigned long)reached[i].error);
    }
    if (file) {
        (void)fclose(file);
    }
}

/* NAME(call, ...): as the real one, then refused(). */
#define WRAP(name, parameters, arguments)                                                          \
    enum status __real_##name parameters;                                                          \
    enum status __wrap_##name parameters;                                                          \
    enum status __wrap_##name parameters                                                           \
    {                                                                                              \
        enum status status = __real_##name arguments;                                              \
                                                                                                   \
        if (status == STATUS_ERROR) {                                                              \
            refused(call, __builtin_return_address(0));                                            \
        }                                                                                          \
        return status;                                                                             \
    }

WRAP(call_illegal_operation, (struct call * call), (call))
WRAP(call_alignment_error, (struct call * call), (call))
WRAP(call_delete_first, (struct call * call), (call))
WRAP(call_revoke_first, (struct call * call), (call))
WRAP(call_truncated, (struct call * call), (call))
WRAP(call_invalid_argument, (struct call * call, uint64_t number), (call, number))
WRAP(call_invalid_capability, (struct call * call, uint64_t number), (call, number))
WRAP(call_not_enough_memory, (struct call * call, uint64_t bytes_left), (call, bytes_left))
WRAP(call_range_error, (struct call * call, uint64_t smallest, uint64_t largest),
     (call, smallest, largest))
WRAP(call_failed_lookup, (struct call * call, bool was_source, struct lookup_failure failure),
     (call, was_source, failure))
WRAP(call_check, (struct call * call, enum sel4_invocation_object object), (call, object))
WRAP(call_check_label, (struct call * call, enum sel4_invocation_object object), (call, object))
WRAP(call_check_length, (struct call * call, unsigned words, unsigned caps), (call, words, caps))
