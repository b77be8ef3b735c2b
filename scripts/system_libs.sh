#!/bin/sh
# Qt's wheel leaves a few libraries to the system. Install the missing ones where that is possible without
# asking (root, apt-get); otherwise print the one command to run, and go on: only the window needs them.
set -eu
[ "$(uname -s)" = Linux ] || exit 0

wanted='
libEGL.so.1            libegl1
libGL.so.1             libgl1
libxkbcommon.so.0      libxkbcommon0
libxkbcommon-x11.so.0  libxkbcommon-x11-0
libdbus-1.so.3         libdbus-1-3
libfontconfig.so.1     libfontconfig1
libglib-2.0.so.0       libglib2.0-0
libxcb-cursor.so.0     libxcb-cursor0
libxcb-icccm.so.4      libxcb-icccm4
libxcb-image.so.0      libxcb-image0
libxcb-keysyms.so.1    libxcb-keysyms1
libxcb-render-util.so.0 libxcb-render-util0
libxcb-randr.so.0      libxcb-randr0
libxcb-shape.so.0      libxcb-shape0
libxcb-xkb.so.1        libxcb-xkb1
'

# ldconfig lives in /sbin, which is not on every user's PATH.
present=$(PATH="$PATH:/sbin:/usr/sbin" ldconfig -p 2>/dev/null) || exit 0
missing=$(echo "$wanted" | while read -r library package; do
    [ -z "$library" ] || case $present in *"$library "*) ;; *) printf '%s ' "$package" ;; esac
done)
[ -n "$missing" ] || exit 0

if ! command -v apt-get >/dev/null; then
    echo "softstrike: the window may need system libraries that are missing here; on Debian they are called: $missing"
elif [ "$(id -u)" -ne 0 ]; then
    echo "softstrike: the window may need system libraries that are missing here; install them with:"
    echo "    sudo apt-get install $missing"
else
    echo "softstrike: installing system libraries for the window: $missing"
    export DEBIAN_FRONTEND=noninteractive
    # Package names differ between releases of Debian, hence the list is refreshed before the first try.
    # shellcheck disable=SC2086
    { apt-get -qq update && apt-get -qq install --no-install-recommends -y $missing; } </dev/null >/dev/null ||
        echo "softstrike: that did not work; install them by hand: apt-get install $missing"
fi
