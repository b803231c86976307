#!/bin/sh
# A plugin that others could have changed is not loaded. Where the umask is 002, as Ubuntu's is, a clone and all that is built in it
# can be written by a group: takes that right away, so that the build folder's plugins run.
#
# usage: tools/trust_build.sh BUILD_FOLDER
root=$(cd "$(dirname "$0")/.." && pwd) || exit 1
build=$(cd "$1" && pwd) && chmod -R go-w "$build" && chmod go-w "$root" || exit 1
above=$(dirname "$build")
case $above in
"$root"/*) chmod go-w "$above" ;; # build, above build/test; what is not of the clone stays as it is
esac
