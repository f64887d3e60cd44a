/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a copy of a capability looks like. Source: sel4-abi 5.3.
 */
#ifndef OBJECT_DERIVE_H
#define OBJECT_DERIVE_H

#include "object/slot.h"

enum derive_result {
    DERIVE_OK,           /* `derived` may still be null: this type has no copies */
    DERIVE_REVOKE_FIRST, /* an untyped capability with children */
    DERIVE_ILLEGAL,      /* a table that is not mapped, an address space without ASID */
};

/*
 * cap_derive() - the capability that a copy of `cap` would be
 * @slot: where `cap` (perhaps with fewer rights) came from; its children matter
 */
enum derive_result cap_derive(const struct slot *slot, struct cap cap, struct cap *derived);

#endif
