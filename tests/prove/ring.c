/* SPDX-License-Identifier: BSD-2-Clause */
/* For WP: the link's rings are functions in a header. */
#include "rpc/ring.h"
