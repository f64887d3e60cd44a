/* SPDX-License-Identifier: BSD-2-Clause */
#include "object/derive.h"

enum derive_result cap_derive(const struct slot *slot, struct cap cap, struct cap *derived)
{
    *derived = cap;
    switch (cap_type(cap)) {
    case CAP_ZOMBIE:
    case CAP_IRQ_CONTROL:
    case CAP_REPLY: *derived = cap_null(); return DERIVE_OK;
    case CAP_UNTYPED: return slot_has_children(slot) ? DERIVE_REVOKE_FIRST : DERIVE_OK;
    case CAP_FRAME: *derived = cap_with_mapping(cap, 0, 0); return DERIVE_OK;
    case CAP_TABLE:
    case CAP_VSPACE: return cap_asid(cap) ? DERIVE_OK : DERIVE_ILLEGAL;
    default: return DERIVE_OK;
    }
}
