#!/bin/sh
# Make a virtual environment in $1 with the Python named by $PYTHON, else the first fit one on this machine.
# A distribution's Python may come without ensurepip; then pip brings virtualenv, pinned by hash.
set -eu

venv=$1
here=$(dirname "$0")
found=

fits() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

with_pip() {
    spare=$(mktemp -d)
    trap 'rm -rf "$spare"' EXIT
    "$1" -m pip install --disable-pip-version-check -qq --require-hashes --target "$spare" \
        -r "$here/../requirements/bootstrap.txt" &&
        PYTHONPATH="$spare" "$1" -m virtualenv -q "$venv"
}

make_with() {
    rm -rf "$venv"
    "$1" -m venv "$venv" >/dev/null 2>&1 && return
    rm -rf "$venv"
    "$1" -m virtualenv -q "$venv" 2>/dev/null && return
    "$1" -m pip --version >/dev/null 2>&1 && with_pip "$1"
}

for python in ${PYTHON:-python3 python3.13 python3.12 python3.14 python3.11 python}; do
    fits "$python" || continue
    found=$python
    make_with "$python" && exit 0
done

if [ -z "$found" ]; then
    echo "make: no Python 3.11 or newer found (looked for ${PYTHON:-python3, python3.11 to python3.14}); name one with PYTHON=..." >&2
else
    echo "make: $found can make no virtual environment: install its venv module (Debian: apt-get install python3-venv) or pip" >&2
fi
exit 1
