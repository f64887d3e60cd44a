# SPDX-License-Identifier: BSD-2-Clause
#
# Builds the host-side test programs. A folder tests/unit/<module>/ has a test.mk that sets
# UNIT_<module>_SRCS and, if need be, UNIT_<module>_CFLAGS, UNIT_<module>_LDLIBS and UNIT_<module>_OBJS (objects
# that another rule builds); fuzzers the same with FUZZ_. The programs appear as build/tests/unit/<module> and
# build/tests/fuzz/<name>.

# Where they are built; another folder for other flags in UNIT_SANITIZE and UNIT_LINK (tools/coverage-kernel).
TEST_BUILD ?= build/tests
TEST_CC ?= gcc
FUZZ_CC ?= clang
TEST_WARNINGS := -Wall -Wextra -Wshadow -Wundef -Wvla -Wstrict-prototypes -Wmissing-prototypes \
	-Wimplicit-fallthrough -Werror
TEST_CFLAGS := -std=gnu11 -g -O1 -fno-omit-frame-pointer $(TEST_WARNINGS) -I. -Icontract -Itests/harness
UNIT_SANITIZE := -fsanitize=address,undefined -fno-sanitize-recover=undefined
FUZZ_SANITIZE := -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=undefined

UNIT_MODULES := $(patsubst tests/unit/%/test.mk,%,$(wildcard tests/unit/*/test.mk))
# Those that run every case of a small model.
SMALL_MODELS := $(filter small_%,$(UNIT_MODULES))
FUZZ_NAMES := $(patsubst tests/fuzz/%/test.mk,%,$(wildcard tests/fuzz/*/test.mk))
-include $(UNIT_MODULES:%=tests/unit/%/test.mk) $(FUZZ_NAMES:%=tests/fuzz/%/test.mk)

# test_program KIND NAME CC SANITIZE: the objects and the program of one test. KIND is UNIT or FUZZ.
define test_program
test_dir_$(1)_$(2) := $(TEST_BUILD)/$(call test_lower,$(1))
test_objs_$(1)_$(2) := $$(patsubst %.c,$$(test_dir_$(1)_$(2))/obj/$(2)/%.o,$$($(1)_$(2)_SRCS))
$$(test_dir_$(1)_$(2))/obj/$(2)/%.o: %.c tests/$(call test_lower,$(1))/$(2)/test.mk tests/tests.mk
	@mkdir -p $$(@D)
	@echo "  $(3) $$<"
	@$(3) $(TEST_CFLAGS) $(4) $$($(1)_$(2)_CFLAGS) -MMD -MP -c -o $$@ $$<
$$(test_dir_$(1)_$(2))/$(2): $$(test_objs_$(1)_$(2)) $$($(1)_$(2)_OBJS)
	@$(3) $(4) -o $$@ $$^ $$($(1)_$(2)_LDLIBS) $$($(1)_LINK)
-include $$(test_objs_$(1)_$(2):.o=.d)
endef
test_lower = $(if $(filter UNIT,$(1)),unit,fuzz)

$(foreach m,$(UNIT_MODULES),$(eval $(call test_program,UNIT,$(m),$(TEST_CC),$(UNIT_SANITIZE))))
$(foreach m,$(FUZZ_NAMES),$(eval $(call test_program,FUZZ,$(m),$(FUZZ_CC),$(FUZZ_SANITIZE))))

.PHONY: unit-programs fuzz-programs
unit-programs: $(UNIT_MODULES:%=$(TEST_BUILD)/unit/%)
fuzz-programs: $(FUZZ_NAMES:%=$(TEST_BUILD)/fuzz/%)

# What the scripts of a group need besides the programs above.
.PHONY: needs-golden needs-model needs-tools needs-prove needs-target needs-boot needs-hostile
needs-golden: composer
needs-model:
needs-prove: | build/setup-prove.stamp
needs-tools: composer kernel
needs-target: kernel loader
# Each boot test builds the image that it boots.
needs-boot needs-hostile: third-party
