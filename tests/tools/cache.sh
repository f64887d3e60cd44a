#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# The cache: an entry is whole or absent, a key depends on every input, two builders build once.
set -u

top=$(cd "$(dirname "$0")/../.." && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
export XDG_CACHE_HOME="$scratch"
count=0

# equal GOT WANTED TEXT
equal() {
    count=$((count + 1))
    if [ "$1" = "$2" ]; then
        echo "ok $count - $3"
    else
        echo "not ok $count - $3"
        printf 'got:\n%s\nwanted:\n%s\n' "$1" "$2" | sed 's/^/# /'
    fi
}

# use SCRIPT: runs it as our build scripts run, with the cache's functions.
use() {
    sh -euc ". '$top/tools/progress.sh'; . '$top/tools/cache.sh'; cd '$scratch'; $1" 2>&1
}

good='make_it() { echo content > "$1/file"; echo run >> runs; }; cache_make thing k1 "making" make_it'
use "$good" > /dev/null
equal "$(cat "$scratch/peervisor/thing-k1/file")" content "an entry holds what its function made"
use "$good" > /dev/null
equal "$(grep -c run "$scratch/runs")" 1 "an entry is made once"
(use "$good; make_slow() { sleep 0.3; echo slow >> runs; }; cache_make slow k1 s make_slow" &
use "make_slow() { sleep 0.3; echo slow >> runs; }; cache_make slow k1 s make_slow" &
wait) > /dev/null
equal "$(grep -c slow "$scratch/runs")" 1 "two builders at once build once"

bad='fail_it() { echo half > "$1/file"; echo the reason; false; echo never; }
    cache_make broken k1 "making" fail_it; echo went on'
said=$(use "$bad")
equal "$?" 1 "a failing build ends the script"
equal "$(echo "$said" | grep -c -e 'the reason' -e 'building broken failed')" 2 \
    "a failing build says why and which"
equal "$(ls -d "$scratch"/peervisor/broken-* 2> /dev/null)" "" "a failing build leaves no entry"
use 'retry() { ls "$1" > seen; touch "$1/file"; }; cache_make broken k1 "again" retry' > /dev/null
equal "$(cat "$scratch/seen")" "" "what a failed build left is gone at the next try"
use 'half() { touch "$1/object"; false; }; cache_make long k1 x half resume' > /dev/null
use 'rest() { ls "$1" > seen; }; cache_make long k1 x rest resume' > /dev/null
equal "$(cat "$scratch/seen")" object "a resumable build finds what it left"

said=$(CACHE_TELL_S=1 use 'slowly() { echo step 7 of 9; sleep 3; }; cache_make told k1 "telling" slowly')
equal "$(echo "$said" | sed 's/, [0-9]* s:/:/' | sort -u)" "$(printf '    told: step 7 of 9\n=== telling')" \
    "a long build tells how far it is"

mkdir "$scratch/inputs"
echo a > "$scratch/inputs/a"
first=$(use 'cache_key word inputs')
equal "$(use 'cache_key word inputs')" "$first" "the same inputs give the same key"
echo b > "$scratch/inputs/a"
second=$(use 'cache_key word inputs')
mv "$scratch/inputs/a" "$scratch/inputs/c"
third=$(use 'cache_key word inputs')
equal "$(printf '%s\n' "$first" "$second" "$third" "$(use 'cache_key other inputs')" | sort -u | wc -l)" 4 \
    "content, file names and words each change the key"
echo "1..$count"
