/* SPDX-License-Identifier: BSD-2-Clause */
#include "vmm/vm/exception.h"

#include <stdbool.h>

#define PSTATE_MODE_MASK UINT64_C(0xf)
#define PSTATE_AARCH32   UINT64_C(0x10)
#define PSTATE_MODE_EL0T UINT64_C(0x0)
#define PSTATE_MODE_EL1T UINT64_C(0x4)
#define PSTATE_MODE_EL1H UINT64_C(0x5)
#define PSTATE_DAIF      UINT64_C(0x3c0)
#define PSTATE_PAN       (UINT64_C(1) << 22)
#define PSTATE_KEPT      (PSTATE_PAN | UINT64_C(0xf0000000)) /* NZCV stay as they are */

#define ESR_EC_SHIFT 26
#define ESR_IL       (UINT64_C(1) << 25)
#define ESR_FNV      (UINT64_C(1) << 10)
#define ESR_EXTERNAL 0x10u /* synchronous external abort, not on a table walk */

static uint64_t vector_offset(uint64_t spsr)
{
    if (spsr & PSTATE_AARCH32) {
        return 0x600;
    }
    switch (spsr & PSTATE_MODE_MASK) {
    case PSTATE_MODE_EL0T: return 0x400;
    case PSTATE_MODE_EL1T: return 0x000;
    default: return 0x200;
    }
}

struct exception_after exception_enter(enum exception_kind kind, struct exception_before before)
{
    bool from_el1 =
        !(before.spsr & PSTATE_AARCH32) && (before.spsr & PSTATE_MODE_MASK) != PSTATE_MODE_EL0T;
    uint64_t esr = ESR_IL;

    switch (kind) {
    case EXCEPTION_UNDEFINED: /* class 0 */ break;
    case EXCEPTION_DATA_ABORT:
        esr |= (from_el1 ? UINT64_C(0x25) : UINT64_C(0x24)) << ESR_EC_SHIFT;
        esr |= ESR_FNV | ESR_EXTERNAL;
        break;
    case EXCEPTION_FETCH_ABORT:
        esr |= (from_el1 ? UINT64_C(0x21) : UINT64_C(0x20)) << ESR_EC_SHIFT;
        esr |= ESR_FNV | ESR_EXTERNAL;
        break;
    }
    return (struct exception_after){
        .pc = before.vbar + vector_offset(before.spsr),
        .spsr = (before.spsr & PSTATE_KEPT) | PSTATE_DAIF | PSTATE_MODE_EL1H,
        .elr = before.pc,
        .spsr_el1 = before.spsr,
        .esr = esr,
    };
}
