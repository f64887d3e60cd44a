/* SPDX-License-Identifier: BSD-2-Clause */
/* Instances and settings. */
#include "composer/plan/sema.h"

#include <string.h>

#include "composer/plan/schema.h"

/* Marker that VM_INIT_DEF() leaves in a component declaration. */
#define VM_MARKER_INTERFACE "PeervisorVM"

static const struct declaration *find_component(const struct sema *sema, const char *name)
{
    for (const struct declaration *d = sema->description->declarations; d; d = d->next) {
        if (d->kind == DECLARE_COMPONENT && !strcmp(d->name, name)) {
            return d;
        }
    }
    return NULL;
}

/* "VM", or a component whose declaration holds VM_INIT_DEF(). */
static bool is_vm_type(const struct sema *sema, const char *type)
{
    const struct declaration *declaration = find_component(sema, type);

    if (!strcmp(type, "VM")) {
        return true;
    }
    for (const struct member *m = declaration ? declaration->members : NULL; m; m = m->next) {
        if (m->kind == MEMBER_PROVIDES && m->type && !strcmp(m->type, VM_MARKER_INTERFACE)) {
            return true;
        }
    }
    return false;
}

static bool names_vm(const struct model_vm *vm, const char *name)
{
    if (!strcmp(vm->instance, name)) {
        return true;
    }
    if (strncmp(vm->instance, "vm", 2) != 0) {
        return false;
    }
    const char *rest = vm->instance + 2;

    return (rest[0] == '_' && !strcmp(rest + 1, name)) ||
           (rest[0] >= '0' && rest[0] <= '9' && !strcmp(rest, name));
}

struct model_vm *model_find_vm(const struct model *model, const char *name)
{
    for (size_t i = 0; i < model->vm_count; i++) {
        if (names_vm(model->vms[i], name)) {
            return model->vms[i];
        }
    }
    for (size_t i = 0; i < model->vm_count; i++) {
        if (!strcmp(model->vms[i]->name, name)) {
            return model->vms[i];
        }
    }
    return NULL;
}

static struct model_vm *find_instance(const struct model *model, const char *name)
{
    for (size_t i = 0; i < model->vm_count; i++) {
        if (!strcmp(model->vms[i]->instance, name)) {
            return model->vms[i];
        }
    }
    return NULL;
}

static void add_vm(struct sema *sema, const struct instance *instance)
{
    struct model *model = sema->model;
    const struct model_vm *twin = find_instance(model, instance->name);

    if (twin) {
        diag_error(model->diag, instance->pos, "vm-duplicate",
                   "'%s' is already a component (line %u)", instance->name, twin->pos.line);
        return;
    }
    if (strlen(instance->name) > MODEL_NAME_MAX) {
        diag_error(model->diag, instance->pos, "vm-name", "'%s' has more than %u bytes",
                   instance->name, MODEL_NAME_MAX);
        return;
    }
    if (model->vm_count == MODEL_VMS_MAX) {
        diag_error(model->diag, instance->pos, "vm-count", "more than %u VMs", MODEL_VMS_MAX);
        return;
    }
    struct model_vm *vm = arena_alloc(model->arena, sizeof(*vm));

    vm->index = (unsigned)model->vm_count;
    vm->instance = instance->name;
    vm->name = instance->name;
    vm->pos = instance->pos;
    model->vms[model->vm_count++] = vm;
}

static void collect_vms(struct sema *sema)
{
    for (const struct assembly *a = sema->description->assemblies; a; a = a->next) {
        for (const struct instance *i = a->instances; i; i = i->next) {
            if (is_vm_type(sema, i->type)) {
                add_vm(sema, i);
            } else {
                diag_error(sema->model->diag, i->pos, "component-unknown",
                           "component type '%s' is not a VM (VMs are 'VM' or have VM_INIT_DEF())",
                           i->type);
            }
        }
    }
}

static size_t slot_of(const struct model_vm *vm, const struct schema_rule *rule)
{
    return vm->index * schema_vm_count + (size_t)(rule - schema_vm);
}

/* Groups only structure names: `group.vm0.attr` is `vm0.attr`. */
static struct model_vm *setting_vm(const struct sema *sema, const struct setting *setting)
{
    const char *dot = strrchr(setting->instance, '.');

    return find_instance(sema->model, dot ? dot + 1 : setting->instance);
}

static void store_setting(struct sema *sema, const struct setting *setting)
{
    struct diag *diag = sema->model->diag;
    struct model_vm *vm = setting_vm(sema, setting);

    if (!vm) {
        diag_error(diag, setting->pos, "vm-unknown", "there is no VM '%s'", setting->instance);
        return;
    }
    const struct schema_rule *rule = schema_find(schema_vm, schema_vm_count, setting->attribute);

    if (!rule) {
        diag_error(diag, setting->pos, "unknown-attribute", "a VM has no attribute '%s'",
                   setting->attribute);
        return;
    }
    if (rule->kind == SCHEMA_NO_EFFECT) {
        diag_warning(diag, setting->pos, "no-effect", "'%s' has no counterpart in Peervisor",
                     rule->name);
        return;
    }
    const struct setting **slot = &sema->settings[slot_of(vm, rule)];

    if (*slot) {
        diag_error(diag, setting->pos, "setting-twice", "'%s.%s' is already set (line %u)",
                   vm->instance, rule->name, (*slot)->pos.line);
        return;
    }
    *slot = setting;
}

/* The setting that `a <- b` takes its value from; follows at most one step per VM attribute. */
static const struct value *resolve(struct sema *sema, const struct setting *setting)
{
    size_t steps = sema->model->vm_count * schema_vm_count;

    while (setting && setting->source && steps-- > 0) {
        const char *text = setting->source->text, *dot = strrchr(text, '.');
        const struct schema_rule *rule =
            dot ? schema_find(schema_vm, schema_vm_count, dot + 1) : NULL;
        const struct model_vm *vm =
            dot ? find_instance(sema->model,
                                arena_strndup(sema->model->arena, text, (size_t)(dot - text)))
                : NULL;

        setting = vm && rule ? sema->settings[slot_of(vm, rule)] : NULL;
    }
    return setting ? setting->value : NULL;
}

static void resolve_settings(struct sema *sema)
{
    size_t count = sema->model->vm_count * schema_vm_count;

    for (size_t i = 0; i < count; i++) {
        const struct setting *setting = sema->settings[i];

        if (!setting) {
            continue;
        }
        const struct value *value = resolve(sema, setting);

        if (!value) {
            diag_error(sema->model->diag, setting->source->pos, "reference",
                       "'%s' is not set anywhere", setting->source->text);
        } else if (schema_check(sema->model->diag, &schema_vm[i % schema_vm_count], value)) {
            sema->values[i] = value;
        }
    }
}

const struct value *sema_value(const struct sema *sema, const struct model_vm *vm, const char *name)
{
    return sema->values[slot_of(vm, schema_find(schema_vm, schema_vm_count, name))];
}

static void collect_settings(struct sema *sema)
{
    size_t count = sema->model->vm_count * schema_vm_count + 1;

    sema->settings = arena_alloc(sema->model->arena, count * sizeof(sema->settings[0]));
    sema->values = arena_alloc(sema->model->arena, count * sizeof(sema->values[0]));
    for (const struct assembly *a = sema->description->assemblies; a; a = a->next) {
        for (const struct setting *s = a->settings; s; s = s->next) {
            store_setting(sema, s);
        }
    }
    resolve_settings(sema);
}

static void check_names(const struct model *model)
{
    for (size_t i = 0; i < model->vm_count; i++) {
        const struct model_vm *vm = model->vms[i];

        if (strlen(vm->name) > MODEL_NAME_MAX || vm->name[0] == '\0') {
            diag_error(model->diag, vm->pos, "vm-name", "vm_name of '%s' must have 1 to %u bytes",
                       vm->instance, MODEL_NAME_MAX);
        }
        for (size_t j = 0; j < i; j++) {
            if (!strcmp(vm->name, model->vms[j]->name)) {
                diag_error(model->diag, vm->pos, "vm-duplicate",
                           "'%s' and '%s' are both named \"%s\"", model->vms[j]->instance,
                           vm->instance, vm->name);
            }
        }
    }
}

void sema_build(struct model *model, const struct description *description)
{
    struct sema sema = { .model = model, .description = description };

    collect_vms(&sema);
    collect_settings(&sema);
    if (model->vm_count == 0) {
        diag_error(model->diag, (struct pos){ .file = model->file }, "vm-count",
                   "the description has no VM");
    }
    for (size_t i = 0; i < model->vm_count; i++) {
        sema_read_vm(&sema, model->vms[i]);
        sema_read_devices(&sema, model->vms[i]);
    }
    check_names(model);
    sema_build_links(&sema);
}
