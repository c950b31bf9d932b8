#!/usr/bin/env bash
# The tests in their long form. Both numbers can be set from outside.
set -euo pipefail
cd "$(dirname "$0")/.."

# Packets of each exactness test, and kills of the durability test.
export WEIR_TEST_PACKETS=${WEIR_TEST_PACKETS:-5000000}
export WEIR_TEST_TCP_MEGABYTES=${WEIR_TEST_TCP_MEGABYTES:-100}
export WEIR_TEST_KILL_ROUNDS=${WEIR_TEST_KILL_ROUNDS:-50}
env | grep '^WEIR_TEST_' | sort
exec scripts/test.sh "${1:-debug}"
