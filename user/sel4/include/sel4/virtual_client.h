/* SPDX-License-Identifier: BSD-2-Clause */
/* Kept because programs include it by this name. */
#ifndef SEL4_VIRTUAL_CLIENT_H
#define SEL4_VIRTUAL_CLIENT_H

#include <interfaces/sel4_client.h>

#endif
