#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Exit codes and messages of the composer's command line.
set -u

here=$(cd "$(dirname "$0")" && pwd)
composer=${COMPOSER:-$here/../../build/composer/peervisor-compose}
demo=$here/../../topologies/vm_qemu_virtio/vm_qemu_virtio.camkes
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
count=0
failed=0

# expect NAME EXIT TEXT ARGUMENT...: TEXT must be in what is printed; "": nothing must be printed.
expect() {
    name=$1
    wanted=$2
    text=$3
    shift 3
    timeout 20 "$composer" "$@" > "$work/out" 2>&1
    code=$?
    count=$((count + 1))
    if [ -n "$text" ]; then
        grep -qF -- "$text" "$work/out"
    else
        [ ! -s "$work/out" ]
    fi
    if [ $? = 0 ] && [ "$code" = "$wanted" ]; then
        echo "ok $count - cli/$name"
    else
        echo "not ok $count - cli/$name"
        echo "# exit $code, wanted $wanted with: $text"
        sed 's/^/# /' "$work/out"
        failed=$((failed + 1))
    fi
}

expect "help" 0 "usage: peervisor-compose" --help
expect "no description" 2 "usage: peervisor-compose"
expect "unknown option" 2 "what is '--fast'?" --fast "$demo"
expect "two descriptions" 2 "what is" --check "$demo" "$demo"
expect "option without value" 2 "-o needs a value" --check "$demo" -o
expect "mapping without file" 2 "-M kernel: NAME=FILE expected" --check -M kernel "$demo"
expect "bad number" 2 "--ram lots: not a number" --check --ram lots "$demo"
expect "impossible cores" 2 "--cores must be 1 to 8" --check --cores 9 "$demo"
expect "nothing to compose from" 2 "--kernel is missing" "$demo"
expect "unreadable description" 2 "nowhere.camkes: file-missing: No such file" --check "$work/nowhere.camkes"
expect "nowhere to write" 2 "No such file or directory" --check -o "$work/a/b/c" "$demo"
expect "disks of a demo" 0 "user-vm.qcow2" --list-disks "$demo"
expect "disks of a chain: what the VM in the middle serves lies in its own disk" 0 "middle.qcow2/leaf.qcow2" \
    -I "$here/../../topologies/include" --list-disks "$here/../boot/graph/graph.camkes"
expect "syntax only" 0 "" --parse-only "$demo"
expect "no prefix" 1 "prefix-layout" --check-prefix "$work"
expect "last definition counts" 0 "" --check -DVMSWIOTLB=1 -D VMSWIOTLB=0 "$demo"
echo "1..$count"
[ "$failed" = 0 ]
