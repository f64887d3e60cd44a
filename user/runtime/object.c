/* SPDX-License-Identifier: BSD-2-Clause */
#include "rt/object.h"

#include "rt/log.h"
#include "rt/slots.h"

int rt_error_from_sel4(seL4_Error error)
{
    switch (error) {
    case seL4_NoError: return RT_OK;
    case seL4_NotEnoughMemory: return RT_ERR_NO_MEMORY;
    case seL4_DeleteFirst: return RT_ERR_EXISTS;
    default: return RT_ERR_KERNEL;
    }
}

const char *rt_sel4_error_text(seL4_Error error)
{
    switch (error) {
    case seL4_NoError: return "no error";
    case seL4_InvalidArgument: return "invalid argument";
    case seL4_InvalidCapability: return "invalid capability";
    case seL4_IllegalOperation: return "illegal operation";
    case seL4_RangeError: return "range error";
    case seL4_AlignmentError: return "alignment error";
    case seL4_FailedLookup: return "failed lookup";
    case seL4_TruncatedMessage: return "truncated message";
    case seL4_DeleteFirst: return "delete first";
    case seL4_RevokeFirst: return "revoke first";
    case seL4_NotEnoughMemory: return "not enough memory";
    default: return "unknown kernel error";
    }
}

int rt_retype(seL4_CPtr untyped, seL4_Word type, seL4_Word size_bits, seL4_CPtr cnode,
              seL4_Word slot, seL4_Word count)
{
    while (count > 0) {
        seL4_Word now = count < CONFIG_RETYPE_FAN_OUT_LIMIT ? count : CONFIG_RETYPE_FAN_OUT_LIMIT;
        seL4_Error error = seL4_Untyped_Retype(untyped, type, size_bits, cnode, 0, 0, slot, now);
        int code = rt_error_from_sel4(error);

        if (code == RT_ERR_KERNEL) {
            rt_error("retype: untyped %lu, type %lu, size bits %lu, slot %lu, %lu objects: %s",
                     untyped, type, size_bits, slot, now, rt_sel4_error_text(error));
        }
        if (code != RT_OK) {
            return code;
        }
        slot += now;
        count -= now;
    }
    return RT_OK;
}

/* Installs the table that is missing on the path to `vaddr`, whatever its level. */
static int add_table(seL4_CPtr vspace, seL4_Word vaddr, seL4_CPtr untyped, seL4_CPtr cnode,
                     struct rt_slots *slots)
{
    uint64_t slot;
    seL4_Error error;
    int code = rt_slots_take(slots, 1, &slot);

    if (code != RT_OK) {
        return code;
    }
    code = rt_retype(untyped, seL4_ARM_PageTableObject, 0, cnode, slot, 1);
    if (code != RT_OK) {
        return code;
    }
    error = seL4_ARM_PageTable_Map(slot, vspace, vaddr, seL4_ARM_Default_VMAttributes);
    if (error != seL4_NoError) {
        rt_error("map table at 0x%lx: %s", vaddr, rt_sel4_error_text(error));
        return RT_ERR_KERNEL;
    }
    return RT_OK;
}

int rt_map_page(seL4_CPtr page, seL4_CPtr vspace, seL4_Word vaddr, seL4_CapRights_t rights,
                seL4_ARM_VMAttributes attributes, seL4_CPtr untyped, seL4_CPtr cnode,
                struct rt_slots *slots)
{
    enum { LEVELS_MAX = 4 };

    for (unsigned level = 0; level < LEVELS_MAX; level++) {
        seL4_Error error = seL4_ARM_Page_Map(page, vspace, vaddr, rights, attributes);
        int code;

        if (error == seL4_NoError) {
            return RT_OK;
        }
        if (error != seL4_FailedLookup) {
            rt_error("map page at 0x%lx: %s", vaddr, rt_sel4_error_text(error));
            return RT_ERR_KERNEL;
        }
        code = add_table(vspace, vaddr, untyped, cnode, slots);
        if (code != RT_OK) {
            return code;
        }
    }
    rt_error("map page at 0x%lx: tables do not help", vaddr);
    return RT_ERR_KERNEL;
}
