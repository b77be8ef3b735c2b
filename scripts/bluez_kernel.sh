#!/bin/sh
# The kernel of `make test-bluez`: Debian's linux-source-6.1 as a User-Mode-Linux program with a virtual
# Bluetooth controller. Built once (about 6 minutes on two idle cores) and kept in the user's cache under a
# name made from its configuration and this script.
#   bluez_kernel.sh path     print where it is kept, whether it is there or not
#   bluez_kernel.sh build    build it unless it is there
set -eu
here=$(cd "$(dirname "$0")" && pwd)
config=$here/../tests/bluez/kernel.config
key=$(cat "$config" "$0" | sha256sum | cut -c1-16)
cache=${SOFTSTRIKE_TEST_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/softstrike-test}
kernel=$cache/linux-um-$key

case ${1:-} in
path) echo "$kernel"; exit 0 ;;
build) ;;
*) echo "usage: $0 path|build" >&2; exit 2 ;;
esac

packages='linux-source-6.1 flex bison bc libelf-dev xz-utils make gcc bluez dbus'
missing=
for package in $packages; do
    dpkg -s "$package" >/dev/null 2>&1 || missing="$missing $package"
done
if [ -n "$missing" ]; then
    [ "$(id -u)" -eq 0 ] || { echo "softstrike: install first: sudo apt-get install$missing" >&2; exit 1; }
    echo "softstrike: installing$missing"
    export DEBIAN_FRONTEND=noninteractive
    # bluetoothd must not start as a service of this machine: the tests start their own inside the kernel.
    made=
    [ -e /usr/sbin/policy-rc.d ] || { printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d && chmod +x /usr/sbin/policy-rc.d && made=1; }
    # shellcheck disable=SC2086
    { apt-get -qq update && apt-get -qq install --no-install-recommends -y $missing; } </dev/null >/dev/null
    [ -z "$made" ] || rm -f /usr/sbin/policy-rc.d
fi
[ ! -x "$kernel" ] || exit 0

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$cache"
echo "softstrike: building the kernel (log: $cache/build.log)"
tar xf /usr/src/linux-source-6.1.tar.xz -C "$work" --strip-components=1
{
    cd "$work"
    make ARCH=um defconfig
    scripts/kconfig/merge_config.sh -m .config "$config"
    make ARCH=um olddefconfig
    grep -qx CONFIG_BT_HCIVHCI=y .config
    make ARCH=um -j"$(nproc)" linux
    strip linux
} </dev/null >"$cache/build.log" 2>&1 || { tail -20 "$cache/build.log"; exit 1; }
mv "$work/linux" "$kernel.part" && mv "$kernel.part" "$kernel"
echo "softstrike: built $kernel"
