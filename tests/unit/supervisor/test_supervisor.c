/* SPDX-License-Identifier: BSD-2-Clause */
/* The supervisor's pure parts: device lists, disk images, QEMU's command line. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "command.h"
#include "devices.h"
#include "image.h"
#include "tap.h"

static char root[64];
static char complaints[4096];

static void complain(const char *format, ...)
{
    size_t used = strlen(complaints);
    va_list args;

    va_start(args, format);
    vsnprintf(complaints + used, sizeof(complaints) - used - 1, format, args);
    va_end(args);
    strcat(complaints, "\n");
}

/* --- a device tree as /proc shows it --- */

static void path_of(char *path, const char *node, const char *name)
{
    snprintf(path, PATH_MAX, "%s/%s%s%s", root, node, name[0] ? "/" : "", name);
}

static void make_node(const char *node)
{
    char path[PATH_MAX];

    path_of(path, node, "");
    mkdir(path, 0755);
}

static void put_bytes(const char *node, const char *name, const void *data, size_t bytes)
{
    char path[PATH_MAX];
    FILE *file;

    path_of(path, node, name);
    file = fopen(path, "wb");
    fwrite(data, 1, bytes, file);
    fclose(file);
}

static void put_string(const char *node, const char *name, const char *text)
{
    put_bytes(node, name, text, strlen(text) + 1);
}

static void put_cell(const char *node, const char *name, uint32_t value)
{
    value = htonl(value);
    put_bytes(node, name, &value, sizeof(value));
}

static void make_link(const char *node, const char *peer)
{
    make_node(node);
    put_string(node, "compatible", "peervisor,link");
    put_string(node, "peervisor,peer", peer);
}

static void make_device(const char *link, uint32_t slot, const char *type)
{
    char node[128];

    snprintf(node, sizeof(node), "%s/device@%u", link, slot);
    make_node(node);
    put_string(node, "type", type);
    put_cell(node, "slot", slot);
}

static void new_tree(void)
{
    snprintf(root, sizeof(root), "/tmp/test-supervisor-XXXXXX");
    if (!mkdtemp(root)) {
        abort();
    }
    complaints[0] = '\0';
}

static void remove_tree(void)
{
    char command[128];

    snprintf(command, sizeof(command), "rm -rf '%s'", root);
    if (system(command)) {
        printf("# %s stays behind\n", root);
    }
}

static int read_tree(struct link_list *list)
{
    complaints[0] = '\0';
    return devices_read(root, complain, list);
}

static void make_demo(void)
{
    make_link("link@b010000", "vm2");
    make_link("link@b000000", "vm1");
    make_device("link@b000000", 1, "blk");
    put_string("link@b000000/device@1", "disk", "user-vm.qcow2");
    make_device("link@b000000", 2, "net");
    put_string("link@b000000/device@2", "tap", "tap0");
    put_string("link@b000000/device@2", "mac", "52:54:00:70:01:02");
    put_string("link@b000000/device@2", "nat", "10.0.1.1/24");
    put_cell("link@b000000/device@2", "queues", 2);
}

static void test_devices(void)
{
    static struct link_list list;

    new_tree();
    TAP_OK(read_tree(&list) == 0 && list.count == 0, "supervisor/a tree without links has none");
    make_demo();
    make_node("memory@0");
    TAP_OK(read_tree(&list) == 0 && list.count == 2, "supervisor/two links are found");
    TAP_OK(!strcmp(list.links[0].peer, "vm1") && !strcmp(list.links[1].peer, "vm2"),
           "supervisor/links are in the order of their nodes");
    TAP_OK(list.links[0].device_count == 2 && list.links[1].device_count == 0,
           "supervisor/each link has its own devices");
    TAP_OK(list.links[0].devices[0].queues == 1 && list.links[0].devices[1].queues == 2,
           "supervisor/one queue is the default");
    TAP_OK(list.links[0].devices[1].vhost, "supervisor/vhost is the default");
    remove_tree();
    TAP_OK(devices_read("/nonexistent", complain, &list) == -1,
           "supervisor/a missing device tree is an error");
}

static bool left_out(const char *why)
{
    static struct link_list list;

    return read_tree(&list) == 1 && list.links[0].device_count == 1 && strstr(complaints, why) &&
           strstr(complaints, "link vm1: device@2");
}

/* A good device in slot 1 and one in slot 2 that has what the case puts into it. */
static void new_case(const char *type)
{
    new_tree();
    make_link("link@0", "vm1");
    make_device("link@0", 1, "rng");
    make_device("link@0", 2, type);
}

static void test_bad_devices(void)
{
    static struct link_list list;
    static const char two[] = "a\0b";

    new_case("toaster");
    TAP_OK(left_out("(toaster) has a type that is not supported"), "supervisor/unknown type");
    remove_tree();

    new_case("blk");
    TAP_OK(left_out("has no disk"), "supervisor/blk without a disk");
    put_string("link@0/device@2", "disk", "../../etc/shadow");
    TAP_OK(left_out("has a bad disk name"), "supervisor/disk outside of the images' folder");
    put_string("link@0/device@2", "disk", "a.raw,readonly=off");
    TAP_OK(left_out("has a bad disk name"), "supervisor/disk name with QEMU options");
    put_bytes("link@0/device@2", "disk", two, sizeof(two));
    TAP_OK(left_out("too long or no string"), "supervisor/property with two strings");
    put_string("link@0/device@2", "disk", "x.qcow2");
    put_cell("link@0/device@2", "slot", 1);
    TAP_OK(left_out("has the slot of another device"), "supervisor/slot used twice");
    put_cell("link@0/device@2", "slot", 32);
    TAP_OK(left_out("has no slot from 1 to 31"), "supervisor/slot out of range");
    put_cell("link@0/device@2", "slot", 2);
    put_cell("link@0/device@2", "queues", 17);
    TAP_OK(left_out("queue count"), "supervisor/too many queues");
    put_cell("link@0/device@2", "queues", 1);
    put_cell("link@0/device@2", "queue_size", 100);
    TAP_OK(left_out("queue size"), "supervisor/queue size that is no power of two");
    remove_tree();

    new_case("net");
    TAP_OK(left_out("tap name"), "supervisor/net without a tap");
    put_string("link@0/device@2", "tap", "tap0");
    TAP_OK(left_out("mac"), "supervisor/net without a mac");
    put_string("link@0/device@2", "mac", "53:54:00:00:00:01");
    TAP_OK(left_out("mac"), "supervisor/multicast mac");
    put_string("link@0/device@2", "mac", "52:54:00:00:00:01");
    put_string("link@0/device@2", "nat", "10.0.1.1");
    TAP_OK(left_out("nat address"), "supervisor/nat without a prefix length");
    put_string("link@0/device@2", "nat", "10.0.1.1/24");
    put_string("link@0/device@2", "bridge", "br0");
    TAP_OK(left_out("both bridge and nat"), "supervisor/bridge and nat at once");
    put_string("link@0/device@2", "tap", "a-name-longer-than-fifteen");
    TAP_OK(left_out("too long"), "supervisor/interface name that is too long");
    remove_tree();

    new_case("9p");
    put_string("link@0/device@2", "tag", "share");
    put_string("link@0/device@2", "share", "/srv/../etc");
    TAP_OK(left_out("share directory"), "supervisor/share that climbs out");
    remove_tree();

    new_case("vsock");
    put_cell("link@0/device@2", "cid", 2);
    TAP_OK(left_out("cid"), "supervisor/reserved vsock cid");
    remove_tree();

    new_tree();
    make_link("link@0", "vm/1");
    TAP_OK(read_tree(&list) == 1 && list.count == 0 && strstr(complaints, "link@0: no usable"),
           "supervisor/a peer name that is no file name");
    remove_tree();
}

/* --- images --- */

static const char *open_bytes(const char *name, const void *data, size_t bytes, struct image *image)
{
    char path[PATH_MAX];
    const char *problem;

    put_bytes("", name, data, bytes);
    snprintf(path, sizeof(path), "%s/%s", root, name);
    problem = image_open(path, false, image);
    if (image->fd >= 0) {
        close(image->fd);
    }
    return problem;
}

static void test_images(void)
{
    uint8_t qcow2[512] = { 'Q', 'F', 'I', 0xfb, 0, 0, 0, 3 };
    uint8_t raw[512] = { 0 };
    struct image image;
    const char *problem;

    new_tree();
    TAP_OK(!open_bytes("a.qcow2", qcow2, sizeof(qcow2), &image) && !strcmp(image.format, "qcow2"),
           "supervisor/qcow2 image");
    problem = open_bytes("b.qcow2", raw, sizeof(raw), &image);
    TAP_OK(problem && !strcmp(problem, "not a qcow2 image") && image.fd < 0,
           "supervisor/qcow2 by name only");
    problem = open_bytes("c.qcow2", qcow2, 8, &image);
    TAP_OK(problem && !strcmp(problem, "not a qcow2 image"), "supervisor/qcow2 cut short");
    qcow2[15] = 1;
    problem = open_bytes("d.qcow2", qcow2, sizeof(qcow2), &image);
    TAP_OK(problem && strstr(problem, "backing file"), "supervisor/qcow2 with a backing file");
    qcow2[15] = 0;
    qcow2[79] = 4;
    problem = open_bytes("e.qcow2", qcow2, sizeof(qcow2), &image);
    TAP_OK(problem && strstr(problem, "external data"), "supervisor/qcow2 with external data");
    qcow2[79] = 0;
    qcow2[7] = 9;
    problem = open_bytes("f.qcow2", qcow2, sizeof(qcow2), &image);
    TAP_OK(problem && strstr(problem, "version"), "supervisor/qcow2 of the future");
    qcow2[7] = 3;
    TAP_OK(!open_bytes("g.raw", qcow2, sizeof(qcow2), &image) && !strcmp(image.format, "raw"),
           "supervisor/a raw image stays raw whatever its guest writes");
    TAP_OK(open_bytes("h.raw", raw, 100, &image) != NULL, "supervisor/raw image of half a sector");
    TAP_OK(open_bytes("i.raw", raw, 0, &image) != NULL, "supervisor/empty raw image");
    TAP_OK(open_bytes("j.vmdk", raw, 512, &image) != NULL, "supervisor/unknown ending");
    problem = image_open("/nonexistent/x.raw", false, &image);
    TAP_OK(problem && strstr(problem, "no such file"), "supervisor/missing image");
    TAP_OK(image_open("/tmp", false, &image) != NULL, "supervisor/a directory is no image");
    remove_tree();
}

/* --- command line --- */

static bool has_argument(const struct command *c, const char *option, const char *part)
{
    for (int i = 0; i + 1 < c->count; i++) {
        if (!strcmp(c->args[i], option) && strstr(c->args[i + 1], part)) {
            return true;
        }
    }
    return false;
}

static void fill_fds(struct link_fds *fds, const struct link_config *link)
{
    memset(fds, 0, sizeof(*fds));
    fds->link = 3;
    for (uint32_t i = 0; i < link->device_count; i++) {
        struct device_fds *d = &fds->devices[i];

        d->usable = true;
        d->image = (struct image){ "qcow2", 10, true };
        for (int q = 0; q < QUEUES_MAX; q++) {
            d->tap[q] = 20 + q;
            d->vhost[q] = 40 + q;
        }
    }
}

static void test_command(void)
{
    static struct link_list list;
    static struct link_fds fds;
    static struct command c;
    struct link_config *link = &list.links[0];

    new_tree();
    make_demo();
    read_tree(&list);
    remove_tree();
    fill_fds(&fds, link);
    TAP_OK(command_build(link, &fds, "/run/x", &c) == 0 && !c.args[c.count],
           "supervisor/command line of the demo");
    TAP_OK(!strcmp(c.args[0], COMMAND_QEMU), "supervisor/runs QEMU");
    TAP_OK(has_argument(&c, "-sandbox", "on,"), "supervisor/QEMU is sandboxed");
    TAP_OK(has_argument(&c, "-accel", "kvm,device=/dev/fdset/3") &&
               has_argument(&c, "-add-fd", "fd=3,"),
           "supervisor/the link is passed as a descriptor");
    TAP_OK(has_argument(&c, "-blockdev", "filename=/dev/fdset/10,aio=io_uring"),
           "supervisor/so is the disk");
    TAP_OK(has_argument(&c, "-blockdev", "driver=qcow2,") &&
               has_argument(&c, "-blockdev", "cache.direct=on"),
           "supervisor/format and O_DIRECT are as the image was opened");
    TAP_OK(has_argument(&c, "-netdev", "fds=20:21,vhost=on,vhostfds=40:41"),
           "supervisor/taps and vhost are descriptors, one per queue");
    TAP_OK(has_argument(&c, "-device", "virtio-blk-pci,id=blk1,addr=1,") &&
               has_argument(&c, "-device", "num-queues=1,queue-size=128"),
           "supervisor/queues of blk are explicit");
    TAP_OK(has_argument(&c, "-device", "mq=on,vectors=6,rx_queue_size=256,tx_queue_size=256"),
           "supervisor/queues of net are explicit");
    for (int i = 0; i < c.count; i++) {
        if (strstr(c.args[i], "-pci,")) {
            TAP_OK(strstr(c.args[i], "disable-legacy=on,iommu_platform=on"),
                   "supervisor/modern, behind the guest's DMA API: %.14s", c.args[i]);
        }
    }
    fds.devices[0].usable = false;
    TAP_OK(command_build(link, &fds, "/run/x", &c) == 0 && !has_argument(&c, "-device", "blk") &&
               has_argument(&c, "-device", "virtio-net-pci"),
           "supervisor/an unusable device is left out, the rest stays");
}

static void test_full_link(void)
{
    static struct link_config link;
    static struct link_fds fds;
    static struct command c;

    strcpy(link.peer, "vm1");
    link.device_count = DEVICES_MAX;
    for (uint32_t i = 0; i < DEVICES_MAX; i++) {
        strcpy(link.devices[i].type, "blk");
        link.devices[i].slot = i + 1;
        link.devices[i].queues = 16;
    }
    fill_fds(&fds, &link);
    TAP_OK(command_build(&link, &fds, "/run/x", &c) == 0, "supervisor/31 disks fit");
    for (uint32_t i = 0; i < DEVICES_MAX; i++) {
        strcpy(link.devices[i].type, "console");
        link.devices[i].ports = 8;
    }
    TAP_OK(command_build(&link, &fds, "/run/x", &c) == -1 && c.overflow,
           "supervisor/248 consoles are refused, not cut off");
}

int main(void)
{
    test_devices();
    test_bad_devices();
    test_images();
    test_command();
    test_full_link();
    return TAP_DONE();
}
