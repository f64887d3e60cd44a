/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TESTS_UNIT_KERNEL_IPC_H
#define TESTS_UNIT_KERNEL_IPC_H

#include "kernel_scene.h"

/* Every scene has these: an endpoint with all rights, and two threads beside the initial one. */
extern uint64_t endpoint;
extern struct actor client;
extern struct actor server;
extern const struct host_message none;

void begin(void);

/* The thread receives; the badge that it has afterwards. */
uint64_t receive(const struct actor *actor, uint64_t cptr);

/* Message info of a thread: capabilities that came, and a mask of those that came as badges. */
unsigned extra_caps(const struct tcb *tcb);
unsigned unwrapped(const struct tcb *tcb);

/* Each file's scenes. */
void play_endpoints(void);
void play_messages(void);
void play_caps(void);
void play_replies(void);

#endif
