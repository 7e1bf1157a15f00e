#!/bin/sh
# Check the types of the TypeScript client with the compiler that the console is built with, and
# record what was checked: tests compare it, since they run without npm's registry.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
checks=$root/clients/typescript/checks

cd "$root/console"
[ -x node_modules/.bin/tsc ] || npm ci --silent
node_modules/.bin/tsc -p "$checks"
cd "$root/clients/typescript"
cat index.d.ts checks/usage.ts checks/tsconfig.json | sha256sum | cut -d " " -f 1 > "$checks/checked.sha256"
