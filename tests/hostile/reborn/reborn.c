/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A guest that looks at each byte of its memory in each of its lives. First thing in a life, before
 * any device may master the bus, it reads all of its RAM and all of its pool again and again for some
 * seconds: everything must be zero, except what was loaded. Then it waits for a key:
 *
 *   r  give the devices buffers; SYSTEM_RESET while they are being written
 *   d  the same, but keep the devices busy until key r, or until the disk's backend is found dead
 *   s  look at the memory again, longer
 *   o  SYSTEM_OFF
 *
 * Runs without MMU, so its accesses are uncached: on a board with caches it would have to share the
 * device VM's view first.
 *
 * Lines carry the time in milliseconds, because a console shows old lines again.
 */
#include "guest.h"
#include "tree.h"
#include "virtio.h"

#define MIB         UINT64_C(0x100000)
#define RANGES_MAX  4u
#define SCAN_S      4u
#define SCAN_LONG_S 12u
#define WAIT_S      60u
#define IN_USE      UINT64_C(0x0ddba11f0ddba11f) /* what memory holds in a life with devices */

#define READS        40u
#define READ_BYTES   0x10000u
#define DISK_SECTORS 0x8000u /* the disk image has 16 MiB or more */
#define SECTOR_BYTES 512u
#define PACKETS      128u
#define PACKET_BYTES 2048u

struct range {
    uint64_t base, end;
};

struct finding {
    uint64_t words;   /* dirty ones in the last scan */
    uint64_t address; /* the first one ever found, */
    uint64_t value;   /* and what was there */
};

volatile uint64_t guest_exceptions;

static struct range memory[RANGES_MAX];
static unsigned memory_count;
static struct range loaded[2]; /* this guest with its stack; the device tree */
static struct bridge bridge;
static struct arena arena;
static struct queue disk_queue, net_queue, transmit_queue;
static uint64_t read_buffers;

static uint64_t milliseconds(void)
{
    uint64_t ticks, hertz;

    __asm__ volatile("isb\n\tmrs %0, cntvct_el0" : "=r"(ticks)::"memory");
    __asm__ volatile("mrs %0, cntfrq_el0" : "=r"(hertz));
    return ticks / (hertz / 1000);
}

static void begin_line(void)
{
    print("reborn: ");
    print_number(milliseconds());
    print(" ms: ");
}

static void find_memory(uint64_t dtb)
{
    uint64_t reg;

    while (memory_count < RANGES_MAX &&
           (reg = tree_property(dtb, "memory@", "reg", memory_count)) != 0) {
        memory[memory_count].base = tree_cell2(reg, 0);
        memory[memory_count].end = tree_cell2(reg, 0) + tree_cell2(reg, 2);
        memory_count++;
    }
    loaded[0] = (struct range){ (uint64_t)guest_start, ((uint64_t)guest_end + 63) & ~UINT64_C(63) };
    loaded[1] = (struct range){ dtb, (dtb + tree_bytes(dtb) + 63) & ~UINT64_C(63) };
}

/* What the devices get: the pool if there is one, otherwise RAM behind what was loaded. */
static void find_devices(uint64_t dtb)
{
    uint64_t pool = tree_property(dtb, "pool@", "reg", 0);

    bridge.ecam = tree_cell2(tree_property(dtb, "pcie@", "reg", 0), 0);
    bridge.window = tree_cell2(tree_property(dtb, "pcie@", "ranges", 0), 3);
    arena.used = 0;
    if (pool != 0) {
        arena.base = tree_cell2(pool, 0);
        arena.bytes = tree_cell2(pool, 2);
    } else {
        arena.base = memory[0].base + 6 * MIB;
        arena.bytes = memory[0].end - arena.base;
    }
}

/* ---- Looking ---------------------------------------------------------------------------------- */

static uint64_t any_of_line(uint64_t address)
{
    uint64_t a, b, c, d, e, f, g, h;

    __asm__ volatile("ldp %0, %1, [%8]\n\tldp %2, %3, [%8, #16]\n\t"
                     "ldp %4, %5, [%8, #32]\n\tldp %6, %7, [%8, #48]"
                     : "=&r"(a), "=&r"(b), "=&r"(c), "=&r"(d), "=&r"(e), "=&r"(f), "=&r"(g),
                       "=&r"(h)
                     : "r"(address)
                     : "memory");
    return a | b | c | d | e | f | g | h;
}

static void look_at_line(struct finding *finding, uint64_t line)
{
    for (uint64_t at = line; at < line + 64; at += 8) {
        uint64_t value = *(volatile uint64_t *)at;

        if (value == 0) {
            continue;
        }
        if (finding->address == 0) {
            finding->address = at;
            finding->value = value;
        }
        finding->words++;
    }
}

static int is_loaded(uint64_t line)
{
    return (line >= loaded[0].base && line < loaded[0].end) ||
           (line >= loaded[1].base && line < loaded[1].end);
}

/* One pass over all memory without what was loaded; returns the number of bytes seen. */
static uint64_t look_once(struct finding *finding)
{
    uint64_t bytes = 0;

    finding->words = 0;
    for (unsigned i = 0; i < memory_count; i++) {
        for (uint64_t line = memory[i].base; line < memory[i].end; line += 64) {
            if (is_loaded(line)) {
                continue;
            }
            bytes += 64;
            if (any_of_line(line) != 0) {
                look_at_line(finding, line);
            }
        }
    }
    return bytes;
}

/* What a life with devices leaves behind, beside what they write. */
static void use_all(void)
{
    for (unsigned i = 0; i < memory_count; i++) {
        for (uint64_t at = memory[i].base; at < memory[i].end; at += 8) {
            if (!is_loaded(at)) {
                *(volatile uint64_t *)at = IN_USE;
            }
        }
    }
}

/* Of what was loaded and is only read: the same number in each life. */
static uint64_t sum_of_loaded(void)
{
    uint64_t sum = 0;

    for (uint64_t at = loaded[0].base; at + 8 <= (uint64_t)guest_loaded_end; at += 8) {
        sum = (sum << 1 | sum >> 63) + *(volatile uint64_t *)at;
    }
    for (uint64_t at = loaded[1].base; at < loaded[1].end; at += 8) {
        sum = (sum << 1 | sum >> 63) + *(volatile uint64_t *)at;
    }
    return sum;
}

static void report(const struct finding *finding, uint64_t passes, uint64_t bytes)
{
    begin_line();
    if (finding->address == 0) {
        print("clean, ");
    } else {
        print("dirty: ");
        print_number(finding->words);
        print(" words, first found ");
        print_hex(finding->value);
        print(" at ");
        print_hex(finding->address);
        print(", ");
    }
    print_number(passes);
    print(" passes over ");
    print_number(bytes);
    print(" bytes, loaded ");
    print_hex(sum_of_loaded());
    print("\n");
}

static void look(uint64_t seconds)
{
    uint64_t end = milliseconds() + 1000 * seconds;
    struct finding finding = { 0, 0, 0 };
    uint64_t passes = 0, bytes;

    begin_line();
    print("looking\n");
    do {
        bytes = look_once(&finding);
        passes++;
    } while (milliseconds() < end);
    report(&finding, passes, bytes);
}

/* ---- A life with devices ---------------------------------------------------------------------- */

static void post_reads(struct function *function)
{
    uint64_t headers, statuses;

    virtio_begin(function);
    virtio_queue(function, &arena, 0, 4 * READS, &disk_queue);
    headers = arena_take(&arena, 16 * READS);
    statuses = arena_take(&arena, READS);
    read_buffers = arena_take(&arena, READS * READ_BYTES);
    virtio_go(function);
    for (uint16_t i = 0; i < READS; i++) {
        const struct buffer chain[] = {
            { headers + 16u * i, 16, 0 }, /* type 0: read */
            { read_buffers + READ_BYTES * i, READ_BYTES, 1 },
            { statuses + i, 1, 1 },
        };

        /* Far apart: neighbours would become one request of the board's disk. */
        write32(headers + 16u * i + 8, i * (DISK_SECTORS / READS) & ~7u);
        virtio_post(&disk_queue, i, chain, 3);
    }
    virtio_ring(&disk_queue);
}

static void post_packets(struct function *function)
{
    uint64_t packets;

    virtio_begin(function);
    virtio_queue(function, &arena, 0, PACKETS, &net_queue);
    virtio_queue(function, &arena, 1, PACKETS, &transmit_queue);
    packets = arena_take(&arena, PACKETS * PACKET_BYTES);
    virtio_go(function);
    for (uint16_t i = 0; i < PACKETS; i++) {
        const struct buffer whole = { packets + PACKET_BYTES * i, PACKET_BYTES, 1 };

        virtio_post(&net_queue, i, &whole, 1);
    }
    virtio_ring(&net_queue);
}

static void keep_busy(void)
{
    if (virtio_recycle(&disk_queue) != 0) {
        virtio_ring(&disk_queue);
    }
    if (virtio_recycle(&net_queue) != 0) {
        virtio_ring(&net_queue);
    }
}

/*
 * Waits until each device has written something, and until no packet is left that came while nobody
 * took any; from now on both devices write as long as they get buffers. Returns whether they did.
 */
static int both_write(void)
{
    uint64_t end = milliseconds() + 1000 * WAIT_S;

    while (disk_queue.seen == 0 || net_queue.seen == 0 ||
           virtio_in_flight(&net_queue) < PACKETS - PACKETS / 4) {
        keep_busy();
        if (milliseconds() >= end) {
            begin_line();
            print("no data from a device\n");
            return 0;
        }
    }
    return 1;
}

static void say_in_flight(const char *what)
{
    uint64_t first = read_buffers + READ_BYTES * (uint64_t)(read32(disk_queue.used + 4) / 3);

    begin_line();
    print(what);
    print(" with ");
    print_number(virtio_in_flight(&disk_queue));
    print(" reads and ");
    print_number(virtio_in_flight(&net_queue));
    print(" packets in flight, disk says ");
    print_hex(*(volatile uint64_t *)first);
    print("\n");
}

/* until_told: go on until key r, or until the disk's backend is found dead. */
static void live(uint64_t dtb, int until_told)
{
    struct function disk = { 0 }, net = { 0 };

    find_devices(dtb);
    use_all();
    virtio_find(&bridge, VIRTIO_BLK, &disk);
    virtio_find(&bridge, VIRTIO_NET, &net);
    post_packets(&net);
    post_reads(&disk);
    if (!both_write()) {
        return;
    }
    if (until_told) {
        say_in_flight("busy");
        while (!virtio_gone(&disk) && read_key() != 'r') {
            keep_busy();
        }
    }
    say_in_flight("reset");
    (void)smc(SYSTEM_RESET, 0, 0, 0);
}

void guest_main(uint64_t dtb)
{
    find_memory(dtb);
    look(SCAN_S);
    for (;;) {
        switch (read_key()) {
        case 'r': live(dtb, 0); break;
        case 'd': live(dtb, 1); break;
        case 's': look(SCAN_LONG_S); break;
        case 'o': (void)smc(SYSTEM_OFF, 0, 0, 0); break;
        default: break;
        }
    }
}
