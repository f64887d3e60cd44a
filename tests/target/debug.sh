#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# The target tests on the debug kernel, which checks all its invariants as it runs.
TARGET_CONFIG=debug exec "$(dirname "$0")/run.sh"
