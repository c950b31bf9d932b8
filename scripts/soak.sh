#!/usr/bin/env bash
# The integration tests in their long form. Every number can be set from outside.
set -euo pipefail
cd "$(dirname "$0")/.."

export WEIR_TEST_PACKETS=${WEIR_TEST_PACKETS:-1000000}
export WEIR_TEST_TCP_BYTES=${WEIR_TEST_TCP_BYTES:-104857600}
export WEIR_TEST_SECONDS=${WEIR_TEST_SECONDS:-600}
export WEIR_TEST_KILL_ROUNDS=${WEIR_TEST_KILL_ROUNDS:-25}
env | grep '^WEIR_TEST_' | sort
exec scripts/test.sh "${1:-debug}"
