/* SPDX-License-Identifier: BSD-2-Clause */
#include "composer/plan/schema.h"

#include <stdlib.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

const struct schema_rule schema_vm[] = {
    { "vm_name", SCHEMA_STRING },
    { "num_vcpus", SCHEMA_NUMBER },
    { "_priority", SCHEMA_NUMBER },
    { "_affinity", SCHEMA_NUMBER },
    { "base_prio", SCHEMA_NUMBER },
    { "ram_base", SCHEMA_ADDRESS },
    { "ram_size", SCHEMA_ADDRESS },
    { "ram_paddr_base", SCHEMA_ADDRESS },
    { "ram_large_pages", SCHEMA_BOOL },
    { "simple_untyped24_pool", SCHEMA_NUMBER },
    { "swiotlb_base", SCHEMA_ADDRESS },
    { "swiotlb_size", SCHEMA_ADDRESS },
    { "vm_virtio_devices", SCHEMA_LIST },
    { "vm_virtio_drivers", SCHEMA_LIST },
    { "pci_devices", SCHEMA_LIST },
    { "untyped_mmios", SCHEMA_LIST },
    { "mmios", SCHEMA_LIST },
    { "irqs", SCHEMA_LIST },
    { "dtb", SCHEMA_ANY },
    { "dtb_irqs", SCHEMA_LIST },
    { "vm_image_config", SCHEMA_DICT },
    { "vm_address_config", SCHEMA_DICT },
    { "linux_image_config", SCHEMA_DICT },
    { "linux_address_config", SCHEMA_DICT },
    /* Sizes of pools that CAmkES generates and Peervisor does not have. */
    { "fs_shmem_size", SCHEMA_NO_EFFECT },
    { "global_endpoint_base", SCHEMA_NO_EFFECT },
    { "asid_pool", SCHEMA_NO_EFFECT },
    { "simple", SCHEMA_NO_EFFECT },
    { "sem_value", SCHEMA_NO_EFFECT },
    { "heap_size", SCHEMA_NO_EFFECT },
    { "cnode_size_bits", SCHEMA_NO_EFFECT },
    { "tcb_pool", SCHEMA_NO_EFFECT },
    { "serial_getchar_shmem_size", SCHEMA_NO_EFFECT },
    { "batch_shmem_size", SCHEMA_NO_EFFECT },
    { "num_extra_frame_caps", SCHEMA_NO_EFFECT },
    { "extra_frame_map_address", SCHEMA_NO_EFFECT },
};
const size_t schema_vm_count = COUNT(schema_vm);

const struct schema_rule schema_device[] = {
    { "type", SCHEMA_STRING },       { "id", SCHEMA_NUMBER },
    { "target", SCHEMA_STRING },     { "data_base", SCHEMA_ADDRESS },
    { "data_size", SCHEMA_ADDRESS }, { "ctrl_base", SCHEMA_ADDRESS },
    { "ctrl_size", SCHEMA_ADDRESS }, { "late", SCHEMA_BOOL },
    { "disk", SCHEMA_STRING },       { "readonly", SCHEMA_BOOL },
    { "tap", SCHEMA_STRING },        { "bridge", SCHEMA_STRING },
    { "nat", SCHEMA_STRING },        { "uplink", SCHEMA_STRING },
    { "mac", SCHEMA_STRING },        { "queues", SCHEMA_NUMBER },
    { "queue_size", SCHEMA_NUMBER }, { "vhost", SCHEMA_BOOL },
    { "share", SCHEMA_STRING },      { "tag", SCHEMA_STRING },
    { "ports", SCHEMA_NUMBER },      { "cid", SCHEMA_NUMBER },
    { "width", SCHEMA_NUMBER },      { "height", SCHEMA_NUMBER },
};
const size_t schema_device_count = COUNT(schema_device);

const struct schema_rule schema_driver[] = {
    { "type", SCHEMA_STRING },       { "id", SCHEMA_NUMBER },
    { "backend", SCHEMA_STRING },    { "data_base", SCHEMA_ADDRESS },
    { "data_size", SCHEMA_ADDRESS }, { "ctrl_base", SCHEMA_ADDRESS },
    { "ctrl_size", SCHEMA_ADDRESS }, { "late", SCHEMA_BOOL },
};
const size_t schema_driver_count = COUNT(schema_driver);

/* The second half of each table: names that camkes-vm uses for the same things. */
const struct schema_rule schema_image[] = {
    { "kernel", SCHEMA_STRING },
    { "initrd", SCHEMA_STRING },
    { "cmdline", SCHEMA_STRING },
    { "stdout", SCHEMA_STRING },
    { "dtb", SCHEMA_STRING },
    { "kernel_name", SCHEMA_STRING },
    { "linux_name", SCHEMA_STRING },
    { "initrd_name", SCHEMA_STRING },
    { "dtb_name", SCHEMA_STRING },
    { "kernel_bootcmdline", SCHEMA_STRING },
    { "linux_bootcmdline", SCHEMA_STRING },
    { "kernel_stdout", SCHEMA_STRING },
    { "linux_stdout", SCHEMA_STRING },
    { "provide_dtb", SCHEMA_BOOL },
    { "generate_dtb", SCHEMA_BOOL },
    { "provide_initrd", SCHEMA_BOOL },
    { "clean_cache", SCHEMA_BOOL },
    { "map_one_to_one", SCHEMA_BOOL },
};
const size_t schema_image_count = COUNT(schema_image);

const struct schema_rule schema_address[] = {
    { "ram_base", SCHEMA_ADDRESS },       { "ram_paddr_base", SCHEMA_ADDRESS },
    { "ram_size", SCHEMA_ADDRESS },       { "dtb_addr", SCHEMA_ADDRESS },
    { "initrd_addr", SCHEMA_ADDRESS },    { "kernel_entry_addr", SCHEMA_ADDRESS },
    { "linux_ram_base", SCHEMA_ADDRESS }, { "linux_ram_paddr_base", SCHEMA_ADDRESS },
    { "linux_ram_size", SCHEMA_ADDRESS },
};
const size_t schema_address_count = COUNT(schema_address);

const struct schema_rule schema_pci[] = {
    { "name", SCHEMA_STRING }, { "bus", SCHEMA_NUMBER }, { "dev", SCHEMA_NUMBER },
    { "fun", SCHEMA_NUMBER },  { "irq", SCHEMA_NUMBER },
};
const size_t schema_pci_count = COUNT(schema_pci);

const struct schema_rule schema_node[] = { { "path", SCHEMA_STRING } };
const size_t schema_node_count = COUNT(schema_node);

const struct schema_rule schema_irq[] = {
    { "irq", SCHEMA_NUMBER },
    { "name", SCHEMA_STRING },
    { "edge", SCHEMA_BOOL },
};
const size_t schema_irq_count = COUNT(schema_irq);

const struct schema_rule *schema_find(const struct schema_rule *rules, size_t count,
                                      const char *name)
{
    for (size_t i = 0; i < count; i++) {
        if (!strcmp(rules[i].name, name)) {
            return &rules[i];
        }
    }
    return NULL;
}

bool schema_parse_number(const char *text, uint64_t *number)
{
    char *end;

    if (text[0] < '0' || text[0] > '9') {
        return false;
    }
    bool is_hex = text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
    unsigned long long value = strtoull(text, &end, is_hex ? 16 : 10);

    /* strtoull saturates; 63 bits are what the rest of the language has. */
    if (*end != '\0' || value > INT64_MAX || (is_hex && end == text + 2)) {
        return false;
    }
    *number = value;
    return true;
}

bool schema_number(const struct value *value, uint64_t *number)
{
    if (value->kind == VALUE_STRING) {
        return schema_parse_number(value->string, number);
    }
    if (value->kind != VALUE_NUMBER || value->number < 0) {
        return false;
    }
    *number = (uint64_t)value->number;
    return true;
}

static bool kind_fits(enum schema_kind wanted, const struct value *value)
{
    switch (wanted) {
    case SCHEMA_STRING: return value->kind == VALUE_STRING;
    case SCHEMA_NUMBER: return value->kind == VALUE_NUMBER;
    case SCHEMA_ADDRESS: return value->kind == VALUE_NUMBER || value->kind == VALUE_STRING;
    case SCHEMA_BOOL:
        return value->kind == VALUE_BOOL ||
               (value->kind == VALUE_NUMBER && (value->number == 0 || value->number == 1));
    case SCHEMA_LIST: return value->kind == VALUE_LIST;
    case SCHEMA_DICT: return value->kind == VALUE_DICT;
    default: return true;
    }
}

static const char *kind_wanted(enum schema_kind kind)
{
    static const char *const names[] = {
        [SCHEMA_STRING] = "a string",
        [SCHEMA_NUMBER] = "a number",
        [SCHEMA_ADDRESS] = "a number such as 0x40000000 or \"0x40000000\"",
        [SCHEMA_BOOL] = "true or false",
        [SCHEMA_LIST] = "a list",
        [SCHEMA_DICT] = "a dictionary",
        [SCHEMA_ANY] = "a value",
        [SCHEMA_NO_EFFECT] = "a value",
    };

    return names[kind];
}

/* "-1" is how camkes-vm writes "not given". */
static bool is_not_given(const struct value *value)
{
    return (value->kind == VALUE_STRING &&
            (!strcmp(value->string, "-1") || !strcmp(value->string, ""))) ||
           (value->kind == VALUE_NUMBER && value->number == -1);
}

bool schema_check(struct diag *diag, const struct schema_rule *rule, const struct value *value)
{
    uint64_t number;

    if (!kind_fits(rule->kind, value)) {
        diag_error(diag, value->pos, "value-type", "'%s' must be %s, not %s", rule->name,
                   kind_wanted(rule->kind), value_kind_name(value->kind));
        return false;
    }
    if (rule->kind == SCHEMA_NUMBER && !schema_number(value, &number)) {
        diag_error(diag, value->pos, "bad-number", "'%s' must not be negative", rule->name);
        return false;
    }
    if (rule->kind == SCHEMA_ADDRESS && !is_not_given(value) && !schema_number(value, &number)) {
        if (value->kind == VALUE_STRING) {
            diag_error(diag, value->pos, "bad-number", "'%s' is \"%s\", which is not a number",
                       rule->name, value->string);
        } else {
            diag_error(diag, value->pos, "bad-number", "'%s' must not be negative", rule->name);
        }
        return false;
    }
    return true;
}

bool schema_check_dict(struct diag *diag, const struct schema_rule *rules, size_t count,
                       const struct value *value, const char *what)
{
    bool is_good = true;

    if (value->kind != VALUE_DICT) {
        diag_error(diag, value->pos, "value-type", "%s must be a dictionary, not %s", what,
                   value_kind_name(value->kind));
        return false;
    }
    for (const struct value_item *item = value->items; item; item = item->next) {
        const struct schema_rule *rule = schema_find(rules, count, item->key);

        if (!rule) {
            diag_error(diag, item->key_pos, "unknown-key", "%s has no key '%s'", what, item->key);
            is_good = false;
        } else if (!schema_check(diag, rule, item->value)) {
            is_good = false;
        }
    }
    return is_good;
}

const struct value *schema_get(const struct value *dict, const char *key)
{
    if (!dict || dict->kind != VALUE_DICT) {
        return NULL;
    }
    for (const struct value_item *item = dict->items; item; item = item->next) {
        if (!strcmp(item->key, key)) {
            return item->value;
        }
    }
    return NULL;
}

const char *schema_string(const struct value *dict, const char *key)
{
    const struct value *value = schema_get(dict, key);

    return value && value->kind == VALUE_STRING ? value->string : NULL;
}

bool schema_bool(const struct value *dict, const char *key, bool otherwise)
{
    const struct value *value = schema_get(dict, key);

    return value && kind_fits(SCHEMA_BOOL, value) ? value->number != 0 : otherwise;
}

struct optional schema_optional(const struct value *dict, const char *key)
{
    const struct value *value = schema_get(dict, key);
    struct optional optional = { .is_set = false };

    if (value && schema_number(value, &optional.value)) {
        optional.is_set = true;
        optional.pos = value->pos;
    }
    return optional;
}
