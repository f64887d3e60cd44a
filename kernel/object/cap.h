/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Capabilities: two words, their fields, and the pure rules about them (rights, badges, regions).
 *
 *   head [63:59] type   [58:48] parameter   [47:0] object address in the kernel's window
 *   data           meaning depends on the type, see the table
 *
 *   type          parameter                              data
 *   untyped       size bits [5:0], device [6]            bytes handed out so far (watermark)
 *   endpoint      rights [3:0]                           badge
 *   notification  rights [1:0]                           badge
 *   reply         may grant [0], master [1]              0
 *   cnode         radix [5:0]                            guard and guard size (CNode_CapData)
 *   zombie        radix [5:0], is TCB [6]                slots that may still hold a capability
 *   frame         size [1:0], S2AP [3:2], device [4]     ASID [63:48], address [47:0] if mapped
 *   page table    -                                      ASID [63:48], address [47:0] if mapped
 *   vspace        -                                      ASID [63:48], 0 if none
 *   asid pool     -                                      first ASID of the pool
 *   irq handler   -                                      kernel IRQ number
 *   sgi           -                                      SGI [7:0], target [15:8]
 *   smc           -                                      badge: the only function allowed, 0 = all
 *
 * Nothing here touches memory: these functions take and give values.
 */
#ifndef OBJECT_CAP_H
#define OBJECT_CAP_H

#include <stdbool.h>
#include <stdint.h>

#include "contract/sel4/message.h"
#include "contract/sel4/object.h"
#include "contract/sel4/syscall.h"

enum cap_type {
    CAP_NULL = SEL4_CAP_TAG_NULL,
    CAP_FRAME = SEL4_CAP_TAG_FRAME,
    CAP_UNTYPED = SEL4_CAP_TAG_UNTYPED,
    CAP_TABLE = SEL4_CAP_TAG_PAGE_TABLE,
    CAP_ENDPOINT = SEL4_CAP_TAG_ENDPOINT,
    CAP_NOTIFICATION = SEL4_CAP_TAG_NOTIFICATION,
    CAP_REPLY = SEL4_CAP_TAG_REPLY,
    CAP_VSPACE = SEL4_CAP_TAG_VSPACE,
    CAP_CNODE = SEL4_CAP_TAG_CNODE,
    CAP_ASID_CONTROL = SEL4_CAP_TAG_ASID_CONTROL,
    CAP_TCB = SEL4_CAP_TAG_TCB,
    CAP_ASID_POOL = SEL4_CAP_TAG_ASID_POOL,
    CAP_IRQ_CONTROL = SEL4_CAP_TAG_IRQ_CONTROL,
    CAP_VCPU = SEL4_CAP_TAG_VCPU,
    CAP_IRQ_HANDLER = SEL4_CAP_TAG_IRQ_HANDLER,
    CAP_ZOMBIE = SEL4_CAP_TAG_ZOMBIE,
    CAP_DOMAIN = SEL4_CAP_TAG_DOMAIN,
    CAP_SMC = SEL4_CAP_TAG_SMC,
    CAP_SGI = SEL4_CAP_TAG_SGI_SIGNAL,
};

struct cap {
    uint64_t head;
    uint64_t data;
};

#define CAP_TYPE_SHIFT   59
#define CAP_PARAM_SHIFT  48
#define CAP_PARAM_MASK   0x7ffull
#define CAP_OBJECT_MASK  0xffffffffffffull
#define CAP_ASID_SHIFT   48
#define CAP_ADDRESS_MASK 0xffffffffffffull

static inline struct cap cap_make(enum cap_type type, uint64_t param, uint64_t object,
                                  uint64_t data)
{
    return (struct cap){ ((uint64_t)type << CAP_TYPE_SHIFT) | (param << CAP_PARAM_SHIFT) | object,
                         data };
}

static inline struct cap cap_null(void)
{
    return (struct cap){ 0, 0 };
}

static inline enum cap_type cap_type(struct cap cap)
{
    return (enum cap_type)(cap.head >> CAP_TYPE_SHIFT);
}

static inline uint64_t cap_param(struct cap cap)
{
    return (cap.head >> CAP_PARAM_SHIFT) & CAP_PARAM_MASK;
}

static inline uint64_t cap_address(struct cap cap)
{
    return cap.head & CAP_OBJECT_MASK;
}

static inline void *cap_object(struct cap cap)
{
    return (void *)(uintptr_t)cap_address(cap);
}

static inline struct cap cap_with_param(struct cap cap, uint64_t param)
{
    cap.head = (cap.head & ~(CAP_PARAM_MASK << CAP_PARAM_SHIFT)) | (param << CAP_PARAM_SHIFT);
    return cap;
}

/* Untyped memory. */
#define CAP_UNTYPED_DEVICE 0x40
static inline struct cap cap_untyped(uint64_t address, unsigned size_bits, bool device,
                                     uint64_t used_bytes)
{
    return cap_make(CAP_UNTYPED, size_bits | (device ? CAP_UNTYPED_DEVICE : 0), address,
                    used_bytes);
}
static inline unsigned cap_untyped_bits(struct cap cap)
{
    return cap_param(cap) & 0x3f;
}
static inline bool cap_untyped_is_device(struct cap cap)
{
    return cap_param(cap) & CAP_UNTYPED_DEVICE;
}

/* Endpoints and notifications: rights are SEL4_RIGHT_* bits. */
static inline struct cap cap_endpoint(const void *endpoint, uint64_t badge, unsigned rights)
{
    return cap_make(CAP_ENDPOINT, rights, (uintptr_t)endpoint, badge);
}
static inline struct cap cap_notification(const void *notification, uint64_t badge, unsigned rights)
{
    return cap_make(CAP_NOTIFICATION, rights, (uintptr_t)notification, badge);
}
static inline unsigned cap_rights(struct cap cap)
{
    return cap_param(cap) & SEL4_RIGHTS_ALL;
}

/* Reply capabilities; the object is the TCB that waits for the reply. */
#define CAP_REPLY_GRANT  1
#define CAP_REPLY_MASTER 2
static inline struct cap cap_reply(const void *caller, unsigned flags)
{
    return cap_make(CAP_REPLY, flags, (uintptr_t)caller, 0);
}

/* CNodes: data is guard [63:6] and guard size [5:0]. */
static inline struct cap cap_cnode(const void *slots, unsigned radix, uint64_t cap_data)
{
    return cap_make(CAP_CNODE, radix, (uintptr_t)slots, cap_data);
}
static inline unsigned cap_cnode_radix(struct cap cap)
{
    return cap_param(cap) & 0x3f;
}
static inline unsigned cap_cnode_guard_bits(struct cap cap)
{
    return cap.data & SEL4_CAP_DATA_GUARD_SIZE_MASK;
}
static inline uint64_t cap_cnode_guard(struct cap cap)
{
    return cap.data >> SEL4_CAP_DATA_GUARD_SHIFT;
}

/* Zombies: a CNode or TCB whose slots are being emptied; data counts the slots left. */
#define CAP_ZOMBIE_TCB 0x40
static inline struct cap cap_zombie(uint64_t first_slot, unsigned param, uint64_t slot_count)
{
    return cap_make(CAP_ZOMBIE, param, first_slot, slot_count);
}

/* Frames. The size index counts from 0 = 4 KiB, 1 = 2 MiB, 2 = 1 GiB. */
#define CAP_FRAME_DEVICE     0x10
#define CAP_FRAME_NO_ACCESS  0
#define CAP_FRAME_READ_ONLY  1
#define CAP_FRAME_READ_WRITE 3
static inline struct cap cap_frame(uint64_t address, unsigned size_index, unsigned access,
                                   bool device)
{
    return cap_make(CAP_FRAME, size_index | (access << 2) | (device ? CAP_FRAME_DEVICE : 0),
                    address, 0);
}
static inline unsigned cap_frame_size_index(struct cap cap)
{
    return cap_param(cap) & 3;
}
static inline unsigned cap_frame_bits(struct cap cap)
{
    return SEL4_PAGE_BITS + 9 * cap_frame_size_index(cap);
}
static inline unsigned cap_frame_access(struct cap cap)
{
    return (cap_param(cap) >> 2) & 3;
}
static inline bool cap_frame_is_device(struct cap cap)
{
    return cap_param(cap) & CAP_FRAME_DEVICE;
}

/* Mapped things (frame, table, vspace): where. ASID 0 means nowhere. */
static inline uint64_t cap_asid(struct cap cap)
{
    return cap.data >> CAP_ASID_SHIFT;
}
static inline uint64_t cap_mapped_address(struct cap cap)
{
    return cap.data & CAP_ADDRESS_MASK;
}
static inline struct cap cap_with_mapping(struct cap cap, uint64_t asid, uint64_t address)
{
    cap.data = (asid << CAP_ASID_SHIFT) | address;
    return cap;
}

/* SGI signals. */
static inline struct cap cap_sgi(unsigned sgi, unsigned target)
{
    return cap_make(CAP_SGI, 0, 0, sgi | (uint64_t)target << 8);
}

/* True if the capability names memory, so that an untyped capability can be its parent. */
bool cap_is_physical(struct cap cap);

/* Size of the object's memory in bits; 0 if the capability names no memory. */
unsigned cap_size_bits(struct cap cap);

/* True if the object of `b` lies in the object of `a`, or is the same. */
bool cap_same_region(struct cap a, struct cap b);

/* True if both are capabilities to one object, so that neither is the last one. */
bool cap_same_object(struct cap a, struct cap b);

/*
 * cap_mask_rights() - take rights away
 * @cap: any capability
 * @rights: SEL4_RIGHT_* bits to keep; chosen by user level
 *
 * Return: the capability with at most these rights; types without rights are unchanged.
 */
struct cap cap_mask_rights(struct cap cap, unsigned rights);

/*
 * cap_update_data() - apply the badge or guard argument of Mint, Mutate and TCB_SetSpace
 * @preserve: keep what a badged capability has (Mutate), so badging is refused
 * @data: the word; chosen by user level
 *
 * Return: the new capability, null if the change is not allowed.
 */
struct cap cap_update_data(struct cap cap, bool preserve, uint64_t data);

#endif
