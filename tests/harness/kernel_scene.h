/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Scenes for tests of the kernel: threads with IPC buffers of their own in the initial thread's
 * spaces, objects in slots that are handed out one after the other, and what must hold about both.
 */
#ifndef TESTS_HARNESS_KERNEL_SCENE_H
#define TESTS_HARNESS_KERNEL_SCENE_H

#include "arch/machine.h"
#include "arch/thread.h"
#include "core/sched.h"
#include "kernel_host.h"
#include "object/ipc.h"
#include "tap.h"

#define ROOT         SEL4_SLOT_INIT_CNODE
#define MESSAGE(...) (&(const struct host_message){ __VA_ARGS__ })

/* Boots the board; all slots from the first free one on are free again. */
void scene_begin(bool use_fastpath);

/* The next slot of the initial CNode that was not handed out yet; empty. */
uint64_t scene_slot(void);

/* A new object in a slot of its own. The scene's digest includes endpoints and notifications. */
uint64_t scene_make(uint64_t type, uint64_t size_bits);

/* A capability minted into a slot of its own. */
uint64_t scene_mint(uint64_t source, uint64_t rights, uint64_t badge);

/* Object behind the capability in a slot of the initial CNode. */
void *scene_object(uint64_t slot);

/* A thread: its TCB, the slots of its capabilities, and its IPC buffer. */
struct actor {
    struct tcb *tcb;
    uint64_t cap;
    uint64_t frame;
    uint64_t *buffer;
};

/*
 * scene_thread() - a thread that shares the initial thread's CSpace and VSpace
 * @priority: of the thread; the initial thread has 255
 * @handler: capability pointer of its fault endpoint, 0 for none
 *
 * It is made runnable, and the thread that calls goes on if it is not of lower priority.
 */
struct actor scene_thread(uint8_t priority, uint64_t handler);

/* Takes the thread's IPC buffer away, or gives it one with the frame in `frame`. */
void scene_set_buffer(const struct actor *actor, uint64_t frame);

/* Threads of the current one's priority take turns until `tcb` runs; aborts if it never does. */
void scene_run(const struct tcb *tcb);

/* A system call of `tcb`, which must be runnable; returns the label in its x1 afterwards. */
uint64_t scene_do(struct tcb *tcb, int64_t number, uint64_t cptr,
                  const struct host_message *message);

/* Delete, Revoke, Suspend and Resume by the thread that runs; the answer's label. */
uint64_t scene_delete(uint64_t slot);
uint64_t scene_revoke(uint64_t slot);
uint64_t scene_suspend(const struct actor *actor);
uint64_t scene_resume(const struct actor *actor);

/*
 * REFUSES(cptr, message, error, words...) - does the Call end in this error with exactly these
 * words, having changed nothing but the caller's registers and IPC buffer?
 */
#define REFUSES(cptr, message, ...)                                                                \
    scene_refuses(cptr, message, sizeof((uint64_t[]){ __VA_ARGS__ }) / sizeof(uint64_t),           \
                  (const uint64_t[]){ __VA_ARGS__ })
bool scene_refuses(uint64_t cptr, const struct host_message *message, unsigned count,
                   const uint64_t *error_and_words);

/* Keeps all memory, the cores and the interrupts; is it still so, but for the caller's registers? */
void scene_keep(void);
bool scene_is_kept(const struct tcb *caller);

/* Message info of a thread: label and length; and message word i, out of register or buffer. */
uint64_t scene_label(const struct tcb *tcb);
unsigned scene_length(const struct tcb *tcb);
uint64_t scene_word(const struct actor *actor, unsigned i);

/* True if the thread executes its system call again when it runs. */
bool scene_restarts(const struct tcb *tcb);

/* Reports the kernel's own invariants as one check. */
void scene_check(const char *where);

/*
 * scene_play() - play a scene twice, through the general code and through the fast paths
 * @name: what the scene is about
 * @scene: begins with a fresh board; makes its own checks
 *
 * Reports whether the invariants hold and whether both ways ended alike: registers, states and
 * queues of all threads made, endpoints, notifications, reply capabilities, the thread that runs.
 */
void scene_play(const char *name, void (*scene)(void));

#endif
