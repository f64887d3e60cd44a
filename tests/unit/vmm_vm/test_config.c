/* SPDX-License-Identifier: BSD-2-Clause */
/* The configuration blob: a sound one is taken, each thing that can be wrong is refused. */
#include <string.h>

#include "tests.h"
#include "vmm/vm/config.h"

static struct {
    struct vmm_config base;
    char cmdline[16];
    struct vmm_region regions[2];
    struct vmm_irq irq;
    struct vmm_driver_link driver;
    struct vmm_device_link device;
} blob;

static struct vm_config config;
static const char *reason;

#define AT(member) ((uint32_t)((char *)&blob.member - (char *)&blob))

static void fresh(void)
{
    memset(&blob, 0, sizeof(blob));
    blob.base.magic = VMM_CONFIG_MAGIC;
    blob.base.version = VMM_CONFIG_VERSION;
    blob.base.size_bytes = sizeof(blob);
    strcpy(blob.base.name, "vm1");
    blob.base.vcpu_count = 2;
    blob.base.timer_badge = 1;
    blob.base.console_badge = 2;
    blob.base.gicd_ipa = 0x08000000;
    blob.base.gicc_ipa = 0x08010000;
    blob.base.v2m_ipa = 0x08020000;
    blob.base.v2m_spi_first = 96;
    blob.base.v2m_spi_count = 128;
    blob.base.uart_ipa = 0x09000000;
    blob.base.uart_spi = 33;
    blob.base.watchdog_ipa = 0x08030000;
    blob.base.watchdog_spi = 1019;
    strcpy(blob.cmdline, "console=ttyAMA0");
    blob.base.cmdline = (struct vmm_table){ AT(cmdline), 16 };
    blob.regions[0] = (struct vmm_region){
        .kind = VMM_REGION_MMIO,
        .page_bits = 12,
        .ipa = 0xa000000,
        .size_bytes = 0x1000,
        .slot_count = 1,
        .link = UINT32_MAX,
    };
    blob.regions[1] = (struct vmm_region){
        .kind = VMM_REGION_RAM,
        .page_bits = 21,
        .ipa = 0x40000000,
        .size_bytes = 0x400000,
        .vaddr = 0x100000000,
        .slot_count = 2,
        .writable = 1,
        .link = UINT32_MAX,
    };
    blob.base.regions = (struct vmm_table){ AT(regions), 2 };
    blob.irq = (struct vmm_irq){ .slot = 20, .virq = 48, .badge = 4, .ntfn_slot = 21 };
    blob.base.irqs = (struct vmm_table){ AT(irq), 1 };
    blob.driver = (struct vmm_driver_link){
        .name = "vm0",
        .iobuf_vaddr = 0x200000000,
        .doorbell_badge = 8,
        .unmapped_badge = 16,
    };
    blob.base.driver_links = (struct vmm_table){ AT(driver), 1 };
    blob.device = (struct vmm_device_link){
        .name = "vm2",
        .kick_badge = 32,
        .unmap_badge = 64,
        .map_badge = 128,
        .virq = 50,
    };
    blob.base.device_links = (struct vmm_table){ AT(device), 1 };
}

static int run(void)
{
    reason = NULL;
    return vm_config_read(&blob, sizeof(blob), &config, &reason);
}

static void refused(int expected, const char *text)
{
    int result = run();

    check(result == expected && reason != NULL, text);
    fresh();
}

void test_config(void)
{
    fresh();
    check(run() == 0 && config.ram == &blob.regions[1] && config.region_count == 2 &&
              config.irqs == &blob.irq && config.driver_links == &blob.driver &&
              config.device_links == &blob.device && config.dtb_fragment == NULL &&
              strcmp(config.cmdline, "console=ttyAMA0") == 0,
          "config/a sound blob is taken");
    blob.base.magic++;
    refused(RT_ERR_FORMAT, "config/magic");
    blob.base.version++;
    refused(RT_ERR_FORMAT, "config/version");
    blob.base.size_bytes = sizeof(blob) + 1;
    refused(RT_ERR_FORMAT, "config/larger than what was handed over");
    memset(blob.base.name, 'x', sizeof(blob.base.name));
    refused(RT_ERR_FORMAT, "config/name without end");
    blob.base.regions.offset = sizeof(blob) - 8;
    refused(RT_ERR_FORMAT, "config/table that ends outside");
    blob.base.regions.offset = UINT32_MAX & ~7u;
    refused(RT_ERR_FORMAT, "config/table that begins outside");
    blob.base.regions.count = UINT32_MAX;
    refused(RT_ERR_FORMAT, "config/table too long");
    blob.base.irqs.offset += 4;
    refused(RT_ERR_FORMAT, "config/table off its boundary");
    blob.base.cmdline.count = 4;
    refused(RT_ERR_FORMAT, "config/command line without end");
    blob.base.vcpu_count = 0;
    refused(RT_ERR_RANGE, "config/no vCPU");
    blob.base.vcpu_count = 9;
    refused(RT_ERR_RANGE, "config/nine vCPUs");
    blob.base.timer_badge = 3;
    refused(RT_ERR_RANGE, "config/badge of two bits");
    blob.base.console_badge = VM_FAULT_BADGE;
    refused(RT_ERR_RANGE, "config/badge that means a fault");
    blob.base.uart_spi = 31;
    refused(RT_ERR_RANGE, "config/UART on a private interrupt");
    blob.base.watchdog_spi = 1020;
    refused(RT_ERR_RANGE, "config/watchdog on an interrupt that does not exist");
    blob.base.watchdog_ipa += 0x1000;
    refused(RT_ERR_RANGE, "config/watchdog off its two pages");
    blob.base.v2m_spi_count = 1000;
    refused(RT_ERR_RANGE, "config/MSIs beyond the last INTID");
    blob.base.gicd_ipa++;
    refused(RT_ERR_RANGE, "config/device off its page");
    blob.regions[1].slot_count = 1;
    refused(RT_ERR_RANGE, "config/fewer frames than memory");
    blob.regions[1].ipa += 0x1000;
    refused(RT_ERR_RANGE, "config/region off its page size");
    blob.regions[0].page_bits = 64;
    refused(RT_ERR_RANGE, "config/absurd page size");
    blob.regions[0].kind = 7;
    refused(RT_ERR_RANGE, "config/unknown kind of region");
    blob.irq.virq = VM_IRQS_MAX + 1000;
    refused(RT_ERR_RANGE, "config/interrupt that does not exist");
    blob.driver.iobuf_vaddr = 0;
    refused(RT_ERR_RANGE, "config/link without message area");
    blob.device.kick_badge = 0;
    refused(RT_ERR_RANGE, "config/link without a kick");
    blob.regions[1].vaddr = 0;
    refused(RT_ERR_NOT_FOUND, "config/no RAM that can be loaded");
    check(vm_config_read(&blob, 16, &config, &reason) == RT_ERR_FORMAT, "config/cut blob");
}
