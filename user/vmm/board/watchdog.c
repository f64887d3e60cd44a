/* SPDX-License-Identifier: BSD-2-Clause */
#include "vmm/board/watchdog.h"

#include "rt/mem.h"

/* Control frame. */
#define REG_WCS    0x000u
#define REG_WOR_LO 0x008u
#define REG_WOR_HI 0x00cu
#define REG_WCV_LO 0x010u
#define REG_WCV_HI 0x014u
/* Refresh frame. */
#define REG_WRR (WATCHDOG_FRAME_BYTES + 0x000u)
/* Both. */
#define REG_IIDR 0xfccu

#define WCS_EN  1u
#define WCS_WS0 2u

#define IIDR_VALUE 0x0001043bu /* implementer Arm, architecture revision 1 */
#define LOW_WORD   UINT64_C(0xffffffff)

#define GRANULES_PER_S 1024u

static uint64_t add(uint64_t a, uint64_t b)
{
    return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

static void set_ws0(struct watchdog *dog, bool high)
{
    dog->ws0 = high;
    dog->ops->set_irq(dog->context, high);
}

void watchdog_init(struct watchdog *dog, const struct watchdog_ops *ops, void *context,
                   uint64_t hertz)
{
    memset(dog, 0, sizeof(*dog));
    dog->ops = ops;
    dog->context = context;
    dog->granule = 1;
    while (dog->granule < hertz / GRANULES_PER_S && dog->granule < 1u << 30) {
        dog->granule *= 2;
    }
    watchdog_reset(dog);
}

void watchdog_reset(struct watchdog *dog)
{
    dog->enabled = false;
    dog->offset = 0;
    dog->compare = 0;
    dog->refreshed = 0;
    set_ws0(dog, false);
    dog->ops->rearm(dog->context);
}

uint64_t watchdog_deadline(const struct watchdog *dog)
{
    uint64_t last = dog->granule - 1;

    /* A time-out is when the counter is greater than WCV, which the greatest WCV never sees. */
    if (!dog->enabled || dog->compare >= UINT64_MAX - dog->granule) {
        return WATCHDOG_NO_DEADLINE;
    }
    return (dog->compare + 1 + last) & ~last;
}

bool watchdog_tick(struct watchdog *dog, uint64_t now)
{
    uint64_t due = watchdog_deadline(dog);

    if (due == WATCHDOG_NO_DEADLINE || now < due) {
        return false;
    }
    if (dog->ws0) {
        return true;
    }
    dog->compare = add(now, dog->offset);
    set_ws0(dog, true);
    dog->ops->rearm(dog->context);
    return false;
}

/* Explicit refresh: WRR, or a write to WCS or WOR. */
static void refresh(struct watchdog *dog)
{
    dog->refreshed = dog->ops->now(dog->context);
    dog->compare = add(dog->refreshed, dog->offset);
    set_ws0(dog, false);
    dog->ops->rearm(dog->context);
}

static uint32_t read_register(const struct watchdog *dog, unsigned offset)
{
    switch (offset) {
    case REG_WCS: return (dog->enabled ? WCS_EN : 0) | (dog->ws0 ? WCS_WS0 : 0);
    case REG_WOR_LO: return (uint32_t)dog->offset;
    case REG_WOR_HI: return (uint32_t)(dog->offset >> 32);
    case REG_WCV_LO: return (uint32_t)dog->compare;
    case REG_WCV_HI: return (uint32_t)(dog->compare >> 32);
    case REG_IIDR:
    case WATCHDOG_FRAME_BYTES + REG_IIDR: return IIDR_VALUE;
    default: /* WRR reads as zero */ return 0;
    }
}

static void write_register(struct watchdog *dog, unsigned offset, uint32_t value)
{
    switch (offset) {
    case REG_WCS:
        dog->enabled = (value & WCS_EN) != 0;
        refresh(dog);
        break;
    case REG_WOR_LO:
        dog->offset = (dog->offset & ~LOW_WORD) | value;
        refresh(dog);
        break;
    case REG_WOR_HI:
        dog->offset = (dog->offset & LOW_WORD) | (uint64_t)(value & 0xffff) << 32;
        refresh(dog);
        break;
    case REG_WCV_LO:
        dog->compare = (dog->compare & ~LOW_WORD) | value;
        dog->ops->rearm(dog->context);
        break;
    case REG_WCV_HI:
        dog->compare = (dog->compare & LOW_WORD) | (uint64_t)value << 32;
        dog->ops->rearm(dog->context);
        break;
    case REG_WRR: refresh(dog); break;
    default: /* read-only or reserved */ break;
    }
}

enum bus_result watchdog_access(void *opaque, struct bus_access *access)
{
    struct watchdog *dog = opaque;
    unsigned offset = access->ipa & (WATCHDOG_BYTES - 1);

    if (access->size > 4 || (offset & (access->size - 1)) != 0) {
        return BUS_FAULT;
    }
    if (!access->write) {
        access->data = read_register(dog, offset & ~3u) >> (8 * (offset & 3));
    } else if (access->size == 4) {
        write_register(dog, offset, (uint32_t)access->data);
    }
    return BUS_HANDLED;
}
