/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The one set of error codes of native components. A function that can fail returns 0 or one of
 * these (negative), and hands values out through parameters.
 */
#ifndef RT_ERROR_H
#define RT_ERROR_H

/* The caller must look at the result. */
#define RT_MUST_CHECK __attribute__((warn_unused_result))

enum rt_error {
    RT_OK = 0,
    RT_ERR_INVALID = -1,      /* an argument or input value makes no sense */
    RT_ERR_RANGE = -2,        /* outside of the allowed range, or sizes that overflow */
    RT_ERR_ALIGNMENT = -3,    /* address or size is not a multiple of what it must be */
    RT_ERR_OVERLAP = -4,      /* collides with something that is already there */
    RT_ERR_NOT_FOUND = -5,    /* no such thing */
    RT_ERR_EXISTS = -6,       /* already there */
    RT_ERR_NO_MEMORY = -7,    /* untyped memory, buffer or table space is used up */
    RT_ERR_NO_SLOT = -8,      /* no free capability slot or table entry */
    RT_ERR_FORMAT = -9,       /* bytes do not have the format that was promised */
    RT_ERR_UNSUPPORTED = -10, /* well-formed, but not something this code does */
    RT_ERR_BUSY = -11,        /* not now */
    RT_ERR_TIMEOUT = -12,     /* the time allowed has passed */
    RT_ERR_DENIED = -13,      /* not allowed to the one who asked */
    RT_ERR_PEER = -14,        /* a peer broke the protocol, or is gone */
    RT_ERR_KERNEL = -15,      /* the kernel refused an invocation that should have worked */
};

/*
 * Short lower-case text of an error code, for log lines.
 *
 * @error: code from enum rt_error; any other value gives "unknown error".
 * Returns a static string, never NULL.
 */
const char *rt_error_text(int error);

#endif
