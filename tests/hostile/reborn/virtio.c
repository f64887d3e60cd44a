/* SPDX-License-Identifier: BSD-2-Clause */
#include "virtio.h"

#include "guest.h"

#define SLOTS        32u
#define SLOT_SHIFT   15u
#define VENDOR       0x1af4u
#define DEVICE_FIRST 0x1040u
#define RETRY        0xffff0001u /* request retry status: the backend is not there yet */

#define REG_COMMAND   0x04u
#define REG_BAR       0x10u
#define REG_CAPS      0x34u
#define COMMAND_ON    0x0006u /* memory decoding, bus master */
#define CAP_VENDOR    0x09u
#define CAP_MSIX      0x11u
#define MSIX_ENABLE   0x8000u
#define VIRTIO_COMMON 1u
#define VIRTIO_NOTIFY 2u

/* Common configuration. */
#define DRIVER_FEATURE_SELECT 0x08u
#define DRIVER_FEATURE        0x0cu
#define STATUS                0x14u
#define QUEUE_SELECT          0x16u
#define QUEUE_SIZE            0x18u
#define QUEUE_VECTOR          0x1au
#define QUEUE_ENABLE          0x1cu
#define QUEUE_NOTIFY          0x1eu
#define QUEUE_DESCRIPTORS     0x20u
#define QUEUE_AVAILABLE       0x28u
#define QUEUE_USED            0x30u

#define STATUS_ACKNOWLEDGE 1u
#define STATUS_DRIVER      2u
#define STATUS_DRIVER_OK   4u
#define STATUS_FEATURES_OK 8u
#define FEATURES_HIGH      3u /* VERSION_1, ACCESS_PLATFORM */

#define DESCRIPTOR_BYTES 16u
#define DESCRIPTOR_NEXT  1u
#define DESCRIPTOR_WRITE 2u
#define PAGE             UINT64_C(4096)

static _Noreturn void stop(const char *why)
{
    print("reborn: stopped: ");
    print(why);
    print("\n");
    for (;;) {
        __asm__ volatile("wfi");
    }
}

uint64_t arena_take(struct arena *arena, uint64_t bytes)
{
    uint64_t at = arena->base + arena->used;

    bytes = (bytes + PAGE - 1) & ~(PAGE - 1);
    if (bytes > arena->bytes - arena->used) {
        stop("no memory for buffers");
    }
    arena->used += bytes;
    for (uint64_t i = 0; i < bytes; i += 4) {
        write32(at + i, 0);
    }
    return at;
}

static int is_wanted(uint64_t config, unsigned type)
{
    uint32_t id;

    do {
        id = read32(config);
    } while (id == RETRY);
    return id == ((DEVICE_FIRST + type) << 16 | VENDOR);
}

/* Any alignment up to the BAR's own size will do; all of ours are below 16 MiB together. */
static void place_bars(struct bridge *bridge, struct function *function)
{
    for (unsigned i = 0; i < 6; i++) {
        uint64_t reg = function->config + REG_BAR + 4 * i;
        uint32_t bits;
        uint64_t bytes;

        write32(reg, UINT32_MAX);
        bits = read32(reg);
        if ((bits & ~15u) == 0) {
            continue;
        }
        bytes = ~(bits & ~15u) + 1;
        function->bars[i] = (bridge->window + bytes - 1) & ~(bytes - 1);
        bridge->window = function->bars[i] + bytes;
        write32(reg, (uint32_t)function->bars[i]);
        if (bits & 4) { /* 64 bits wide: the next register is its upper half */
            write32(reg + 4, 0);
            i++;
        }
    }
}

static void read_capabilities(struct function *function)
{
    uint8_t at = read8(function->config + REG_CAPS);

    for (unsigned i = 0; at != 0 && i < 48; i++) {
        uint64_t cap = function->config + at;
        uint8_t id = read8(cap);
        uint8_t kind = read8(cap + 3);

        if (id == CAP_MSIX) {
            /* Its entries stay masked, but vhost serves a device only with MSI-X on. */
            write16(cap + 2, read16(cap + 2) | MSIX_ENABLE);
        } else if (id == CAP_VENDOR && kind == VIRTIO_COMMON) {
            function->common = function->bars[read8(cap + 4)] + read32(cap + 8);
        } else if (id == CAP_VENDOR && kind == VIRTIO_NOTIFY) {
            function->notify = function->bars[read8(cap + 4)] + read32(cap + 8);
            function->notify_step = read32(cap + 16);
        }
        at = read8(cap + 1);
    }
}

void virtio_find(struct bridge *bridge, unsigned type, struct function *function)
{
    for (unsigned slot = 1; slot < SLOTS; slot++) {
        function->config = bridge->ecam + ((uint64_t)slot << SLOT_SHIFT);
        if (!is_wanted(function->config, type)) {
            continue;
        }
        place_bars(bridge, function);
        write16(function->config + REG_COMMAND, COMMAND_ON);
        read_capabilities(function);
        if (function->common != 0 && function->notify != 0) {
            return;
        }
        stop("a device without its virtio capabilities");
    }
    stop("no such device");
}

int virtio_gone(const struct function *function)
{
    return read32(function->config) == UINT32_MAX;
}

void virtio_begin(const struct function *function)
{
    uint64_t common = function->common;

    write8(common + STATUS, 0);
    while (read8(common + STATUS) != 0) {
    }
    write8(common + STATUS, STATUS_ACKNOWLEDGE | STATUS_DRIVER);
    write32(common + DRIVER_FEATURE_SELECT, 0);
    write32(common + DRIVER_FEATURE, 0);
    write32(common + DRIVER_FEATURE_SELECT, 1);
    write32(common + DRIVER_FEATURE, FEATURES_HIGH);
    write8(common + STATUS, STATUS_ACKNOWLEDGE | STATUS_DRIVER | STATUS_FEATURES_OK);
    if (!(read8(common + STATUS) & STATUS_FEATURES_OK)) {
        stop("features refused");
    }
}

static void write_address(uint64_t reg, uint64_t address)
{
    write32(reg, (uint32_t)address);
    write32(reg + 4, (uint32_t)(address >> 32));
}

void virtio_queue(const struct function *function, struct arena *arena, uint16_t index,
                  uint16_t size, struct queue *queue)
{
    uint64_t common = function->common;

    write16(common + QUEUE_SELECT, index);
    if (read16(common + QUEUE_SIZE) < size) {
        size = read16(common + QUEUE_SIZE);
    }
    *queue = (struct queue){
        .descriptors = arena_take(arena, DESCRIPTOR_BYTES * size),
        .available = arena_take(arena, 6 + 2u * size),
        .used = arena_take(arena, 6 + 8u * size),
        .doorbell =
            function->notify + (uint64_t)read16(common + QUEUE_NOTIFY) * function->notify_step,
        .size = size,
        .index = index,
    };
    write16(queue->available, 1); /* no interrupts: used entries are polled */
    write16(common + QUEUE_SIZE, size);
    write16(common + QUEUE_VECTOR, 0);
    write_address(common + QUEUE_DESCRIPTORS, queue->descriptors);
    write_address(common + QUEUE_AVAILABLE, queue->available);
    write_address(common + QUEUE_USED, queue->used);
    write16(common + QUEUE_ENABLE, 1);
}

void virtio_go(const struct function *function)
{
    write8(function->common + STATUS,
           STATUS_ACKNOWLEDGE | STATUS_DRIVER | STATUS_FEATURES_OK | STATUS_DRIVER_OK);
}

/* Device memory is accessed in program order; the barrier is for the other side's caches. */
static void make_available(struct queue *queue, uint16_t head)
{
    write16(queue->available + 4 + 2u * (queue->posted % queue->size), head);
    queue->posted++;
    __asm__ volatile("dmb sy" ::: "memory");
    write16(queue->available + 2, queue->posted);
}

void virtio_post(struct queue *queue, uint16_t n, const struct buffer *buffers, uint16_t count)
{
    uint16_t head = (uint16_t)(n * count);

    for (uint16_t i = 0; i < count; i++) {
        uint64_t descriptor = queue->descriptors + DESCRIPTOR_BYTES * (head + i);
        unsigned flags = (i + 1 < count ? DESCRIPTOR_NEXT : 0) |
                         (buffers[i].device_writes ? DESCRIPTOR_WRITE : 0);

        write_address(descriptor, buffers[i].address);
        write32(descriptor + 8, buffers[i].bytes);
        write16(descriptor + 12, (uint16_t)flags);
        write16(descriptor + 14, (uint16_t)(head + i + 1));
    }
    make_available(queue, head);
}

void virtio_ring(const struct queue *queue)
{
    __asm__ volatile("dsb sy" ::: "memory");
    write16(queue->doorbell, queue->index);
}

uint16_t virtio_in_flight(const struct queue *queue)
{
    return (uint16_t)(queue->posted - read16(queue->used + 2));
}

uint16_t virtio_recycle(struct queue *queue)
{
    uint16_t count = 0;

    for (; queue->seen != read16(queue->used + 2); queue->seen++, count++) {
        make_available(queue, read16(queue->used + 4 + 8u * (queue->seen % queue->size)));
    }
    return count;
}
