/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The plan reader: a good plan is accepted, and each rule refuses a plan that breaks only this rule,
 * with its own message.
 */
#include <stdlib.h>
#include <string.h>

#include "elf_test.h"
#include "plan_builder.h"
#include "plan_entries.h"
#include "plan_view.h"
#include "rpc/console.h"
#include "rt/log.h"
#include "tap.h"

char last_line[512];

static void capture(void *context, const char *line, size_t bytes)
{
    (void)context;
    memcpy(last_line, line, bytes);
    last_line[bytes - 1] = '\0';
}

static const struct plan_limits limits = { .core_count = 2,
                                           .user_top = UINT64_C(0xfffffffffff),
                                           .plan_paddr = 0x48000000 };

enum { ELF_MODULE = 0, IMAGE_MODULE = 1 };

static uint32_t guest_ram, guest_kernel, uart, channel, endpoint, irq;

/* Two components, guest RAM, a guest kernel that is mapped, a UART and its interrupt. */
static void good_plan(struct plan_builder *pb)
{
    uint32_t vm;
    uint32_t console;

    pb_init(pb);
    pb_module(pb, "vmm.elf", 0x48200000, 0x20000);
    pb_module(pb, "Image", 0x48400000, 0x900000);
    vm = pb_component(pb, "vmm-vm1", ELF_MODULE, 110, 1);
    console = pb_component(pb, "console", ELF_MODULE, 120, 1);
    pb->components[vm].blob_offset = pb_blob(pb, "0123456789", 10);
    pb->components[vm].blob_size = 10;
    guest_ram = pb_frames(pb, "vm1.ram", 21, 128, 0x50000000);
    guest_kernel = pb_frames(pb, "Image", 21, 5, 0x48400000);
    uart = pb_frames(pb, "uart", 12, 1, 0x09000000);
    channel = pb_frames(pb, "channel", 12, CONSOLE_CHANNEL_BYTES / 4096, PLAN_ANY_PADDR);
    endpoint = pb_object(pb, "vm1.ep", PLAN_ENDPOINT, 0);
    irq = pb_irq(pb, "uart.irq", 33, 0);
    pb_object(pb, "vm1.untyped", PLAN_UNTYPED, 22);
    pb_cap(pb, pb->components[vm].cnode, PLAN_SLOT_ENDPOINT, endpoint, PLAN_RIGHTS_ALL, 0);
    pb_cap(pb, pb->components[vm].cnode, 16, guest_ram, PLAN_RIGHT_READ | PLAN_RIGHT_WRITE, 0);
    pb_cap(pb, pb->components[console].cnode, 16, irq, PLAN_RIGHTS_ALL, 0);
    pb_cap(pb, pb->components[console].cnode, 17, pb->components[console].bound_notification,
           PLAN_RIGHT_WRITE, 0x10);
    pb_map(pb, pb->components[vm].vspace, guest_ram, 0x100000000,
           PLAN_RIGHT_READ | PLAN_RIGHT_WRITE, PLAN_MAP_CACHED);
    pb_map(pb, pb->components[vm].vspace, guest_kernel, 0x200000000, PLAN_RIGHT_READ,
           PLAN_MAP_CACHED);
    pb_map(pb, pb->components[console].vspace, uart, 0x100000000,
           PLAN_RIGHT_READ | PLAN_RIGHT_WRITE, 0);
    pb->header.log_frames = channel;
    pb->header.log_notification = pb->components[console].bound_notification;
    pb->header.log_badge = 0x80;
}

static int check_bytes(const void *bytes, size_t size)
{
    struct plan_view view;

    last_line[0] = '\0';
    return plan_check(bytes, size, &limits, &view);
}

static int check(const struct plan_builder *pb)
{
    size_t size;
    void *plan = pb_finish(pb, &size);
    int error = check_bytes(plan, size);

    free(plan);
    return error;
}

static void expect_refusal(const struct plan_builder *pb, const char *text, const char *rule)
{
    int error = check(pb);

    TAP_OK(error == RT_ERR_FORMAT && strstr(last_line, text) != NULL, "plan/%s: '%s'", rule,
           last_line);
}

/* Starts from the good plan, changes one thing, wants a message that contains `text`. */
#define REFUSES(rule, text, change)                                                                \
    do {                                                                                           \
        good_plan(&pb);                                                                            \
        change;                                                                                    \
        expect_refusal(&pb, text, rule);                                                           \
    } while (0)

static struct plan_builder pb;

static void test_outer_form(void)
{
    size_t size;
    uint8_t *plan;
    struct plan_header *header;

    good_plan(&pb);
    TAP_OK(check(&pb) == RT_OK, "plan/a good plan is accepted: '%s'", last_line);
    plan = pb_finish(&pb, &size);
    header = (struct plan_header *)plan;
    plan[size - 1] ^= 1;
    TAP_OK(check_bytes(plan, size) == RT_ERR_FORMAT && strstr(last_line, "checksum") != NULL,
           "plan/a flipped bit is noticed");
    plan[size - 1] ^= 1;
    TAP_OK(check_bytes(plan, size - 1) == RT_ERR_FORMAT && strstr(last_line, "bytes") != NULL,
           "plan/a cut plan is refused");
    TAP_OK(check_bytes(plan, 16) == RT_ERR_FORMAT, "plan/a stub is refused");
    header->version++;
    TAP_OK(check_bytes(plan, size) == RT_ERR_FORMAT && strstr(last_line, "version 2") != NULL,
           "plan/another version is refused");
    header->version--;
    header->objects.offset += 4;
    TAP_OK(check_bytes(plan, size) == RT_ERR_FORMAT && strstr(last_line, "aligned") != NULL,
           "plan/an unaligned table is refused");
    header->objects.offset -= 4;
    header->objects.count = 4000;
    TAP_OK(check_bytes(plan, size) == RT_ERR_FORMAT && strstr(last_line, "outside") != NULL,
           "plan/a table beyond the end is refused");
    header->objects.count = UINT32_MAX;
    TAP_OK(check_bytes(plan, size) == RT_ERR_FORMAT && strstr(last_line, "at most") != NULL,
           "plan/too many entries are refused");
    header->magic++;
    TAP_OK(check_bytes(plan, size) == RT_ERR_FORMAT && strstr(last_line, "not a plan") != NULL,
           "plan/another magic is refused");
    free(plan);
}

static void test_objects(void)
{
    REFUSES("unknown type", "type 9", pb.objects[0].type = 9);
    REFUSES("odd page size", "size bits 13", pb.objects[guest_ram].size_bits = 13);
    REFUSES("no pages", "count 0", pb.objects[guest_ram].count = 0);
    REFUSES("two endpoints in one entry", "count 2", pb.objects[endpoint].count = 2);
    REFUSES("unaligned RAM", "physical address", pb.objects[guest_ram].paddr += 4096);
    REFUSES("RAM that wraps", "physical address", pb.objects[guest_ram].paddr = 0xffffffffffe00000);
    REFUSES("interrupt number", "interrupt 15", pb.objects[irq].irq = 15);
    REFUSES("interrupt's core", "core 2", pb.objects[irq].core = 2);
    REFUSES("name outside", "name lies outside", pb.objects[uart].name = 60000);
    REFUSES("memory claimed twice", "both claim physical memory at 0x50000000",
            pb_frames(&pb, "thief", 21, 1, 0x50000000));
    REFUSES("interrupt claimed twice", "both claim interrupt 33", pb_irq(&pb, "again", 33, 1));
    REFUSES("ELF file as a frame", "claims the memory of module 'vmm.elf'",
            pb_frames(&pb, "thief", 12, 1, 0x4821f000));
    REFUSES("the plan as a frame", "claims the memory of module 'plan'",
            pb_frames(&pb, "thief", 12, 1, 0x48000000));
}

static void test_caps(void)
{
    REFUSES("cap into no CNode", "no such CNode", pb.caps[0].cnode = guest_ram);
    REFUSES("cap to no object", "no such CNode", pb.caps[0].object = 999);
    REFUSES("cap beyond the pages", "pages 1+128", pb.caps[3].first = 1);
    REFUSES("cap beyond the CNode", "do not lie in", pb.caps[3].slot = 200);
    REFUSES("cap into slot 0", "do not lie in", pb.caps[0].slot = 0);
    REFUSES("cap over a cap", "share slot 16", pb.caps[2].slot = 16);
    REFUSES("cap over our own", "initial task's to fill", pb.caps[2].slot = PLAN_SLOT_FAULT);
    REFUSES("badge on frames", "badge", pb.caps[3].badge = 1);
    REFUSES("unknown rights", "rights 0x10", pb.caps[0].rights = 0x10);
}

static void test_maps(void)
{
    REFUSES("mapping of no frames", "no such VSpace", pb.maps[0].object = endpoint);
    REFUSES("mapping beyond the pages", "pages 0+129", pb.maps[0].count = 129);
    REFUSES("mapping unaligned", "address", pb.maps[0].vaddr += 4096);
    REFUSES("mapping over the image", "address", pb.maps[2].vaddr = PLAN_IMAGE_VADDR);
    REFUSES("mapping beyond user space", "address", pb.maps[2].vaddr = 0x100000000000);
    REFUSES("mapping write-only", "rights 0x1", pb.maps[0].rights = PLAN_RIGHT_WRITE);
    REFUSES("mapping flags", "flags 0x4", pb.maps[0].flags = 4);
    REFUSES("mapping over a mapping", "overlap at 0x10fe00000", pb.maps[1].vaddr = 0x10fe00000);
}

static void test_components(void)
{
    REFUSES("component without TCB", "is not one", pb.components[0].tcb = endpoint);
    REFUSES("component without file", "no module 7", pb.components[0].module = 7);
    REFUSES("priority", "priority 256", pb.components[0].priority = 256);
    REFUSES("core", "core 2 of 2", pb.components[0].core = 2);
    REFUSES("flags", "flags 0x2", pb.components[0].flags = 2);
    REFUSES("no stack", "0 stack pages", pb.components[0].stack_pages = 0);
    REFUSES("huge stack", "stack pages", pb.components[0].stack_pages = UINT32_MAX);
    REFUSES("blob outside", "configuration", pb.components[0].blob_size = 11);
    REFUSES("blob unaligned", "configuration", pb.components[0].blob_offset = 8);
    REFUSES("blob offset wraps", "configuration", pb.components[0].blob_offset = 0xfffffff0);
    REFUSES("shared CNode", "'vmm-vm1' and 'console' share",
            pb.components[1].cnode = pb.components[0].cnode);
    REFUSES("notification", "no notification", pb.components[0].bound_notification = endpoint);
    REFUSES("module unaligned", "address 0x48200001", pb.modules[0].paddr++);
    REFUSES("module that wraps", "is not possible", pb.modules[0].size_bytes = UINT64_MAX);
    REFUSES("log channel", "no channel", pb.header.log_frames = endpoint);
    REFUSES("log channel's size", "wrong size", pb.header.log_frames = uart);
}

int main(void)
{
    rt_log_set_sink(capture, NULL);
    test_outer_form();
    test_objects();
    test_caps();
    test_maps();
    test_components();
    tap_failed_count += elf_test(&tap_run_count);
    return TAP_DONE();
}
