# SPDX-License-Identifier: BSD-2-Clause
UNIT_vpci_SRCS = tests/unit/vpci/test_vpci.c tests/unit/vpci/test_journal.c \
        user/vmm/vpci/config.c user/vmm/vpci/inflight.c user/vmm/vpci/journal.c \
        user/vmm/vpci/msix.c user/vmm/vpci/queues.c user/vmm/vpci/scan.c user/vmm/vpci/sync.c \
        user/vmm/vpci/vpci.c tests/harness/fake_backend.c \
        user/runtime/format.c user/runtime/log.c user/runtime/text.c tests/harness/rt_host.c
UNIT_vpci_CFLAGS = -Iuser -Iuser/runtime
