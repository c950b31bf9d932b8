#!/usr/bin/env bash
# Unit and integration tests as root, the official SDK against a real server, then the whole way in the lab.
# Runs all of them; fails if one fails.
set -euo pipefail
cd "$(dirname "$0")/.."
configuration=${1:-debug}

python=$(scripts/venv.sh)
swift build --configuration "$configuration" --build-tests
bin=$(swift build --configuration "$configuration" --show-bin-path)
export WEIR_BIN="$bin/weir" WEIR_AGENT_BIN="$bin/weir-agent"

status=0
logs=$(mktemp -d)
trap 'rm -rf "$logs"' EXIT

# part NAME COMMAND…: the command, its output also kept, so that the end can repeat what failed. Not a plain pipe:
# that would wait for whatever a failed test left running.
part() {
    local name=$1
    shift
    "$@" > >(tee "$logs/$name") 2>&1 || status=1
}

# What measures packets runs by itself, beside nothing that would take its CPUs.
part swift scripts/as-root.sh swift test --skip-build --configuration "$configuration" --skip KernelTests
part kernel scripts/as-root.sh swift test --skip-build --configuration "$configuration" --filter KernelTests
# The same again by clsact, which kernels without TCX fall back to.
part clsact scripts/as-root.sh env WEIR_TEST_ATTACH=clsact WEIR_TEST_PACKETS="${WEIR_TEST_PACKETS:-400000}" \
    swift test --skip-build --configuration "$configuration" --filter "KernelTests|AgentKillTests"
# What root wrote belongs to the caller again, so that the next build needs no rights.
if [ "$(id -u)" -ne 0 ] && command -v sudo >/dev/null; then sudo chown -R "$(id -u):$(id -g)" .build; fi

part sdk "$python" -m pytest Tests/sdk
part system scripts/as-root.sh env WEIR_BIN="$WEIR_BIN" "$python" -m pytest -rPf Tests/system
if [ "$status" -ne 0 ]; then
    sleep 1 # tee's last lines
    echo "== what failed:"
    grep -HnE "✘|: error:|^(FAILED|ERROR) |Fatal error|signal code" "$logs"/* | sed "s|^$logs/||" | head -n 60
fi
exit "$status"
