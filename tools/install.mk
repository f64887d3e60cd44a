# SPDX-License-Identifier: BSD-2-Clause
#
# make install-kernel PREFIX=dir: our kernel in the layout of an installed seL4, for other seL4 programs and
# for SEL4_PREFIX. Like one, it is built for a board with so much RAM (MEMORY, in MiB) and manages what lies
# between 0x60000000 and its end. Kernel options may follow, as in CONFIG_EXPORT_PTMR_USER=n, or
# CONFIG_MAX_NUM_NODES=4 for a kernel for several cores.

KERNEL_CONFIG ?= release
ROOT_CNODE_BITS ?= 12
MEMORY ?= 1024
CONFIG_MAX_NUM_NODES ?= 1
INSTALLED_SMP := $(if $(filter-out 1,$(CONFIG_MAX_NUM_NODES)),smp$(CONFIG_MAX_NUM_NODES)-)
INSTALLED_KERNEL := build/kernel/installed-$(INSTALLED_SMP)$(KERNEL_CONFIG)

.PHONY: install-kernel
install-kernel: | build/setup.stamp
	@test -n "$(PREFIX)" || { echo "make: error: install-kernel: PREFIX=dir is missing" >&2; exit 1; }
	@case "$(KERNEL_CONFIG)" in release | debug) ;; \
		*) echo "make: error: KERNEL_CONFIG=$(KERNEL_CONFIG): choose release or debug" >&2; exit 1;; esac
	@$(MAKE) -C kernel O=$(abspath $(INSTALLED_KERNEL)) CONFIG=$(KERNEL_CONFIG) \
		CONFIG_MAX_NUM_NODES=$(CONFIG_MAX_NUM_NODES) \
		CONFIG_FIXED_RAM_END=$$(printf 0x%x $$((0x40000000 + $(MEMORY) * 0x100000))) \
		CONFIG_ROOT_CNODE_SIZE_BITS=$(ROOT_CNODE_BITS) \
		CONFIG_LIB_SEL4_USE_THREAD_LOCALS=$(or $(CONFIG_LIB_SEL4_USE_THREAD_LOCALS),y)
	@tools/install-kernel --build $(INSTALLED_KERNEL) --prefix "$(PREFIX)" --memory $(MEMORY)
	@echo "installed: $(PREFIX)"
