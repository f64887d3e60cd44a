# SPDX-License-Identifier: BSD-2-Clause
#
# From sources to build/images/<topology>/image.bin, and the disk of the emulated board. A variant of an
# image (shared RAM, real seL4) has its own folder, so that switching back costs nothing. Tests have descriptions of
# their own: they give DESCRIPTION, IMAGE_DIR, GUEST_ROOTFS and, for what only they know, COMPOSE_FLAGS.

TOPOLOGIES := $(strip $(foreach d,$(patsubst topologies/%/,%,$(wildcard topologies/*/)),\
	$(if $(wildcard topologies/$(d)/$(d).camkes),$(d))))
DESCRIPTION := topologies/$(TOPOLOGY)/$(TOPOLOGY).camkes
STOCK := $(filter stock,$(DRIVER_KERNEL))
IMAGE_DIR := build/images/$(TOPOLOGY)$(if $(filter 0,$(VMSWIOTLB)),-shared)$(if $(STOCK),-stock)$(if $(SEL4_PREFIX),-sel4)
IMAGE := $(IMAGE_DIR)/image.bin
# Absolute, because it is used from other folders, too.
SEL4_ROOT := $(if $(SEL4_PREFIX),$(abspath $(SEL4_PREFIX)))
KERNEL := $(if $(SEL4_PREFIX),$(SEL4_ROOT)/bin/kernel.elf,build/kernel/release/kernel.elf)
COMPOSER := build/composer/peervisor-compose
DEVICE_VM := build/guest/device-vm.cpio
GUEST_ROOTFS = $(TP)/rootfs-$(GUEST)/$(GUEST).qcow2
# A wrong name has no recipe; what says so is check-choices.
GUEST_STAMP = $(if $(filter debian small,$(GUEST)),$(TP)/.rootfs-$(GUEST).stamp,check-choices)
BOARD_DISK := build/disks/$(TOPOLOGY)-$(GUEST).raw

.PHONY: kernel loader user composer guest-module supervisor device-vm check-choices check-sel4-prefix

# What the person chose on the command line, checked before minutes are spent on it.
check-choices:
	@test -f $(DESCRIPTION) || { \
		echo "make: error: TOPOLOGY=$(TOPOLOGY): no $(DESCRIPTION); there are: $(TOPOLOGIES)" >&2; exit 1; }
	@case "$(GUEST)" in debian | small) ;; \
		*) echo "make: error: GUEST=$(GUEST): choose debian or small" >&2; exit 1;; esac
	@case "$(VMSWIOTLB)" in 0 | 1) ;; \
		*) echo "make: error: VMSWIOTLB=$(VMSWIOTLB): choose 1 or 0" >&2; exit 1;; esac
	@case "$(DRIVER_KERNEL)/$(VMSWIOTLB)" in guest/* | stock/0) ;; \
		stock/*) echo "make: error: DRIVER_KERNEL=stock needs VMSWIOTLB=0: Debian's kernel" \
			"has no restricted DMA pools" >&2; exit 1;; \
		*) echo "make: error: DRIVER_KERNEL=$(DRIVER_KERNEL): choose guest or stock" >&2; exit 1;; esac

check-sel4-prefix: $(if $(SEL4_PREFIX),composer)
	@$(if $(SEL4_PREFIX),$(COMPOSER) --check-prefix "$(SEL4_ROOT)")

kernel composer: | build/setup.stamp
	@$(MAKE) -s -C $@
loader: | $(TP)/.libfdt-arm64.stamp
	@$(MAKE) -s -C loader
# The kernel's build writes the configuration header that user level is compiled with.
user: check-sel4-prefix $(if $(SEL4_PREFIX),,kernel) | $(TP)/.libfdt-source.stamp
	@$(MAKE) -C user SEL4_PREFIX=$(SEL4_ROOT)

guest-module: $(TP)/.guest-kernel.stamp
	@$(MAKE) -s -C guest/linux
supervisor: | build/setup.stamp
	@$(MAKE) -s -C guest/supervisor
build/guest/linux/sel4_virt.ko: guest-module ;
build/guest/supervisor/peervisor-supervisor: supervisor ;

device-vm: $(DEVICE_VM)
$(DEVICE_VM): build/guest/linux/sel4_virt.ko build/guest/supervisor/peervisor-supervisor \
		$(TP)/.qemu.stamp $(TP)/.rootfs-small.stamp \
		guest/images/device-vm/build.sh $(shell find guest/device-vm/root -type f 2> /dev/null)
	@echo "  device VM $@"
	@guest/images/device-vm/build.sh $@ $(TP)/rootfs-small/busybox $(TP)/qemu \
		build/guest/linux/sel4_virt.ko build/guest/supervisor/peervisor-supervisor guest/device-vm/root

image: check-choices check-sel4-prefix loader user composer $(DEVICE_VM) $(TP)/.guest-kernel.stamp \
		$(if $(STOCK),$(TP)/.stock-kernel.stamp)
	@mkdir -p $(IMAGE_DIR)
	@$(COMPOSER) -D VMSWIOTLB=$(VMSWIOTLB) -D DRIVER_KERNEL=$(DRIVER_KERNEL) \
		-M guest-kernel=$(TP)/guest-kernel/Image -M device-vm.cpio=$(DEVICE_VM) \
		$(if $(STOCK),-M stock-kernel=$(TP)/stock-kernel/Image -M stock-initrd.cpio=$(TP)/stock-kernel/initrd.cpio) \
		--loader build/loader/loader.bin --kernel $(KERNEL) \
		$(COMPOSE_FLAGS) $(if $(SEL4_PREFIX),--sel4-prefix $(SEL4_ROOT)) \
		--components build/user$(if $(SEL4_PREFIX),-sel4) -o $(IMAGE_DIR) $(DESCRIPTION)
	@echo "image: $(IMAGE)"

# Made once and then the user's: a newer root file system never replaces it (see clean-disk).
$(BOARD_DISK): | $(GUEST_STAMP) composer
	@echo "  board disk $@"
	@guest/images/board-disk/build.sh $@ $(GUEST_ROOTFS) $$($(COMPOSER) --list-disks $(DESCRIPTION))

# A fresh disk for a test, at DISK.
.PHONY: test-disk
test-disk: check-choices $(GUEST_STAMP) composer
	@guest/images/board-disk/build.sh $(DISK) $(GUEST_ROOTFS) $$($(COMPOSER) $(COMPOSE_FLAGS) --list-disks $(DESCRIPTION))

# For scripts that build a variant and need its place.
.PHONY: print-image
print-image:
	@echo $(IMAGE)
