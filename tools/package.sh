#!/bin/sh
# Makes a source archive of the last commit, and a Debian package.
#
# usage: tools/package.sh FOLDER [BUILD_FOLDER]
#   FOLDER        where both are written: expops-VERSION.tar.xz, expops_VERSION_ARCHITECTURE.deb
#   BUILD_FOLDER  whose files are packed as they are, for the prefix that it has; without it build/package is made, for /usr
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
[ $# -ge 1 ] || { sed -n '2,7s/^# \{0,1\}//p' "$0" >&2; exit 2; }
for needed in dpkg-shlibdeps dpkg-deb xz; do
    command -v "$needed" >/dev/null || { echo "package.sh: $needed is not installed (dpkg-dev, dpkg, xz-utils)" >&2; exit 1; }
done
mkdir -p "$1"
folder=$(cd "$1" && pwd)
version=$(sed -n "s/^  version: '\(.*\)',/\1/p" "$root/meson.build")
architecture=$(dpkg --print-architecture)
stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT

git -C "$root" archive --prefix="expops-$version/" HEAD | xz -T0 >"$folder/expops-$version.tar.xz"
echo "$folder/expops-$version.tar.xz"

if [ $# -ge 2 ]; then
    build=$2
else
    build=$root/build/package
    [ -f "$build/build.ninja" ] || meson setup "$build" "$root" --prefix=/usr "--libdir=lib/$(gcc -print-multiarch)" \
        -Dtests=disabled -Dpython=disabled >/dev/null
    ninja -C "$build" >/dev/null
fi
meson install -C "$build" --no-rebuild --quiet --destdir "$stage/root" >/dev/null
# The module is Python's to install (pip), beside its interpreter.
find "$stage/root" -type d -name 'python3*' -prune -exec rm -rf {} +
find "$stage/root" -name '*.so*' -type f -exec strip --strip-unneeded {} +

# Libraries that are linked; a driver is found when it is asked for, and so only suggested.
mkdir -p "$stage/debian" "$stage/root/DEBIAN"
printf 'Source: expops\n\nPackage: expops\nArchitecture: any\nDescription: x\n' >"$stage/debian/control"
find "$stage/root" -type f \( -name 'libexpops.so.*' -o -path '*/bin/expops' \) >"$stage/files"
# shellcheck disable=SC2046 # a list of files, in a folder whose name is mktemp's
depends=$(cd "$stage" && dpkg-shlibdeps -O --ignore-missing-info $(sed 's/^/-e/' "$stage/files") 2>/dev/null |
    sed -n 's/^shlibs:Depends=//p')
cat >"$stage/root/DEBIAN/control" <<EOF
Package: expops
Version: $version
Architecture: $architecture
Maintainer: expops <expops@localhost>
Section: libs
Priority: optional
Depends: $depends
Suggests: ocl-icd-libopencl1, python3-matplotlib
Description: Tensor operators with PyTorch's semantics on NVIDIA, AMD, OpenCL and CPUs
 A C library, its headers, a plugin for each vendor, and the command expops.
 The vendor's driver is opened when it is asked for; none is needed to install.
EOF
dpkg-deb --root-owner-group --build "$stage/root" "$folder/expops_${version}_$architecture.deb" >/dev/null
echo "$folder/expops_${version}_$architecture.deb"
