/* SPDX-License-Identifier: (GPL-2.0-only WITH Linux-syscall-note) OR BSD-2-Clause */
/*
 * /dev/sel4 and /dev/sel4-<peer>: what the kernel module offers beyond the KVM ABI subset that
 * QEMU's KVM accelerator asks for. All calls are made on the VM descriptor (KVM_CREATE_VM).
 *
 * The device node itself can be mapped (offset 0, at most pool_bytes): the link's DMA pool, cacheable,
 * with struct pages. lseek(SEEK_END) tells its size.
 */
#ifndef CONTRACT_UAPI_SEL4_VIRT_H
#define CONTRACT_UAPI_SEL4_VIRT_H

#include <linux/ioctl.h>
#include <linux/types.h>

/* Addresses are guest-physical addresses of the driver VM. */
struct sel4_virt_info {
    __u64 pool_base;
    __u64 pool_bytes;
    __u64 ecam_base;
    __u64 ecam_bytes;
    __u64 mmio_base;
    __u64 mmio_bytes;
    __u64 msi_frame;    /* where the backend must see its GICv2m frame */
    __u32 vector_count; /* link-local MSI vectors; message data 32 + vector */
    __u32 reserved;
    char name[32]; /* peer's name */
};

#define SEL4_VIRT_OP_READ  1u
#define SEL4_VIRT_OP_WRITE 2u
#define SEL4_VIRT_OP_RESET 3u /* reset the machine; complete only when nothing touches the pool */

struct sel4_virt_request {
    __u64 cookie; /* given by NEXT, handed back in DONE */
    __u64 addr;
    __u64 data; /* write: value; in DONE of a read: value read */
    __u32 op;
    __u32 len;    /* 1, 2, 4 or 8 bytes */
    __u32 status; /* in DONE: LINK_STATUS_OK or LINK_STATUS_NO_DEV */
    __u32 reserved;
};

#define SEL4_VIRT_GET_INFO _IOR('P', 0x40, struct sel4_virt_info)
/* Backend ready: announces the attachment. From now on requests arrive. */
#define SEL4_VIRT_START _IO('P', 0x41)
/* Waits (killable) for the next request. Fails only with EINTR on a fatal signal. */
#define SEL4_VIRT_NEXT _IOR('P', 0x42, struct sel4_virt_request)
/* Completes a request. A cookie that is not outstanding is refused with EINVAL. */
#define SEL4_VIRT_DONE _IOW('P', 0x43, struct sel4_virt_request)

#endif
