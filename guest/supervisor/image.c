/* SPDX-License-Identifier: BSD-2-Clause */
#define _GNU_SOURCE
#include "image.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SECTOR_BYTES 512

/* qcow2 header, big endian: magic, version, backing file offset (8 bytes), ..., at 72 the
   incompatible features. Source: QEMU docs/interop/qcow2. */
#define QCOW2_BACKING  8
#define QCOW2_FEATURES 72
#define QCOW2_EXTERNAL UINT64_C(4)

static uint64_t big_endian(const uint8_t *at, int bytes)
{
    uint64_t value = 0;

    for (int i = 0; i < bytes; i++) {
        value = value << 8 | at[i];
    }
    return value;
}

static const char *check_qcow2(int fd)
{
    uint8_t header[104] = { 0 };
    uint64_t version;

    if (pread(fd, header, sizeof(header), 0) < QCOW2_FEATURES ||
        memcmp(header, "QFI\xfb", 4) != 0) {
        return "not a qcow2 image";
    }
    version = big_endian(header + 4, 4);
    if (version != 2 && version != 3) {
        return "a qcow2 image of an unknown version";
    }
    /* Either would make QEMU open a file that the image's writer names. */
    if (big_endian(header + QCOW2_BACKING, 8) != 0) {
        return "a qcow2 image with a backing file, which is not supported";
    }
    if (version == 3 && (big_endian(header + QCOW2_FEATURES, 8) & QCOW2_EXTERNAL)) {
        return "a qcow2 image with an external data file, which is not supported";
    }
    return NULL;
}

static const char *check_raw(off_t size)
{
    return size == 0             ? "empty"
           : size % SECTOR_BYTES ? "not a whole number of 512-byte sectors"
                                 : NULL;
}

static const char *check(const char *format, int fd)
{
    struct stat st;

    if (fstat(fd, &st)) {
        return strerror(errno);
    }
    if (!S_ISREG(st.st_mode) && !S_ISBLK(st.st_mode)) {
        return "neither a file nor a block device";
    }
    if (!strcmp(format, "qcow2")) {
        return check_qcow2(fd);
    }
    return S_ISREG(st.st_mode) ? check_raw(st.st_size) : NULL;
}

static const char *format_of(const char *path)
{
    const char *dot = strrchr(path, '.');

    if (dot && !strcmp(dot, ".qcow2")) {
        return "qcow2";
    }
    return dot && (!strcmp(dot, ".raw") || !strcmp(dot, ".img")) ? "raw" : NULL;
}

const char *image_open(const char *path, bool readonly, struct image *image)
{
    int flags = (readonly ? O_RDONLY : O_RDWR) | O_CLOEXEC, direct;
    const char *problem;

    image->fd = -1;
    image->direct = false;
    image->format = format_of(path);
    if (!image->format) {
        return "the name must end in .qcow2, .raw or .img";
    }
    image->fd = open(path, flags);
    if (image->fd < 0) {
        return errno == ENOENT ? "there is no such file" : strerror(errno);
    }
    problem = check(image->format, image->fd);
    if (problem) {
        close(image->fd);
        image->fd = -1;
        return problem;
    }
    /* Past the page cache: the guest has one of its own. Some file systems cannot. */
    direct = open(path, flags | O_DIRECT);
    if (direct >= 0) {
        close(image->fd);
        image->fd = direct;
        image->direct = true;
    }
    return NULL;
}
