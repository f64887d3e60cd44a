/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A guest's accesses of any width, at any offset, with any value, to the PL011, the GICv2m frame and
 * the watchdog through the bus, while the console behind the UART takes and gives what it likes and
 * time passes in steps of any size. Checked after each step: nothing is sent without room, no
 * interrupt outside of the frame's is raised, the receive FIFO stays in bounds, a read fits its
 * width, the watchdog resets nobody before its deadline and is never due twice in a row.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "vmm/board/pl011.h"
#include "vmm/board/watchdog.h"
#include "vmm/bus/bus.h"
#include "vmm/gicv2m/gicv2m.h"

#define UART_BASE  UINT64_C(0x09000000)
#define FRAME_BASE UINT64_C(0x08020000)
#define DOG_BASE   UINT64_C(0x08030000)
#define HERTZ      UINT64_C(62500000)
#define SPI_FIRST  34u
#define SPI_COUNT  128u
#define STEP_BYTES 12u

static struct {
    uint32_t room;
    uint32_t input;
} console;

static void require(int condition)
{
    if (!condition) {
        abort();
    }
}

static void send(void *context, uint8_t byte)
{
    (void)context;
    (void)byte;
    require(console.room > 0);
    console.room--;
}

static uint32_t room(void *context)
{
    (void)context;
    return console.room;
}

static uint32_t receive(void *context, uint8_t *to, uint32_t max)
{
    uint32_t count = console.input < max ? console.input : max;

    (void)context;
    memset(to, 'x', count);
    console.input -= count;
    return count;
}

static void set_irq(void *context, bool high)
{
    (void)context;
    (void)high;
}

static void raise_spi(void *context, uint32_t intid)
{
    (void)context;
    require(intid >= SPI_FIRST && intid < SPI_FIRST + SPI_COUNT);
}

static uint64_t counter;

static uint64_t now(void *context)
{
    (void)context;
    return counter;
}

static void rearm(void *context)
{
    (void)context;
}

static const struct watchdog_ops dog_ops = { .now = now, .set_irq = set_irq, .rearm = rearm };

static void pass_time(struct watchdog *dog, const uint8_t *step)
{
    uint64_t due = watchdog_deadline(dog);
    bool was_second = dog->ws0;
    uint64_t ticks;
    bool over;

    memcpy(&ticks, step + 4, sizeof(ticks));
    ticks >>= step[1] & 63;
    counter = counter > UINT64_MAX - ticks ? UINT64_MAX : counter + ticks;
    over = watchdog_tick(dog, counter);
    require(!over || (was_second && due <= counter));
    if (over) {
        watchdog_reset(dog);
    }
    /* Or the VM's loop would not leave it. */
    require(watchdog_deadline(dog) > counter || watchdog_deadline(dog) == WATCHDOG_NO_DEADLINE);
}

static const struct pl011_ops uart_ops = {
    .send = send,
    .room = room,
    .receive = receive,
    .set_irq = set_irq,
};

static void guest_access(struct bus *bus, const uint8_t *step)
{
    struct bus_access access = { .size = 1u << (step[1] & 3), .write = step[1] & 4 };
    uint64_t value;

    memcpy(&value, step + 4, sizeof(value));
    if (step[1] & 16) {
        access.ipa = DOG_BASE + (step[2] | (step[3] & 0x1fu) << 8);
    } else {
        access.ipa = (step[1] & 8 ? FRAME_BASE : UART_BASE) + (step[2] | (step[3] & 0xfu) << 8);
    }
    access.data = access.size == 8 ? value : value & ((UINT64_C(1) << (8 * access.size)) - 1);
    if (bus_dispatch(bus, &access) == BUS_HANDLED && !access.write && access.size < 8) {
        require(access.data >> (8 * access.size) == 0);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct bus bus;
    struct pl011 uart;
    struct watchdog dog;
    struct v2m frame = { .spi_first = SPI_FIRST, .spi_count = SPI_COUNT, .raise = raise_spi };

    memset(&bus, 0, sizeof(bus));
    memset(&console, 0, sizeof(console));
    pl011_init(&uart, &uart_ops, NULL);
    counter = 0;
    watchdog_init(&dog, &dog_ops, NULL, HERTZ);
    require(bus_add(&bus, "uart", UART_BASE, PL011_BYTES, pl011_access, &uart) == 0);
    require(bus_add(&bus, "v2m", FRAME_BASE, V2M_BYTES, v2m_access, &frame) == 0);
    require(bus_add(&bus, "dog", DOG_BASE, WATCHDOG_BYTES, watchdog_access, &dog) == 0);
    for (; size >= STEP_BYTES; data += STEP_BYTES, size -= STEP_BYTES) {
        switch (data[0] & 3) {
        case 0:
            console.room = data[1];
            console.input = data[2];
            pl011_poll(&uart);
            break;
        case 1: pass_time(&dog, data); break;
        default: guest_access(&bus, data); break;
        }
        require(uart.rx_count <= PL011_FIFO && uart.rx_first < PL011_FIFO);
    }
    return 0;
}
