# SPDX-License-Identifier: BSD-2-Clause
#
# Links: driver side and device side. Pure sources (no kernel, no clock of their own); may use
# contract/, runtime's log and mem, vmm/bus and vmm/vpci. Tests: unit/link_ring, unit/link,
# fuzz/link_hostile.
VMM_LINK_PURE := device_side.c events.c link.c session.c
