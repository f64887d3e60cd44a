/* SPDX-License-Identifier: BSD-2-Clause */
/* Macros that the API's headers are written with. */
#ifndef SEL4_MACROS_H
#define SEL4_MACROS_H

#include <sel4/config.h>

#ifndef CONST
#define CONST __attribute__((__const__))
#endif
#ifndef PURE
#define PURE __attribute__((__pure__))
#endif

#define SEL4_PACKED           __attribute__((packed))
#define SEL4_DEPRECATED(text) __attribute__((deprecated(text)))
#define LIBSEL4_UNUSED        __attribute__((unused))
#define LIBSEL4_WEAK          __attribute__((weak))
#define LIBSEL4_NOINLINE      __attribute__((noinline))
#define LIBSEL4_INLINE        static inline
#define LIBSEL4_INLINE_FUNC   static inline

#ifdef CONFIG_LIB_SEL4_USE_THREAD_LOCALS
#define LIBSEL4_THREAD_LOCAL __thread
#else
#define LIBSEL4_THREAD_LOCAL
#endif

#define SEL4_COMPILE_ASSERT(name, expr) _Static_assert(expr, #name);
#define SEL4_SIZE_SANITY(index, entry, size)                                                       \
    SEL4_COMPILE_ASSERT(index##entry##size, (index) + (entry) == (size))
#define SEL4_OFFSETOF(type, member) __builtin_offsetof(type, member)
#define LIBSEL4_BIT(n)              (1ul << (n))

/* A last enumerator that makes the enumeration as wide as a word, whatever the compiler's ABI. */
#define SEL4_FORCE_LONG_ENUM(type) enum_pad_##type = 0x7fffffffffffffffl

#endif
