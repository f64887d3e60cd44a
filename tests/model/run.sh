#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# Checks the models of the link protocol with spin, and that each of their broken variants is found
# broken: a model that cannot fail proves nothing. TAP on standard output; run from anywhere.
set -u

here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
number=0

report() { # PASSED TEXT LOG
    number=$((number + 1))
    if [ "$1" = yes ]; then
        echo "ok $number - model/$2"
    else
        echo "not ok $number - model/$2"
        tail -n 25 "$3" | sed 's/^/# /'
    fi
}

# search MODEL VARIANT: leaves spin's report in $work/log. Returns 0 if the whole state space was seen
# without an error, 1 if an error was found, 2 if it could not be decided.
search() {
    log=$work/log
    rm -rf "$work/pan"
    mkdir "$work/pan"
    (cd "$work/pan" && spin ${2:+-D$2} -a "$here/$1.pml" &&
        gcc -O2 -w -DSAFETY -DMEMLIM=1024 -o pan pan.c &&
        timeout 50 ./pan -m200000) > "$log" 2>&1 || return 2
    grep -q 'errors: [1-9]' "$log" && return 1
    grep -q 'errors: 0' "$log" || return 2
    ! grep -q 'too small\|not completed' "$log" || return 2
}

holds() { # MODEL TEXT
    search "$1" "" && verdict=yes || verdict=no
    states=$(sed -n 's/^ *\([0-9.e+]*\) states, stored.*/\1/p' "$work/log")
    report $verdict "$1: $2 (${states:-?} states)" "$work/log"
}

breaks() { # MODEL VARIANT
    search "$1" "$2"
    [ $? = 1 ] && verdict=yes || verdict=no
    report $verdict "$1: finds the error of $2" "$work/log"
}

if ! command -v spin > /dev/null; then
    echo "1..0 # SKIP spin is not installed"
    exit 0
fi
holds link_words "no lost wake-up, every set is acted on"
for variant in TAKE_BY_STORE RING_FIRST NO_RING_RULE; do
    breaks link_words $variant
done
holds link_ring "no lost or doubled message, nobody sleeps for ever"
for variant in NO_BARRIER NO_FULL_RULE EARLY_PUBLISH; do
    breaks link_ring $variant
done
holds link_session "either side may crash at any point"
for variant in LATE_GENERATION LATE_NOTE SAME_NUMBER NO_ZERO; do
    breaks link_session $variant
done
echo "1..$number"
