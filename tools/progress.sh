# SPDX-License-Identifier: BSD-2-Clause
#
# How our scripts talk to the person who waits for them; to be sourced by sh scripts.

# step TEXT: what happens now.
step() { printf '=== %s\n' "$*"; }

# die TEXT: one clear line about what is wrong and where, then the end.
die() {
    printf '%s: error: %s\n' "$(basename "$0")" "$*" >&2
    exit 1
}
