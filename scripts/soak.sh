#!/usr/bin/env bash
# The tests in their long form. All numbers can be set from outside.
#   WEIR_TEST_PACKETS           packets of each exactness test
#   WEIR_TEST_HOST_PACKETS      packets of each kind between two hosts
#   WEIR_TEST_TCP_MEGABYTES     of each TCP transfer that is copied
#   WEIR_TEST_KILL_ROUNDS       kills of the server under create load
#   WEIR_TEST_RATE_PACKETS      packets of each shape at the highest rate, by TCX and by clsact; further rounds until the
#                               swaps are done
#   WEIR_TEST_RATE_SWAPS        swaps of the flow maps under each of these
#   WEIR_TEST_BREEDING_SECONDS  of trying to make copies breed
#   WEIR_TEST_CHURN_CYCLES      things that happen to a host: kills, upgrades, devices, namespaces, routes (WEIR_TEST_SEED
#                               to have the same again)
#   WEIR_TEST_CHAOS_SECONDS     of kills and cuts of servers and agents (WEIR_TEST_CHAOS_SEED to have the same again)
#   WEIR_TEST_FLOOD_PACKETS     SYNs of the flood
set -euo pipefail
cd "$(dirname "$0")/.."

export WEIR_TEST_PACKETS=${WEIR_TEST_PACKETS:-5000000}
export WEIR_TEST_HOST_PACKETS=${WEIR_TEST_HOST_PACKETS:-500000}
export WEIR_TEST_TCP_MEGABYTES=${WEIR_TEST_TCP_MEGABYTES:-100}
export WEIR_TEST_KILL_ROUNDS=${WEIR_TEST_KILL_ROUNDS:-200}
export WEIR_TEST_RATE_PACKETS=${WEIR_TEST_RATE_PACKETS:-50000000}
export WEIR_TEST_RATE_SWAPS=${WEIR_TEST_RATE_SWAPS:-400}
export WEIR_TEST_BREEDING_SECONDS=${WEIR_TEST_BREEDING_SECONDS:-60}
export WEIR_TEST_CHURN_CYCLES=${WEIR_TEST_CHURN_CYCLES:-1000}
export WEIR_TEST_CHAOS_SECONDS=${WEIR_TEST_CHAOS_SECONDS:-600}
export WEIR_TEST_FLOOD_PACKETS=${WEIR_TEST_FLOOD_PACKETS:-10000000}
# The figures of tests that passed are printed too.
export PYTEST_ADDOPTS=${PYTEST_ADDOPTS:--rPf}
env | grep '^WEIR_TEST_' | sort
exec scripts/test.sh "${1:-debug}"
