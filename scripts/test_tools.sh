#!/bin/sh
# Programs that some tests drive: a message bus, a broker, a browser, a virtual screen. Install the missing
# ones where that is possible without asking (root, apt-get); otherwise print the one command to run, and go
# on: those tests are skipped and say so.
set -eu
[ "$(uname -s)" = Linux ] || exit 0

wanted='
dbus-daemon dbus-daemon
mosquitto   mosquitto
chromium    chromium
Xvfb        xvfb
xdotool     xdotool
pdftotext   poppler-utils
'

# Servers live in /usr/sbin, which is not on every user's PATH.
missing=$(echo "$wanted" | while read -r program package; do
    [ -z "$program" ] || PATH="$PATH:/sbin:/usr/sbin" command -v "$program" >/dev/null || printf '%s ' "$package"
done)
[ -n "$missing" ] || exit 0

if ! command -v apt-get >/dev/null; then
    echo "softstrike: some tests need programs that are missing here; on Debian they are called: $missing"
elif [ "$(id -u)" -ne 0 ]; then
    echo "softstrike: some tests need programs that are missing here; install them with:"
    echo "    sudo apt-get install $missing"
else
    echo "softstrike: installing programs for the tests: $missing"
    export DEBIAN_FRONTEND=noninteractive
    # A broker must not start as a service of the machine: the tests start their own.
    [ -e /usr/sbin/policy-rc.d ] || { printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d && chmod +x /usr/sbin/policy-rc.d && made=1; }
    # shellcheck disable=SC2086
    { apt-get -qq update && apt-get -qq install --no-install-recommends -y $missing; } </dev/null >/dev/null ||
        echo "softstrike: that did not work; install them by hand: apt-get install $missing"
    [ -z "${made:-}" ] || rm -f /usr/sbin/policy-rc.d
fi
