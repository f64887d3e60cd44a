#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# The device side of a link (kernel module and QEMU) without the hypervisor.
set -eu

mkdir -p build
make -s third-party > build/device-side-third-party.log 2>&1
exec guest/linux/tests/run.sh
