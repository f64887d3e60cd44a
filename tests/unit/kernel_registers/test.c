/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a guest may leave to native threads in SCTLR_EL1, and when an exception of theirs may be its
 * doing. Source: docs/kernel/guest-registers.md.
 */
#include "arch/core.h"
#include "arch/sysreg.h"
#include "tap.h"

#define BIT(n) (1ull << (n))

/* Every bit whose other value makes native code work differently without an exception. */
static bool is_eager(unsigned bit)
{
    return bit == 9 || bit == 12 || bit == 24 || bit == 60;
}

static void test_bits(void)
{
    unsigned wrong = 0;

    for (unsigned bit = 0; bit < 64; bit++) {
        wrong += sctlr_may_stay(SCTLR_NATIVE ^ BIT(bit)) == is_eager(bit);
    }
    TAP_OK(!wrong, "sctlr: UMA, I, E0E and EnTP2 are changed at the exit, the other bits stay");
    TAP_OK(sctlr_may_stay(SCTLR_NATIVE), "sctlr: the native value stays");
}

/* Linux 6.12: M, C, SA, SA0, SED, I, DZE, UCT, nTWE, IESB, SPAN, ITFSB, UCI, EPAN and RES1 bits. */
static void test_linux(void)
{
    uint64_t linux_value = 0x34f4d91dull | BIT(37) | BIT(57);

    TAP_OK(sctlr_may_stay(linux_value), "sctlr: Linux's value stays");
}

static void test_shown(void)
{
    struct arch_core core = { .sctlr = SCTLR_NATIVE, .cpacr_open = true };

    TAP_OK(!arch_core_shows_guest(&core, SCTLR_NATIVE),
           "exception: with native registers, it is the thread's own");
    core.sctlr |= BIT(4);
    TAP_OK(arch_core_shows_guest(&core, SCTLR_NATIVE),
           "exception: with a guest's SA0 in force, it may be the guest's");
    core.sctlr = SCTLR_NATIVE;
    core.cpacr_open = false;
    TAP_OK(arch_core_shows_guest(&core, SCTLR_NATIVE),
           "exception: with a guest's CPACR_EL1 in force, too");
}

int main(void)
{
    test_bits();
    test_linux();
    test_shown();
    return TAP_DONE();
}
