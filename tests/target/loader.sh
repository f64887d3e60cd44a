#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# The loader on emulated boards, with a probe in the kernel's place: what it hands over, on how many
# cores, and what it says when it refuses. TAP.
set -eu

top=$(cd "$(dirname "$0")/../.." && pwd)
build=${BUILD:-$top/build}
out=$build/tests/target/loader
cross=${CROSS:-aarch64-linux-gnu-}
qemu=${QEMU:-qemu-system-aarch64}
mkdir -p "$out"
make -s -C "$top/loader" BUILD="$build" >&2
make -s -C "$top/tools/pack-image" BUILD="$build" >&2

# probe NAME UART PADDR: builds kernel and root task.
probe() {
    "${cross}gcc" -nostdlib -static -DUART="$2" -Wl,--build-id=none,--no-warn-rwx-segments,-z,max-page-size=4096 \
        -Wl,-T,"$out/$1.ld" -o "$out/$1.elf" "$top/tests/target/loader/probe.S"
}
cat > "$out/virt.ld" << 'END'
ENTRY(_start)
PHDRS { image PT_LOAD FLAGS(7); }
SECTIONS { . = 0xffc0000000; .text : AT(0x60000000) { *(.text) . = ALIGN(4096); } :image /DISCARD/ : { *(.root .note*) } }
END
sed 's/0x60000000/0x10000000/' "$out/virt.ld" > "$out/rpi4.ld"
cat > "$out/root.ld" << 'END'
ENTRY(root_start)
PHDRS { image PT_LOAD FLAGS(7); }
SECTIONS { . = 0x400000; .root : { *(.root) } :image /DISCARD/ : { *(.text .note*) } }
END
probe virt 0x09000000
probe rpi4 0xfe201000
probe root 0x09000000
head -c 3000000 /dev/zero > "$out/module"
dtc -q -O dtb -o "$out/rpi4.dtb" "$top/tests/target/loader/rpi4.dts"

# pack NAME KERNEL OPTION...: writes NAME.bin.
pack() {
    name=$1 kernel=$2
    shift 2
    "$build/host/pack-image" --loader "$build/loader/loader.bin" --kernel "$out/$kernel.elf" \
        --root "$out/root.elf" --module "big=$out/module" --module "plan=$out/root.ld" "$@" \
        -o "$out/$name.bin" > "$out/$name.map"
}

# boot SECONDS LAST QEMU-OPTION...: output of the board until a line begins with LAST.
boot() {
    limit=$1 last=$2
    shift 2
    : > "$out/serial"
    timeout "$limit" "$qemu" -display none -monitor none -nic none -serial "file:$out/serial" "$@" \
        > /dev/null 2>&1 < /dev/null &
    pid=$!
    tries=0
    while kill -0 $pid 2> /dev/null && ! grep -q "^$last" "$out/serial" && [ $tries -lt $((limit * 10)) ]; do
        sleep 0.1
        tries=$((tries + 1))
    done
    sleep 0.3
    kill $pid 2> /dev/null || true
    wait $pid 2> /dev/null || true
    tr -d '\r' < "$out/serial"
}
virt="-M virt,virtualization=on,gic-version=2 -cpu cortex-a72"

count=0
failed=0
check() { # TEXT COMMAND...
    text=$1
    shift
    count=$((count + 1))
    if "$@" > /dev/null; then
        echo "ok $count - loader/$text"
    else
        failed=$((failed + 1))
        echo "not ok $count - loader/$text"
        printf '%s\n' "$got" | sed 's/^/# /'
    fi
}
says() { printf '%s\n' "$got" | grep -q -- "$1"; }

pack one virt
# shellcheck disable=SC2086
got=$(boot 30 =000000ffc0 $virt -m 1024 -kernel "$out/one.bin")
values=$(printf '%s\n' "$got" | sed -n 's/^=//p')
value() { printf '%s\n' "$values" | sed -n "$1p"; }
is() { [ "$(value "$1")" = "$2" ]; }
check "prints where everything lies" says '^loader: kernel 0x60000000-0x60001000'
check "x0 to x3 describe the root task" is 4 0000000000400000
placed() { [ $((0x$(value 2) - 0x$(value 1))) = 4096 ] && [ $((0x$(value 1) - 0x$(value 3))) = $((0x400000)) ]; }
check "size and offset of the root task fit together" placed
ordered() { [ $((0x$(value 5))) -ge $((0x60001000)) ] && [ $((0x$(value 5) + 0x$(value 6))) -le $((0x$(value 1))) ]; }
check "kernel, device tree, root task in this order" ordered
check "a device tree is where x4 says" is 10 00000000edfe0dd0
check "TCR_EL2 for 44 bits" is 7 0000000080843510
check "MAIR_EL2 as the kernel keeps it" is 8 0000aaff440c0400
check "at EL2" is 9 0000000000000008
check "program headers behind the root task" is 11 0000003800000001
check "running at the linked address" is 12 000000ffc0000000

pack pa40 virt --pa-bits 40
# shellcheck disable=SC2086
got=$(boot 30 =000000ffc0 $virt -m 1024 -kernel "$out/pa40.bin")
check "TCR_EL2 for 40 bits" says '^=0000000080823510'

pack three virt --cores 3
# shellcheck disable=SC2086
got=$(boot 30 '#[A-Z]' $virt -smp 3 -m 1024 -kernel "$out/three.bin")
check "three cores by PSCI" says '^#.*[BC]'
# shellcheck disable=SC2086
got=$(boot 30 'loader: stopped' $virt -smp 2 -m 1024 -kernel "$out/three.bin")
check "too few cores are refused" says 'image is for 0x3 cores, board has 0x2'
pack few virt --cores 3 --least-cores 2
# shellcheck disable=SC2086
got=$(boot 30 '#[A-Z]' $virt -smp 2 -m 1024 -kernel "$out/few.bin")
check "an image that can do with fewer takes those there are" says '^#.*B'
# shellcheck disable=SC2086
got=$(boot 30 'loader: stopped' $virt -smp 1 -m 1024 -kernel "$out/few.bin")
check "but not with too few" says 'image is for 0x2 cores, board has 0x1'

got=$(boot 30 'loader: stopped' -M virt,gic-version=2 -cpu cortex-a72 -m 1024 -kernel "$out/one.bin")
check "EL1 is refused" says 'started at EL1'
# shellcheck disable=SC2086
got=$(boot 30 'loader: stopped' $virt -m 300 -kernel "$out/one.bin")
check "too little RAM for the kernel is refused with figures" says 'too little RAM: kernel and root task needs 0x60000000'
pack far virt --reserve 0x7fe00000:0x400000:tenant
# shellcheck disable=SC2086
got=$(boot 30 'loader: stopped' $virt -m 1024 -kernel "$out/far.bin")
check "too little RAM for a VM names it" says 'too little RAM: tenant needs 0x7fe00000-0x80200000'

# One byte of the root task and of the table is changed behind the writer's back.
cp "$out/one.bin" "$out/damaged.bin"
offset=$(sed -n 's/^root task  image 0x\([0-9a-f]*\)-.*/\1/p' "$out/one.map")
printf 'X' | dd of="$out/damaged.bin" bs=1 seek=$((0x$offset - 0x40200000 + 100)) conv=notrunc 2> /dev/null
# shellcheck disable=SC2086
got=$(boot 30 'loader: stopped' $virt -m 1024 -kernel "$out/damaged.bin")
check "a damaged root task is refused" says 'root task: payload is damaged'

pack pi rpi4 --load-base 0x200000 --uart 0xfe201000 --cores 3 --reserve 0x20000000:0x1000000:vm0
got=$(boot 30 '#[A-Z]' -M raspi4b -kernel "$out/pi.bin" -dtb "$out/rpi4.dtb")
check "Raspberry Pi 4: kernel entered at EL2" says '^=0000000000000008'
check "Raspberry Pi 4: other cores by spin table" says '^#.*[BC]'

echo "1..$count"
[ "$failed" = 0 ]
