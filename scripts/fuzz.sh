#!/usr/bin/env bash
# Fuzzes the decoders of untrusted bytes: SECONDS for each target, all targets when none is named.
set -euo pipefail
cd "$(dirname "$0")/.."

[ -x Fuzz/run.sh ] || { echo "fuzz: no Fuzz/run.sh here" >&2; exit 1; }
exec Fuzz/run.sh "$@"
