#!/bin/sh
# See to it that the browser tests find a Chromium: this machine's, Debian's, or the one in an npm package.
set -eu

VENV=${VENV:-.venv}
export VENV
own=$VENV/chromium

[ -z "${MBIU_CHROMIUM:-}" ] || exit 0
for name in chromium chromium-browser google-chrome google-chrome-stable; do
    command -v "$name" >/dev/null 2>&1 && exit 0
done
[ ! -x "$own/run" ] || exit 0

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "installing Chromium for the browser tests"
    export DEBIAN_FRONTEND=noninteractive
    if { apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium; } >"$VENV/apt.log" 2>&1; then
        exit 0
    fi
fi

echo "fetching a Chromium for the browser tests"
rm -rf "$own"
mkdir -p "$own"
cp scripts/chromium/package.json scripts/chromium/package-lock.json scripts/chromium/.npmrc "$own"
if sh scripts/npm.sh ci --prefix "$own" >"$VENV/npm.log" 2>&1 &&
    PATH="$PATH:$VENV/bin" node scripts/chromium/unpack.mjs "$own/node_modules/@sparticuz/chromium/bin" "$own" &&
    tar --no-same-owner -xf "$own/al2023.tar" -C "$own" && tar --no-same-owner -xf "$own/swiftshader.tar" -C "$own"; then
    rm -rf "$own/node_modules" "$own"/*.tar
    # Its own copies of the libraries it needs are used only where the machine lacks some.
    cat >"$own/run" <<'RUN'
#!/bin/sh
here=$(dirname "$(readlink -f "$0")")
ldd "$here/chromium" 2>/dev/null | grep -q 'not found' && export LD_LIBRARY_PATH="$here/lib:$here/al2023/lib"
exec "$here/chromium" "$@"
RUN
    chmod +x "$own/run"
    "$own/run" --version >/dev/null 2>&1 && exit 0
    rm -f "$own/run"
fi
echo "make: no Chromium for the browser tests: install the package chromium, or set MBIU_CHROMIUM to its path" >&2
exit 1
