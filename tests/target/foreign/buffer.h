/* SPDX-License-Identifier: BSD-2-Clause */
/* The variable that the kernel's headers leave to the program. One file of a program includes this. */
#ifndef BUFFER_H
#define BUFFER_H

#include <sel4/sel4.h>

#ifdef CONFIG_LIB_SEL4_USE_THREAD_LOCALS
__thread seL4_IPCBuffer *__sel4_ipc_buffer;
#else
seL4_IPCBuffer *__sel4_ipc_buffer;
#endif

#endif
