/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a trapped instruction was, from the syndrome that the kernel hands over. Pure decoding: the
 * words can be forged by the guest, every value is legal input.
 *
 * Called by: fault.c, mmio.c, sysreg.c.
 * Source: Arm ARM DDI 0487, D17.2.37 (ESR_ELx, ISS encodings).
 */
#ifndef VMM_VM_ISS_H
#define VMM_VM_ISS_H

#include <stdbool.h>
#include <stdint.h>

#define ISS_EC_UNKNOWN    0x00u
#define ISS_EC_WFX        0x01u
#define ISS_EC_SMC        0x17u
#define ISS_EC_SYSREG     0x18u
#define ISS_EC_IABT_LOWER 0x20u
#define ISS_EC_IABT_SAME  0x21u
#define ISS_EC_DABT_LOWER 0x24u
#define ISS_EC_DABT_SAME  0x25u
#define ISS_EC_SERROR     0x2fu

#define ISS_REG_ZERO 31u /* xzr */

/* Exception class: bits 31..26. */
static inline unsigned iss_class(uint64_t esr)
{
    return (unsigned)(esr >> 26) & 0x3f;
}

/* Bytes of the trapped instruction. */
static inline unsigned iss_instruction_bytes(uint64_t esr)
{
    return (esr & (1u << 25)) ? 4 : 2;
}

/*
 * A data abort. Unless it is valid (ISV), only iss_is_cache_op counts: no load or store to
 * emulate.
 */
static inline bool iss_is_valid(uint64_t esr)
{
    return (esr >> 24) & 1;
}

static inline bool iss_is_cache_op(uint64_t esr)
{
    return (esr >> 8) & 1;
}

static inline bool iss_is_write(uint64_t esr)
{
    return (esr >> 6) & 1;
}

/* 1, 2, 4 or 8 bytes. */
static inline unsigned iss_size(uint64_t esr)
{
    return 1u << ((esr >> 22) & 3);
}

/* Register that is loaded or stored, 31 is xzr. */
static inline unsigned iss_reg(uint64_t esr)
{
    return (unsigned)(esr >> 16) & 0x1f;
}

/*
 * What a load puts into its register: data (only its size counts), sign- or zero-extended as it
 * says.
 */
uint64_t iss_extend(uint64_t esr, uint64_t data);

/*
 * A trapped MRS or MSR. `name` identifies the register: op0, op1, CRn, CRm, op2 as ISS_SYSREG
 * packs.
 */
struct iss_sysreg {
    uint32_t name;
    unsigned reg;
    bool read;
};

#define ISS_SYSREG(op0, op1, crn, crm, op2)                                                        \
    ((uint32_t)(op0) << 14 | (uint32_t)(op1) << 11 | (uint32_t)(crn) << 7 | (uint32_t)(crm) << 3 | \
     (uint32_t)(op2))

struct iss_sysreg iss_sysreg(uint64_t esr);

#endif
