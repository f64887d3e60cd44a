/* SPDX-License-Identifier: BSD-2-Clause */
/* What system.c and the process that it builds, child.c, agree on. */
#ifndef CHILD_H
#define CHILD_H

#define CHILD_CNODE_BITS 4

enum child_slot {
    CHILD_TCB = 1,
    CHILD_CNODE,
    CHILD_VSPACE,
    CHILD_ENDPOINT,
    CHILD_FAULTS,
    CHILD_RECEIVE,
};

#define CHILD_STACK_END   0x20010000ul
#define CHILD_BUFFER      0x20020000ul
#define CHILD_SHARED      0x40000000ul /* a 2 MiB page, also the parent's */
#define CHILD_BAD_ADDRESS 0x50000000ul

/* Where in the shared page each writes what the other looks for. */
#define PARENT_WORD (0x100000 / 8)
#define CHILD_WORD  (0x1ffff8 / 8)
#define PARENT_SAYS 0x7061726e74ul
#define CHILD_SAYS  0x6368696c64ul

/* Labels of the child's messages. */
#define CHILD_STATE 40
#define CHILD_DONE  41

#endif
