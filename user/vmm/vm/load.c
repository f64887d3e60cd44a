/* SPDX-License-Identifier: BSD-2-Clause */
/* Puts kernel, initrd and device tree into the guest's zeroed RAM, visible with its caches off. */
#include "vmm/vm/vm.h"

#include "rt/cache.h"
#include "rt/mem.h"
#include "vmm/fdt/gfdt.h"
#include "vmm/vm/image.h"

static void *in_ram(const struct vm *vm, uint64_t ipa)
{
    const struct vmm_region *ram = vm->config.ram;

    return (void *)(ram->vaddr + (ipa - ram->ipa));
}

static void copy(const struct vm *vm, uint64_t ipa, uint64_t vaddr, uint64_t bytes)
{
    void *to = in_ram(vm, ipa);

    memcpy(to, (const void *)vaddr, bytes);
    rt_cache_clean_invalidate(to, bytes);
}

static struct gfdt_params tree_params(const struct vm *vm, const struct image_layout *layout)
{
    const struct vmm_config *base = vm->config.base;
    struct gfdt_params params = {
        .vcpu_count = vm->vcpu_count,
        .gicd_ipa = base->gicd_ipa,
        .gicc_ipa = base->gicc_ipa,
        .v2m_ipa = base->v2m_ipa,
        .uart_ipa = base->uart_ipa,
        .uart_intid = base->uart_spi,
        .watchdog_ipa = vm->has_watchdog ? base->watchdog_ipa : 0,
        .watchdog_intid = base->watchdog_spi,
        .initrd_ipa = layout->initrd_ipa,
        .initrd_bytes = base->initrd_vaddr != 0 ? base->initrd_bytes : 0,
        .cmdline = vm->config.cmdline,
        .fragment = vm->config.dtb_fragment,
        .fragment_bytes = vm->config.dtb_fragment_bytes,
    };

    for (unsigned i = 0; i < vm->config.region_count && params.ram_count < GFDT_RAM_MAX; i++) {
        const struct vmm_region *region = &vm->config.regions[i];

        if (region->kind == VMM_REGION_RAM || region->kind == VMM_REGION_SHARED_RAM) {
            params.ram[params.ram_count].base = region->ipa;
            params.ram[params.ram_count].bytes = region->size_bytes;
            params.ram_count++;
        }
    }
    return params;
}

static int make_tree(const struct vm *vm, const struct image_layout *layout)
{
    const struct vmm_config *base = vm->config.base;
    struct gfdt_params params = tree_params(vm, layout);
    void *to = in_ram(vm, layout->dtb_ipa);
    const char *detail = "";
    int error;

    if (base->dtb_vaddr != 0) {
        error = gfdt_patch(to, IMAGE_DTB_BYTES, (const void *)base->dtb_vaddr, base->dtb_bytes,
                           &params, &detail);
    } else {
        error = gfdt_generate(to, IMAGE_DTB_BYTES, &params, &detail);
    }
    if (error) {
        rt_error("%s: device tree: %s", vm->name, detail);
        return error;
    }
    rt_cache_clean_invalidate(to, IMAGE_DTB_BYTES);
    return 0;
}

int vm_load(struct vm *vm, uint64_t *entry, uint64_t *dtb)
{
    const struct vmm_config *base = vm->config.base;
    const struct image_request request = {
        .kernel = (const void *)base->kernel_vaddr,
        .kernel_bytes = base->kernel_vaddr != 0 ? base->kernel_bytes : 0,
        .initrd_bytes = base->initrd_vaddr != 0 ? base->initrd_bytes : 0,
        .ram_base = vm->config.ram->ipa,
        .ram_bytes = vm->config.ram->size_bytes,
        .kernel_ipa = base->kernel_ipa,
        .dtb_ipa = base->dtb_ipa,
        .initrd_ipa = base->initrd_ipa,
    };
    struct image_layout layout;
    const char *reason = "";
    int error = image_place(&request, &layout, &reason);

    if (error == RT_ERR_FORMAT) {
        rt_error("%s: kernel module is no arm64 Image (%s)", vm->name, reason);
        return error;
    }
    if (error) {
        rt_error("%s: guest images: %s", vm->name, reason);
        return error;
    }
    copy(vm, layout.kernel_ipa, base->kernel_vaddr, base->kernel_bytes);
    rt_cache_unify_code(in_ram(vm, layout.kernel_ipa), base->kernel_bytes);
    if (request.initrd_bytes != 0) {
        copy(vm, layout.initrd_ipa, base->initrd_vaddr, request.initrd_bytes);
    }
    error = make_tree(vm, &layout);
    *entry = layout.kernel_ipa;
    *dtb = layout.dtb_ipa;
    return error;
}
