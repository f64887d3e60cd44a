/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * memsearch DEVICE START END INVERTED-SECRET...: runs as root in a device VM and looks for secrets
 * in all that this VM's CPU can reach. DEVICE maps physical memory: /dev/mem, or /dev/anymem of
 * probe_module.
 *
 * An access that is refused ends in an external abort, which arrives here as a signal and costs
 * 0.2 ms on an emulated board. So every page of guest-physical [START, END) is tried, but only
 * each 16th of the rest of the first 4 GiB, and above that the first page of each GiB, up to the
 * longest physical address that a CPU without large addresses can form (44 bits on a Cortex-A72).
 * Behind a page that can be read the next one is always tried. A page that can be read is read
 * completely. Left alone are the registers of this VM's own devices: reading those has side
 * effects, and they hold no memory.
 *
 * Prints "readable START-END" for each stretch that could be read, "found N START-END" for each
 * stretch of pages with the Nth secret, and sums.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <setjmp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "secrets.h"

#define PAGE        UINT64_C(0x1000)
#define COARSE      (16 * PAGE)
#define CHUNK       UINT64_C(0x200000)
#define ALL_BELOW   (UINT64_C(1) << 32)
#define SAMPLE_STEP (UINT64_C(1) << 30)
#define LIMIT       (UINT64_C(1) << 44)
#define WINDOW_MAX  64u

struct range {
    uint64_t base;
    uint64_t end;
};

/* Pages of one kind, printed as stretches while the search goes upwards. */
struct stretch {
    const char *label;
    struct range range;
    uint64_t pages;
};

static sigjmp_buf fault_exit;
static struct secrets secrets;
static struct range thorough;
static struct range windows[WINDOW_MAX];
static size_t window_count;
static struct stretch readable = { .label = "readable" };
static struct stretch found[SECRET_MAX] = {
    { .label = "found 1" },
    { .label = "found 2" },
    { .label = "found 3" },
    { .label = "found 4" },
};
static uint64_t fault_count;

static void on_fault(int sig)
{
    (void)sig;
    siglongjmp(fault_exit, 1);
}

static void add_window(uint64_t base, uint64_t end)
{
    if (window_count < WINDOW_MAX) {
        windows[window_count++] = (struct range){ base, end };
    }
}

/* Device registers are the outermost lines of /proc/iomem that are no RAM. */
static bool find_windows(void)
{
    FILE *file = fopen("/proc/iomem", "r");
    char line[256];

    while (file && fgets(line, sizeof(line), file)) {
        uint64_t first;
        uint64_t last;
        char name[128];
        int fields = sscanf(line, "%" SCNx64 "-%" SCNx64 " : %127[^\n]", &first, &last, name);

        if (line[0] != ' ' && fields == 3 && strcmp(name, "System RAM") != 0 &&
            strcmp(name, "reserved") != 0) {
            add_window(first, last + 1);
        }
    }
    /* The interrupt controller is not listed there, and reading it acknowledges interrupts. */
    add_window(0x08000000, 0x08022000);
    return file && fclose(file) == 0 && window_count < WINDOW_MAX;
}

static bool in_window(uint64_t page)
{
    for (size_t i = 0; i < window_count; i++) {
        if (page < windows[i].end && page + PAGE > windows[i].base) {
            return true;
        }
    }
    return false;
}

static void stretch_print(struct stretch *stretch)
{
    if (stretch->range.end != stretch->range.base) {
        printf("%s 0x%" PRIx64 "-0x%" PRIx64 "\n", stretch->label, stretch->range.base,
               stretch->range.end);
    }
}

static void stretch_add(struct stretch *stretch, uint64_t page)
{
    stretch->pages++;
    if (stretch->range.end != page) {
        stretch_print(stretch);
        stretch->range.base = page;
    }
    stretch->range.end = page + PAGE;
}

static bool search_page(const volatile uint64_t *memory, uint64_t page)
{
    if (sigsetjmp(fault_exit, 0) != 0) {
        fault_count++;
        return false;
    }
    unsigned hits = secrets_find(&secrets, memory, PAGE / sizeof(*memory));

    stretch_add(&readable, page);
    for (unsigned i = 0; i < secrets.count; i++) {
        if (hits & 1u << i) {
            stretch_add(&found[i], page);
        }
    }
    return true;
}

/* Searches [base, base + bytes); false if the device refuses to map it. */
static bool search(int fd, uint64_t base, uint64_t bytes)
{
    const volatile uint8_t *memory = mmap(NULL, bytes, PROT_READ, MAP_SHARED, fd, (off_t)base);
    bool last_read = false;

    if (memory == MAP_FAILED) {
        printf("memsearch: cannot map 0x%" PRIx64 "\n", base);
        return false;
    }
    for (uint64_t page = base; page < base + bytes; page += PAGE) {
        if (in_window(page)) {
            continue;
        }
        if (last_read || page % COARSE == 0 || (page >= thorough.base && page < thorough.end)) {
            last_read = search_page((const volatile uint64_t *)(memory + (page - base)), page);
        }
    }
    return munmap((void *)memory, bytes) == 0;
}

static bool search_all(int fd)
{
    bool good = true;

    for (uint64_t base = 0; base < ALL_BELOW; base += CHUNK) {
        good = search(fd, base, CHUNK) && good;
    }
    for (uint64_t base = ALL_BELOW; base < LIMIT; base += SAMPLE_STEP) {
        good = search(fd, base, PAGE) && good;
    }
    return good;
}

static bool parse(int argc, char **argv)
{
    if (argc < 5) {
        return false;
    }
    thorough.base = strtoull(argv[2], NULL, 0);
    thorough.end = strtoull(argv[3], NULL, 0);
    for (int i = 4; i < argc; i++) {
        if (!secrets_add(&secrets, argv[i])) {
            return false;
        }
    }
    return true;
}

int main(int argc, char **argv)
{
    struct sigaction action = { .sa_handler = on_fault, .sa_flags = SA_NODEFER };

    if (!parse(argc, argv)) {
        fprintf(stderr, "usage: memsearch DEVICE START END 32-INVERTED-HEX-DIGITS...\n");
        return 2;
    }
    int fd = open(argv[1], O_RDONLY);
    if (fd < 0 || !find_windows()) {
        perror("memsearch: device or /proc/iomem");
        return 1;
    }
    sigaction(SIGBUS, &action, NULL);
    sigaction(SIGSEGV, &action, NULL);
    bool good = search_all(fd);
    stretch_print(&readable);
    for (unsigned i = 0; i < secrets.count; i++) {
        stretch_print(&found[i]);
        printf("secret %u in %" PRIu64 " pages\n", i + 1, found[i].pages);
    }
    printf("memsearch: %" PRIu64 " pages read, %" PRIu64 " refused\n", readable.pages, fault_count);
    return good ? 0 : 1;
}
