#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# The unit tests reach nearly every branch of the kernel's decoders and objects: tools/coverage-kernel.
set -u
cd "$(dirname "$0")/../.."

if output=$(tools/coverage-kernel 2>&1); then
    echo "ok 1 - $(echo "$output" | tail -n 1)"
else
    echo "not ok 1 - coverage of the kernel"
    echo "$output" | sed 's/^/# /'
fi
echo "1..1"
