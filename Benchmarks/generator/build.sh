#!/usr/bin/env bash
# Compiles the packet generator into .build/generator with the clang of the Swift toolchain; prints the tool's path.
set -euo pipefail
cd "$(dirname "$0")"

output=$(cd ../.. && pwd)/.build/generator
# The clang beside `swift` always has the bpf target.
clang=clang
if swift=$(command -v swift); then
    beside=$(dirname "$(readlink -f "$swift")")/clang
    [ ! -x "$beside" ] || clang=$beside
fi
mkdir -p "$output"
# Several tests may ask at once.
exec 9>"$output/lock"
flock 9
if [ ! -x "$output/packets" ] || [ -n "$(find . -type f -newer "$output/packets")" ]; then
    for program in generate count; do
        "$clang" -O2 -g -mcpu=v3 -target bpf -Wall -Werror "-I/usr/include/$(uname -m)-linux-gnu" \
            -c "$program.bpf.c" -o "$output/$program.bpf.o"
    done
    "$clang" -O2 -Wall -Werror -o "$output/packets.new" packets.c -lbpf
    mv "$output/packets.new" "$output/packets"
fi
echo "$output/packets"
