#!/bin/sh
# Builds one operator and everything that judges it, runs what there is on this machine, and says what is still missing.
#
# usage: tools/check_operator.sh NAME [BUILD_FOLDER]      BUILD_FOLDER: default build; made where it does not exist
set -u
root=$(cd "$(dirname "$0")/.." && pwd)
[ $# -ge 1 ] && [ -n "$1" ] || {
    echo "usage: tools/check_operator.sh NAME [BUILD_FOLDER]" >&2
    exit 2
}
name=$1
case ${2:-} in
'') build=$root/build ;;
/*) build=$2 ;;
*) build=$PWD/$2 ;;
esac
file=$root/ops/$name.c
failed=
swept=
log=$(mktemp)
trap 'rm -f "$log"' EXIT

say() {
    printf '%-10s %s\n' "$1" "$2"
}

# Runs a step quietly: its last lines are shown where it fails. Exit status 77 is a skip, with its reason.
step() {
    what=$1
    shift
    "$@" >"$log" 2>&1
    status=$?
    case $status in
    0)
        tests=$(grep -Ec "^\[ +OK \]" "$log")
        if [ "$tests" != 0 ]; then say "$what" "ok: $tests tests"; else say "$what" "ok: $(tail -n 1 "$log")"; fi
        ;;
    77)
        say "$what" "$(grep -m1 skipped "$log" | sed 's/EXPOPS_BACKEND=.* can run here\. //; s/ Run `expops doctor`.*//')"
        [ "$what" != cpu ] || failed=1 # then nothing was tried at all
        ;;
    *)
        say "$what" "FAILED"
        grep -v '^\[ *\(RUN\|OK\|==*\|PASSED\)' "$log" | head -16
        failed=1
        ;;
    esac
}

[ -f "$file" ] || {
    echo "there is no $file; 'expops new $name --unary' writes one" >&2
    exit 1
}
python3 "$root/tools/check_operators.py" "$file" || exit 1

# A new file makes the build configure itself anew, and a second call then builds.
[ -f "$build/build.ninja" ] || meson setup "$build" "$root" >"$log" 2>&1 || { cat "$log"; exit 1; }
ninja -C "$build" -t query tests/ops/test_operators >/dev/null 2>&1 || {
    echo "$build has no tests: run tools/install_dependencies.sh test, then meson configure $build -Dtests=enabled" >&2
    exit 1
}
programs='tests/ops/test_operators tools/expops backends/cpu/expops_cpu.so'
for program in tests/sweep/test_sweep tests/sweep/test_rows tests/fuzz/fuzz tests/variants/test_variants_cuda backends/cuda/expops_cuda.so backends/hip/expops_hip.so \
    backends/opencl/expops_opencl.so; do
    ninja -C "$build" -t query "$program" >/dev/null 2>&1 && programs="$programs $program"
done
# shellcheck disable=SC2086 # a list
if ninja -C "$build" $programs >"$log" 2>&1 || ninja -C "$build" $programs >"$log" 2>&1; then
    say build ok
else
    say build FAILED
    grep -E '(error|ERROR):|undefined reference' "$log" | sort -u | head -20
    exit 1
fi

"$root/tools/trust_build.sh" "$build"
plugins=
for backend in cpu cuda hip opencl; do
    [ -d "$build/backends/$backend" ] && plugins=${plugins:+$plugins:}$build/backends/$backend
done
export EXPOPS_BACKEND_PATH="$plugins"

judged=
for backend in cpu opencl cuda hip; do
    depth=$([ $backend = opencl ] && echo 0 || echo 1)
    EXPOPS_BACKEND=$backend EXPOPS_TEST_DEPTH=$depth step "$backend" "$build/tests/ops/test_operators" "$name/*"
    # Tests of these names compare results; the others look at errors, types and layouts.
    grep -Eq '/(random|rows|losses|golden/[0-9]+)@' "$log" && judged=1
done
moves=$build/tests/fuzz/fuzz
if ! EXPOPS_BACKEND=cpu "$moves" moves --calls 1 --only "$name" | grep -q '^skipped'; then
    EXPOPS_BACKEND=cpu step moves "$moves" moves --calls 2000 --only "$name"
    judged=1
fi
if [ -z "$judged" ]; then
    say missing "no test compared its results with anything: write a reference that the tests understand (docs/testing.md), or"
    say '' "keep PyTorch's answers (tools/import_golden.py)"
    failed=1
fi

sweeps=$build/tests/sweep/test_sweep
if [ ! -x "$sweeps" ]; then
    say sweep 'skipped: MPFR (libmpfr-dev) is not installed'
elif EXPOPS_BACKEND=cpu "$sweeps" "$name/*" 2>&1 | grep -q 'no test'; then
    say sweep 'none: sweeps are for one or two tensors and a floating result, element by element'
else
    EXPOPS_BACKEND=cpu step sweep "$sweeps" "$name/*"
    swept=1
fi

rows=$build/tests/sweep/test_rows
if ! EXPOPS_BACKEND=cpu "$rows" "$name/*" 2>&1 | grep -q 'no test'; then
    EXPOPS_BACKEND=cpu step rows "$rows" "$name/*"
fi

nvrtc=$(meson introspect "$build" --tests 2>/dev/null |
    python3 -c 'import json, sys
tests = json.load(sys.stdin)
print(next((t["env"]["EXPOPS_NVRTC"] for t in tests if "EXPOPS_NVRTC" in t["env"]), ""))')
if [ -x "$build/tests/variants/test_variants_cuda" ] && [ -n "$nvrtc" ]; then
    for target in sm_80 compute_90; do
        step "$target" "$build/tests/variants/test_variants_cuda" "$build/backends/cuda/expops_cuda.so" "sm_80" $target 1 \
            "$nvrtc" "" "$name"
    done
else
    say variants 'skipped: NVRTC is not installed (tools/install_dependencies.sh test)'
fi

EXPOPS_BACKEND=cpu "$build/tools/expops" bench "$name" --shape 1024x1024 --no-first-calls || failed=1

[ -f "$root/tests/golden/$name.jsonl" ] || say missing "PyTorch's answers are not kept (tools/import_golden.py)"
if [ -n "$swept" ] && ! grep -q "\"$name\"" "$root/tests/sweep/referee.c"; then
    say missing 'tests/sweep/referee.c has no line that lets MPFR judge it: the reference decides alone, in long double'
fi
grep -q '^ *\.source = "torch\.' "$file" || say missing '.source names no function of PyTorch, by which its meaning is decided'
grep -q '^ *\.samples = ' "$file" || say missing '.samples: where tests and benchmarks draw numbers from'

[ -z "$failed" ]
