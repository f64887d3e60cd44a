# SPDX-License-Identifier: BSD-2-Clause
include composer/module.mk
UNIT_camkes_lang_SRCS := tests/unit/camkes_lang/test.c $(COMPOSER_LANG_SRCS)
UNIT_camkes_lang_CFLAGS := -D_GNU_SOURCE
