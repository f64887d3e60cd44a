/* SPDX-License-Identifier: BSD-2-Clause */
#include "kernel_scene.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BUFFER_VA   0x10000000ull
#define MAX_ACTORS  16
#define MAX_OBJECTS 32

static uint64_t next_slot;
static struct tcb *actors[MAX_ACTORS];
static unsigned actor_count;
static struct {
    uint64_t type;
    const void *object;
} objects[MAX_OBJECTS];
static unsigned object_count;

void scene_begin(bool use_fastpath)
{
    host_boot();
    host_use_fastpath = use_fastpath;
    next_slot = host_free_slot;
    actors[0] = host_root;
    actor_count = 1;
    object_count = 0;
}

uint64_t scene_slot(void)
{
    return next_slot++;
}

static void must(uint64_t label, const char *what)
{
    if (label != SEL4_NO_ERROR) {
        fprintf(stderr, "scene: %s: error %u\n", what, (unsigned)label);
        abort();
    }
}

uint64_t scene_make(uint64_t type, uint64_t size_bits)
{
    uint64_t slot = scene_slot();

    must(host_retype(host_untyped, type, size_bits, slot, 1), "retype");
    if ((type == SEL4_TYPE_ENDPOINT || type == SEL4_TYPE_NOTIFICATION) &&
        object_count < MAX_OBJECTS) {
        objects[object_count].type = type;
        objects[object_count++].object = scene_object(slot);
    }
    return slot;
}

uint64_t scene_mint(uint64_t source, uint64_t rights, uint64_t badge)
{
    uint64_t slot = scene_slot();

    must(host_call(ROOT, MESSAGE(.label = CNodeMint, .length = 6,
                                 .word = { slot, 64, source, 64, rights, badge }, .cap_count = 1,
                                 .cap = { ROOT })),
         "mint");
    return slot;
}

void *scene_object(uint64_t slot)
{
    return cap_object(host_slot(slot)->cap);
}

void scene_set_buffer(const struct actor *actor, uint64_t frame)
{
    must(host_call(actor->cap,
                   MESSAGE(.label = TCBSetIPCBuffer, .length = 1, .word = { frame ? BUFFER_VA : 0 },
                           .cap_count = 1, .cap = { frame ? frame : actor->frame })),
         "IPC buffer");
}

struct actor scene_thread(uint8_t priority, uint64_t handler)
{
    struct actor actor = { .cap = scene_make(SEL4_TYPE_TCB, 0),
                           .frame = scene_make(SEL4_TYPE_SMALL_PAGE, 0) };

    actor.tcb = scene_object(actor.cap);
    actor.buffer = scene_object(actor.frame);
    must(host_call(actor.cap,
                   MESSAGE(.label = TCBConfigure, .length = 4, .word = { handler, 0, 0, BUFFER_VA },
                           .cap_count = 3, .cap = { ROOT, SEL4_SLOT_INIT_VSPACE, actor.frame })),
         "configure");
    must(host_call(actor.cap, MESSAGE(.label = TCBSetSchedParams, .length = 2,
                                      .word = { SEL4_MAX_PRIO, priority }, .cap_count = 1,
                                      .cap = { SEL4_SLOT_INIT_TCB })),
         "priority");
    must(scene_resume(&actor), "resume");
    if (actor_count < MAX_ACTORS) {
        actors[actor_count++] = actor.tcb;
    }
    return actor;
}

void scene_run(const struct tcb *tcb)
{
    for (unsigned turns = 0; current_thread() != tcb; turns++) {
        if (turns == 4 * MAX_ACTORS) {
            fprintf(stderr, "scene: the thread never runs\n");
            abort();
        }
        sched_yield_current();
        sched_run();
    }
}

uint64_t scene_do(struct tcb *tcb, int64_t number, uint64_t cptr,
                  const struct host_message *message)
{
    scene_run(tcb);
    return host_syscall(number, cptr, message);
}

uint64_t scene_delete(uint64_t slot)
{
    return host_call(ROOT, MESSAGE(.label = CNodeDelete, .length = 2, .word = { slot, 64 }));
}

uint64_t scene_revoke(uint64_t slot)
{
    return host_call(ROOT, MESSAGE(.label = CNodeRevoke, .length = 2, .word = { slot, 64 }));
}

uint64_t scene_suspend(const struct actor *actor)
{
    return host_call(actor->cap, MESSAGE(.label = TCBSuspend));
}

uint64_t scene_resume(const struct actor *actor)
{
    return host_call(actor->cap, MESSAGE(.label = TCBResume));
}

static uint8_t kept_ram[1ull << HOST_RAM_BITS];
static struct core kept_cores[CONFIG_MAX_NUM_NODES];
static struct fake_machine kept_machine;
static uint8_t kept_domain;
static struct domain_entry kept_schedule[CONFIG_NUM_DOMAIN_SCHEDULES];

void scene_keep(void)
{
    memcpy(kept_ram, host_ram, sizeof(kept_ram));
    memcpy(kept_cores, cores, sizeof(kept_cores));
    kept_machine = fake_machine;
    kept_domain = current_domain;
    memcpy(kept_schedule, domain_schedule, sizeof(kept_schedule));
}

/* Gives the copy what the caller may see change, so that one comparison does for all. */
static void forgive(const void *now, size_t size)
{
    memcpy(kept_ram + ((const uint8_t *)now - host_ram), now, size);
}

static bool core_is_kept(const struct core *kept, const struct core *now)
{
    return kept->current == now->current && kept->action == now->action &&
           kept->fpu_owner == now->fpu_owner &&
           !memcmp(kept->ready, now->ready, sizeof(now->ready));
}

/* Interrupts as they were, nobody interrupted. */
static bool machine_is_kept(void)
{
    return !memcmp(kept_machine.masked, fake_machine.masked, sizeof(fake_machine.masked)) &&
           !memcmp(kept_machine.trigger, fake_machine.trigger, sizeof(fake_machine.trigger)) &&
           !memcmp(kept_machine.target, fake_machine.target, sizeof(fake_machine.target)) &&
           !memcmp(kept_machine.interrupts, fake_machine.interrupts,
                   sizeof(fake_machine.interrupts));
}

bool scene_is_kept(const struct tcb *caller)
{
    uint64_t *buffer = ipc_buffer_of((struct tcb *)(uintptr_t)caller, false);

    forgive(&caller->context, sizeof(caller->context));
    if (buffer) {
        forgive(buffer, sizeof(struct sel4_ipc_buffer));
    }
    for (unsigned i = 0; i < CONFIG_MAX_NUM_NODES; i++) {
        if (!core_is_kept(&kept_cores[i], &cores[i])) {
            return false;
        }
    }
    return !memcmp(kept_ram, host_ram, sizeof(kept_ram)) && machine_is_kept() &&
           kept_domain == current_domain &&
           !memcmp(kept_schedule, domain_schedule, sizeof(kept_schedule));
}

bool scene_refuses(uint64_t cptr, const struct host_message *message, unsigned count,
                   const uint64_t *error_and_words)
{
    struct tcb *caller = current_thread();
    uint64_t error;

    scene_keep();
    error = host_call(cptr, message);

    bool good =
        error == error_and_words[0] && arch_badge(caller) == 0 && scene_length(caller) == count - 1;

    for (unsigned i = 1; good && i < count; i++) {
        good = host_word(i - 1) == error_and_words[i];
    }
    if (!good) {
        printf("# error %u, %u words: %lx %lx %lx %lx\n", (unsigned)error, scene_length(caller),
               (unsigned long)host_word(0), (unsigned long)host_word(1),
               (unsigned long)host_word(2), (unsigned long)host_word(3));
    } else if (!scene_is_kept(caller)) {
        printf("# the refusal changed something\n");
        good = false;
    }
    return good;
}

uint64_t scene_label(const struct tcb *tcb)
{
    return arch_message_info(tcb) >> SEL4_MSG_INFO_LABEL_SHIFT;
}

unsigned scene_length(const struct tcb *tcb)
{
    return arch_message_info(tcb) & SEL4_MSG_INFO_LENGTH_MASK;
}

uint64_t scene_word(const struct actor *actor, unsigned i)
{
    return ipc_word(actor->tcb, actor->buffer, i);
}

bool scene_restarts(const struct tcb *tcb)
{
    return tcb->state == THREAD_RESTART ||
           (tcb->state == THREAD_RUNNING && tcb->context.elr == tcb->context.fault_ip);
}

void scene_check(const char *where)
{
    const char *wrong = host_check();

    TAP_OK(!wrong, "%s: invariants hold%s%s", where, wrong ? ": " : "", wrong ? wrong : "");
}

/* What both ways through the kernel leave alike; queue links outside of queues are stale. */
struct digest {
    struct {
        struct user_context context;
        uint32_t state;
        bool is_queued;
        bool has_fault;
        struct slot reply;
        struct slot caller;
        const struct tcb *ready_next;
        const struct tcb *queue_next;
    } thread[MAX_ACTORS];
    struct {
        uint64_t head;
        uint64_t tail;
        uint64_t badge;
    } object[MAX_OBJECTS];
    const struct tcb *current;
};

static bool is_waiting_in_queue(const struct tcb *tcb)
{
    return tcb->state == THREAD_BLOCKED_SEND || tcb->state == THREAD_BLOCKED_RECV ||
           tcb->state == THREAD_BLOCKED_NTFN;
}

static void take_digest(struct digest *digest)
{
    memset(digest, 0, sizeof(*digest));
    for (unsigned i = 0; i < actor_count; i++) {
        const struct tcb *tcb = actors[i];

        digest->thread[i].context = tcb->context;
        digest->thread[i].state = tcb->state;
        digest->thread[i].is_queued = tcb->is_queued;
        digest->thread[i].has_fault = tcb->fault.type != SEL4_FAULT_NULL;
        digest->thread[i].reply = tcb->slots[TCB_REPLY];
        digest->thread[i].caller = tcb->slots[TCB_CALLER];
        digest->thread[i].ready_next = tcb->is_queued ? tcb->ready_next : 0;
        digest->thread[i].queue_next = is_waiting_in_queue(tcb) ? tcb->queue_next : 0;
    }
    for (unsigned i = 0; i < object_count; i++) {
        if (objects[i].type == SEL4_TYPE_ENDPOINT) {
            const struct endpoint *endpoint = objects[i].object;

            digest->object[i].head = endpoint->head;
            digest->object[i].tail = endpoint->tail;
        } else {
            const struct notification *ntfn = objects[i].object;

            digest->object[i].head = ntfn_state(ntfn) == NTFN_WAITING ? ntfn->head : 0;
            digest->object[i].tail = ntfn->tail;
            digest->object[i].badge = ntfn_state(ntfn) == NTFN_ACTIVE ? ntfn->badge : 0;
        }
    }
    digest->current = current_thread();
}

void scene_play(const char *name, void (*scene)(void))
{
    static struct digest digests[2];

    for (unsigned fast = 0; fast < 2; fast++) {
        scene_begin(fast);
        scene();
        scene_check(name);
        take_digest(&digests[fast]);
    }
    TAP_OK(!memcmp(&digests[0], &digests[1], sizeof(digests[0])),
           "%s: the fast paths end as the general code does", name);
}
