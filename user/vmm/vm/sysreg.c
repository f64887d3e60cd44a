/* SPDX-License-Identifier: BSD-2-Clause */
#include "vmm/vm/sysreg.h"

#include <stddef.h>

#include "vmm/vm/iss.h"

/* Bits of a packed name that a row compares. */
#define MASK_OP0   ISS_SYSREG(3, 0, 0, 0, 0)
#define MASK_CRN   ISS_SYSREG(0, 0, 0xf, 0, 0)
#define MASK_CRM   ISS_SYSREG(0, 0, 0, 0xf, 0)
#define MASK_CRM_8 ISS_SYSREG(0, 0, 0, 0x8, 0) /* upper half of the CRm values */
#define MASK_OP1   ISS_SYSREG(0, 7, 0, 0, 0)
#define MASK_ALL   ISS_SYSREG(3, 7, 0xf, 0xf, 7)

static const struct {
    uint32_t mask;
    uint32_t name;
    enum sysreg_answer answer;
} rows[] = {
    /* Debug and trace: MDSCR, OSLAR, OSDLR, DBGBVRn, ... */
    { MASK_OP0, ISS_SYSREG(2, 0, 0, 0, 0), SYSREG_ZERO },
    /* PMCR, PMCNTEN*, PMOV*, PMSELR, PMCEID*, PMXEV*, PMCCNTR, PMUSERENR, PMINTEN* */
    { MASK_OP0 | MASK_CRN | MASK_CRM, ISS_SYSREG(3, 0, 9, 12, 0), SYSREG_ZERO },
    { MASK_OP0 | MASK_CRN | MASK_CRM, ISS_SYSREG(3, 0, 9, 13, 0), SYSREG_ZERO },
    { MASK_OP0 | MASK_CRN | MASK_CRM, ISS_SYSREG(3, 0, 9, 14, 0), SYSREG_ZERO },
    /* PMEVCNTRn, PMEVTYPERn, PMCCFILTR */
    { MASK_OP0 | MASK_OP1 | MASK_CRN | MASK_CRM_8, ISS_SYSREG(3, 3, 14, 8, 0), SYSREG_ZERO },
    { MASK_ALL, ISS_SYSREG(3, 3, 14, 0, 1), SYSREG_COUNTER },
};

enum sysreg_answer sysreg_lookup(uint32_t name)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if ((name & rows[i].mask) == rows[i].name) {
            return rows[i].answer;
        }
    }
    return SYSREG_UNDEFINED;
}
