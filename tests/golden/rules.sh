#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# Rule ids: each one that the composer can print is described in docs/reference/audit-rules.md, and each
# one described exists.
set -u

top=$(cd "$(dirname "$0")/../.." && pwd)
doc=$top/docs/reference/audit-rules.md
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT

# The id is the first string of a diag_error or diag_warning call, on its first or second line.
cat "$top"/composer/*.c "$top"/composer/*/*.c | tr '\n' ' ' \
    | grep -oE 'diag_(error|warning)\([^;"]*"[a-z0-9-]+"' | sed 's/.*"\(.*\)"/\1/' | sort -u > "$work/code"
sed -n 's/^| `\([a-z0-9-]*\)` |.*/\1/p' "$doc" | sort > "$work/doc"

report() {
    if [ -s "$work/diff" ]; then
        echo "not ok $1 - $2"
        sed 's/^/# /' "$work/diff"
        bad=1
    else
        echo "ok $1 - $2"
    fi
}

bad=0
comm -23 "$work/code" "$work/doc" > "$work/diff"
report 1 "every rule of the composer is in the reference"
comm -13 "$work/code" "$work/doc" > "$work/diff"
report 2 "every rule of the reference is in the composer"
uniq -d "$work/doc" > "$work/diff"
report 3 "no rule is described twice"
[ "$(wc -l < "$work/code")" -gt 50 ] || echo "too few rules were found in the source" > "$work/diff"
report 4 "the search for rules finds them"
echo "1..4"
exit $bad
