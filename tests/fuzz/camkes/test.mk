# SPDX-License-Identifier: BSD-2-Clause
include composer/module.mk
FUZZ_camkes_SRCS := tests/fuzz/camkes/fuzz.c $(COMPOSER_LANG_SRCS) \
	$(addprefix composer/plan/,schema.c device.c sema.c sema_vm.c sema_device.c sema_link.c space.c \
	place.c place_schedule.c)
FUZZ_camkes_CFLAGS := -D_GNU_SOURCE
FUZZ_camkes_RUNS := 20000
