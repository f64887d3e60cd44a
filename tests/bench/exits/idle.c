/* SPDX-License-Identifier: BSD-2-Clause */
/* A guest that only shares the core, so that its neighbour's WFI goes through the VMM. */
#include "guest.h"

volatile uint64_t guest_exceptions;

void guest_main(uint64_t dtb)
{
    (void)dtb; /* what follows is WFI for ever */
}
