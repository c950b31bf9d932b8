#!/usr/bin/env bash
# Measures on this machine what callers of the API feel, what flow records cost in and out, and what the data plane
# costs a packet; prints machine, settings and figures. The data plane needs root.
#   BENCH_PACKETS, BENCH_ROUNDS  packets of a run of the data plane, and runs of which the best counts
#   BENCH_JSON                   a file for the data plane's figures
#   BENCH_SECONDS                of each run of the API
#   BENCH_WINDOWS                of the measurement from a flow log window's end to its records being found
#   BENCH_RECORDS                flow records (1,000,000; 50,000,000 in flows-large)
#   BENCH_PARTS                  which parts: "api latency flows dataplane", or "large flows-large": lists over a
#                                million, many flow records (make bench-large)
set -euo pipefail
cd "$(dirname "$0")/.."
configuration=${1:-release}

# As `make build` has it: release programs carry Swift's library within them.
build() {
    local static=()
    [[ "$configuration" != release ]] || static=(--static-swift-stdlib)
    swift build --configuration "$configuration" "${static[@]}" --product "$1"
}
build weir
bin=$(swift build --configuration "$configuration" --show-bin-path)
parts=" ${BENCH_PARTS:-api latency flows dataplane} "
# What to compare with, moto and DuckDB, in a place of its own.
venv=.build-venv-bench
if [[ "$parts" == *" api "* || "$parts" == *" flows"* ]] &&
    ! cmp -s Benchmarks/requirements.txt "$venv/requirements.installed"; then
    rm -rf "$venv"
    /usr/bin/python3 -m venv "$venv"
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --requirement Benchmarks/requirements.txt
    cp Benchmarks/requirements.txt "$venv/requirements.installed"
fi
if [[ "$parts" == *" api "* ]]; then
    /usr/bin/python3 Benchmarks/api.py --weir "$bin/weir" --moto "$venv/bin/python" --configuration "$configuration" \
        --seconds "${BENCH_SECONDS:-5}"
fi
if [[ "$parts" == *" latency "* ]]; then
    /usr/bin/python3 Benchmarks/flows/latency.py --weir "$bin/weir" --configuration "$configuration" \
        --windows "${BENCH_WINDOWS:-60}"
fi
if [[ "$parts" == *" flows"* ]]; then
    build flow-bench
    records=1000000
    [[ "$parts" != *" flows-large "* ]] || records=50000000
    "$venv/bin/python" Benchmarks/flows/store.py --tool "$bin/flow-bench" --configuration "$configuration" \
        --records "${BENCH_RECORDS:-$records}"
fi
if [[ "$parts" == *" large "* ]]; then
    /usr/bin/python3 Benchmarks/large.py --weir "$bin/weir" --configuration "$configuration"
fi
if [[ "$parts" == *" dataplane "* ]]; then
    build weir-agent
    Benchmarks/generator/build.sh >/dev/null
    scripts/as-root.sh /usr/bin/python3 Benchmarks/dataplane.py --weir "$bin/weir" \
        --packets "${BENCH_PACKETS:-1000000}" --rounds "${BENCH_ROUNDS:-5}" ${BENCH_JSON:+--json "$BENCH_JSON"}
fi
