#!/bin/sh
# Boot the kernel of bluez_kernel.sh on this machine's own files and run tests/ble/test_bluez.py in it, against the
# real bluetoothd and a virtual controller. Needs root: bluetoothd and the bus do.
#   test_bluez.sh             build the kernel if it is not there, then run
#   test_bluez.sh --cached    run only if the kernel is there; else say so and succeed
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
kernel=$(sh "$root/scripts/bluez_kernel.sh" path)
if [ "${1:-}" = --cached ]; then
    shift
    if [ ! -x "$kernel" ]; then
        echo "softstrike: the tests against the real BlueZ were not run: their kernel is not built (make test-bluez builds it)"
        exit 0
    fi
    if [ ! -x /usr/libexec/bluetooth/bluetoothd ] || [ "$(id -u)" -ne 0 ]; then
        echo "softstrike: the tests against the real BlueZ were not run: they need root and the package bluez"
        exit 0
    fi
fi
sh "$root/scripts/bluez_kernel.sh" build
[ "$(id -u)" -eq 0 ] || { echo "softstrike: run as root: sudo make test-bluez" >&2; exit 1; }

out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
# Sleeping is what most of it does; ten minutes are for a machine that is busy otherwise.
timeout 600 "$kernel" mem=768M rootfstype=hostfs rootflags=/ rw init="$root/tests/bluez/init.sh" \
    con=null con0=null quiet "SOFTSTRIKE_ROOT=$root" "SOFTSTRIKE_OUT=$out" "SOFTSTRIKE_ARGS=$*" \
    </dev/null >"$out/console" 2>&1 || true
echo "softstrike: BlueZ and kernel: $(tr '\n' ' ' <"$out/versions" 2>/dev/null)"
cat "$out/tests.log" 2>/dev/null || tail -20 "$out/console"
code=$(cat "$out/code" 2>/dev/null || echo 1)
[ "$code" -eq 0 ] || { echo "softstrike: bluetoothd said last:"; tail -20 "$out/bluetoothd.log" 2>/dev/null; }
exit "$code"
