# SPDX-License-Identifier: BSD-2-Clause
#
# Reads the machine's own apt configuration, so that no mirror's address appears in this project; to
# be sourced by sh scripts. apt itself lists the entries, so both formats (one-line .list files and
# .sources files) are understood as apt understands them.

# One line per configured package index: URI|suite as written|component|arch|file:entry
apt_targets() {
    apt-get indextargets --format \
        '$(REPO_URI)|$(RELEASE)|$(COMPONENT)|$(ARCHITECTURE)|$(SOURCESENTRY)|$(CREATED_BY)' \
        2> /dev/null | grep '|Packages$' || true
}

# The entry's key, as an option of the one-line format, from the file and entry that apt names:
# a line number in a .list file, a stanza number in a .sources file.
entry_key() {
    file=${1%:*}
    number=${1##*:}
    case $file in
    *.sources)
        awk -v want="$number" '
            BEGIN { RS = ""; FS = "\n" }
            { for (i = 1; i <= NF; i++) if ($i ~ /^[Uu][Rr][Ii]s:/) { n++; break } }
            n == want { for (i = 1; i <= NF; i++) if ($i ~ /^Signed-By:/) {
                    sub(/^Signed-By:[ \t]*/, "", $i); print $i } exit }' "$file"
        ;;
    *)
        sed -n "${number}s/.*[[ ]signed-by=\([^] ]*\).*/\1/p" "$file"
        ;;
    esac
}

# apt_release_lines RELEASE ARCH: the machine's entries for that Debian release (itself, updates,
# security; not backports) as one-line entries for one architecture.
apt_release_lines() {
    apt_targets | awk -F'|' -v r="$1" -v a="$2" \
        '$4 == a && $3 == "main" && ($2 == r || $2 == r "-updates" || $2 == r "-security")' |
        while IFS='|' read -r uri suite component arch entry _; do
            key=$(entry_key "$entry")
            echo "deb [arch=$arch${key:+ signed-by=$key}] $uri $suite $component"
        done
}
