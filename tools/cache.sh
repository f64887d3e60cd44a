# SPDX-License-Identifier: BSD-2-Clause
#
# The cache of downloads and third-party builds, shared by all clones of one user; to be sourced by
# sh scripts after progress.sh. An entry is a directory <what>-<hash of everything that went in>. It
# is made under a temporary name and renamed when complete, so an entry that exists is whole, and an
# interrupted build leaves nothing that could be mistaken for one.

cache_tell_s=${CACHE_TELL_S:-20}
cache_root=${XDG_CACHE_HOME:-$HOME/.cache}/peervisor

# cache_key WORD-OR-FILE...: a short hash over the words and the contents of those that are files or
# directories (names and contents of all files in them).
cache_key() {
    for cache_input in "$@"; do
        if [ -d "$cache_input" ]; then
            (cd "$cache_input" && find . -type f | LC_ALL=C sort | while read -r f; do
                printf '%s\n' "$f"; cat "$f"; done)
        elif [ -f "$cache_input" ]; then
            cat "$cache_input"
        else
            printf '%s\n' "$cache_input"
        fi
    done | sha256sum | cut -c1-16
}

# cache_tell NAME LOG: tells every cache_tell_s seconds how far it is: compilers number their steps.
cache_tell() {
    cache_elapsed=0
    while sleep "$cache_tell_s" > /dev/null 2>&1; do
        cache_elapsed=$((cache_elapsed + cache_tell_s))
        printf '    %s, %d s: %s\n' "$1" "$cache_elapsed" "$(tail -n 1 "$2" | tr -d '\r' | cut -c1-100)"
    done
}

# cache_make NAME KEY TEXT FUNCTION [resume]: sets cache_entry to the directory of NAME-KEY. If there
# is none yet, says TEXT and calls FUNCTION with an empty directory to fill ("resume": with what an
# interrupted call for the same key left). Its output goes to a log, whose end is shown if FUNCTION
# fails. Two makes at once build an entry only once.
cache_make() {
    cache_entry=$cache_root/$1-$2
    [ ! -d "$cache_entry" ] || return 0
    mkdir -p "$cache_root/log"
    (
        flock 9
        [ ! -d "$cache_entry" ] || exit 0
        step "$3"
        cache_new=$cache_root/.new-$1-$2
        cache_log=$cache_root/log/$1.log
        for cache_old in "$cache_root/.new-$1"-*; do
            [ "${5:-}$cache_old" = "resume$cache_new" ] || rm -rf "$cache_old"
        done
        mkdir -p "$cache_new"
        # "set +e" and a subshell of its own, not "||": in a condition sh ignores errors inside the
        # function. The lock's descriptor stays here: some programs rely on finding low ones free.
        : > "$cache_log"
        cache_tell "$1" "$cache_log" 9>&- &
        cache_teller=$!
        set +e
        (
            set -e
            "$4" "$cache_new"
        ) > "$cache_log" 2>&1 9>&-
        cache_status=$?
        kill "$cache_teller" 2> /dev/null
        wait "$cache_teller" 2> /dev/null
        set -e
        if [ $cache_status != 0 ]; then
            tail -n 30 "$cache_log" >&2
            die "building $1 failed; the whole log is $cache_log"
        fi
        mv "$cache_new" "$cache_entry"
    ) 9> "$cache_root/.lock-$1"
}

# cache_link PATH: makes PATH a symbolic link to the entry.
cache_link() {
    mkdir -p "$(dirname "$1")"
    [ "$(readlink "$1" 2> /dev/null)" = "$cache_entry" ] || ln -sfnT "$cache_entry" "$1"
}

# cache_package PACKAGE[:ARCH] [VERSION]: sets cache_entry to a directory with that binary package's
# file, fetched through the machine's own apt configuration.
cache_package() {
    cache_version=${2:-$(apt-cache show --no-all-versions "$1" 2> /dev/null |
        sed -n 's/^Version: //p' | head -n 1)}
    [ -n "$cache_version" ] || die "apt knows no package $1; 'make setup' adds the entries"
    cache_wanted=$1=$cache_version
    cache_make "package-$(echo "$1" | tr : _)" "$(cache_key "$cache_wanted")" \
        "downloading $1 $cache_version" cache_fetch_package
}

cache_fetch_package() {
    (cd "$1" && apt-get -o APT::Sandbox::User=root download "$cache_wanted")
}

# newest_version PACKAGE PREFIX [SOURCE]: the highest version that starts with PREFIX and apt can
# fetch; SOURCE non-empty asks for source packages.
newest_version() {
    if [ -n "${3:-}" ]; then
        apt-cache showsrc "$1" 2> /dev/null | sed -n 's/^Version: //p'
    else
        apt-cache madison "$1" 2> /dev/null | awk -F'|' '{ gsub(/ /, "", $2); print $2 }'
    fi | grep "^$2" | sort -V | tail -n 1
}
