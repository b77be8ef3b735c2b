#!/bin/sh
# Build wheel and source archive, install the wheel into a clean environment and use it from another folder.
#
# usage: scripts/check_package.sh PYTHON     (an interpreter with the `build` group installed)
set -eu
python=$1
root=$(pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

echo "softstrike: building"
"$python" -m build --no-isolation --outdir "$work/dist" . >"$work/build.log" 2>&1 || {
    cat "$work/build.log"
    exit 1
}

echo "softstrike: installing the wheel into a clean environment"
"$python" -m venv "$work/env with space"
bin="$work/env with space/bin"
"$bin/python" -m pip install --quiet --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements/demo.txt
"$bin/python" -m pip install --quiet --quiet --disable-pip-version-check --no-deps --no-index "$work"/dist/*.whl
"$bin/python" -m pip check

mkdir "$work/elsewhere"
cd "$work/elsewhere"
export QT_QPA_PLATFORM=offscreen
unset PYTHONPATH
for command in "--help" "doctor" "demo --out shown"; do
    echo "softstrike: softstrike $command"
    # shellcheck disable=SC2086
    "$bin/softstrike" $command </dev/null >"$work/out.log" 2>&1 || {
        cat "$work/out.log"
        echo "softstrike: 'softstrike $command' failed from the installed wheel" >&2
        exit 1
    }
done
ls shown/*.png >/dev/null || {
    echo "softstrike: the demo from the installed wheel left no picture in the folder it was given" >&2
    exit 1
}
cd "$root"
echo "softstrike: the wheel works on its own"
