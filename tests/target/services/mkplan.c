/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Writes a plan with console, timer service and two selftest components.
 *
 *   mkplan OUT attach NAME=ADDR:BYTES...    attach: as in struct console_config; modules by name:
 *                                           console.elf, timer.elf, selftest.elf
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plan_builder.h"
#include "rpc/console.h"
#include "rpc/timer.h"
#include "selftest.h"

#define CHANNEL_PAGES (CONSOLE_CHANNEL_BYTES / 4096)
#define UART_PADDR    0x09000000
#define UART_IRQ      33
#define TIMER_IRQ     30
#define CLIENTS       2
#define WINDOW        0x100000000ull
#define SPACING       0x100000ull

static struct plan_builder pb;
static uint32_t console, timer, selftest[CLIENTS];
static uint32_t console_ntfn, timer_ntfn, selftest_ntfn[CLIENTS];

static struct {
    struct console_config head;
    struct console_client clients[CLIENTS + 1];
} console_blob;

static struct {
    struct timer_config head;
    struct timer_client_config clients[CLIENTS];
} timer_blob;

static uint32_t find_module(const char *name)
{
    for (uint32_t i = 0; i < pb.header.modules.count; i++) {
        if (strcmp(pb.strings + pb.modules[i].name, name) == 0) {
            return i;
        }
    }
    fprintf(stderr, "mkplan: no module %s\n", name);
    exit(2);
}

static void add_module(char *text)
{
    char *value = strchr(text, '=');
    unsigned long long paddr;
    unsigned long long bytes;

    if (value == NULL || sscanf(value + 1, "%llx:%llu", &paddr, &bytes) != 2) {
        fprintf(stderr, "mkplan: want NAME=ADDR:BYTES, not %s\n", text);
        exit(2);
    }
    *value = '\0';
    pb_module(&pb, text, paddr, bytes);
}

static uint32_t cnode(uint32_t component)
{
    return pb.components[component].cnode;
}

static uint32_t vspace(uint32_t component)
{
    return pb.components[component].vspace;
}

static void add_components(void)
{
    console = pb_component(&pb, "console", find_module("console.elf"), 200, 1);
    timer = pb_component(&pb, "timer", find_module("timer.elf"), 250, 1);
    console_ntfn = pb.components[console].bound_notification;
    timer_ntfn = pb.components[timer].bound_notification;
    for (uint32_t i = 0; i < CLIENTS; i++) {
        char name[32];

        snprintf(name, sizeof(name), "selftest%u", i);
        selftest[i] = pb_component(&pb, name, find_module("selftest.elf"), 100, 1);
        selftest_ntfn[i] = pb.components[selftest[i]].bound_notification;
    }
}

static uint32_t shared_channel(const char *name, uint32_t index)
{
    uint32_t frames = pb_frames(&pb, name, 12, CHANNEL_PAGES, PLAN_ANY_PADDR);

    pb_map(&pb, vspace(console), frames, WINDOW + (index + 1) * SPACING,
           PLAN_RIGHT_READ | PLAN_RIGHT_WRITE, PLAN_MAP_CACHED);
    console_blob.clients[index].channel_vaddr = WINDOW + (index + 1) * SPACING;
    console_blob.clients[index].badge = 2ull << index;
    return frames;
}

static void add_console(uint32_t attach)
{
    uint32_t uart = pb_frames(&pb, "uart", 12, 1, UART_PADDR);
    uint32_t irq = pb_irq(&pb, "uart.irq", UART_IRQ, 0);
    struct console_config *head = &console_blob.head;

    *head = (struct console_config){ .magic = CONSOLE_CONFIG_MAGIC,
                                     .client_count = CLIENTS + 1,
                                     .uart_irq_slot = 16,
                                     .uart_ntfn_slot = 17,
                                     .attach = attach,
                                     .uart_badge = 1,
                                     .uart_vaddr = WINDOW };
    pb_map(&pb, vspace(console), uart, WINDOW, PLAN_RIGHT_READ | PLAN_RIGHT_WRITE, 0);
    pb_cap(&pb, cnode(console), 16, irq, PLAN_RIGHTS_ALL, 0);
    pb_cap(&pb, cnode(console), 17, console_ntfn, PLAN_RIGHT_WRITE, head->uart_badge);

    strcpy(console_blob.clients[CLIENTS].name, "init");
    pb.header.log_frames = shared_channel("init.channel", CLIENTS);
    pb.header.log_notification = console_ntfn;
    pb.header.log_badge = console_blob.clients[CLIENTS].badge;
}

static void add_timer(void)
{
    uint32_t irq = pb_irq(&pb, "timer.irq", TIMER_IRQ, 0);

    timer_blob.head = (struct timer_config){ .magic = TIMER_CONFIG_MAGIC,
                                             .client_count = CLIENTS,
                                             .irq_slot = 16,
                                             .irq_ntfn_slot = 17,
                                             .irq_badge = 1 };
    pb_cap(&pb, cnode(timer), 16, irq, PLAN_RIGHTS_ALL, 0);
    pb_cap(&pb, cnode(timer), 17, timer_ntfn, PLAN_RIGHT_WRITE, 1);
}

static void connect(uint32_t i)
{
    struct selftest_config config = { .console_vaddr = WINDOW,
                                      .timer_vaddr = WINDOW + SPACING,
                                      .console_slot = 16,
                                      .timer_slot = 17,
                                      .console_badge = 1,
                                      .timer_badge = 2,
                                      .read_only_vaddr = WINDOW + 2 * SPACING };
    uint32_t channel = shared_channel("channel", i);
    uint32_t page = pb_frames(&pb, "timer.page", 12, 1, PLAN_ANY_PADDR);
    uint32_t locked = pb_frames(&pb, "read-only", 12, 1, PLAN_ANY_PADDR);
    uint64_t timer_page = WINDOW + i * SPACING;

    snprintf(console_blob.clients[i].name, sizeof(console_blob.clients[i].name), "selftest%u", i);
    console_blob.clients[i].signal_slot = 20 + i;
    pb_cap(&pb, cnode(console), 20 + i, selftest_ntfn[i], PLAN_RIGHT_WRITE, config.console_badge);
    timer_blob.clients[i] = (struct timer_client_config){ .page_vaddr = timer_page,
                                                          .badge = 2ull << i,
                                                          .signal_slot = 20 + i };
    pb_cap(&pb, cnode(timer), 20 + i, selftest_ntfn[i], PLAN_RIGHT_WRITE, config.timer_badge);
    pb_map(&pb, vspace(timer), page, timer_page, PLAN_RIGHT_READ, PLAN_MAP_CACHED);

    pb_map(&pb, vspace(selftest[i]), channel, config.console_vaddr,
           PLAN_RIGHT_READ | PLAN_RIGHT_WRITE, PLAN_MAP_CACHED);
    pb_map(&pb, vspace(selftest[i]), page, config.timer_vaddr, PLAN_RIGHT_READ | PLAN_RIGHT_WRITE,
           PLAN_MAP_CACHED);
    pb_map(&pb, vspace(selftest[i]), locked, config.read_only_vaddr, PLAN_RIGHT_READ,
           PLAN_MAP_CACHED);
    pb_cap(&pb, cnode(selftest[i]), 16, console_ntfn, PLAN_RIGHT_WRITE,
           console_blob.clients[i].badge);
    pb_cap(&pb, cnode(selftest[i]), 17, timer_ntfn, PLAN_RIGHT_WRITE, timer_blob.clients[i].badge);
    pb.components[selftest[i]].blob_offset = pb_blob(&pb, &config, sizeof(config));
    pb.components[selftest[i]].blob_size = sizeof(config);
}

int main(int argc, char **argv)
{
    size_t size;
    void *plan;
    FILE *file;

    if (argc < 4) {
        fprintf(stderr, "usage: mkplan OUT ATTACH NAME=ADDR:BYTES...\n");
        return 2;
    }
    pb_init(&pb);
    for (int i = 3; i < argc; i++) {
        add_module(argv[i]);
    }
    add_components();
    add_console((uint32_t)atoi(argv[2]));
    add_timer();
    for (uint32_t i = 0; i < CLIENTS; i++) {
        connect(i);
    }
    pb.components[console].blob_offset = pb_blob(&pb, &console_blob, sizeof(console_blob));
    pb.components[console].blob_size = sizeof(console_blob);
    pb.components[timer].blob_offset = pb_blob(&pb, &timer_blob, sizeof(timer_blob));
    pb.components[timer].blob_size = sizeof(timer_blob);
    plan = pb_finish(&pb, &size);
    file = fopen(argv[1], "wb");
    if (file == NULL || fwrite(plan, 1, size, file) != size || fclose(file) != 0) {
        perror(argv[1]);
        return 2;
    }
    free(plan);
    return 0;
}
