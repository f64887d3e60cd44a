#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# Set-up derives its apt entries from the machine's own. Here apt itself reads made-up configurations in
# both formats; nothing is fetched and nothing outside a scratch directory is touched.
set -u

top=$(cd "$(dirname "$0")/../.." && pwd)
. "$top/tools/apt-entries.sh"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
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

mkdir -p "$scratch/one-line" "$scratch/stanzas"
cat > "$scratch/one-line/a.list" << 'END'
# a comment
deb http://mirror.invalid/debian bookworm main contrib
deb [arch=amd64,arm64 signed-by=/keys/one.gpg] http://other.invalid/debian bookworm main
END
cat > "$scratch/stanzas/b.sources" << 'END'
# a comment before
Types: deb
URIs: http://first.invalid/debian
Suites: trixie trixie-updates
Components: main

# the second stanza has the key
Types: deb deb-src
URIs: http://second.invalid/debian-security
Suites: trixie-security
Components: main
Signed-By: /keys/two.gpg
END

equal "$(entry_key "$scratch/one-line/a.list:2")" "" "one-line entry without a key"
equal "$(entry_key "$scratch/one-line/a.list:3")" "/keys/one.gpg" "one-line entry: its key"
equal "$(entry_key "$scratch/stanzas/b.sources:1")" "" "stanza without a key"
equal "$(entry_key "$scratch/stanzas/b.sources:2")" "/keys/two.gpg" "stanza: its own key, not its neighbour's"

# apt_targets is what apt says about the machine; these are lines of that form.
apt_targets() {
    cat << END
http://first.invalid/debian/|trixie|main|amd64|$scratch/stanzas/b.sources:1|Packages
http://first.invalid/debian/|trixie|main|arm64|$scratch/stanzas/b.sources:1|Packages
http://first.invalid/debian/|trixie|contrib|arm64|$scratch/stanzas/b.sources:1|Packages
http://first.invalid/debian/|trixie-backports|main|arm64|$scratch/stanzas/b.sources:1|Packages
http://second.invalid/debian-security/|trixie-security|main|arm64|$scratch/stanzas/b.sources:2|Packages
END
}
equal "$(apt_release_lines trixie arm64)" \
    "deb [arch=arm64] http://first.invalid/debian/ trixie main
deb [arch=arm64 signed-by=/keys/two.gpg] http://second.invalid/debian-security/ trixie-security main" \
    "a guest's entries: release, updates and security, main only, with their keys"
equal "$(apt_release_lines bookworm arm64)" "" "no entries for a release that the machine does not have"
addresses=$(grep -rnE '(deb|security|snapshot|ftp)[.][a-z.]*debian[.]org' "$top/tools" "$top/guest/images" \
    "$top/Makefile")
equal "$addresses" "" "no mirror's address in set-up or recipes"
echo "1..$count"
