/* SPDX-License-Identifier: BSD-2-Clause */
/* PSCI calls: versions, vCPU life, and everything a guest may get wrong. */
#include "vmm/psci/psci.h"

#include "tap.h"

#define VCPUS 4u

static struct {
    bool on[VCPUS];
    uint64_t entry, argument;
    unsigned target, offs, resets;
} vm;

static bool is_on(void *context, unsigned vcpu)
{
    (void)context;
    return vm.on[vcpu];
}

static void turn_on(void *context, unsigned vcpu, uint64_t entry, uint64_t argument)
{
    (void)context;
    vm.on[vcpu] = true;
    vm.target = vcpu;
    vm.entry = entry;
    vm.argument = argument;
}

static void turn_off(void *context, unsigned vcpu)
{
    (void)context;
    vm.on[vcpu] = false;
}

static void system_off(void *context)
{
    (void)context;
    vm.offs++;
}

static void system_reset(void *context)
{
    (void)context;
    vm.resets++;
}

static const struct psci_ops ops = {
    .is_on = is_on,
    .turn_on = turn_on,
    .turn_off = turn_off,
    .system_off = system_off,
    .system_reset = system_reset,
};

static struct psci_result call(uint64_t function, uint64_t a, uint64_t b, uint64_t c)
{
    uint64_t args[3] = { a, b, c };

    return psci_call(&ops, NULL, VCPUS, 0, function, args);
}

static bool gives(struct psci_result result, int64_t value)
{
    return result.action == PSCI_RETURN && result.value == value;
}

int main(void)
{
    vm.on[0] = true;
    TAP_OK(gives(call(0x84000000, 0, 0, 0), 0x10001), "psci/version is 1.1");
    TAP_OK(gives(call(0x80000000, 0, 0, 0), 0x10001), "psci/SMCCC version is 1.1");
    TAP_OK(gives(call(0x8400000a, 0x80000000, 0, 0), 0), "psci/SMCCC_VERSION is a feature");
    TAP_OK(gives(call(0x8400000a, 0xc4000003, 0, 0), 0), "psci/64-bit CPU_ON is a feature");
    TAP_OK(gives(call(0x8400000a, 0xc4000008, 0, 0), -1), "psci/64-bit SYSTEM_OFF does not exist");
    TAP_OK(gives(call(0x80000001, 0x80008000, 0, 0), -1), "psci/no architecture workarounds");
    TAP_OK(gives(call(0x84000006, 0, 0, 0), 2), "psci/no trusted OS to migrate");
    TAP_OK(gives(call(0x84000005, 0, 0, 0), -1), "psci/MIGRATE is not supported");
    TAP_OK(gives(call(0x12345678, 0, 0, 0), -1), "psci/unknown function");
    TAP_OK(gives(call(0xffffffff00000000, 0, 0, 0), -1), "psci/only W0 names the function");

    TAP_OK(gives(call(0xc4000004, 1, 0, 0), 1), "psci/vCPU 1 is off");
    TAP_OK(gives(call(0xc4000003, 1, 0x4020000010, 0x99), 0) && vm.on[1] &&
               vm.entry == 0x4020000010 && vm.argument == 0x99 && vm.target == 1,
           "psci/CPU_ON starts it at the entry with its argument");
    TAP_OK(gives(call(0xc4000004, 1, 0, 0), 0), "psci/vCPU 1 is on");
    TAP_OK(gives(call(0xc4000003, 1, 0, 0), -4), "psci/CPU_ON twice says already on");
    TAP_OK(gives(call(0xc4000003, VCPUS, 0, 0), -2), "psci/CPU_ON of no vCPU");
    TAP_OK(gives(call(0xc4000003, 0x100, 0, 0), -2), "psci/CPU_ON of another cluster");
    TAP_OK(gives(call(0xc4000003, UINT64_MAX, 0, 0), -2), "psci/CPU_ON of nonsense");
    TAP_OK(gives(call(0xc4000004, 0, 1, 0), -2), "psci/AFFINITY_INFO of a cluster level");
    TAP_OK(gives(call(0x84000003, UINT64_C(0xf00000002), UINT64_C(0x180000000), 0), 0) &&
               vm.target == 2 && vm.entry == 0x80000000,
           "psci/32-bit CPU_ON takes 32-bit arguments");
    TAP_OK(call(0x84000002, 0, 0, 0).action == PSCI_GONE && !vm.on[0], "psci/CPU_OFF");
    TAP_OK(call(0xc4000001, 0, 0, 0).action == PSCI_STANDBY, "psci/CPU_SUSPEND is standby");
    TAP_OK(call(0x84000008, 0, 0, 0).action == PSCI_GONE && vm.offs == 1, "psci/SYSTEM_OFF");
    TAP_OK(call(0x84000009, 0, 0, 0).action == PSCI_GONE && vm.resets == 1, "psci/SYSTEM_RESET");
    return TAP_DONE();
}
