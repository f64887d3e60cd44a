/* SPDX-License-Identifier: BSD-2-Clause */
#include "vmm/vm/iss.h"

#define ISS_SSE (UINT64_C(1) << 21) /* sign-extend */
#define ISS_SF  (UINT64_C(1) << 15) /* destination is an X register */

uint64_t iss_extend(uint64_t esr, uint64_t data)
{
    unsigned unused = 64 - 8 * iss_size(esr);

    if (esr & ISS_SSE) {
        data = (uint64_t)((int64_t)(data << unused) >> unused);
    } else {
        data = data << unused >> unused;
    }
    return esr & ISS_SF ? data : (uint32_t)data;
}

struct iss_sysreg iss_sysreg(uint64_t esr)
{
    return (struct iss_sysreg){
        .name = ISS_SYSREG((esr >> 20) & 3, (esr >> 14) & 7, (esr >> 10) & 0xf, (esr >> 1) & 0xf,
                           (esr >> 17) & 7),
        .reg = (esr >> 5) & 0x1f,
        .read = esr & 1,
    };
}
