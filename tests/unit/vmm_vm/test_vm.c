/* SPDX-License-Identifier: BSD-2-Clause */
/* Trap decoding and exception entry; the program also runs test_image.c and test_config.c. */
#include <stdint.h>

#include "tap.h"
#include "tests.h"
#include "vmm/vm/exception.h"
#include "vmm/vm/iss.h"
#include "vmm/vm/sysreg.h"

void check(bool holds, const char *text)
{
    TAP_OK(holds, "%s", text);
}

/*
 * Data abort from EL0 or EL1 with a valid syndrome: access size as log2, register, SSE and SF
 * bits.
 */
static uint64_t load(unsigned size_bits, unsigned reg, bool sign_extend, bool wide)
{
    return UINT64_C(0x93000007) | size_bits << 22 | sign_extend << 21 | reg << 16 | wide << 15;
}

static void test_data_abort(void)
{
    uint64_t ldrsh = load(1, 7, true, true);
    uint64_t str_wzr = load(2, 31, false, false) | 1u << 6;

    TAP_OK(iss_class(ldrsh) == ISS_EC_DABT_LOWER && iss_instruction_bytes(ldrsh) == 4,
           "iss/class and length");
    TAP_OK(iss_is_valid(ldrsh) && iss_size(ldrsh) == 2 && iss_reg(ldrsh) == 7 &&
               !iss_is_write(ldrsh) && !iss_is_cache_op(ldrsh),
           "iss/signed halfword load");
    TAP_OK(iss_extend(ldrsh, 0x18000) == UINT64_C(0xffffffffffff8000), "iss/sign into X");
    TAP_OK(iss_extend(load(1, 7, true, false), 0x8000) == 0xffff8000,
           "iss/sign into W clears the upper half");
    TAP_OK(iss_extend(load(1, 7, false, false), UINT64_MAX) == 0xffff, "iss/zero extension");
    TAP_OK(iss_extend(load(3, 7, false, true), UINT64_MAX) == UINT64_MAX &&
               iss_extend(load(3, 7, true, true), 5) == 5,
           "iss/8 bytes as they are");
    TAP_OK(iss_extend(load(2, 7, true, true), 0x80000000) == UINT64_C(0xffffffff80000000),
           "iss/ldrsw");
    TAP_OK(iss_extend(load(0, 7, true, true), 0x17f) == 0x7f, "iss/ldrsb of a positive byte");
    TAP_OK(iss_is_write(str_wzr) && iss_reg(str_wzr) == ISS_REG_ZERO && iss_size(str_wzr) == 4,
           "iss/str wzr");
    TAP_OK(!iss_is_valid(0x92000047), "iss/no syndrome, no access");
    TAP_OK(iss_is_cache_op(0x92000147), "iss/cache maintenance");
}

static uint64_t trap(unsigned op0, unsigned op1, unsigned crn, unsigned crm, unsigned op2,
                     unsigned reg, bool read)
{
    return UINT64_C(0x62000000) | op0 << 20 | op2 << 17 | op1 << 14 | crn << 10 | reg << 5 |
           crm << 1 | read;
}

static enum sysreg_answer answer(unsigned op0, unsigned op1, unsigned crn, unsigned crm,
                                 unsigned op2)
{
    return sysreg_lookup(iss_sysreg(trap(op0, op1, crn, crm, op2, 0, true)).name);
}

static void test_sysreg(void)
{
    struct iss_sysreg access = iss_sysreg(trap(3, 3, 9, 12, 5, 17, true));

    TAP_OK(iss_class(trap(3, 3, 9, 12, 5, 17, true)) == ISS_EC_SYSREG && access.reg == 17 &&
               access.read && access.name == ISS_SYSREG(3, 3, 9, 12, 5),
           "sysreg/decoded");
    TAP_OK(answer(2, 0, 0, 2, 2) == SYSREG_ZERO && answer(2, 0, 1, 0, 4) == SYSREG_ZERO,
           "sysreg/MDSCR_EL1 and OSLAR_EL1 are absent");
    TAP_OK(answer(3, 3, 9, 12, 0) == SYSREG_ZERO && answer(3, 3, 9, 14, 0) == SYSREG_ZERO &&
               answer(3, 0, 9, 14, 1) == SYSREG_ZERO && answer(3, 3, 14, 15, 7) == SYSREG_ZERO &&
               answer(3, 3, 14, 8, 0) == SYSREG_ZERO,
           "sysreg/PMCR, PMUSERENR, PMINTENSET, PMCCFILTR, PMEVCNTR0 are absent");
    TAP_OK(answer(3, 3, 14, 0, 1) == SYSREG_COUNTER, "sysreg/CNTPCT_EL0 is the clock");
    TAP_OK(answer(3, 3, 14, 2, 1) == SYSREG_UNDEFINED, "sysreg/CNTP_CTL_EL0 is undefined");
    TAP_OK(answer(3, 0, 12, 12, 5) == SYSREG_UNDEFINED &&
               answer(3, 0, 12, 11, 5) == SYSREG_UNDEFINED,
           "sysreg/ICC registers are undefined");
}

static void test_exception(void)
{
    struct exception_before before = {
        .pc = 0x1000,
        .spsr = 0x60400005,
        .vbar = 0xffff000000080000,
    };
    struct exception_after after = exception_enter(EXCEPTION_UNDEFINED, before);

    TAP_OK(after.pc == before.vbar + 0x200 && after.elr == 0x1000 && after.spsr_el1 == 0x60400005,
           "exception/undefined in EL1h goes to the current-EL vector");
    TAP_OK(after.esr == 0x2000000, "exception/class 0");
    TAP_OK(after.spsr == 0x604003c5, "exception/EL1h, DAIF masked, flags and PAN kept");
    before.spsr = 0;
    after = exception_enter(EXCEPTION_DATA_ABORT, before);
    TAP_OK(after.pc == before.vbar + 0x400 && after.esr >> 26 == 0x24, "exception/from EL0");
    TAP_OK((after.esr & 0x43f) == 0x410, "exception/external abort, FAR not valid");
    before.spsr = 0x3c4;
    after = exception_enter(EXCEPTION_FETCH_ABORT, before);
    TAP_OK(after.pc == before.vbar && after.esr >> 26 == 0x21, "exception/from EL1t");
    before.spsr = 0x10;
    after = exception_enter(EXCEPTION_UNDEFINED, before);
    TAP_OK(after.pc == before.vbar + 0x600 && after.spsr == 0x3c5, "exception/from AArch32");
}

int main(void)
{
    test_data_abort();
    test_sysreg();
    test_exception();
    test_image();
    test_config();
    return TAP_DONE();
}
