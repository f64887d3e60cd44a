/* SPDX-License-Identifier: BSD-2-Clause */
#include "composer/plan/prefix.h"

#include <ctype.h>
#include <elf.h>
#include <stdlib.h>
#include <string.h>

#include "composer/lang/source.h"

#define UNTYPEDS_LEAST 128u
#define RAM_LEAST      (64 * MIB) /* objects of a small system */

/* seL4's qemu-arm-virt platform keeps this for guests, whatever its memory list says. */
#define GUEST_RESERVE_END UINT64_C(0x60000000)

/* Value of `#define CONFIG_<name> <value>`, or NULL. "" for a bare definition. */
static const char *config(struct arena *arena, const char *text, const char *name)
{
    const char *wanted = arena_printf(arena, "CONFIG_%s", name);
    size_t length = strlen(wanted);

    for (const char *line = text; line; line = strchr(line, '\n')) {
        line += *line == '\n';
        if (strncmp(line, "#define", 7) != 0) {
            continue;
        }
        const char *p = line + 7;

        while (*p == ' ' || *p == '\t') {
            p++;
        }
        if (!strncmp(p, wanted, length) && (isspace((unsigned char)p[length]) || !p[length])) {
            p += length;
            p += strspn(p, " \t");
            return arena_strndup(arena, p, strcspn(p, " \t\r\n"));
        }
    }
    return NULL;
}

static bool is_on(struct arena *arena, const char *text, const char *name)
{
    const char *value = config(arena, text, name);

    return value && strcmp(value, "0") != 0;
}

static uint32_t number(struct arena *arena, const char *text, const char *name, uint32_t otherwise)
{
    const char *value = config(arena, text, name);

    return value && *value ? (uint32_t)strtoul(value, NULL, 0) : otherwise;
}

static const char *idle_mode(const struct prefix *prefix)
{
    if (prefix->has_wfi_in_guest) {
        return "idle guests keep their core (WFI does not trap)";
    }
    if (prefix->has_counter) {
        return "a service polls the counter at the idle priority, so an idle board uses CPU time";
    }
    return "idle guests drop to the idle priority, and nothing limits the wait for a device VM "
           "that hangs";
}

static void check_config(struct arena *arena, struct diag *diag, const char *file, const char *text,
                         struct prefix *prefix)
{
    struct pos pos = { .file = file };
    uint32_t untypeds = number(arena, text, "MAX_NUM_BOOTINFO_UNTYPED_CAPS", 0);

    if (!is_on(arena, text, "ARCH_AARCH64")) {
        diag_error(diag, pos, "prefix-arch", "this kernel is not built for AArch64");
    }
    if (!is_on(arena, text, "ARM_HYPERVISOR_SUPPORT")) {
        diag_error(diag, pos, "prefix-hyp",
                   "this kernel has no hypervisor support "
                   "(CONFIG_ARM_HYPERVISOR_SUPPORT), so it can run no VM");
    }
    if (is_on(arena, text, "KERNEL_MCS")) {
        diag_error(diag, pos, "prefix-mcs",
                   "this is an MCS kernel (CONFIG_KERNEL_MCS); Peervisor "
                   "uses the classic API");
    }
    if (!is_on(arena, text, "PLAT_QEMU_ARM_VIRT")) {
        diag_error(diag, pos, "prefix-board",
                   "this kernel is built for another board "
                   "(CONFIG_PLAT_QEMU_ARM_VIRT is off)");
    }
    if (is_on(arena, text, "ARM_GIC_V3_SUPPORT")) {
        diag_error(diag, pos, "prefix-gic", "this kernel drives a GICv3; the board has a GICv2");
    }
    if (untypeds < UNTYPEDS_LEAST) {
        diag_error(diag, pos, "prefix-untyped",
                   "this kernel lists %u untypeds at most "
                   "(CONFIG_MAX_NUM_BOOTINFO_UNTYPED_CAPS); below %u it loses RAM silently",
                   untypeds, UNTYPEDS_LEAST);
    }
    prefix->has_timer = is_on(arena, text, "EXPORT_PTMR_USER");
    prefix->has_counter = is_on(arena, text, "EXPORT_PCNT_USER");
    prefix->has_wfi_in_guest = is_on(arena, text, "DISABLE_WFI_WFE_TRAPS");
    /* A timer without the counter that it compares with is none. */
    prefix->has_timer = prefix->has_timer && prefix->has_counter;
    prefix->pa_bits = is_on(arena, text, "ARM_PA_SIZE_BITS_40") ? 40 : 44;
    prefix->core_count = number(arena, text, "MAX_NUM_NODES", 1);
}

/* `"start": 123` (JSON) or `start: 0x123` (YAML) inside of the memory list. */
static bool find_number(const char **at, const char *end, const char *key, uint64_t *value)
{
    size_t length = strlen(key);

    for (const char *p = *at; p + length < end; p++) {
        if (strncmp(p, key, length) != 0 || isalnum((unsigned char)p[-1]) || p[-1] == '_') {
            continue;
        }
        p += length;
        p += strspn(p, "\"' \t:");
        char *number_end;

        *value = strtoull(p, &number_end, 0);
        if (number_end != p) {
            *at = number_end;
            return true;
        }
    }
    return false;
}

/* The list ends where the next top-level key begins. */
static const char *memory_end(const char *memory)
{
    const char *close = strchr(memory, ']'); /* JSON */
    const char *devices = strstr(memory, "devices");

    return close ? close : devices ? devices : memory + strlen(memory);
}

static bool read_ram(struct diag *diag, const char *file, const char *text, struct range *ram)
{
    struct pos pos = { .file = file };
    const char *memory = strstr(text, "memory");
    const char *end = memory ? memory_end(memory) : NULL;
    const char *at = memory;
    uint64_t start, stop;

    *ram = (struct range){ 0, 0 };
    /* The two keys come in either order. */
    while (memory) {
        const char *first = at, *second = at;

        if (!find_number(&first, end, "start", &start) ||
            !find_number(&second, end, "end", &stop)) {
            break;
        }
        at = first > second ? first : second;
        if (stop > start && stop - start > ram->size) {
            *ram = (struct range){ start, stop - start };
        }
    }
    if (ram->size == 0) {
        diag_error(diag, pos, "prefix-layout", "no memory range found");
        return false;
    }
    if (ram->base < GUEST_RESERVE_END) {
        uint64_t ram_end = ram->base + ram->size;

        ram->base = GUEST_RESERVE_END;
        ram->size = ram_end > GUEST_RESERVE_END ? ram_end - GUEST_RESERVE_END : 0;
    }
    if (ram->size < RAM_LEAST) {
        diag_error(diag, pos, "prefix-ram",
                   "this kernel was built for %llu MiB of RAM above the "
                   "512 MiB that it leaves to guests; %llu MiB are the least",
                   (unsigned long long)(ram->size / MIB), (unsigned long long)(RAM_LEAST / MIB));
        return false;
    }
    return true;
}

static void check_kernel(struct arena *arena, struct diag *diag, const char *dir)
{
    const char *file = arena_printf(arena, "%s/bin/kernel.elf", dir);
    struct pos pos = { .file = file };
    size_t length;
    const char *bytes = source_load(arena, file, &length);
    Elf64_Ehdr header;

    if (!bytes || length < sizeof(header)) {
        diag_error(diag, pos, "prefix-layout", "missing or empty");
        return;
    }
    memcpy(&header, bytes, sizeof(header));
    if (memcmp(header.e_ident, ELFMAG, SELFMAG) != 0 || header.e_ident[EI_CLASS] != ELFCLASS64 ||
        header.e_machine != EM_AARCH64) {
        diag_error(diag, pos, "prefix-arch", "not a 64-bit Arm ELF file");
    }
}

static void warn_timer(struct diag *diag, const char *file, const struct prefix *prefix)
{
    if (!prefix->has_timer) {
        diag_warning(diag, (struct pos){ .file = file }, "prefix-timer",
                     "no timer for user level (%s is off); idle mode: %s",
                     prefix->has_counter ? "CONFIG_EXPORT_PTMR_USER" : "CONFIG_EXPORT_PCNT_USER",
                     idle_mode(prefix));
    }
}

bool prefix_load(struct arena *arena, struct diag *diag, const char *dir, struct prefix *prefix)
{
    const char *names[] = { "support/platform_gen.json", "support/platform_gen.yaml" };
    const char *config_file = arena_printf(arena, "%s/libsel4/include/kernel/gen_config.h", dir);
    const char *file = config_file;
    size_t length, errors = diag->error_count;
    const char *text = source_load(arena, file, &length);

    if (!text) {
        diag_error(diag, (struct pos){ .file = file }, "prefix-layout",
                   "missing: '%s' is not an installed seL4", dir);
        return false;
    }
    check_config(arena, diag, file, text, prefix);
    check_kernel(arena, diag, dir);
    text = NULL;
    for (size_t i = 0; i < 2 && !text; i++) {
        file = arena_printf(arena, "%s/%s", dir, names[i]);
        text = source_load(arena, file, &length);
    }
    if (!text) {
        diag_error(diag, (struct pos){ .file = file }, "prefix-layout", "missing");
        return false;
    }
    read_ram(diag, file, text, &prefix->kernel_ram);
    if (diag->error_count != errors) {
        return false;
    }
    warn_timer(diag, config_file, prefix); /* of no use beside a refusal */
    return true;
}
