#!/usr/bin/env bash
# Makes .build-venv with the pinned Python packages of the SDK tests; prints the path of its Python.
set -euo pipefail
cd "$(dirname "$0")/.."

requirements=Tests/sdk/requirements.txt
stamp=.build-venv/requirements.installed
if ! cmp -s "$requirements" "$stamp"; then
    rm -rf .build-venv
    # Debian's own interpreter: python3-venv belongs to it, whatever else is first on PATH.
    /usr/bin/python3 -m venv .build-venv >&2
    .build-venv/bin/python -m pip install --quiet --disable-pip-version-check --requirement "$requirements" >&2
    cp "$requirements" "$stamp"
fi
echo "$PWD/.build-venv/bin/python"
