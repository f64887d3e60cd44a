/* SPDX-License-Identifier: BSD-2-Clause */
/* Disk images of guests: what they are, and that they are what they claim to be. */
#ifndef SUPERVISOR_IMAGE_H
#define SUPERVISOR_IMAGE_H

#include <stdbool.h>

#define IMAGE_DIR "/var/lib/virt/images"

struct image {
    const char *format; /* QEMU's name: "qcow2" or "raw" */
    int fd;             /* open, or -1 */
    bool direct;        /* opened with O_DIRECT */
};

/*
 * Opens and checks an image. The format follows from the name alone (.qcow2, .raw, .img): its contents
 * are the guest's, who must not be able to choose how they are read.
 *
 * @path: absolute. Returns NULL, or what is wrong with it (then image->fd is -1).
 */
const char *image_open(const char *path, bool readonly, struct image *image);

#endif
