#!/usr/bin/env bash
# Measures on this machine what callers of the API feel, and what the data plane costs a packet; prints machine,
# settings and figures. The data plane needs root.
#   BENCH_PACKETS, BENCH_ROUNDS  packets of a run of the data plane, and runs of which the best counts
#   BENCH_JSON                   a file for the data plane's figures
set -euo pipefail
cd "$(dirname "$0")/.."
configuration=${1:-release}

swift build --configuration "$configuration" --product weir
swift build --configuration "$configuration" --product weir-agent
bin=$(swift build --configuration "$configuration" --show-bin-path)
/usr/bin/python3 Benchmarks/api.py --weir "$bin/weir" --configuration "$configuration"
Benchmarks/generator/build.sh >/dev/null
scripts/as-root.sh /usr/bin/python3 Benchmarks/dataplane.py --weir "$bin/weir" \
    --packets "${BENCH_PACKETS:-1000000}" --rounds "${BENCH_ROUNDS:-5}" ${BENCH_JSON:+--json "$BENCH_JSON"}
