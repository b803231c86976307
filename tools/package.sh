#!/bin/sh
# Makes a source archive of the last commit, and a Debian package.
#
# usage: tools/package.sh FOLDER [BUILD_FOLDER]
#   FOLDER        where both are written: expops-VERSION.tar.xz, expops_VERSION_ARCHITECTURE.deb
#   BUILD_FOLDER  whose files are packed as they are, for the prefix that it has; without it build/package is made, for /usr
# DEBFULLNAME and DEBEMAIL name the maintainer, as for Debian's own tools; else it is who made the last commit.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
[ $# -ge 1 ] || { sed -n '2,8s/^# \{0,1\}//p' "$0" >&2; exit 2; }
for needed in dpkg-shlibdeps dpkg-deb xz; do
    command -v "$needed" >/dev/null || { echo "package.sh: $needed is not installed (dpkg-dev, dpkg, xz-utils)" >&2; exit 1; }
done
mkdir -p "$1"
folder=$(cd "$1" && pwd)
version=$(sed -n "s/^  version: '\(.*\)',/\1/p" "$root/meson.build")
architecture=$(dpkg --print-architecture)
maintainer="${DEBFULLNAME:-$(git -C "$root" log -1 --format=%cn)} <${DEBEMAIL:-$(git -C "$root" log -1 --format=%ce)}>"
stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT

# Whoever unpacks it as root keeps these modes, and a plugin below a folder that a group may write is not loaded.
git -C "$root" -c tar.umask=0022 archive --prefix="expops-$version/" HEAD | xz -T0 >"$folder/expops-$version.tar.xz"
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
find "$stage/root" -type f \( -name '*.so*' -o -path '*/bin/expops' \) -exec strip --strip-unneeded {} +
find "$stage/root" -type f -name '*.so*' -exec chmod 644 {} +

# What Debian asks of every package: its licence, its changes, pages compressed; and of one with a library what the loader and
# those that link with it are told.
share=$(dirname "$(dirname "$(dirname "$(find "$stage/root" -name expops.1)")")")
mkdir -p "$share/doc/expops" "$share/lintian/overrides" "$stage/root/DEBIAN"
cat >"$share/doc/expops/copyright" <<EOF
Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/

Files: *
Copyright: $(git -C "$root" log -1 --format=%cd --date=format:%Y) the authors of expops
License: Apache-2.0
 The text is that of /usr/share/common-licenses/Apache-2.0.
EOF
gzip -9n <"$root/CHANGELOG.md" >"$share/doc/expops/NEWS.md.gz"
gzip -9n >"$share/doc/expops/changelog.gz" <<EOF
expops ($version) unstable; urgency=medium

  * What changed is in NEWS.md.gz.

 -- $maintainer  $(git -C "$root" log -1 --format=%cD)
EOF
gzip -9n "$share/man/man1/expops.1"
mv "$share/zsh/site-functions" "$share/zsh/vendor-completions" # where Debian's zsh looks
ln -s expops.1.gz "$share/man/man1/expops-plot.1.gz"
cat >"$share/lintian/overrides/expops" <<EOF
# One package for the library, its headers and the command: backends are found beside the library.
expops: package-name-doesnt-match-sonames *
expops: link-to-shared-library-in-wrong-package *
EOF
echo 'activate-noawait ldconfig' >"$stage/root/DEBIAN/triggers"

# Libraries that are linked; a driver is found when it is asked for, and so only suggested.
mkdir -p "$stage/debian"
printf 'Source: expops\n\nPackage: expops\nArchitecture: any\nDescription: x\n' >"$stage/debian/control"
find "$stage/root" -type f \( -name 'libexpops.so.*' -o -path '*/bin/expops' \) >"$stage/files"
# shellcheck disable=SC2046 # a list of files, in a folder whose name is mktemp's
depends=$(cd "$stage" && dpkg-shlibdeps -O --ignore-missing-info $(sed 's/^/-e/' "$stage/files") 2>/dev/null |
    sed -n 's/^shlibs:Depends=//p')
echo "libexpops ${version%%.*} expops (>= $version)" >"$stage/root/DEBIAN/shlibs"
cat >"$stage/root/DEBIAN/control" <<EOF
Package: expops
Version: $version
Architecture: $architecture
Maintainer: $maintainer
Installed-Size: $(du -sk --exclude=DEBIAN "$stage/root" | cut -f1)
Section: libs
Priority: optional
Depends: $depends
Suggests: ocl-icd-libopencl1, python3, python3-matplotlib
Description: Tensor operators with PyTorch's semantics on NVIDIA, AMD, OpenCL and CPUs
 A C library, its headers, a plugin for each vendor, and the command expops.
 The vendor's driver is opened when it is asked for; none is needed to install.
EOF
(cd "$stage/root" && find . -type f ! -path './DEBIAN/*' -printf '%P\0' | xargs -0 md5sum >DEBIAN/md5sums)
dpkg-deb --root-owner-group --build "$stage/root" "$folder/expops_${version}_$architecture.deb" >/dev/null
echo "$folder/expops_${version}_$architecture.deb"
