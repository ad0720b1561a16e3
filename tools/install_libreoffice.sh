#!/usr/bin/env bash
# Installs what the tests of the hosts need: LibreOffice 25.2 or newer with its Python bridge, poppler and a font.
# Does nothing where all of it is there. Debian bookworm has an older LibreOffice; its backports have a newer one, from
# the mirror that this machine uses already.
#
#   tools/install_libreoffice.sh                     install
#   tools/install_libreoffice.sh --show-source DIR   print the backports source that DIR, an /etc/apt, leads to
set -euo pipefail

LEAST=25.2
SUITE=bookworm
PACKAGES=(libreoffice-calc-nogui python3-uno libreoffice-script-provider-python poppler-utils fonts-liberation)

fail() {
    echo "$1" >&2
    exit 1
}

# at_least 25.2 24.8.1 -> no
at_least() {
    awk -v least="$1" -v found="$2" 'BEGIN {
        split(least, a, "."); split(found, b, ".")
        exit !(b[1] + 0 > a[1] + 0 || (b[1] + 0 == a[1] + 0 && b[2] + 0 >= a[2] + 0))
    }'
}

installed() {
    local office=/Applications/LibreOffice.app/Contents/MacOS/soffice found
    office=$(command -v soffice || { [ -x "$office" ] && echo "$office"; }) || return 1
    found=$("$office" --version 2>/dev/null | sed -n 's/^LibreOffice \([0-9.]*\).*/\1/p')
    [ -n "$found" ] && at_least "$LEAST" "$found" || return 1
    command -v pdftoppm >/dev/null || return 1
    [ "$(uname)" = Darwin ] || /usr/bin/python3 -c 'import uno' 2>/dev/null
}

# The first source of SUITE's main component below DIR, with the suite turned to its backports.
backports_source() {
    local file
    for file in "$1"/sources.list.d/*.sources; do
        [ -f "$file" ] || continue
        awk -v suite="$SUITE" '
            function emit() {
                if (types ~ /(^| )deb( |$)/ && suites ~ "(^| )" suite "( |$)" && parts ~ /(^| )main( |$)/ && !off) {
                    printf "Types: deb\nURIs: %s\nSuites: %s-backports\nComponents: main\n%s", uris, suite, key
                    found = 1
                    exit
                }
                types = suites = parts = uris = key = field = ""; off = 0
            }
            /^#/ { next }
            /^[ \t]*$/ { emit(); next }
            /^[ \t]/ { if (field == "signed-by") key = key $0 "\n"; next }
            {
                field = tolower($0); sub(/:.*/, "", field)
                value = $0; sub(/^[^:]*:[ \t]*/, "", value)
                if (field == "types") types = value
                if (field == "uris") uris = value
                if (field == "suites") suites = value
                if (field == "components") parts = value
                if (field == "enabled") off = tolower(value) == "no"
                if (field == "signed-by") key = "Signed-By: " value "\n"
            }
            END { if (!found) { emit() } exit !found }
        ' "$file" && return 0
    done
    for file in "$1"/sources.list "$1"/sources.list.d/*.list; do
        [ -f "$file" ] || continue
        awk -v suite="$SUITE" '
            $1 == "deb" {
                options = ""; line = $0
                if (match(line, /\[[^]]*\]/)) {
                    options = substr(line, RSTART + 1, RLENGTH - 2)
                    line = substr(line, 1, RSTART - 1) " " substr(line, RSTART + RLENGTH)
                }
                count = split(line, word, " ")
                main = 0
                for (i = 4; i <= count; i++) if (word[i] == "main") main = 1
                if (word[3] != suite || !main) next
                printf "Types: deb\nURIs: %s\nSuites: %s-backports\nComponents: main\n", word[2], suite
                if (match(options, /signed-by=[^ ]*/)) print "Signed-By: " substr(options, RSTART + 10, RLENGTH - 10)
                found = 1
                exit
            }
            END { exit !found }
        ' "$file" && return 0
    done
    return 1
}

candidate() {
    LC_ALL=C apt-cache policy libreoffice-calc-nogui 2>/dev/null | sed -n 's/^  Candidate: \([0-9]*:\)\{0,1\}\([0-9.]*\).*/\2/p'
}

install_with_apt() {
    local root=() source target=()
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null || fail "LibreOffice $LEAST or newer is needed; run tools/install_libreoffice.sh as root"
        root=(sudo)
    fi
    "${root[@]+"${root[@]}"}" apt-get update -qq
    if ! at_least "$LEAST" "$(candidate)"; then
        # shellcheck disable=SC1091
        [ "$(. /etc/os-release && echo "${VERSION_CODENAME:-}")" = "$SUITE" ] ||
            fail "this system offers LibreOffice $(candidate), the tests need $LEAST or newer: see libreoffice.org"
        if ! grep -rqs "^[^#]*$SUITE-backports" /etc/apt/sources.list /etc/apt/sources.list.d; then
            source=$(backports_source /etc/apt) || fail "no source of $SUITE main below /etc/apt to find its backports by"
            echo "$source" | "${root[@]+"${root[@]}"}" tee "/etc/apt/sources.list.d/$SUITE-backports.sources" >/dev/null
            "${root[@]+"${root[@]}"}" apt-get update -qq
        fi
        target=(-t "$SUITE-backports")
    fi
    "${root[@]+"${root[@]}"}" env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends \
        "${target[@]+"${target[@]}"}" "${PACKAGES[@]}" >/dev/null
}

if [ "${1:-}" = --show-source ]; then
    backports_source "$2"
    exit
fi
installed && exit 0
if [ "$(uname)" = Darwin ]; then
    fail "the tests need LibreOffice $LEAST or newer and poppler: brew install --cask libreoffice && brew install poppler"
fi
command -v apt-get >/dev/null || fail "the tests need LibreOffice $LEAST or newer, its Python bridge (uno) and poppler"
echo "Installing LibreOffice for the tests; this takes a minute or two."
install_with_apt
installed || fail "LibreOffice $LEAST or newer is still not found after the installation"
