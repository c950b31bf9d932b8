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
# What measures packets runs by itself, beside nothing that would take its CPUs.
scripts/as-root.sh swift test --skip-build --configuration "$configuration" --skip KernelTests || status=1
scripts/as-root.sh swift test --skip-build --configuration "$configuration" --filter KernelTests || status=1
# The same again by clsact, which kernels without TCX fall back to.
scripts/as-root.sh env WEIR_TEST_ATTACH=clsact WEIR_TEST_PACKETS="${WEIR_TEST_PACKETS:-400000}" \
    swift test --skip-build --configuration "$configuration" --filter "KernelTests|AgentKillTests" || status=1
# What root wrote belongs to the caller again, so that the next build needs no rights.
if [ "$(id -u)" -ne 0 ] && command -v sudo >/dev/null; then sudo chown -R "$(id -u):$(id -g)" .build; fi

"$python" -m pytest Tests/sdk || status=1
scripts/as-root.sh env WEIR_BIN="$WEIR_BIN" "$python" -m pytest -rP Tests/system || status=1
exit "$status"
