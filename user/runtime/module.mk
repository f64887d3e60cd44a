# SPDX-License-Identifier: BSD-2-Clause
#
# The component runtime. Pure sources know no kernel and also build for the host's tests; target
# sources need seL4's headers or the machine. mem and string are the C library on the target.
RUNTIME_PURE := format.c log.c error.c text.c ring.c clock.c slots.c
RUNTIME_LIBC := mem.c string.c
RUNTIME_TARGET := cache.c counter.c console.c object.c start.c crt0.S
