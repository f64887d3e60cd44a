/* SPDX-License-Identifier: BSD-2-Clause */
#include "world.h"

#include <string.h>

#include "tap.h"

struct world w;

static void on_raise(void *vm, uint32_t intid)
{
    (void)vm;
    w.spi[w.spi_count++ % 64] = intid;
}

static void on_complete(void *vm, unsigned vcpu, uint64_t data)
{
    (void)vm;
    w.doubled += w.done[vcpu];
    w.done[vcpu] = true;
    w.value[vcpu] = data;
}

static void on_signal(void *vm, uint32_t slot)
{
    (void)vm;
    if (slot == KICK_SLOT) {
        w.kicked = true;
        w.kick_signals++;
    } else if (slot == UNMAP_SLOT) {
        w.unmaps++;
    } else if (slot == MAP_SLOT) {
        w.maps++;
    }
}

static uint64_t on_now(void *vm)
{
    (void)vm;
    return w.now;
}

static void *on_peer_memory(void *vm, const struct vmm_driver_link *config, uint64_t ipa,
                            uint64_t bytes)
{
    (void)vm;
    return config == &w.config && ipa >= POOL && bytes <= POOL_BYTES &&
                   ipa - POOL <= POOL_BYTES - bytes
               ? &w.pool[ipa - POOL]
               : NULL;
}

static const struct link_ops ops = { on_raise, on_complete, on_signal, on_now, on_peer_memory };

static void on_peer_rings(void *owner)
{
    (void)owner;
    w.rung = true;
}

struct link_area *area(void)
{
    return (struct link_area *)w.area;
}

int init_another_link(struct link *link, const struct vmm_driver_link *config)
{
    struct link_params params = { .config = config,
                                  .ops = &ops,
                                  .budget = &w.budget,
                                  .v2m_ipa = FRAME,
                                  .v2m_spi_first = 80,
                                  .v2m_spi_count = 64 };

    return link_init(link, &params);
}

int init_link(void)
{
    return init_another_link(&w.link, &w.config);
}

void settle(void)
{
    for (unsigned i = 0; i < 10000 && (w.kicked || w.rung); i++) {
        if (w.kicked) {
            w.kicked = false;
            fake_peer_interrupt(&w.peer);
        }
        if (w.rung) {
            w.rung = false;
            link_signals(&w.link, DOORBELL);
        }
        if (link_next_deadline(&w.link) <= w.now) {
            link_tick(&w.link);
        }
    }
}

void start(void)
{
    memset(&w, 0, sizeof(w));
    w.now = 1000 * MS;
    w.config = (struct vmm_driver_link){
        .name = "peer",
        .iobuf_vaddr = (uintptr_t)w.area,
        .ecam_ipa = ECAM,
        .ecam_bytes = 0x100000,
        .mmio_ipa = MMIO,
        .mmio_bytes = 0x1000000,
        .doorbell_badge = DOORBELL,
        .unmapped_badge = UNMAPPED,
        .kick_slot = KICK_SLOT,
        .unmap_slot = UNMAP_SLOT,
        .map_slot = MAP_SLOT,
        .filled_slots = 1u << 1,
    };
    fake_backend_init(&w.backend, ECAM);
    fake_backend_add(&w.backend, 1, 0x1042, 4);
    fake_peer_init(&w.peer, area(), &w.backend, on_peer_rings, NULL);
    bus_init(&w.bus);
    TAP_OK(init_link() == 0 && link_add_to_bus(&w.link, &w.bus) == 0,
           "link/both windows are on the bus");
}

struct bus_access access_at(uint64_t ipa, unsigned size, bool write, uint64_t data)
{
    return (struct bus_access){ .ipa = ipa, .data = data, .size = size, .write = write };
}

bool begin(struct bus_access *access)
{
    w.done[access->vcpu] = false;
    return bus_dispatch(&w.bus, access) == BUS_HANDLED;
}

uint64_t run(struct bus_access access)
{
    if (begin(&access)) {
        return access.data;
    }
    settle();
    return w.done[0] ? w.value[0] : UINT64_C(0xdeaddeaddeaddead);
}

uint64_t config_read(unsigned reg, unsigned len)
{
    return run(access_at(ECAM + (1u << 15) + reg, len, false, 0));
}

void config_write(unsigned reg, unsigned len, uint64_t data)
{
    (void)run(access_at(ECAM + (1u << 15) + reg, len, true, data));
}

void run_guest(void)
{
    (void)config_read(0, 4);
    config_write(0x14, 4, BAR1);
    config_write(0x20, 4, BAR4);
    config_write(0x04, 2, 0x0406);
    for (unsigned i = 0; i < 4; i++) {
        (void)run(access_at(BAR1 + 16 * i, 8, true, FRAME + LINK_MSI_SETSPI));
        (void)run(access_at(BAR1 + 16 * i + 8, 8, true, 100 + i));
    }
    config_write(FAKE_CAP_MSIX + 2, 2, VPCI_MSIX_CTRL_ENABLE);
    fake_peer_event_add(&w.peer, 0, NOTIFY, 2);
    settle();
}

void start_attached(void)
{
    start();
    fake_peer_start(&w.peer);
    settle();
    fake_peer_attach(&w.peer, 1);
    settle();
}

void start_running(void)
{
    start_attached();
    run_guest();
}
