# SPDX-License-Identifier: BSD-2-Clause
#
# The kernel's options, under seL4's names. Each may be set on make's command line.

CONFIG_MAX_NUM_NODES ?= 1
CONFIG_NUM_DOMAINS ?= 1
CONFIG_NUM_DOMAIN_SCHEDULES ?= $(if $(filter 1,$(CONFIG_NUM_DOMAINS)),2,100)
CONFIG_NUM_PRIORITIES ?= 256
CONFIG_TIMER_TICK_MS ?= 2
CONFIG_TIME_SLICE ?= 5
CONFIG_ROOT_CNODE_SIZE_BITS ?= 12
CONFIG_RETYPE_FAN_OUT_LIMIT ?= 256
CONFIG_MAX_NUM_WORK_UNITS_PER_PREEMPTION ?= 100
CONFIG_RESET_CHUNK_BITS ?= 8
CONFIG_MAX_NUM_BOOTINFO_UNTYPED_CAPS ?= 230
CONFIG_ALLOW_SMC_CALLS ?= n
CONFIG_DISABLE_WFI_WFE_TRAPS ?= n
CONFIG_EXPORT_PCNT_USER ?= y
CONFIG_EXPORT_VCNT_USER ?= y
CONFIG_EXPORT_PTMR_USER ?= y
CONFIG_EXPORT_VTMR_USER ?= n
CONFIG_ARM_TLS_REG_TPIDRURO ?= n
CONFIG_SET_TLS_BASE_SELF ?= n
CONFIG_FASTPATH ?= y
# Ours: the kernel prints the longest stretch without interrupts (arch/latency.h).
CONFIG_MEASURE_LATENCY ?= n
# Where user level keeps the IPC buffer pointer; the kernel does not care.
CONFIG_LIB_SEL4_USE_THREAD_LOCALS ?= n
# 0: RAM is what the device tree says. An address: the memory map is compiled in, as it is in an
# installed seL4; the kernel manages RAM below this address only, whatever the tree reserves.
CONFIG_FIXED_RAM_END ?= 0
ARM_CPU ?= cortex-a72

ifneq ($(CONFIG_MAX_NUM_NODES),1)
$(error CONFIG_MAX_NUM_NODES=$(CONFIG_MAX_NUM_NODES): this kernel runs on one core so far)
endif

ifeq ($(CONFIG),debug)
CONFIG_DEBUG_BUILD ?= y
CONFIG_PRINTING ?= y
else
CONFIG_DEBUG_BUILD ?= n
CONFIG_PRINTING ?= n
endif

CONFIG_NUMBERS := MAX_NUM_NODES NUM_DOMAINS NUM_DOMAIN_SCHEDULES NUM_PRIORITIES TIMER_TICK_MS \
    TIME_SLICE ROOT_CNODE_SIZE_BITS RETYPE_FAN_OUT_LIMIT MAX_NUM_WORK_UNITS_PER_PREEMPTION \
    RESET_CHUNK_BITS MAX_NUM_BOOTINFO_UNTYPED_CAPS FIXED_RAM_END
CONFIG_SWITCHES := ALLOW_SMC_CALLS DISABLE_WFI_WFE_TRAPS EXPORT_PCNT_USER EXPORT_VCNT_USER \
    EXPORT_PTMR_USER EXPORT_VTMR_USER ARM_TLS_REG_TPIDRURO SET_TLS_BASE_SELF FASTPATH MEASURE_LATENCY DEBUG_BUILD LIB_SEL4_USE_THREAD_LOCALS \
    PRINTING

cpu_upper := $(subst cortex-a,CORTEX_A,$(ARM_CPU))

# Facts of this kernel that seL4 programs test.
CONFIG_FACTS := ARCH_ARM=1 ARCH_AARCH64=1 ARCH_ARM_V8A=1 SEL4_ARCH_AARCH64=1 WORD_SIZE=64 \
    ARCH=arm SEL4_ARCH=aarch64 PLAT=qemu-arm-virt ARM_PLAT=qemu-arm-virt PLAT_QEMU_ARM_VIRT=1 \
    ARM_$(cpu_upper)=1 ARM_CPU=$(ARM_CPU) ARM_PA_SIZE_BITS_44=1 ARM_HYPERVISOR_SUPPORT=1 \
    AARCH64_USER_CACHE_ENABLE=1 HAVE_FPU=1 NO_BENCHMARKS=1 KERNEL_BENCHMARK=none \
    USER_STACK_TRACE_LENGTH=0 MAX_NUM_TRACE_POINTS=0 TIMER_FREQUENCY=62500000 \
    LIB_SEL4_DEFAULT_FUNCTION_ATTRIBUTES=1 LIB_SEL4_FUNCTION_ATTRIBUTE=1

define GEN_CONFIG
echo '/* Written by kernel/config.mk: the configuration of this kernel. */'; \
echo '#pragma once'; \
$(foreach n,$(CONFIG_NUMBERS),echo '#define CONFIG_$(n) $(CONFIG_$(n))';) \
$(foreach s,$(CONFIG_SWITCHES),$(if $(filter y,$(CONFIG_$(s))),echo '#define CONFIG_$(s) 1',echo '/* disabled: CONFIG_$(s) */');) \
$(if $(filter y,$(CONFIG_ARM_TLS_REG_TPIDRURO)),,echo '#define CONFIG_ARM_TLS_REG_TPIDRU 1';) \
$(if $(filter 1,$(CONFIG_MAX_NUM_NODES)),,echo '#define CONFIG_ENABLE_SMP_SUPPORT 1';) \
$(foreach f,$(CONFIG_FACTS),echo '#define CONFIG_$(subst =, ,$(f))';) \
true
endef
