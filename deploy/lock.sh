#!/bin/sh
# Pin requirements/*.in: every version, every hash, and no address to download from.
# Versions that are pinned already stay, unless UPGRADE=1 asks for the newest of all.
set -eu
cd "$(dirname "$0")/../requirements"
tools=$(mktemp -d)
trap 'rm -rf "$tools"' EXIT
../.venv/bin/python -m venv "$tools"
"$tools/bin/pip" install --quiet --disable-pip-version-check uv

pin() {
    "$tools/bin/uv" pip compile --quiet ${UPGRADE:+--upgrade} --universal --python-version 3.11 \
        --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --no-annotate \
        "$@"
}

for name in cpu gpu dev traces; do pin "$name.in" -o "$name.txt"; done
pin -c dev.txt integrations.in -o integrations.txt
for name in weights parsers console; do pin --no-deps "$name.in" -o "$name.txt"; done
