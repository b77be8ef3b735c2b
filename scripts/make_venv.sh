#!/bin/sh
# Make the virtual environment VENV with the interpreter PYTHON, unless it is there with that version.
#
# usage: scripts/make_venv.sh PYTHON VENV
set -eu
python=$1
venv=$2

version() { "$1" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null || true; }

fail() {
    echo "softstrike: $1" >&2
    exit 1
}

found=$(version "$python")
[ -n "$found" ] || fail "'$python' does not run; install Python 3.11 or newer, or say which: make demo PYTHON=python3.12"
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
    fail "'$python' is Python $found, but 3.11 or newer is needed; say which to use: make demo PYTHON=python3.12"
"$python" -c 'import ensurepip, venv' 2>/dev/null ||
    fail "'$python' has no venv module; on Debian or Ubuntu: apt-get install python$found-venv"

if [ "$(version "$venv/bin/python")" != "$found" ]; then
    echo "softstrike: making $venv with Python $found"
    "$python" -m venv --clear "$venv"
fi
