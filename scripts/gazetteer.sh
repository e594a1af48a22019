#!/bin/sh
# Build the gazetteer into the file $1. Without a network the installation goes on with what is there.
set -eu

output=$1
if ! "$VENV/bin/mbiu" gazetteer build --output "$output"; then
    if [ -f "$output" ]; then
        echo "gazetteer: the one built before stays" >&2
    else
        echo "gazetteer: Mbiu works with the 1,000 places it brings" >&2
        echo "gazetteer: to get the other 190,000, run \`make gazetteer\` with a network" >&2
    fi
fi
