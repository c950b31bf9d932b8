#!/usr/bin/env bash
# Compiles the load generator into .build/load with the C compiler at hand; prints the tool's path.
set -euo pipefail
cd "$(dirname "$0")"

output=$(cd ../.. && pwd)/.build/load
compiler=cc
if swift=$(command -v swift); then
    beside=$(dirname "$(readlink -f "$swift")")/clang
    [ ! -x "$beside" ] || compiler=$beside
fi
mkdir -p "$output"
exec 9>"$output/lock"
flock 9
if [ ! -x "$output/load" ] || [ load.c -nt "$output/load" ]; then
    "$compiler" -O2 -std=gnu11 -Wall -Wextra -Werror -o "$output/load.new" load.c
    mv "$output/load.new" "$output/load"
fi
echo "$output/load"
