#!/bin/sh
# Installs what a Debian 12 or Ubuntu 24.04 machine lacks. As root, or with sudo.
#
# usage: tools/install_dependencies.sh [run | test | torch | docs]
#   run   (default) to build and run: a C compiler, meson, two small libraries, and PoCL as an OpenCL device
#   test  also what the tests use: CMocka, valgrind, Oclgrind, clang-format, hipRTC, and NVRTC in build/venv
#   torch also PyTorch and what the Python module's tests want beside it, in build/venv-torch: some hundred megabytes, or gigabytes
#         where pip knows only builds for GPUs; without it those tests skip and say so
#   docs  also Doxygen, for tools/build_reference.py
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
what=${1:-run}
with_torch=
[ "$what" != torch ] || { with_torch=yes && what=test; }
as_root=
[ "$(id -u)" = 0 ] || as_root=sudo

for_run='gcc libc6-dev meson ninja-build pkg-config python3 libjson-c-dev libxxhash-dev libzip-dev opencl-headers ocl-icd-libopencl1
    pocl-opencl-icd'
for_test='g++ cmake python3-venv libcmocka-dev libmpfr-dev libmpc-dev libmsgpack-dev ocl-icd-opencl-dev oclgrind clang-14
    clang-format-14 libamdhip64-dev libhiprtc-builtins5 llvm-14 valgrind universal-ctags libclang-rt-14-dev zsh groff dpkg-dev xz-utils'
for_docs='doxygen'
[ "$what" = test ] || for_test=
[ "$what" = docs ] || for_docs=

export DEBIAN_FRONTEND=noninteractive
$as_root apt-get update -qq
# shellcheck disable=SC2086 # lists of names
$as_root apt-get install -y -qq --no-install-recommends $for_run $for_test $for_docs >/dev/null
[ "$what" = test ] || exit 0

# A newer clang compiles for AMD chips that the installed hipRTC does not know; without it those tests skip and say so.
$as_root apt-get install -y -qq --no-install-recommends clang-19 llvm-19 lld-19 rocm-device-libs >/dev/null ||
    echo "clang-19 could not be installed; tests of AMD's newer chips will be skipped" >&2

# NVRTC compiles without a GPU, and its headers check our declarations; the build finds both through this python3. Where
# they cannot be had, the tests that need them skip and say so.
venv=$root/build/venv
[ -x "$venv/bin/pip" ] || python3 -m venv "$venv"
"$venv/bin/pip" install --quiet nvidia-cuda-nvrtc nvidia-cuda-runtime ||
    echo "NVRTC could not be installed; tests that compile with it will be skipped" >&2

[ -n "$with_torch" ] || exit 0
beside=$root/build/venv-torch # a Python of its own, which tools/run_tests.sh gives to the module's tests
[ -x "$beside/bin/pip" ] || python3 -m venv "$beside"
"$beside/bin/pip" install --quiet numpy hypothesis pytest expecttest torch==2.13.0 ||
    echo "PyTorch could not be installed; tests of the Python module that need it will be skipped" >&2
