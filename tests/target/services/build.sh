#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# build.sh OUT [ATTACH]: a bootable image OUT/image.bin of initial task, console, timer service and two
# selftest components. KERNEL_CONFIG chooses the kernel (release or debug).
set -eu

top=$(cd "$(dirname "$0")/../../.." && pwd)
out=${1:?usage: build.sh OUT [ATTACH]}
attach=${2:-0}
config=${KERNEL_CONFIG:-release}
user=$top/build/user-services-$config
base=0x50000000

mkdir -p "$out"
make -s -C "$top/kernel" CONFIG="$config"
make -s -C "$top/loader"
make -s -C "$top/tools/pack-image"
make -s -C "$top/user" KERNEL_CONFIG="$config" COMPONENTS="init console timer selftest" OUT="$user"
gcc -std=gnu11 -Wall -Wextra -Werror -I"$top" -I"$top/contract" -I"$top/tests/harness" \
    -I"$top/tests/target/services" -o "$out/mkplan" "$top/tests/target/services/mkplan.c" \
    "$top/tests/harness/plan_builder.c"

set --
modules=
address=$((base))
for name in console timer selftest; do
    size=$(stat -c %s "$user/$name.elf")
    modules="$modules $name.elf=$(printf 0x%x $address):$size"
    set -- "$@" --module "$name.elf=$user/$name.elf@$(printf 0x%x $address)"
    address=$((address + 0x200000))
done
"$out/mkplan" "$out/plan" "$attach" $modules
"$top/build/host/pack-image" --loader "$top/build/loader/loader.bin" \
    --kernel "$top/build/kernel/$config/kernel.elf" --root "$user/init.elf" "$@" \
    --module "plan=$out/plan@$(printf 0x%x $address)" --uart 0x09000000 -o "$out/image.bin"
