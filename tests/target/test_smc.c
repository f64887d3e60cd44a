/* SPDX-License-Identifier: BSD-2-Clause */
/* Secure monitor calls, on kernels that hand them out. */
#define AREA "96"
#include "env.h"

#ifdef CONFIG_ALLOW_SMC_CALLS

/* PSCI functions of the firmware. Source: ARM DEN 0022 5.1. */
#define PSCI_VERSION       0x84000000ul
#define PSCI_FEATURES      0x8400000aul
#define PSCI_NOT_SUPPORTED 0xfffffffful

TEST("SMC-0001", "a secure monitor call takes eight words to the firmware and brings its answer")
{
    seL4_ARM_SMCContext in = { .x0 = PSCI_VERSION };
    seL4_ARM_SMCContext out = { 0 };

    EXPECT_OK(seL4_ARM_SMC_Call(seL4_CapSMC, &in, &out));
    EXPECT(out.x0 >= 0x10000 && out.x0 < 0x20000);
    in.x0 = PSCI_FEATURES;
    in.x1 = PSCI_VERSION;
    EXPECT_OK(seL4_ARM_SMC_Call(seL4_CapSMC, &in, &out));
    EXPECT_EQ(out.x0, 0);
    in.x1 = 0x8400ffff;
    EXPECT_OK(seL4_ARM_SMC_Call(seL4_CapSMC, &in, &out));
    EXPECT_EQ(out.x0 & 0xffffffff, PSCI_NOT_SUPPORTED);
}

TEST("SMC-0002", "a badged capability allows the function that it names and no other")
{
    seL4_CPtr only = slot_new();
    seL4_ARM_SMCContext in = { .x0 = PSCI_FEATURES, .x1 = PSCI_VERSION };
    seL4_ARM_SMCContext out = { 0 };

    EXPECT_OK(mint_cap(only, seL4_CapSMC, seL4_AllRights, PSCI_VERSION));
    EXPECT_EQ(seL4_ARM_SMC_Call(only, &in, &out), seL4_IllegalOperation);
    in.x0 = PSCI_VERSION;
    EXPECT_OK(seL4_ARM_SMC_Call(only, &in, &out));
    EXPECT(out.x0 >= 0x10000);
    EXPECT_EQ(mint_cap(slot_new(), only, seL4_AllRights, PSCI_FEATURES), seL4_IllegalOperation);
}

#endif
