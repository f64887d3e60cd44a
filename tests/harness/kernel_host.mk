# SPDX-License-Identifier: BSD-2-Clause
# The kernel's portable part and its fake hardware, for unit tests and fuzzers: KERNEL_HOST_ for one
# core, KERNEL_SMP_ for several.
KERNEL_HOST_SRCS := tests/harness/kernel_host.c kernel/arch/fake/fake.c kernel/arch/aarch64/thread.c \
	$(filter-out kernel/core/boot.c kernel/core/mem.c,$(wildcard kernel/api/*.c kernel/object/*.c kernel/core/*.c))
KERNEL_HOST_INCLUDES := -Ikernel -Ikernel/arch/fake -Ikernel/arch/aarch64
KERNEL_HOST_CFLAGS := -include kernel/arch/fake/gen_config.h $(KERNEL_HOST_INCLUDES)
KERNEL_SMP_CFLAGS := -include kernel/arch/fake/gen_config_smp.h $(KERNEL_HOST_INCLUDES)

# Unit tests share one build of each, and the scenes.
ifndef KERNEL_HOST_OBJS
kernel_host_objs = $(patsubst %.c,$(TEST_BUILD)/unit/obj/$(1)/%.o,$(KERNEL_HOST_SRCS) tests/harness/kernel_scene.c)
KERNEL_HOST_OBJS := $(call kernel_host_objs,kernel_host)
KERNEL_SMP_OBJS := $(call kernel_host_objs,kernel_smp)
$(KERNEL_HOST_OBJS): KERNEL_OBJ_CFLAGS := $(KERNEL_HOST_CFLAGS)
$(KERNEL_SMP_OBJS): KERNEL_OBJ_CFLAGS := $(KERNEL_SMP_CFLAGS)

define kernel_host_rule
$(TEST_BUILD)/unit/obj/$(1)/%.o: %.c tests/harness/kernel_host.mk tests/tests.mk
	@mkdir -p $$(@D)
	@echo "  $$(TEST_CC) $$<"
	@$$(TEST_CC) $$(TEST_CFLAGS) $$(UNIT_SANITIZE) $$(KERNEL_OBJ_CFLAGS) -MMD -MP -c -o $$@ $$<
endef
$(eval $(call kernel_host_rule,kernel_host))
$(eval $(call kernel_host_rule,kernel_smp))
-include $(KERNEL_HOST_OBJS:.o=.d) $(KERNEL_SMP_OBJS:.o=.d)
endif
