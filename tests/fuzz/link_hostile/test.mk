# SPDX-License-Identifier: BSD-2-Clause
FUZZ_link_hostile_SRCS = tests/fuzz/link_hostile/fuzz_link_hostile.c \
        user/vmm/link/events.c user/vmm/link/link.c user/vmm/link/session.c user/vmm/bus/bus.c \
        user/vmm/vpci/config.c user/vmm/vpci/inflight.c user/vmm/vpci/journal.c \
        user/vmm/vpci/msix.c user/vmm/vpci/queues.c user/vmm/vpci/scan.c user/vmm/vpci/sync.c \
        user/vmm/vpci/vpci.c \
        tests/harness/fake_backend.c tests/harness/fake_peer.c \
        user/runtime/format.c user/runtime/log.c user/runtime/text.c tests/harness/rt_host.c
FUZZ_link_hostile_CFLAGS = -Iuser -Iuser/runtime -include tests/fuzz/link_hostile/steps.h
FUZZ_link_hostile_RUNS = 20000
