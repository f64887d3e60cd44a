/* SPDX-License-Identifier: (GPL-2.0-only WITH Linux-syscall-note) OR BSD-2-Clause */
/*
 * The message area of a link ("iobuf"): the only memory, besides the DMA pool, that the two sides
 * of a link share. Driver side: the VMM of the driver VM. Device side: the kernel module in the
 * device VM. Each mistrusts the other: whatever is read here is copied once, checked and used from
 * the copy; every loop over a peer's counters is bounded by the constants below.
 *
 * What crosses:
 *  - kicks (driver to device): bit i of `kick` says "somebody wrote to registered address i";
 *  - interrupts (device to driver): bit v of `irq` says "raise link-local vector v";
 *  - messages: `to_device` (accesses, reset) and `to_driver` (replies, registrations, life cycle).
 *
 * ORDER AND WAKE-UPS
 *  1. A bit is set by a release read-modify-write and taken by an acquire exchange with zero. That
 *     alone orders the guest's ring memory; there is no other barrier to remember.
 *  2. A producer rings its doorbell only if the 64-bit word was zero before, or the consumer had
 *     taken every earlier message; it rings unconditionally once after each session start. A
 *     consumer rings when it gives slots of a full ring back. The operations are in ring.h; no side
 *     has its own.
 *  3. Device side, on its interrupt: load the to_device head (acquire), THEN take all kick words,
 *     THEN handle messages up to that head. (A guest that kicked and then read a register must see
 *     the kick acted on first.)
 *  4. Driver side, before a reply completes an access: take all irq words first. (PCI: a read
 *     flushes posted MSIs.)
 *  5. Ring counters run freely modulo 2^32; a slot is counter % LINK_RING_ENTRIES. Each side keeps its
 *     own counter privately, publishes it with a release store, reads the peer's with an acquire
 *     load and refuses (link down) a distance above LINK_RING_ENTRIES.
 *  6. The device side hands requests to the backend in the order in which they were sent. Replies
 *     may come in any order, exactly one per request that is not posted.
 *
 * SESSIONS (module load, device VM reboot)
 *  The device side loads driver.generation (acquire) and checks the driver line's magic and version.
 *  Wrong or zero: the driver side is not there yet, or its line was overwritten by an earlier life of
 *  this VM: ring once, wait for its ring. It picks the successor of the number that it finds in
 *  device.session (skipping zero and driver.session: link_next_session), writes its own magic and
 *  version, zeroes nothing else, stores the number to device.session (release) and rings.
 *  The driver side then drops everything of the old session (registrations; outstanding accesses end
 *  as with a dead backend), zeroes kick, irq and both rings' counters, stores the number to
 *  driver.session (release) and rings. Until the two are equal the device side uses nothing but
 *  device.session; once they are, its own counters start at zero too.
 *  A driver-side VMM that (re)starts notes the device.session that it finds (a number that it will
 *  not accept), THEN stores magic, version, session 0 and a generation that differs from the old one
 *  (release), and rings. The device side looks at the generation on each interrupt; when it differs
 *  from the one loaded before its session started, it starts a new session.
 *  A device side that got no answer may try again with the next number: the one it picked may be
 *  one that the driver side will not accept.
 *  A side that takes the link down (peer's nonsense) uses the area no more until the next session.
 *
 * ATTACHMENT (one QEMU's life inside a session)
 *  LINK_MSG_ATTACH announces a backend that answers; LINK_MSG_DETACH its end. Between DETACH and the
 *  next ATTACH accesses end as with a dead backend. An ATTACH while attached means that the old
 *  backend is gone. Registrations belong to one attachment, but a backend registers before it is
 *  ready, so those made while detached belong to the attachment that follows: DETACH (or the ATTACH
 *  that replaces a backend) drops all. The device side may reuse dropped indices at once, except
 *  those whose EVENT_DEL it has sent: they wait for their EVENT_ACK, across DETACH too. A kick on its
 *  way may then reach the new owner of an index: an extra kick, which a virtqueue takes.
 *  DETACH and a replacing ATTACH end every outstanding access: no REPLY follows. Accesses carry the
 *  number of the attachment that they are meant for; the device side drops those of another one.
 *  A RESET outlives DETACH, and may be sent in a session without a backend: it is answered when
 *  nothing of any earlier backend writes to the pool. While hardware does (DMA that nobody can stop) the
 *  device side answers BUSY every LINK_BUSY_MS, and the driver side asks again.
 *
 * Source: docs/reference/link-protocol.md; operations: contract/rpc/ring.h; model: tests/model
 */
#ifndef CONTRACT_RPC_LINK_H
#define CONTRACT_RPC_LINK_H

#ifdef __KERNEL__
#include <linux/types.h>
#else
#include <stdint.h>
#endif

#define LINK_MAGIC   0x4b4c5650u /* "PVLK" */
#define LINK_VERSION 1u

#define LINK_AREA_BYTES   0x4000u /* four 4 KiB pages */
#define LINK_KICK_WORDS   4u
#define LINK_KICK_COUNT   256u /* registered addresses per link */
#define LINK_IRQ_WORDS    2u
#define LINK_IRQ_COUNT    128u /* link-local MSI vectors */
#define LINK_RING_ENTRIES 64u  /* power of two */
#define LINK_OUTSTANDING                                                                           \
    16u /* accesses that the driver side may have in flight: one per vCPU
                                     plus the VMM's own */

/* Messages, driver to device. */
#define LINK_MSG_READ  1u /* tag, addr, len 1/2/4/8, status = attachment; answered by REPLY */
#define LINK_MSG_WRITE 2u /* as READ, and data; answered by REPLY (unless LINK_FLAG_POSTED) */
#define LINK_MSG_RESET                                                                             \
    3u /* tag; the driver VM restarts: REPLY only after the backend's reset is
                                 complete and nothing of it writes to the pool any more */
#define LINK_MSG_EVENT_ACK                                                                         \
    4u /* tag = index: registration removed; kick bits set before it are in
                                 the words when this message is seen; its index may be reused */

/* Messages, device to driver. */
#define LINK_MSG_REPLY  16u /* tag of the request, data, status */
#define LINK_MSG_ATTACH 17u /* a backend answers from now on; tag = attachment number */
#define LINK_MSG_DETACH 18u /* it is gone */
#define LINK_MSG_EVENT_ADD                                                                         \
    19u /* tag = index < LINK_KICK_COUNT, addr, len (0 = any), data = value to
                                  match if LINK_FLAG_MATCH */
#define LINK_MSG_EVENT_DEL                                                                         \
    20u /* tag = index; always answered by EVENT_ACK. Until then kicks come */

#define LINK_FLAG_MATCH  0x1u
#define LINK_FLAG_POSTED 0x2u

/* Status of a REPLY. */
#define LINK_STATUS_OK     0u
#define LINK_STATUS_NO_DEV 1u /* backend alive, nothing at this address */
#define LINK_STATUS_DEAD   2u /* no backend */
#define LINK_STATUS_BUSY   3u /* of a RESET: not yet, hardware still writes to the pool */

#define LINK_BUSY_MS 2000u

/* addr is a guest-physical address of the driver VM, inside the link's ECAM or memory window. */
struct link_msg {
    uint32_t op;
    uint32_t tag;
    uint64_t addr;
    uint64_t data;
    uint16_t len;
    uint16_t flags;
    uint32_t status;
};

#define LINK_LINE 64u /* one writer per cache line */

struct link_word {
    uint64_t bits;
    uint8_t pad[LINK_LINE - 8];
};

struct link_counter {
    uint32_t value;
    uint8_t pad[LINK_LINE - 4];
};

struct link_ring {
    struct link_counter head; /* written by the producer */
    struct link_counter tail; /* written by the consumer */
    struct link_msg slots[LINK_RING_ENTRIES];
};

struct link_driver_line { /* written by the driver side */
    uint32_t magic;
    uint32_t version;
    uint32_t generation; /* changes when the driver-side VMM starts */
    uint32_t session;    /* echoes device.session once the driver side is ready for it */
    uint8_t pad[LINK_LINE - 16];
};

struct link_device_line { /* written by the device side */
    uint32_t magic;
    uint32_t version;
    uint32_t session;
    uint8_t pad[LINK_LINE - 12];
};

struct link_area {
    struct link_driver_line driver;
    struct link_device_line device;
    struct link_word kick[LINK_KICK_WORDS]; /* set by driver, taken by device */
    struct link_word irq[LINK_IRQ_WORDS];   /* set by device, taken by driver */
    struct link_ring to_device;
    struct link_ring to_driver;
    /* The rest of the area is reserved. */
};

/* The frame constant in MSI messages that the VMM writes into the backend's MSI-X entries. */
#define LINK_MSI_FRAME  0x08020000u
#define LINK_MSI_SETSPI 0x40u
#define LINK_MSI_BASE   32u /* data = LINK_MSI_BASE + link-local vector */

#endif
