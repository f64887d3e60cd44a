# SPDX-License-Identifier: BSD-2-Clause
# The kernel's portable part and its fake hardware, for unit tests and fuzzers.
KERNEL_HOST_SRCS := tests/harness/kernel_host.c kernel/arch/fake/fake.c kernel/arch/aarch64/thread.c \
	$(filter-out kernel/core/boot.c kernel/core/mem.c,$(wildcard kernel/api/*.c kernel/object/*.c kernel/core/*.c))
KERNEL_HOST_CFLAGS := -include kernel/arch/fake/gen_config.h -Ikernel -Ikernel/arch/fake \
	-Ikernel/arch/aarch64

# Unit tests share one build of it, and the scenes.
ifndef KERNEL_HOST_OBJS
KERNEL_HOST_OBJS := $(patsubst %.c,build/tests/unit/obj/kernel_host/%.o,\
	$(KERNEL_HOST_SRCS) tests/harness/kernel_scene.c)

$(KERNEL_HOST_OBJS): build/tests/unit/obj/kernel_host/%.o: %.c tests/harness/kernel_host.mk tests/tests.mk
	@mkdir -p $(@D)
	@echo "  $(TEST_CC) $<"
	@$(TEST_CC) $(TEST_CFLAGS) $(UNIT_SANITIZE) $(KERNEL_HOST_CFLAGS) -MMD -MP -c -o $@ $<
-include $(KERNEL_HOST_OBJS:.o=.d)
endif
