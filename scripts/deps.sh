#!/usr/bin/env bash
# Installs the Debian packages that are missing, and says which. Quick when all are there; safe to run twice.
set -euo pipefail

packages=(
    # to build: the libraries Weir links
    libbpf-dev libelf-dev zlib1g-dev libcurl4-openssl-dev libsqlite3-dev libzstd-dev libc6-dev linux-libc-dev pkg-config git make
    # to run the lab and the tests: the kernel's tools and sources of traffic
    nftables iproute2 iputils-ping ethtool tcpdump socat iperf3 procps curl openssl
    # to read the run times of programs in the benchmark
    bpftool
    # to compare flow records with in the benchmark
    nfdump
    # to drive the API with the official SDK
    python3 python3-venv
)

if ! command -v swift >/dev/null; then
    echo "deps: no 'swift' on PATH: install the Swift 6.3 toolchain for Debian 12 (https://www.swift.org/install)" >&2
    exit 1
fi
if ! command -v dpkg-query >/dev/null; then
    echo "deps: not a Debian system; install by hand what matches: ${packages[*]}" >&2
    exit 0
fi

missing=()
for package in "${packages[@]}"; do
    state=$(dpkg-query --show --showformat='${db:Status-Status}' "$package" 2>/dev/null || true)
    [ "$state" = installed ] || missing+=("$package")
done
[ ${#missing[@]} -gt 0 ] || exit 0

echo "deps: installing ${missing[*]}"
root=()
if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || { echo "deps: needs root or sudo to install them" >&2; exit 1; }
    root=(sudo)
fi
"${root[@]}" apt-get update -qq </dev/null
"${root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install -qq --yes --no-install-recommends "${missing[@]}" </dev/null >/dev/null
echo "deps: done"
