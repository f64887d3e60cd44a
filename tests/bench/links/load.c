/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * load: what a link carries, one figure per call. Both ends run the same program.
 *
 *   load seed                        gives the kernel's random pool its first bits, as a boot loader would;
 *                                    without them each system call of an emulated machine is slow
 *   load serve PORT                  the other end of the stream and round-trip calls; never returns
 *   load out|in ADDRESS PORT MIB     TCP stream to or from the server, Mbit/s
 *   load turns ADDRESS PORT COUNT    one byte there and back over TCP, us
 *   load ping ADDRESS COUNT          ICMP echo, us
 *   load random FILE DEPTH COUNT     4 KB reads past the page cache, DEPTH at a time, 1/s
 *   load stream-read|stream-write FILE MIB   4 MB at a time past the page cache, MiB/s
 *
 * Prints "load NAME VALUE UNIT". For measurements with -icount: everything is deterministic.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/aio_abi.h>
#include <linux/random.h>
#include <netinet/ip_icmp.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define MIB       (UINT64_C(1) << 20)
#define PIECE     (64u * 1024)
#define BLOCK     4096u
#define LARGE     (4u * 1024 * 1024)
#define DEPTH_MAX 32u

/* First byte of a connection: what the client does. */
enum { TO_SERVER = 'o', FROM_SERVER = 'i', TURNS = 't' };

static char piece[PIECE];

static void __attribute__((noreturn)) fail(const char *what)
{
    fprintf(stderr, "load: %s: %s\n", what, strerror(errno));
    exit(1);
}

static double seconds(void)
{
    struct timespec now;

    if (clock_gettime(CLOCK_MONOTONIC_RAW, &now) != 0) {
        fail("clock");
    }
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static void put_all(int fd, const void *bytes, size_t count)
{
    const char *at = bytes;

    while (count > 0) {
        ssize_t done = write(fd, at, count);

        if (done <= 0) {
            fail("write");
        }
        at += done;
        count -= (size_t)done;
    }
}

static void take_all(int fd, void *bytes, size_t count)
{
    char *at = bytes;

    while (count > 0) {
        ssize_t done = read(fd, at, count);

        if (done <= 0) {
            fail("read");
        }
        at += done;
        count -= (size_t)done;
    }
}

/* ---- network ---- */

static struct sockaddr_in place(const char *address, const char *port)
{
    struct sockaddr_in result = { .sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(port)) };

    if (inet_pton(AF_INET, address, &result.sin_addr) != 1) {
        errno = EINVAL;
        fail(address);
    }
    return result;
}

static void no_delay(int fd)
{
    int on = 1;

    if (setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)) != 0) {
        fail("TCP_NODELAY");
    }
}

/* Both directions end with a byte from the server, so the client knows that all has arrived. */
static void answer(int fd)
{
    struct {
        char mode;
        uint64_t bytes;
    } __attribute__((packed)) request;

    take_all(fd, &request, sizeof(request));
    no_delay(fd);
    for (uint64_t left = request.bytes; left > 0;) {
        size_t count = left < sizeof(piece) ? (size_t)left : sizeof(piece);

        switch (request.mode) {
        case TO_SERVER: take_all(fd, piece, count); break;
        case FROM_SERVER: put_all(fd, piece, count); break;
        default:
            count = 1;
            take_all(fd, piece, 1);
            put_all(fd, piece, 1);
        }
        left -= count;
    }
    put_all(fd, piece, 1);
}

static void serve(const char *port)
{
    struct sockaddr_in here = place("0.0.0.0", port);
    int on = 1, listener = socket(AF_INET, SOCK_STREAM, 0);

    if (listener < 0 || setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) != 0 ||
        bind(listener, (struct sockaddr *)&here, sizeof(here)) != 0 || listen(listener, 4) != 0) {
        fail("listen");
    }
    for (;;) {
        int fd = accept(listener, NULL, NULL);

        if (fd < 0) {
            fail("accept");
        }
        answer(fd);
        close(fd);
    }
}

/* Returns the seconds that it took. */
static double transfer(char mode, const char *address, const char *port, uint64_t bytes)
{
    struct {
        char mode;
        uint64_t bytes;
    } __attribute__((packed)) request = { mode, bytes };
    struct sockaddr_in there = place(address, port);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    double start;

    if (fd < 0 || connect(fd, (struct sockaddr *)&there, sizeof(there)) != 0) {
        fail("connect");
    }
    no_delay(fd);
    put_all(fd, &request, sizeof(request));
    start = seconds();
    for (uint64_t left = bytes; left > 0;) {
        size_t count = left < sizeof(piece) ? (size_t)left : sizeof(piece);

        switch (mode) {
        case TO_SERVER: put_all(fd, piece, count); break;
        case FROM_SERVER: take_all(fd, piece, count); break;
        default:
            count = 1;
            put_all(fd, piece, 1);
            take_all(fd, piece, 1);
        }
        left -= count;
    }
    take_all(fd, piece, 1);
    close(fd);
    return seconds() - start;
}

static double ping(const char *address, unsigned count)
{
    struct sockaddr_in there = place(address, "0");
    /* The kernel fills in identifier and checksum, and gives us our own answers only. */
    int fd = socket(AF_INET, SOCK_DGRAM, IPPROTO_ICMP);
    double start;

    if (fd < 0 || connect(fd, (struct sockaddr *)&there, sizeof(there)) != 0) {
        fail("ICMP socket");
    }
    start = seconds();
    for (unsigned i = 0; i < count; i++) {
        struct {
            struct icmphdr header;
            char data[56];
        } echo = {
            .header = { .type = ICMP_ECHO, .un.echo.sequence = htons((uint16_t)i) },
        };

        if (send(fd, &echo, sizeof(echo), 0) != sizeof(echo) ||
            recv(fd, piece, sizeof(piece), 0) != sizeof(echo)) {
            fail("ICMP echo");
        }
    }
    close(fd);
    return seconds() - start;
}

/* ---- disk ---- */

static int open_disk(const char *path, int mode, uint64_t *size)
{
    int fd = open(path, mode | O_DIRECT);
    off_t end = fd < 0 ? -1 : lseek(fd, 0, SEEK_END);

    if (end < (off_t)LARGE) {
        fail(path);
    }
    *size = (uint64_t)end;
    return fd;
}

static char *aligned(size_t size)
{
    void *result = NULL;

    if (posix_memalign(&result, BLOCK, size) != 0) {
        fail("memory");
    }
    memset(result, 0x5a, size); /* its pages exist before time is taken */
    return result;
}

/* The same places at each run. */
static uint64_t next_place(uint64_t size)
{
    static uint64_t state = 1;

    state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (state >> 33) % (size / BLOCK) * BLOCK;
}

static double random_reads(const char *path, unsigned depth, unsigned count)
{
    uint64_t size;
    int fd = open_disk(path, O_RDONLY, &size);
    char *memory = aligned((size_t)DEPTH_MAX * BLOCK);
    struct iocb blocks[DEPTH_MAX];
    aio_context_t context = 0;
    unsigned started = 0, done = 0;
    double start;

    if (depth == 0 || depth > DEPTH_MAX || syscall(SYS_io_setup, DEPTH_MAX, &context) != 0) {
        fail("io_setup");
    }
    start = seconds();
    while (done < count) {
        struct io_event events[DEPTH_MAX];
        long got;

        while (started < count && started - done < depth) {
            /* The kernel has its own copy once it is submitted; nobody looks at what was read. */
            struct iocb *block = &blocks[started % depth];

            *block =
                (struct iocb){ .aio_fildes = (uint32_t)fd,
                               .aio_lio_opcode = IOCB_CMD_PREAD,
                               .aio_buf = (uintptr_t)(memory + (size_t)(started % depth) * BLOCK),
                               .aio_nbytes = BLOCK,
                               .aio_offset = (int64_t)next_place(size) };
            if (syscall(SYS_io_submit, context, 1, &block) != 1) {
                fail("io_submit");
            }
            started++;
        }
        got = syscall(SYS_io_getevents, context, 1, DEPTH_MAX, events, NULL);
        for (long i = 0; i < got; i++) {
            if (events[i].res != BLOCK) {
                errno = EIO;
                fail("read");
            }
        }
        if (got < 1) {
            fail("io_getevents");
        }
        done += (unsigned)got;
    }
    return seconds() - start;
}

static double stream_disk(const char *path, int write_it, uint64_t bytes)
{
    uint64_t size;
    int fd = open_disk(path, write_it ? O_WRONLY : O_RDONLY, &size);
    char *memory = aligned(LARGE);
    double start = seconds();

    for (uint64_t at = 0; at < bytes; at += LARGE) {
        off_t where = (off_t)(at % (size / LARGE * LARGE));
        ssize_t done =
            write_it ? pwrite(fd, memory, LARGE, where) : pread(fd, memory, LARGE, where);

        if (done != (ssize_t)LARGE) {
            fail(path);
        }
    }
    return seconds() - start;
}

static void seed(void)
{
    struct {
        int bits, bytes;
        uint32_t data[16];
    } pool = { 512, 64, { 1 } };
    int fd = open("/dev/urandom", O_WRONLY);

    if (fd < 0 || ioctl(fd, RNDADDENTROPY, &pool) != 0) {
        fail("/dev/urandom");
    }
}

static void report(const char *name, double value, const char *unit)
{
    printf("load %s %.1f %s\n", name, value, unit);
}

int main(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "";
    uint64_t number = argc > 2 ? strtoull(argv[argc - 1], NULL, 10) : 0;

    if (!strcmp(what, "seed")) {
        seed();
    } else if (!strcmp(what, "serve") && argc == 3) {
        serve(argv[2]);
    } else if ((!strcmp(what, "out") || !strcmp(what, "in")) && argc == 5) {
        char mode = what[0] == 'o' ? TO_SERVER : FROM_SERVER;

        report(what, (double)(number * MIB) * 8e-6 / transfer(mode, argv[2], argv[3], number * MIB),
               "Mbit/s");
    } else if (!strcmp(what, "turns") && argc == 5) {
        report(what, transfer(TURNS, argv[2], argv[3], number) * 1e6 / (double)number, "us");
    } else if (!strcmp(what, "ping") && argc == 4) {
        report(what, ping(argv[2], (unsigned)number) * 1e6 / (double)number, "us");
    } else if (!strcmp(what, "random") && argc == 5) {
        report(what,
               (double)number / random_reads(argv[2], (unsigned)atoi(argv[3]), (unsigned)number),
               "1/s");
    } else if ((!strcmp(what, "stream-read") || !strcmp(what, "stream-write")) && argc == 4) {
        report(what, (double)number / stream_disk(argv[2], what[7] == 'w', number * MIB), "MiB/s");
    } else {
        fprintf(stderr, "load: see the head of tests/bench/links/load.c\n");
        return 2;
    }
    return 0;
}
