/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Brings the backend to the state that the guest programmed (journal and MSI-X), one write at a
 * time. A fresh backend starts from a zero shadow, so this is also the PCI half of a replay.
 *
 * BARs are written only while the guest has memory decoding on: sizing, which Linux does with
 * decoding off, then costs no request at all. MSI-X is enabled only with decoding on, because its
 * table is reached through a BAR. All but the last write of a sequence are posted.
 */
#include "vmm/vpci/function.h"

#define HALVES_PER_ENTRY 2u

static bool decodes(uint16_t command)
{
    return (command & VPCI_COMMAND_MEMORY) != 0;
}

static bool command_step(const struct vpci_function *function, struct vpci_step *step)
{
    *step = (struct vpci_step){ .what = VPCI_STEP_COMMAND,
                                .write = true,
                                .config = true,
                                .addr = VPCI_REG_COMMAND,
                                .len = 2,
                                .data = function->journal.command };
    return true;
}

static bool bar_step(const struct vpci_function *function, struct vpci_step *step)
{
    for (unsigned i = 0; i < VPCI_BARS; i++) {
        if (function->bars[i].kind != VPCI_BAR_NONE &&
            function->shadow.bars[i] != function->journal.bars[i]) {
            *step = (struct vpci_step){ .what = VPCI_STEP_BAR,
                                        .index = i,
                                        .write = true,
                                        .posted = true,
                                        .config = true,
                                        .addr = VPCI_REG_BAR0 + 4 * i,
                                        .len = 4,
                                        .data = function->journal.bars[i] };
            return true;
        }
    }
    return false;
}

/*
 * The backend's own entries: link-local vector number, unmasked for good. Written before Enable,
 * all that the guest sees, because QEMU asserts on entries that were never written.
 */
static bool entry_step(const struct vpci_function *function, struct vpci_step *step)
{
    const struct vpci_msix *msix = &function->msix;
    uint32_t half = function->shadow.msix_halves;
    uint64_t data = LINK_MSI_FRAME + LINK_MSI_SETSPI;

    if (half >= msix->size * HALVES_PER_ENTRY) {
        return false;
    }
    if (half % HALVES_PER_ENTRY != 0) {
        data = LINK_MSI_BASE + msix->first + half / HALVES_PER_ENTRY; /* vector control 0 above */
    }
    *step = (struct vpci_step){ .what = VPCI_STEP_ENTRY,
                                .write = true,
                                .posted = true,
                                .addr = vpci_bar_base(function, msix->table_bar) +
                                        msix->table_offset + 8 * half,
                                .len = 8,
                                .data = data };
    return true;
}

static bool control_step(const struct vpci_function *function, struct vpci_step *step, bool enable)
{
    *step = (struct vpci_step){ .what = enable ? VPCI_STEP_ENABLE : VPCI_STEP_DISABLE,
                                .write = true,
                                .config = true,
                                .addr = function->msix.cap + 2u,
                                .len = 2,
                                .data = enable ? VPCI_MSIX_CTRL_ENABLE : 0 };
    return true;
}

bool vpci_sync_next(const struct vpci_function *function, struct vpci_step *step)
{
    bool memory = decodes(function->journal.command);
    bool enabled = function->msix.size != 0 && function->msix.enabled;

    if (!memory && decodes(function->shadow.command)) {
        return command_step(function, step);
    }
    if (memory && bar_step(function, step)) {
        return true;
    }
    if (function->shadow.command != function->journal.command) {
        return command_step(function, step);
    }
    if (!enabled && function->shadow.msix) {
        return control_step(function, step, false);
    }
    if (enabled && memory && !function->shadow.msix) {
        return entry_step(function, step) || control_step(function, step, true);
    }
    return false;
}

void vpci_sync_sent(struct vpci_function *function, const struct vpci_step *step)
{
    struct vpci_shadow *shadow = &function->shadow;

    switch (step->what) {
    case VPCI_STEP_BAR: shadow->bars[step->index] = (uint32_t)step->data; break;
    case VPCI_STEP_COMMAND: shadow->command = (uint16_t)step->data; break;
    case VPCI_STEP_ENTRY: shadow->msix_halves++; break;
    case VPCI_STEP_ENABLE: shadow->msix = true; break;
    case VPCI_STEP_DISABLE:
        shadow->msix = false;
        shadow->msix_halves = 0;
        break;
    default: break;
    }
}
