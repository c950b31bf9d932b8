#!/usr/bin/env bash
# Measures what callers of the API feel on this machine; prints machine, settings and figures.
set -euo pipefail
cd "$(dirname "$0")/.."
configuration=${1:-release}

swift build --configuration "$configuration" --product weir
bin=$(swift build --configuration "$configuration" --show-bin-path)
exec /usr/bin/python3 Benchmarks/api.py --weir "$bin/weir" --configuration "$configuration"
