#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# The module's DKMS metadata: a source tree that stands alone builds with the commands of its dkms.conf, as dkms would
# give them, and what comes out is what dkms.conf announces. (dkms itself wants the kernel that runs here.)
set -u

top=$(cd "$(dirname "$0")/../.." && pwd)
kernel=$top/build/third-party/guest-kernel/build
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
count=0
failed=0

# result STATUS TEXT: with what the last step printed, if it failed.
result() {
    count=$((count + 1))
    if [ "$1" = 0 ]; then
        echo "ok $count - $2"
    else
        echo "not ok $count - $2"
        tail -n 20 "$work/log" | sed 's/^/# /'
        failed=1
    fi
}

make -s -C "$top/guest/linux" dkms-source DEST="$work/src" > "$work/log" 2>&1
result $? "make dkms-source makes a source tree"

# dkms reads its file with bash; these variables are its interface.
cat > "$work/dkms" << 'END'
set -e
kernel_source_dir=$1
. ./dkms.conf
test -n "$PACKAGE_NAME" && test -n "$PACKAGE_VERSION" && test "$AUTOINSTALL" = yes
case $2 in
name) echo "${BUILT_MODULE_NAME[0]}" ;;
build) eval "${MAKE[0]}" ;;
clean) eval "$CLEAN" ;;
esac
END
cd "$work/src" || exit 2
name=$(bash "$work/dkms" "$kernel" name 2> "$work/log")
result $? "dkms.conf is complete"
bash "$work/dkms" "$kernel" build > "$work/log" 2>&1
result $? "it builds outside of the project's tree"
modinfo -F name "./$name.ko" > "$work/log" 2>&1 && [ "$(modinfo -F name "./$name.ko")" = "$name" ]
result $? "the module is the one that dkms.conf names"
modinfo -F license "./$name.ko" > "$work/log" 2>&1 && grep -q GPL "$work/log"
result $? "it says that it is GPL"
bash "$work/dkms" "$kernel" clean > "$work/log" 2>&1 && [ ! -e "$name.ko" ]
result $? "and it is cleaned up"
echo "1..$count"
exit $failed
