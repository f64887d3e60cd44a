# SPDX-License-Identifier: BSD-2-Clause
# Sources of the composer, relative to the top; tests take their parts from here.
COMPOSER_LANG_SRCS := $(addprefix composer/lang/,arena.c diag.c lexer.c expression.c parser.c source.c)
COMPOSER_PLAN_SRCS := $(addprefix composer/plan/,schema.c device.c sema.c sema_vm.c sema_device.c \
	sema_link.c board.c space.c passthrough.c place.c place_schedule.c files.c builder.c distribute.c \
	vmm_blob.c fragment.c fragment_board.c text.c prefix.c)
COMPOSER_AUDIT_SRCS := $(addprefix composer/audit/,audit.c)
COMPOSER_IMAGE_SRCS := composer/image/image.c loader/layout.c loader/table.c loader/elf64.c loader/range.c
COMPOSER_SRCS := $(COMPOSER_LANG_SRCS) $(COMPOSER_PLAN_SRCS) $(COMPOSER_AUDIT_SRCS) \
	$(COMPOSER_IMAGE_SRCS) composer/options.c composer/main.c
