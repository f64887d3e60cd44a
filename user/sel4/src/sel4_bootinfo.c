/* SPDX-License-Identifier: BSD-2-Clause */
/* The one part of the library that is not inline, for programs that want their BootInfo kept. */
#include <sel4/bootinfo.h>

static seL4_BootInfo *kept;

void seL4_InitBootInfo(seL4_BootInfo *bi)
{
    kept = bi;
}

seL4_BootInfo *seL4_GetBootInfo(void)
{
    return kept;
}
