# SPDX-License-Identifier: BSD-2-Clause
UNIT_vmm_vm_SRCS = tests/unit/vmm_vm/test_vm.c tests/unit/vmm_vm/test_image.c \
        tests/unit/vmm_vm/test_config.c user/vmm/vm/iss.c user/vmm/vm/sysreg.c \
        user/vmm/vm/exception.c user/vmm/vm/image.c user/vmm/vm/config.c
UNIT_vmm_vm_CFLAGS = -Iuser -Iuser/runtime -Icontract -Itests/harness
