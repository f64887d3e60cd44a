/* SPDX-License-Identifier: BSD-2-Clause */
/* One-word structures of the API: message info, capability rights and CNode data. */
#ifndef SEL4_SHARED_TYPES_GEN_H
#define SEL4_SHARED_TYPES_GEN_H

#include <sel4/simple_types.h>
#include <contract/sel4/message.h>

struct seL4_MessageInfo {
    seL4_Word words[1];
};
typedef struct seL4_MessageInfo seL4_MessageInfo_t;

struct seL4_CapRights {
    seL4_Word words[1];
};
typedef struct seL4_CapRights seL4_CapRights_t;

struct seL4_CNode_CapData {
    seL4_Word words[1];
};
typedef struct seL4_CNode_CapData seL4_CNode_CapData_t;

/* Getter and setter of one field of a one-word structure, given its shift and mask. */
#define LIBSEL4_FIELD(type, field, shift, mask)                                                    \
    LIBSEL4_INLINE_FUNC seL4_Word type##_get_##field(type##_t value)                               \
    {                                                                                              \
        return (value.words[0] >> (shift)) & (mask);                                               \
    }                                                                                              \
    LIBSEL4_INLINE_FUNC type##_t type##_set_##field(type##_t value, seL4_Word field)               \
    {                                                                                              \
        value.words[0] &= ~((seL4_Word)(mask) << (shift));                                         \
        value.words[0] |= (field & (mask)) << (shift);                                             \
        return value;                                                                              \
    }                                                                                              \
    LIBSEL4_INLINE_FUNC seL4_Word type##_ptr_get_##field(const type##_t *value)                    \
    {                                                                                              \
        return type##_get_##field(*value);                                                         \
    }                                                                                              \
    LIBSEL4_INLINE_FUNC void type##_ptr_set_##field(type##_t *value, seL4_Word field)              \
    {                                                                                              \
        *value = type##_set_##field(*value, field);                                                \
    }

LIBSEL4_FIELD(seL4_MessageInfo, label, SEL4_MSG_INFO_LABEL_SHIFT, SEL4_MSG_INFO_LABEL_MASK)
LIBSEL4_FIELD(seL4_MessageInfo, capsUnwrapped, SEL4_MSG_INFO_CAPS_UNWRAPPED_SHIFT,
              SEL4_MSG_INFO_CAPS_UNWRAPPED_MASK)
LIBSEL4_FIELD(seL4_MessageInfo, extraCaps, SEL4_MSG_INFO_EXTRA_CAPS_SHIFT,
              SEL4_MSG_INFO_EXTRA_CAPS_MASK)
LIBSEL4_FIELD(seL4_MessageInfo, length, SEL4_MSG_INFO_LENGTH_SHIFT, SEL4_MSG_INFO_LENGTH_MASK)

LIBSEL4_INLINE_FUNC seL4_MessageInfo_t seL4_MessageInfo_new(seL4_Word label,
                                                            seL4_Word capsUnwrapped,
                                                            seL4_Word extraCaps, seL4_Word length)
{
    seL4_MessageInfo_t info = { { (label << SEL4_MSG_INFO_LABEL_SHIFT) |
                                  ((capsUnwrapped & SEL4_MSG_INFO_CAPS_UNWRAPPED_MASK)
                                   << SEL4_MSG_INFO_CAPS_UNWRAPPED_SHIFT) |
                                  ((extraCaps & SEL4_MSG_INFO_EXTRA_CAPS_MASK)
                                   << SEL4_MSG_INFO_EXTRA_CAPS_SHIFT) |
                                  (length & SEL4_MSG_INFO_LENGTH_MASK) } };

    return info;
}

LIBSEL4_FIELD(seL4_CapRights, capAllowGrantReply, 3, 1)
LIBSEL4_FIELD(seL4_CapRights, capAllowGrant, 2, 1)
LIBSEL4_FIELD(seL4_CapRights, capAllowRead, 1, 1)
LIBSEL4_FIELD(seL4_CapRights, capAllowWrite, 0, 1)

LIBSEL4_INLINE_FUNC seL4_CapRights_t seL4_CapRights_new(seL4_Word capAllowGrantReply,
                                                        seL4_Word capAllowGrant,
                                                        seL4_Word capAllowRead,
                                                        seL4_Word capAllowWrite)
{
    seL4_CapRights_t rights = { { ((capAllowGrantReply & 1) << 3) | ((capAllowGrant & 1) << 2) |
                                  ((capAllowRead & 1) << 1) | (capAllowWrite & 1) } };

    return rights;
}

LIBSEL4_FIELD(seL4_CNode_CapData, guard, SEL4_CAP_DATA_GUARD_SHIFT, 0x3ffffffffffffffu)
LIBSEL4_FIELD(seL4_CNode_CapData, guardSize, SEL4_CAP_DATA_GUARD_SIZE_SHIFT,
              SEL4_CAP_DATA_GUARD_SIZE_MASK)

LIBSEL4_INLINE_FUNC seL4_CNode_CapData_t seL4_CNode_CapData_new(seL4_Word guard,
                                                                seL4_Word guardSize)
{
    seL4_CNode_CapData_t data = { { (guard << SEL4_CAP_DATA_GUARD_SHIFT) |
                                    (guardSize & SEL4_CAP_DATA_GUARD_SIZE_MASK) } };

    return data;
}

#endif
