/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which attributes and dictionary keys exist and what they may hold. Nothing that is not listed
 * here is accepted. Reference: docs/reference/camkes.md.
 */
#ifndef COMPOSER_PLAN_SCHEMA_H
#define COMPOSER_PLAN_SCHEMA_H

#include "composer/plan/model.h"

enum schema_kind {
    SCHEMA_STRING,
    SCHEMA_NUMBER,  /* a plain number */
    SCHEMA_ADDRESS, /* a number, or a string that holds one: 0x40000000, "0x40000000" */
    SCHEMA_BOOL,    /* true, false, 0, 1 */
    SCHEMA_LIST,
    SCHEMA_DICT,
    SCHEMA_ANY,
    SCHEMA_NO_EFFECT, /* belongs to the CAmkES run time: accepted with a warning */
};

struct schema_rule {
    const char *name;
    enum schema_kind kind;
};

/* The attributes of a VM. */
extern const struct schema_rule schema_vm[];
extern const size_t schema_vm_count;

/* Keys of the entries of vm_virtio_devices and vm_virtio_drivers. */
extern const struct schema_rule schema_device[];
extern const size_t schema_device_count;
extern const struct schema_rule schema_driver[];
extern const size_t schema_driver_count;

/* Keys of vm_image_config, vm_address_config, and of the entries of pci_devices, dtb and irqs. */
extern const struct schema_rule schema_image[];
extern const size_t schema_image_count;
extern const struct schema_rule schema_address[];
extern const size_t schema_address_count;
extern const struct schema_rule schema_pci[];
extern const size_t schema_pci_count;
extern const struct schema_rule schema_node[];
extern const size_t schema_node_count;
extern const struct schema_rule schema_irq[];
extern const size_t schema_irq_count;

/* Finds a rule by name; NULL if there is none. */
const struct schema_rule *schema_find(const struct schema_rule *rules, size_t count,
                                      const char *name);

/* Checks one value against its rule; reports rule value-type or bad-number and returns false. */
bool schema_check(struct diag *diag, const struct schema_rule *rule, const struct value *value);

/*
 * Checks that `value` is a dictionary with known keys of the right kinds. `what` names it in
 * messages. Returns false if it is no dictionary; wrong keys are reported and false is returned.
 */
bool schema_check_dict(struct diag *diag, const struct schema_rule *rules, size_t count,
                       const struct value *value, const char *what);

/* Value of a key, or NULL. */
const struct value *schema_get(const struct value *dict, const char *key);

/* String under `key`, or NULL if absent or no string. */
const char *schema_string(const struct value *dict, const char *key);

/* Truth under `key`; `otherwise` if absent. */
bool schema_bool(const struct value *dict, const char *key, bool otherwise);

/* Reads a number, or a string that is nothing but one. Returns false (silently) if it is neither. */
bool schema_number(const struct value *value, uint64_t *number);

/* As schema_number on dict[key]; absent or unreadable: not set. */
struct optional schema_optional(const struct value *dict, const char *key);

/* Text to number: decimal or 0x hexadecimal, whole text, at most 63 bits. */
bool schema_parse_number(const char *text, uint64_t *number);

#endif
