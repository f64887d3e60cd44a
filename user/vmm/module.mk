# SPDX-License-Identifier: BSD-2-Clause
#
# The VMM: one component binary, one process per VM. Paths are relative to user/vmm. Pure sources
# know no kernel and no clock and also build for the host's tests; target-only sources make system
# calls or read registers. Needs libfdt and the runtime. May use contract/ and runtime headers, else
# only itself.
include $(dir $(lastword $(MAKEFILE_LIST)))link/module.mk
include $(dir $(lastword $(filter %vmm/module.mk,$(MAKEFILE_LIST))))vpci/module.mk

VMM_PURE := \
	board/pl011.c board/watchdog.c \
	bus/bus.c \
	fdt/gfdt.c \
	gicv2m/gicv2m.c \
	psci/psci.c \
	vgic/dist.c vgic/vgic.c \
	vm/config.c vm/exception.c vm/image.c vm/iss.c vm/sysreg.c \
	$(addprefix link/,$(VMM_LINK_PURE)) \
	$(addprefix vpci/,$(VMM_VPCI_PURE))

VMM_TARGET := \
	vm/console.c vm/fault.c vm/guest.c vm/idle.c vm/inject.c vm/irq.c vm/links.c vm/load.c \
	vm/main.c vm/memory.c vm/mmio.c vm/power.c vm/regs.c vm/setup.c
VMM_SRCS := $(VMM_PURE) $(VMM_TARGET)
