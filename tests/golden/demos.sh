#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# What the composer makes of the demos and of other graphs: the audit and each VM's device tree fragment, as text. A
# change here is a change of who can reach what, or of what guests are told: read it before you accept it.
#
#   tests/golden/demos.sh      GOLDEN_UPDATE=1 rewrites the expected texts
set -u

here=$(cd "$(dirname "$0")" && pwd)
top=$here/../..
composer=${COMPOSER:-$top/build/composer/peervisor-compose}
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
count=0
failed=0

# same NAME WANTED GOT
same() {
    count=$((count + 1))
    if [ -n "${GOLDEN_UPDATE:-}" ] && [ "$2" != /dev/null ]; then
        cp "$3" "$2"
    fi
    if cmp -s "$2" "$3"; then
        echo "ok $count - $1"
    else
        echo "not ok $count - $1"
        diff -u "$2" "$3" | sed 's/^/# /'
        failed=$((failed + 1))
    fi
}

# described NAME DESCRIPTION OPTIONS: compares with demos/NAME
described() {
    name=$1
    description=$2
    shift 2
    mkdir -p "$here/demos/$name"
    # Relative, so that the report does not name this machine's folders.
    (cd "$top" && timeout 20 "$composer" --check -o "$work/$name" -I topologies/include "$@" \
        "$description") > "$work/log" 2>&1
    same "$name/no message" /dev/null "$work/log"
    same "$name/audit" "$here/demos/$name/audit.txt" "$work/$name/audit.txt"
    for blob in "$work/$name"/*.dtb; do
        text=$(basename "$blob" .dtb).dts
        # Phandles of the VMM's own nodes are not in the fragment; dtc warns about them.
        dtc -q -I dtb -O dts "$blob" > "$work/$text" || echo "dtc refuses it" > "$work/$text"
        # Older releases of dtc print a list of strings as one.
        sed -i 's/\\0/", "/g' "$work/$text"
        same "$name/$text" "$here/demos/$name/$text" "$work/$text"
    done
}

# demo NAME TOPOLOGY OPTIONS
demo() {
    demo_name=$1
    demo_topology=$2
    shift 2
    described "$demo_name" "topologies/$demo_topology/$demo_topology.camkes" "$@"
}

demo vm_qemu_virtio vm_qemu_virtio
demo vm_qemu_virtio-bridge vm_qemu_virtio -D DRIVER_NET=bridge
demo vm_qemu_virtio-shared vm_qemu_virtio -D VMSWIOTLB=0
demo vm_virtio_multi_user vm_virtio_multi_user
# Graphs that are no demo: a chain whose last VM has two backends, and everybody linked to everybody both ways.
described graph tests/boot/graph/graph.camkes
described graph-shared tests/boot/graph/graph.camkes -D VMSWIOTLB=0
described mesh tests/golden/mesh.camkes
echo "1..$count"
[ "$failed" = 0 ]
