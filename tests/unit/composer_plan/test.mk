# SPDX-License-Identifier: BSD-2-Clause
include composer/module.mk
UNIT_composer_plan_SRCS := $(addprefix tests/unit/composer_plan/,test.c authority_test.c fragment_test.c \
	graph_test.c space_test.c) tests/harness/compose_fixture.c tests/harness/rt_host.c $(COMPOSER_LANG_SRCS) \
	$(COMPOSER_PLAN_SRCS) user/services/init/plan_check.c user/services/init/plan_entries.c user/vmm/vm/config.c \
	user/runtime/format.c user/runtime/log.c user/runtime/error.c user/runtime/text.c
UNIT_composer_plan_CFLAGS := -D_GNU_SOURCE -Iuser -Iuser/runtime -Iuser/services/init
UNIT_composer_plan_LDLIBS := -lfdt
