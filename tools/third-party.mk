# SPDX-License-Identifier: BSD-2-Clause
#
# What is not ours: installed packages, the guest kernel, the device VM's QEMU, root file systems. Each
# is a symbolic link build/third-party/<name> into the user's cache, made by a script that does nothing
# when the cache has the entry. Stamps keep even the looking-up away from the daily build.

TP := build/third-party
TP_NAMES := libfdt-arm64 libfdt-source guest-kernel stock-kernel qemu rootfs-small rootfs-debian

TP_SCRIPT_libfdt-arm64 := tools/fetch-libfdt
TP_SCRIPT_libfdt-source := tools/fetch-libfdt-source
TP_SCRIPT_guest-kernel := guest/images/kernel/build.sh
TP_SCRIPT_stock-kernel := guest/images/stock-kernel/build.sh
TP_SCRIPT_qemu := guest/images/qemu/build.sh
TP_SCRIPT_rootfs-small := guest/images/small/build.sh
TP_SCRIPT_rootfs-debian := guest/images/debian/build.sh

tp_files = $(shell find $(1) -type f 2> /dev/null)
TP_INPUTS_guest-kernel := guest/images/kernel/guest.config
TP_INPUTS_stock-kernel := guest/images/stock-kernel/init
TP_INPUTS_qemu := $(call tp_files,guest/qemu/files guest/qemu/patches) \
	contract/uapi/sel4_virt.h contract/rpc/link.h
TP_INPUTS_rootfs-small := tools/ext4-image $(call tp_files,guest/images/small/root)
TP_INPUTS_rootfs-debian := tools/ext4-image guest/images/debian/customize.sh

TP_ARGS_qemu := $(TP)/libfdt-arm64

# A link that leads nowhere (the cache was emptied) is made again, whatever its stamp says.
$(foreach n,$(TP_NAMES),$(if $(wildcard $(TP)/$(n)/.),,$(shell rm -f $(TP)/.$(n).stamp)))

# Nothing is built before this, and this not before the choices on the command line make sense.
build/setup.stamp: tools/setup.sh tools/apt-entries.sh | check-choices
	@tools/setup.sh
	@mkdir -p $(@D) && touch $@

build/setup-prove.stamp: tools/setup.sh
	@tools/setup.sh --prove
	@mkdir -p $(@D) && touch $@

.PHONY: setup
setup:
	@tools/setup.sh
	@mkdir -p build && touch build/setup.stamp

define tp_rule
$(TP)/.$(1).stamp: $$(TP_SCRIPT_$(1)) $$(TP_INPUTS_$(1)) tools/cache.sh | build/setup.stamp
	@mkdir -p $$(@D)
	@$$(TP_SCRIPT_$(1)) $(TP)/$(1) $$(TP_ARGS_$(1))
	@touch $$@
endef
$(foreach n,$(TP_NAMES),$(eval $(call tp_rule,$(n))))
$(TP)/.qemu.stamp: $(TP)/.libfdt-arm64.stamp

# Where other makefiles and scripts find all this; the same syntax serves make and sh.
build/paths.mk: tools/third-party.mk
	@mkdir -p $(@D)
	@{ echo '# Written by tools/third-party.mk.'; \
	echo 'GUEST_KERNEL_IMAGE=$(CURDIR)/$(TP)/guest-kernel/Image'; \
	echo 'GUEST_KERNEL_BUILD=$(CURDIR)/$(TP)/guest-kernel/build'; \
	echo 'GUEST_KERNEL_MODULES=$(CURDIR)/$(TP)/guest-kernel/modules'; \
	echo 'QEMU_AARCH64_DIR=$(CURDIR)/$(TP)/qemu'; \
	echo 'ROOTFS_DEBIAN=$(CURDIR)/$(TP)/rootfs-debian/debian.qcow2'; \
	echo 'ROOTFS_SMALL=$(CURDIR)/$(TP)/rootfs-small/small.qcow2'; \
	echo 'BUSYBOX_ARM64=$(CURDIR)/$(TP)/rootfs-small/busybox'; \
	echo 'LIBFDT_ARM64_INCLUDE=$(CURDIR)/$(TP)/libfdt-arm64/include'; \
	echo 'LIBFDT_ARM64_LIB=$(CURDIR)/$(TP)/libfdt-arm64/lib/libfdt.a'; } > $@

.PHONY: third-party linux-image
third-party: $(TP_NAMES:%=$(TP)/.%.stamp) build/paths.mk
linux-image: $(TP)/.guest-kernel.stamp build/paths.mk
	@echo "guest kernel: $(TP)/guest-kernel/Image"
