# SPDX-License-Identifier: BSD-2-Clause
FUZZ_vmm_devices_SRCS = tests/fuzz/vmm_devices/fuzz_vmm_devices.c user/vmm/bus/bus.c \
        user/vmm/board/pl011.c user/vmm/board/watchdog.c user/vmm/gicv2m/gicv2m.c \
        user/runtime/format.c user/runtime/log.c user/runtime/text.c tests/harness/rt_host.c
FUZZ_vmm_devices_CFLAGS = -Iuser -Iuser/runtime -Icontract -Itests/harness
