#!/bin/sh
# Builds with warnings as errors and runs every test; then runs the host-side suites under AddressSanitizer and
# UndefinedBehaviorSanitizer. The last line counts the cases; the exit status is 0 where none failed.
#
# usage: tools/run_tests.sh [--deep] [BUILD_FOLDER]      (default: build/test)
#   --deep   everything, where a short run leaves out what costs compilers of GPUs their time (docs/testing.md)
# EXPOPS_TEST_SANITIZE=0 leaves out the second half.
root=$(cd "$(dirname "$0")/.." && pwd) || exit 1
started=$(date +%s)
deep=false
[ "${1:-}" != --deep ] || { deep=true && shift; }
build=${1:-$root/build/test}
sanitized=$build-sanitized
failed_builds=0
logs=
# NVRTC, where tools/install_dependencies.sh put it
[ ! -d "$root/build/venv/bin" ] || PATH=$root/build/venv/bin:$PATH
export PATH
# PyTorch, where it put that
beside=$root/build/venv-torch/bin/python
[ -x "$beside" ] || beside=

# setup FOLDER OPTION...
setup() {
    folder=$1
    shift
    again= # which takes options, too, that the folder is older than
    [ ! -f "$folder/build.ninja" ] || again=--reconfigure
    meson setup $again "$folder" "$root" -Dtests=enabled -Ddeep_tests=$deep "$@"
}

# test_build FOLDER MESON_TEST_OPTION...: builds and tests; the log of an earlier run must not be counted.
test_build() {
    folder=$1
    shift
    rm -f "$folder/meson-logs/testlog.json"
    if ninja -C "$folder"; then
        "$root/tools/trust_build.sh" "$folder"
        meson test -C "$folder" --no-rebuild --print-errorlogs --num-processes "$(nproc)" "$@"
        logs="$logs $folder/meson-logs/testlog.json"
    else
        failed_builds=$((failed_builds + 1))
    fi
}

if setup "$build" -Dwerror=true "-Dtest_python=$beside"; then
    test_build "$build"
else
    failed_builds=$((failed_builds + 1))
fi

if [ "${EXPOPS_TEST_SANITIZE:-1}" != 0 ]; then
    # Symbols of the sanitizer may be undefined at link time, since sanitized programs bring them. No -Werror: instrumented
    # code makes the compiler warn of what it does not warn of otherwise. The sweeps only look at values of the same kernels.
    # Kernels are compiled for one level of instructions: their text is the same for all.
    if setup "$sanitized" --buildtype=debugoptimized -Db_sanitize=address,undefined -Db_lundef=false -Dcpu_levels=v3; then
        ASAN_OPTIONS=detect_leaks=1:allocator_may_return_null=1 UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1 \
            test_build "$sanitized" --suite support --suite core --suite cache --suite loader --suite cpu --no-suite sweep
    else
        failed_builds=$((failed_builds + 1))
    fi
fi

echo "the tests took $((($(date +%s) - started) / 60)) minutes"
# shellcheck disable=SC2086 # a list of paths without blanks
exec python3 "$root/tools/count_tests.py" --failed-builds "$failed_builds" $logs
