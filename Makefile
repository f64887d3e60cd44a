# SPDX-License-Identifier: BSD-2-Clause
#
# Peervisor. "make help" tells what there is; "make run" on a fresh Debian 12 or 13 ends at a guest's login.

# What to boot.
TOPOLOGY ?= vm_qemu_virtio
# The driver VMs' root file system: debian, or small (busybox, for tests).
GUEST ?= debian
# 1: a device VM shares an 8 MB window with each of its clients; 0: all of the client's RAM.
VMSWIOTLB ?= 1
# The driver VMs' kernel: guest, or stock (Debian's own, unchanged; needs VMSWIOTLB=0).
DRIVER_KERNEL ?= guest
# An installed real seL4 to use instead of our kernel.
SEL4_PREFIX ?=
# A part of the tests: group or group/name.
ONLY ?=
# Not empty: say what the tests took.
TIMES ?=
JOBS ?= $(shell nproc)

MAKEFLAGS += --no-print-directory
export TOPOLOGY GUEST VMSWIOTLB DRIVER_KERNEL SEL4_PREFIX

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

include tools/third-party.mk
include tests/tests.mk
include tools/image.mk
include tools/install.mk

.PHONY: help run image all test check clean clean-disk distclean

help:
	@sed -n 's/^#h //p' Makefile
#h make run       install what is needed, build, boot the emulated board; ends at a guest's login
#h make image     build the bootable image only
#h make test      install, build and run every test
#h make check     the tests that need no emulated board, in under a minute
#h make test-long the random system calls of "make test" on the kernel, 10 million of them (HOSTILE_CALLS=);
#h                all of the kernel's tests on two and four cores, and random calls from four at once
#h make prove     install provers, prove what can be proven, test the rest exhaustively; says which was which
#h make bench-kernel  instruction counts of the kernel's hot paths: name value reference
#h make latency-kernel  longest time with interrupts off over the kernel's tests, in instructions, and where
#h make coverage-kernel  branch coverage of kernel/api and kernel/object by the unit tests; at least 99 %
#h make setup     install what is needed (Debian packages; root or sudo)
#h make install-kernel PREFIX=dir  write our kernel as an installed seL4 (tools/install.mk)
#h make clean     remove what was built, but neither the cache nor the guests' disks
#h make clean-disk  give the guests of TOPOLOGY and GUEST fresh disks
#h
#h Variables, with their defaults:
#h   TOPOLOGY=vm_qemu_virtio   a folder of topologies/; also vm_virtio_multi_user
#h   GUEST=debian              root file system of the driver VMs: debian or small
#h   VMSWIOTLB=1               0 lets device VMs see all RAM of their clients
#h   DRIVER_KERNEL=guest       stock boots Debian's own arm64 kernel in driver VMs (with VMSWIOTLB=0)
#h   SEL4_PREFIX=              directory of an installed seL4 to boot instead of our kernel
#h   ONLY=                     for "make test": a group or group/name, as in boot/vm_qemu_virtio
#h   TIMES=                    1: "make test" and "make check" say at the end what took how long
#h
#h Names from the reference platform: make qemu-arm-virt_defconfig, make linux-image,
#h make vm_qemu_virtio, make vm_virtio_multi_user (build that topology's image).

run: image $(BOARD_DISK)
	@tools/run-board --image $(IMAGE) --disk $(BOARD_DISK)

test: | build/setup.stamp
	@tests/harness/run.py --jobs $(JOBS) $(if $(ONLY),--only $(ONLY)) $(if $(TIMES),--times)

check: | build/setup.stamp
	@tests/harness/run.py --jobs $(JOBS) --host $(if $(ONLY),--only $(ONLY)) $(if $(TIMES),--times)

.PHONY: prove test-long bench-kernel latency-kernel coverage-kernel
prove: needs-prove build/tests/unit/kernel_random $(SMALL_MODELS:%=build/tests/unit/%) | build/setup.stamp
	@tests/prove/run.py --all

coverage-kernel: | build/setup.stamp
	@tools/coverage-kernel

test-long: kernel loader
	@HOSTILE_CALLS=$(or $(HOSTILE_CALLS),10000000) TARGET_TIMEOUT=7200 tests/target/hostile.sh
	@SMP_FULL=1 TARGET_TIMEOUT=1800 tests/target/smp.sh
	@HOSTILE_CALLS=100000 TARGET_NODES=4 TARGET_TIMEOUT=7200 tests/target/hostile_smp.sh

bench-kernel: kernel loader
	@tests/target/run.sh --bench

latency-kernel: kernel loader
	@tests/target/run.sh --latency

# The reference configures first and builds then; there is nothing to configure for this board.
.PHONY: qemu-arm-virt_defconfig $(TOPOLOGIES)
qemu-arm-virt_defconfig:
	@echo "board: qemu-arm-virt (the default)"
$(TOPOLOGIES):
	@$(MAKE) image TOPOLOGY=$@

clean:
	rm -rf $(filter-out build/disks,$(wildcard build/* build/.[!.]*))

clean-disk:
	rm -f $(BOARD_DISK)
