/* SPDX-License-Identifier: BSD-2-Clause */
/* Attributes of one VM that concern this VM alone. */
#include <string.h>

#include "composer/plan/schema.h"
#include "composer/plan/sema.h"

#define RAM_DEFAULT (256 * MIB)
#define RAM_LEAST   (32 * MIB)

/* What a guest is told if the description says nothing. */
#define KERNEL_DEFAULT         "guest-kernel"
#define CMDLINE_DRIVER_DEFAULT "console=ttyAMA0 root=/dev/vda rw"
#define CMDLINE_DEVICE_DEFAULT "console=ttyAMA0"

static struct optional address(const struct sema *sema, const struct model_vm *vm, const char *name,
                               const char *config_name)
{
    const struct value *value = sema_value(sema, vm, name);
    struct optional result = { .is_set = false };

    if (value && schema_number(value, &result.value)) {
        result.is_set = true;
        result.pos = value->pos;
        return result;
    }
    result = schema_optional(sema_value(sema, vm, "vm_address_config"), config_name);
    if (result.is_set) {
        return result;
    }
    const char *old_name = arena_printf(sema->model->arena, "linux_%s", config_name);

    return schema_optional(sema_value(sema, vm, "linux_address_config"), old_name);
}

static struct optional number(const struct sema *sema, const struct model_vm *vm, const char *name,
                              uint64_t least, uint64_t most)
{
    const struct value *value = sema_value(sema, vm, name);
    struct optional result = { .is_set = false };

    if (!value || !schema_number(value, &result.value)) {
        return result;
    }
    if (result.value < least || result.value > most) {
        diag_error(sema->model->diag, value->pos, "bad-number", "'%s' must be %llu to %llu", name,
                   (unsigned long long)least, (unsigned long long)most);
        return result;
    }
    result.is_set = true;
    result.pos = value->pos;
    return result;
}

static void check_aligned(const struct sema *sema, const struct optional *value, const char *name,
                          uint64_t align)
{
    if (value->is_set && value->value % align != 0) {
        diag_error(sema->model->diag, value->pos, "misaligned",
                   "'%s' is 0x%llx, which is not a multiple of 0x%llx", name,
                   (unsigned long long)value->value, (unsigned long long)align);
    }
}

static void read_memory(struct sema *sema, struct model_vm *vm)
{
    const struct value *large = sema_value(sema, vm, "ram_large_pages");
    const struct value *addresses = sema_value(sema, vm, "vm_address_config");

    if (addresses) {
        schema_check_dict(sema->model->diag, schema_address, schema_address_count, addresses,
                          "vm_address_config");
    }
    vm->has_large_pages = !large || large->number != 0;
    vm->ram_base = address(sema, vm, "ram_base", "ram_base");
    vm->ram_size_wish = address(sema, vm, "ram_size", "ram_size");
    vm->ram_paddr = address(sema, vm, "ram_paddr_base", "ram_paddr_base");
    vm->ram_size = vm->ram_size_wish.is_set ? vm->ram_size_wish.value : RAM_DEFAULT;
    /* An arm64 Image wants its RAM to start on 2 MiB. */
    check_aligned(sema, &vm->ram_base, "ram_base", LARGE_PAGE_BYTES);
    check_aligned(sema, &vm->ram_paddr, "ram_paddr_base", LARGE_PAGE_BYTES);
    check_aligned(sema, &vm->ram_size_wish, "ram_size",
                  vm->has_large_pages ? LARGE_PAGE_BYTES : PAGE_BYTES);
    if (vm->ram_size < RAM_LEAST) {
        diag_error(sema->model->diag, vm->ram_size_wish.pos, "ram-small",
                   "'%s' has %llu MiB of RAM; a Linux guest needs %llu MiB", vm->instance,
                   (unsigned long long)(vm->ram_size / MIB), (unsigned long long)(RAM_LEAST / MIB));
    }
    vm->swiotlb_base = address(sema, vm, "swiotlb_base", "swiotlb_base");
    vm->swiotlb_size = address(sema, vm, "swiotlb_size", "swiotlb_size");
    check_aligned(sema, &vm->swiotlb_base, "swiotlb_base", PAGE_BYTES);
    check_aligned(sema, &vm->swiotlb_size, "swiotlb_size", PAGE_BYTES);
}

static void read_scheduling(struct sema *sema, struct model_vm *vm)
{
    struct optional vcpus = number(sema, vm, "num_vcpus", 1, MODEL_VCPUS_MAX);
    struct optional core = number(sema, vm, "_affinity", 0, 7);
    struct optional pool = number(sema, vm, "simple_untyped24_pool", 0, 64);

    vm->vcpu_count = vcpus.is_set ? (uint32_t)vcpus.value : 1;
    vm->core = core.is_set ? (uint32_t)core.value : 0;
    vm->untyped_pool = pool.is_set ? pool.value : 0;
    vm->vmm_priority_wish = number(sema, vm, "_priority", 2, 240);
    vm->guest_priority_wish = number(sema, vm, "base_prio", 1, 239);
    if (vm->vmm_priority_wish.is_set && vm->guest_priority_wish.is_set &&
        vm->guest_priority_wish.value >= vm->vmm_priority_wish.value) {
        diag_error(sema->model->diag, vm->guest_priority_wish.pos, "priority-order",
                   "the guest of '%s' (base_prio %llu) must run below its VMM (_priority %llu)",
                   vm->instance, (unsigned long long)vm->guest_priority_wish.value,
                   (unsigned long long)vm->vmm_priority_wish.value);
    }
}

/* Our key first, then the names of camkes-vm. */
static const struct value *image_key(const struct sema *sema, const struct model_vm *vm,
                                     const char *ours, const char *theirs)
{
    const struct value *config = sema_value(sema, vm, "vm_image_config");
    const struct value *value = schema_get(config, ours);

    if (!value) {
        value = schema_get(config, arena_printf(sema->model->arena, "kernel_%s", theirs));
    }
    if (!value) {
        value = schema_get(config, arena_printf(sema->model->arena, "%s_name", ours));
    }
    if (!value) {
        config = sema_value(sema, vm, "linux_image_config");
        value = schema_get(config, arena_printf(sema->model->arena, "linux_%s", theirs));
    }
    if (!value) {
        value = schema_get(config, arena_printf(sema->model->arena, "%s_name", ours));
    }
    return value && value->kind == VALUE_STRING && value->string[0] ? value : NULL;
}

static void read_image(struct sema *sema, struct model_vm *vm)
{
    const struct value *config = sema_value(sema, vm, "vm_image_config");
    const struct value *kernel = image_key(sema, vm, "kernel", "name");
    const struct value *initrd = image_key(sema, vm, "initrd", "initrd");
    const struct value *dtb = image_key(sema, vm, "dtb", "dtb");
    const struct value *cmdline = image_key(sema, vm, "cmdline", "bootcmdline");

    if (config) {
        schema_check_dict(sema->model->diag, schema_image, schema_image_count, config,
                          "vm_image_config");
    }
    vm->kernel_file = kernel ? kernel->string : KERNEL_DEFAULT;
    vm->kernel_pos = kernel ? kernel->pos : vm->pos;
    if (initrd && schema_bool(config, "provide_initrd", true)) {
        vm->initrd_file = initrd->string;
        vm->initrd_pos = initrd->pos;
    }
    if (dtb && schema_bool(config, "provide_dtb", true) &&
        !schema_bool(config, "generate_dtb", false)) {
        vm->dtb_file = dtb->string;
        vm->dtb_pos = dtb->pos;
    }
    vm->cmdline = cmdline ? cmdline->string : NULL;
    vm->entry_addr =
        schema_optional(sema_value(sema, vm, "vm_address_config"), "kernel_entry_addr");
    vm->dtb_addr = schema_optional(sema_value(sema, vm, "vm_address_config"), "dtb_addr");
    vm->initrd_addr = schema_optional(sema_value(sema, vm, "vm_address_config"), "initrd_addr");
}

/* "address:bytes" or "address:size-bits": what follows the colon is bits below 64, else bytes. */
static bool parse_mmio(const char *text, struct range *range)
{
    const char *colon = strchr(text, ':');
    char base[32];

    if (!colon || (size_t)(colon - text) >= sizeof(base)) {
        return false;
    }
    memcpy(base, text, (size_t)(colon - text));
    base[colon - text] = '\0';
    if (!schema_parse_number(base, &range->base) || !schema_parse_number(colon + 1, &range->size)) {
        return false;
    }
    if (range->size < 48 && strncmp(colon + 1, "0x", 2) != 0) {
        range->size = UINT64_C(1) << range->size;
    }
    return range->size != 0 && range->base + range->size <= (UINT64_C(1) << 48);
}

static void read_mmios(struct sema *sema, struct model_vm *vm, const char *attribute)
{
    const struct value *list = sema_value(sema, vm, attribute);

    for (const struct value_item *item = list ? list->items : NULL; item; item = item->next) {
        struct model_mmio mmio = { .pos = item->value->pos, .name = attribute };

        if (item->value->kind != VALUE_STRING || !parse_mmio(item->value->string, &mmio.range)) {
            diag_error(sema->model->diag, item->value->pos, "bad-number",
                       "an entry of '%s' must look like \"0xfd580000:0x10000\" (bytes) or "
                       "\"0x10040000:17\" (bits)",
                       attribute);
            continue;
        }
        if (mmio.range.base % PAGE_BYTES || mmio.range.size % PAGE_BYTES) {
            /* A page is the smallest thing that can be given; fewer bytes mean the whole page. */
            mmio.range.size = align_up(mmio.range.base + mmio.range.size, PAGE_BYTES);
            mmio.range.base = align_down(mmio.range.base, PAGE_BYTES);
            mmio.range.size -= mmio.range.base;
        }
        vm->mmios = arena_grow(sema->model->arena, vm->mmios, vm->mmio_count, &vm->mmio_capacity,
                               sizeof(mmio));
        vm->mmios[vm->mmio_count++] = mmio;
        vm->is_dma_master = true; /* nobody can tell from an address that a device is harmless */
        vm->dma_pos = mmio.pos;
        vm->dma_name = arena_printf(sema->model->arena, "%s %s", attribute, item->value->string);
    }
}

static void add_irq(struct sema *sema, struct model_vm *vm, const struct value *value)
{
    const struct value *number_value = value;
    struct model_irq irq = { .pos = value->pos, .name = "irqs" };
    uint64_t intid;

    if (value->kind == VALUE_DICT) {
        if (!schema_check_dict(sema->model->diag, schema_irq, schema_irq_count, value,
                               "an entry of 'irqs'")) {
            return;
        }
        number_value = schema_get(value, "irq");
        irq.is_edge = schema_bool(value, "edge", false);
    }
    if (!number_value || number_value->kind != VALUE_NUMBER ||
        !schema_number(number_value, &intid) || intid < 32 || intid > 1019) {
        diag_error(sema->model->diag, value->pos, "bad-number",
                   "an entry of 'irqs' must be a shared interrupt's INTID, 32 to 1019");
        return;
    }
    irq.intid = (uint32_t)intid;
    vm->irqs =
        arena_grow(sema->model->arena, vm->irqs, vm->irq_count, &vm->irq_capacity, sizeof(irq));
    vm->irqs[vm->irq_count++] = irq;
}

static void read_irqs(struct sema *sema, struct model_vm *vm)
{
    const struct value *list = sema_value(sema, vm, "irqs");

    for (const struct value_item *item = list ? list->items : NULL; item; item = item->next) {
        add_irq(sema, vm, item->value);
    }
    vm->dtb_irqs = sema_value(sema, vm, "dtb_irqs");
}

static void add_node(struct sema *sema, struct model_vm *vm, const struct value *value)
{
    struct model_node node = { .pos = value->pos, .offset = -1 };

    if (value->kind == VALUE_STRING) {
        node.path = value->string;
    } else if (schema_check_dict(sema->model->diag, schema_node, schema_node_count, value,
                                 "an entry of 'dtb'")) {
        node.path = schema_string(value, "path");
        if (!node.path) {
            diag_error(sema->model->diag, value->pos, "value-type",
                       "an entry of 'dtb' must have a 'path'");
        }
    }
    if (!node.path) {
        return;
    }
    vm->nodes =
        arena_grow(sema->model->arena, vm->nodes, vm->node_count, &vm->node_capacity, sizeof(node));
    vm->nodes[vm->node_count++] = node;
}

/* dtb([{ "path": "/x" }]), [{ "path": "/x" }], ["/x"], "/x" */
static void read_nodes(struct sema *sema, struct model_vm *vm, const struct value *value,
                       unsigned depth)
{
    if (!value) {
        return;
    }
    if (value->kind == VALUE_QUERY && strcmp(value->string, "dtb") != 0) {
        diag_error(sema->model->diag, value->pos, "value-type", "'%s(...)' is not a known query",
                   value->string);
        return;
    }
    if (value->kind != VALUE_LIST && value->kind != VALUE_QUERY) {
        add_node(sema, vm, value);
        return;
    }
    for (const struct value_item *item = value->items; item; item = item->next) {
        if (depth < 2) {
            read_nodes(sema, vm, item->value, depth + 1);
        }
    }
}

static void read_pci(struct sema *sema, struct model_vm *vm)
{
    const struct value *list = sema_value(sema, vm, "pci_devices");

    for (const struct value_item *item = list ? list->items : NULL; item; item = item->next) {
        struct model_pci pci = { .pos = item->value->pos, .entry = item->value };

        if (!schema_check_dict(sema->model->diag, schema_pci, schema_pci_count, item->value,
                               "an entry of 'pci_devices'")) {
            continue;
        }
        pci.name = schema_string(item->value, "name");
        vm->pcis =
            arena_grow(sema->model->arena, vm->pcis, vm->pci_count, &vm->pci_capacity, sizeof(pci));
        vm->pcis[vm->pci_count++] = pci;
    }
}

void sema_read_vm(struct sema *sema, struct model_vm *vm)
{
    const struct value *name = sema_value(sema, vm, "vm_name");

    if (name) {
        vm->name = name->string;
    }
    read_scheduling(sema, vm);
    read_memory(sema, vm);
    read_image(sema, vm);
    read_mmios(sema, vm, "mmios");
    read_mmios(sema, vm, "untyped_mmios");
    read_irqs(sema, vm);
    read_nodes(sema, vm, sema_value(sema, vm, "dtb"), 0);
    read_pci(sema, vm);
    if (!vm->cmdline) {
        const struct value *devices = sema_value(sema, vm, "vm_virtio_devices");

        vm->cmdline = devices && devices->count ? CMDLINE_DEVICE_DEFAULT : CMDLINE_DRIVER_DEFAULT;
    }
}
