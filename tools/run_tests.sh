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

# run_built FOLDER MESON_TEST_OPTION...: the log of an earlier run must not be counted.
run_built() {
    folder=$1
    shift
    meson test -C "$folder" --print-errorlogs --num-processes "$(nproc)" "$@"
    logs="$logs $folder/meson-logs/testlog.json"
}

if setup "$build" -Dwerror=true "-Dtest_python=$beside"; then
    rm -f "$build/meson-logs/testlog.json"
    if ninja -C "$build"; then
        "$root/tools/trust_build.sh" "$build"
        run_built "$build" --no-rebuild
    else
        failed_builds=$((failed_builds + 1))
    fi
else
    failed_builds=$((failed_builds + 1))
fi

if [ "${EXPOPS_TEST_SANITIZE:-1}" != 0 ]; then
    # Symbols of the sanitizer may be undefined at link time, since sanitized programs bring them. No -Werror: instrumented
    # code makes the compiler warn of what it does not warn of otherwise. The sweeps only look at values of the same kernels.
    # Kernels are compiled for one level of instructions: their text is the same for all. meson builds what these suites need, a
    # quarter less than everything, where nobody else may write (as tools/trust_build.sh has it).
    if setup "$sanitized" --buildtype=debugoptimized -Db_sanitize=address,undefined -Db_lundef=false -Dcpu_levels=v3; then
        rm -f "$sanitized/meson-logs/testlog.json"
        umask go-w
        "$root/tools/trust_build.sh" "$sanitized"
        ASAN_OPTIONS=detect_leaks=1:allocator_may_return_null=1 UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1 \
            run_built "$sanitized" --suite support --suite core --suite cache --suite loader --suite cpu --no-suite sweep
    else
        failed_builds=$((failed_builds + 1))
    fi
fi

times >"$build-times" # of this shell, then of all that it has started
echo "the tests took $((($(date +%s) - started) / 60)) minutes, of processor time (user, system) $(sed -n 2p "$build-times")"
# shellcheck disable=SC2086 # a list of paths without blanks
exec python3 "$root/tools/count_tests.py" --failed-builds "$failed_builds" $logs
