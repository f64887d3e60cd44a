# SPDX-License-Identifier: BSD-2-Clause
#
# PCI host bridge of one link. Pure sources; may use contract/rpc, runtime's log and mem, and vmm/bus.
# Tests: unit/vpci, unit/msix, fuzz/ecam.
VMM_VPCI_PURE := config.c inflight.c journal.c msix.c queues.c scan.c sync.c vpci.c
