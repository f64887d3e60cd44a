/* SPDX-License-Identifier: BSD-2-Clause */
/* Object types for seL4_Untyped_Retype. */
#ifndef SEL4_OBJECTTYPE_H
#define SEL4_OBJECTTYPE_H

#include <sel4/simple_types.h>
#include <contract/sel4/object.h>

typedef enum api_object {
    seL4_UntypedObject = SEL4_TYPE_UNTYPED,
    seL4_TCBObject = SEL4_TYPE_TCB,
    seL4_EndpointObject = SEL4_TYPE_ENDPOINT,
    seL4_NotificationObject = SEL4_TYPE_NOTIFICATION,
    seL4_CapTableObject = SEL4_TYPE_CNODE,
    seL4_NonArchObjectTypeCount = SEL4_TYPE_HUGE_PAGE
} seL4_ObjectType;
typedef seL4_Uint64 api_object_t;

typedef enum mode_object {
    seL4_ARM_HugePageObject = SEL4_TYPE_HUGE_PAGE,
    seL4_ARM_VSpaceObject = SEL4_TYPE_VSPACE,
    seL4_ModeObjectTypeCount = SEL4_TYPE_SMALL_PAGE
} seL4_ModeObjectType;

typedef enum arch_object {
    seL4_ARM_SmallPageObject = SEL4_TYPE_SMALL_PAGE,
    seL4_ARM_LargePageObject = SEL4_TYPE_LARGE_PAGE,
    seL4_ARM_PageTableObject = SEL4_TYPE_PAGE_TABLE,
    seL4_ARM_VCPUObject = SEL4_TYPE_VCPU,
    seL4_ObjectTypeCount = SEL4_TYPE_COUNT
} seL4_ArchObjectType;
typedef seL4_Word object_t;

#define seL4_ARM_PageGlobalDirectoryObject seL4_ARM_VSpaceObject

#endif
