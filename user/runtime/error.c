/* SPDX-License-Identifier: BSD-2-Clause */
#include "rt/error.h"

const char *rt_error_text(int error)
{
    switch (error) {
    case RT_OK: return "no error";
    case RT_ERR_INVALID: return "invalid value";
    case RT_ERR_RANGE: return "out of range";
    case RT_ERR_ALIGNMENT: return "not aligned";
    case RT_ERR_OVERLAP: return "overlap";
    case RT_ERR_NOT_FOUND: return "not found";
    case RT_ERR_EXISTS: return "exists already";
    case RT_ERR_NO_MEMORY: return "no memory left";
    case RT_ERR_NO_SLOT: return "no slot left";
    case RT_ERR_FORMAT: return "wrong format";
    case RT_ERR_UNSUPPORTED: return "not supported";
    case RT_ERR_BUSY: return "busy";
    case RT_ERR_TIMEOUT: return "timed out";
    case RT_ERR_DENIED: return "not allowed";
    case RT_ERR_PEER: return "peer broke the protocol";
    case RT_ERR_KERNEL: return "refused by the kernel";
    default: return "unknown error";
    }
}
