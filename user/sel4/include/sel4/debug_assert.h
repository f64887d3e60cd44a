/* SPDX-License-Identifier: BSD-2-Clause */
/* Assertions of programs that are built without NDEBUG. */
#ifndef SEL4_DEBUG_ASSERT_H
#define SEL4_DEBUG_ASSERT_H

#ifdef NDEBUG
#define seL4_DebugAssert(expression) ((void)0)
#else
#include <sel4/assert.h>
#define seL4_DebugAssert(expression) seL4_Assert(expression)
#endif

#endif
