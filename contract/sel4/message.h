/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Bit layouts of the words that cross the system call: message info, rights, CNode data, memory
 * attributes; and the IPC buffer. Usable from assembly.
 *
 * Source: seL4 16.0.0 API, 64-bit.
 */
#ifndef CONTRACT_SEL4_MESSAGE_H
#define CONTRACT_SEL4_MESSAGE_H

/* Message info (x1): label [63:12], capsUnwrapped [11:9], extraCaps [8:7], length [6:0]. */
#define SEL4_MSG_INFO_LENGTH_SHIFT         0
#define SEL4_MSG_INFO_LENGTH_MASK          0x7f
#define SEL4_MSG_INFO_EXTRA_CAPS_SHIFT     7
#define SEL4_MSG_INFO_EXTRA_CAPS_MASK      0x3
#define SEL4_MSG_INFO_CAPS_UNWRAPPED_SHIFT 9
#define SEL4_MSG_INFO_CAPS_UNWRAPPED_MASK  0x7
#define SEL4_MSG_INFO_LABEL_SHIFT          12
#define SEL4_MSG_INFO_LABEL_MASK           0xfffffffffffff

/* Capability rights. */
#define SEL4_RIGHT_WRITE       1
#define SEL4_RIGHT_READ        2
#define SEL4_RIGHT_GRANT       4
#define SEL4_RIGHT_GRANT_REPLY 8
#define SEL4_RIGHTS_ALL        0xf
#define SEL4_CAP_RIGHTS_BITS   4

/* CNode capability data: guard [63:6], guard size [5:0]. */
#define SEL4_CAP_DATA_GUARD_SIZE_SHIFT 0
#define SEL4_CAP_DATA_GUARD_SIZE_MASK  0x3f
#define SEL4_CAP_DATA_GUARD_SHIFT      6

/* Memory attributes of Page_Map and PageTable_Map. */
#define SEL4_VM_PAGE_CACHEABLE 1
#define SEL4_VM_PARITY_ENABLED 2
#define SEL4_VM_EXECUTE_NEVER  4
#define SEL4_VM_DEFAULT        3

/* IPC buffer: 1024 bytes, aligned to its size. Word indices; words 1..120 are the message. */
#define SEL4_IPC_BUFFER_SIZE_BITS          10
#define SEL4_IPC_BUFFER_TAG_WORD           0
#define SEL4_IPC_BUFFER_MSG_WORD           1
#define SEL4_IPC_BUFFER_USER_DATA_WORD     121
#define SEL4_IPC_BUFFER_CAPS_WORD          122
#define SEL4_IPC_BUFFER_RECEIVE_CNODE_WORD 125
#define SEL4_IPC_BUFFER_RECEIVE_INDEX_WORD 126
#define SEL4_IPC_BUFFER_RECEIVE_DEPTH_WORD 127
#define SEL4_IPC_BUFFER_WORDS              128

#ifndef __ASSEMBLER__
/*
 * The IPC buffer as memory shared by a thread and the kernel. Each field but `tag` and
 * `user_data` is read or written by the kernel; everything in it is chosen by the thread, so the
 * kernel reads each word once and checks what it read.
 */
struct sel4_ipc_buffer {
    unsigned long tag;
    unsigned long msg[120];
    unsigned long user_data;
    unsigned long caps_or_badges[3];
    unsigned long receive_cnode;
    unsigned long receive_index;
    unsigned long receive_depth;
};

_Static_assert(sizeof(struct sel4_ipc_buffer) == 1024, "IPC buffer size");
_Static_assert(__builtin_offsetof(struct sel4_ipc_buffer, caps_or_badges) == 0x3d0, "caps");
_Static_assert(__builtin_offsetof(struct sel4_ipc_buffer, receive_depth) == 0x3f8, "depth");
#endif

#endif
