/* SPDX-License-Identifier: BSD-2-Clause */
/* Assertions that end in the program's own __assert_fail(), which a C library has. */
#ifndef SEL4_ASSERT_H
#define SEL4_ASSERT_H

#include <sel4/macros.h>

void __assert_fail(const char *expression, const char *file, int line, const char *function);

#define seL4_Fail(text)         __assert_fail(text, __FILE__, __LINE__, __func__)
#define seL4_Assert(expression) ((expression) ? (void)0 : seL4_Fail(#expression))
/* A semicolon may follow. */
#define seL4_CompileTimeAssert(expression) _Static_assert(expression, #expression)

#endif
