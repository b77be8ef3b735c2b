#!/bin/bash
# First process of the kernel that scripts/test_bluez.sh boots: brings up a bus and the real bluetoothd, runs the
# tests against them, and switches off. The host's files are its root; what must not be shared lies in memory.
root=$SOFTSTRIKE_ROOT out=$SOFTSTRIKE_OUT
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/run/home
export PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 SOFTSTRIKE_TEST_BLUEZ=real

mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t tmpfs run /run
mkdir -p /dev/shm /dev/pts /run/dbus /run/home /run/tmp
mount -t devpts devpts /dev/pts
mount -t tmpfs shm /dev/shm
mount -t tmpfs bluetooth /var/lib/bluetooth
export TMPDIR=/run/tmp
ip link set lo up

dbus-daemon --system --nofork --nopidfile >"$out/bus.log" 2>&1 &
for _ in $(seq 50); do [ -S /run/dbus/system_bus_socket ] && break; sleep 0.1; done
/usr/libexec/bluetooth/bluetoothd -n >"$out/bluetoothd.log" 2>&1 &
sleep 0.5
bluetoothctl --version >"$out/versions" 2>&1
uname -r >>"$out/versions"

cd "$root" || exit 1
"$root/.venv/bin/python" -m pytest tests/ble/test_bluez.py -p no:cacheprovider -q -rA --durations=0 $SOFTSTRIKE_ARGS \
    >"$out/tests.log" 2>&1 </dev/null
echo $? >"$out/code"
sync
echo o >/proc/sysrq-trigger
sleep 5
