# SPDX-License-Identifier: BSD-2-Clause
# Coroutines and ASan's view of the stack do not go together; UBSan stays.
UNIT_link_ring_SRCS = tests/unit/link_ring/test_link_ring.c tests/unit/link_ring/explore.c
UNIT_link_ring_CFLAGS = -fno-sanitize=address -O2
