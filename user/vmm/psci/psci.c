/* SPDX-License-Identifier: BSD-2-Clause */
#include "vmm/psci/psci.h"

#include <stddef.h>

#define FN_SMCCC_VERSION       0x80000000u
#define FN_SMCCC_ARCH_FEATURES 0x80000001u
#define FN_VERSION             0x84000000u
#define FN_CPU_SUSPEND         0x84000001u
#define FN_CPU_OFF             0x84000002u
#define FN_CPU_ON              0x84000003u
#define FN_AFFINITY_INFO       0x84000004u
#define FN_MIGRATE_INFO_TYPE   0x84000006u
#define FN_SYSTEM_OFF          0x84000008u
#define FN_SYSTEM_RESET        0x84000009u
#define FN_FEATURES            0x8400000au
#define FN_64BIT               0x40000000u

#define PSCI_VERSION_1_1   0x10001
#define SMCCC_VERSION_1_1  0x10001
#define MIGRATE_NOT_NEEDED 2 /* no trusted OS that would have to move */
#define AFFINITY_ON        0
#define AFFINITY_OFF       1

struct psci_request {
    const struct psci_ops *ops;
    void *context;
    unsigned vcpu_count;
    unsigned vcpu;
    uint64_t args[3];
};

typedef struct psci_result (*psci_handler)(const struct psci_request *request);

static struct psci_result give(int64_t value)
{
    return (struct psci_result){ .action = PSCI_RETURN, .value = value };
}

/* vCPU of an MPIDR value; vcpu_count if there is none. Bits outside the affinity fields are 0. */
static unsigned vcpu_of(const struct psci_request *request, uint64_t mpidr)
{
    return mpidr < request->vcpu_count ? (unsigned)mpidr : request->vcpu_count;
}

static struct psci_result version(const struct psci_request *request)
{
    (void)request;
    return give(PSCI_VERSION_1_1);
}

static struct psci_result smccc_version(const struct psci_request *request)
{
    (void)request;
    return give(SMCCC_VERSION_1_1);
}

static struct psci_result arch_features(const struct psci_request *request)
{
    return give(request->args[0] == FN_SMCCC_VERSION || request->args[0] == FN_SMCCC_ARCH_FEATURES
                    ? PSCI_SUCCESS
                    : PSCI_NOT_SUPPORTED);
}

/* A power-down request may be answered with standby (5.4.2): the state is kept either way. */
static struct psci_result cpu_suspend(const struct psci_request *request)
{
    (void)request;
    return (struct psci_result){ .action = PSCI_STANDBY, .value = PSCI_SUCCESS };
}

static struct psci_result cpu_off(const struct psci_request *request)
{
    request->ops->turn_off(request->context, request->vcpu);
    return (struct psci_result){ .action = PSCI_GONE };
}

static struct psci_result cpu_on(const struct psci_request *request)
{
    unsigned target = vcpu_of(request, request->args[0]);

    if (target == request->vcpu_count) {
        return give(PSCI_INVALID_PARAMETERS);
    }
    if (request->ops->is_on(request->context, target)) {
        return give(PSCI_ALREADY_ON);
    }
    request->ops->turn_on(request->context, target, request->args[1], request->args[2]);
    return give(PSCI_SUCCESS);
}

static struct psci_result affinity_info(const struct psci_request *request)
{
    unsigned target = vcpu_of(request, request->args[0]);

    if (target == request->vcpu_count || request->args[1] != 0) {
        return give(PSCI_INVALID_PARAMETERS);
    }
    return give(request->ops->is_on(request->context, target) ? AFFINITY_ON : AFFINITY_OFF);
}

static struct psci_result migrate_info_type(const struct psci_request *request)
{
    (void)request;
    return give(MIGRATE_NOT_NEEDED);
}

static struct psci_result system_off(const struct psci_request *request)
{
    request->ops->system_off(request->context);
    return (struct psci_result){ .action = PSCI_GONE };
}

static struct psci_result system_reset(const struct psci_request *request)
{
    request->ops->system_reset(request->context);
    return (struct psci_result){ .action = PSCI_GONE };
}

static struct psci_result features(const struct psci_request *request);

static const struct {
    uint32_t function;
    uint32_t also_64bit; /* FN_64BIT if the SMC64 form exists */
    psci_handler handler;
} functions[] = {
    { FN_SMCCC_VERSION, 0, smccc_version },
    { FN_SMCCC_ARCH_FEATURES, 0, arch_features },
    { FN_VERSION, 0, version },
    { FN_CPU_SUSPEND, FN_64BIT, cpu_suspend },
    { FN_CPU_OFF, 0, cpu_off },
    { FN_CPU_ON, FN_64BIT, cpu_on },
    { FN_AFFINITY_INFO, FN_64BIT, affinity_info },
    { FN_MIGRATE_INFO_TYPE, 0, migrate_info_type },
    { FN_SYSTEM_OFF, 0, system_off },
    { FN_SYSTEM_RESET, 0, system_reset },
    { FN_FEATURES, 0, features },
};

static psci_handler find(uint32_t function)
{
    for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]); i++) {
        if (function == functions[i].function ||
            (functions[i].also_64bit && function == (functions[i].function | FN_64BIT))) {
            return functions[i].handler;
        }
    }
    return NULL;
}

static struct psci_result features(const struct psci_request *request)
{
    return give(find((uint32_t)request->args[0]) ? PSCI_SUCCESS : PSCI_NOT_SUPPORTED);
}

struct psci_result psci_call(const struct psci_ops *ops, void *context, unsigned vcpu_count,
                             unsigned vcpu, uint64_t function, const uint64_t args[3])
{
    uint32_t id = (uint32_t)function; /* the function identifier is W0 */
    psci_handler handler = find(id);
    struct psci_request request = {
        .ops = ops,
        .context = context,
        .vcpu_count = vcpu_count,
        .vcpu = vcpu,
    };

    if (handler == NULL) {
        return give(PSCI_NOT_SUPPORTED);
    }
    for (unsigned i = 0; i < 3; i++) {
        request.args[i] = (id & FN_64BIT) ? args[i] : (uint32_t)args[i];
    }
    return handler(&request);
}
