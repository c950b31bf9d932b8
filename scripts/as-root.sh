#!/usr/bin/env bash
# Runs a command as root: as it is, or through sudo with the environment kept. Without either, as the caller, and
# says so: what needs root then refuses or does without.
set -euo pipefail

if [ "$(id -u)" -eq 0 ]; then
    exec "$@"
elif command -v sudo >/dev/null; then
    exec sudo --preserve-env env "PATH=$PATH" "$@"
else
    echo "as-root: neither root nor sudo; running '$1' without rights" >&2
    exec "$@"
fi
