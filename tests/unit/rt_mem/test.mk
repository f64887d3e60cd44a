# SPDX-License-Identifier: BSD-2-Clause
# The runtime's C library functions under other names, beside the host's own.
UNIT_rt_mem_SRCS := tests/unit/rt_mem/test.c user/runtime/mem.c user/runtime/string.c
UNIT_rt_mem_CFLAGS := -Iuser/runtime -fno-builtin -Dmemcpy=rt_test_memcpy -Dmemmove=rt_test_memmove \
	-Dmemset=rt_test_memset -Dmemcmp=rt_test_memcmp -Dmemchr=rt_test_memchr -Dstrlen=rt_test_strlen \
	-Dstrnlen=rt_test_strnlen -Dstrcmp=rt_test_strcmp -Dstrncmp=rt_test_strncmp \
	-Dstrchr=rt_test_strchr -Dstrrchr=rt_test_strrchr
