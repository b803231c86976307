#!/bin/sh
# For somebody with an AMD GPU: builds, runs every suite that touches it, measures, and writes one report to send back.
#
# usage: tools/try_on_amd.sh [--quick] [BUILD_FOLDER]      (default: build/amd)
#   --quick   a quarter of the operators, no sweeps, and benchmarks of a few operators: about ten minutes instead of two hours
# Needs ROCm 5.2 or newer (libamdhip64, hipRTC), and what tools/install_dependencies.sh test installs. The report is
# BUILD_FOLDER/amd-report.txt; it names the GPU, the driver and the kernel's version, no user and no host.
# The exit status is 0 where every step passed.
root=$(cd "$(dirname "$0")/.." && pwd) || exit 1
quick=false
[ "${1:-}" != --quick ] || { quick=true && shift; }
build=${1:-$root/build/amd}
mkdir -p "$build" && build=$(cd "$build" && pwd) || exit 1
report=$build/amd-report.txt
failures=0

# step NAME COMMAND...: runs it, and keeps its output where it fails, its last lines where not
step() {
    name=$1
    shift
    started=$(date +%s)
    "$@" >"$build/step.txt" 2>&1
    status=$?
    seconds=$(($(date +%s) - started))
    case $status in
    0) verdict=passed ;;
    77) verdict=skipped ;;
    *) verdict=FAILED && failures=$((failures + 1)) ;;
    esac
    echo "$name: $verdict, ${seconds} s"
    {
        echo
        echo "=== $name: $verdict (status $status, $seconds s): $*"
        case $verdict in
        FAILED) grep -v -e '\[ RUN' -e '\[  *OK' "$build/step.txt" | head -n 400 ;;
        *) tail -n "${kept:-12}" "$build/step.txt" ;;
        esac
    } >>"$report"
}

# finish SENTENCE: ends the report with it
finish() {
    printf '\n%s\n' "$1" >>"$report"
    rm -f "$build/step.txt"
    sed -i -e "s|$build|BUILD|g" -e "s|$root|SOURCE|g" "$report"
    echo "$1; report: $report"
}

give_up() {
    finish "$1"
    exit 1
}

# operators SHARD: they run in parts, since a kernel that faults makes the device useless to its process
operators() {
    step "operators $1" env EXPOPS_TEST_DEPTH=1 EXPOPS_TEST_SHARD="$1" "$build/tests/ops/test_operators"
}

{
    echo "expops on an AMD GPU, $(date -u +%Y-%m-%d)"
    echo "source: $(git -C "$root" rev-parse HEAD 2>/dev/null || echo 'not a checkout')"
    echo "system: $(uname -srm)"
    for file in /opt/rocm/.info/version /sys/module/amdgpu/version; do
        [ ! -r "$file" ] || echo "$file: $(cat "$file")"
    done
    rocminfo 2>/dev/null | grep -E 'Marketing Name|gfx' | sort -u
} >"$report"

if [ -f "$build/build.ninja" ]; then
    step configure meson configure "$build" -Dtests=enabled
else
    step configure meson setup "$build" "$root" -Dtests=enabled
fi
[ $failures = 0 ] || give_up "it cannot be built here: what meson misses is in the report, and tools/install_dependencies.sh test installs it"
echo "building: some minutes"
step build ninja -C "$build"
[ $failures = 0 ] || give_up "it does not build: the report says where"

EXPOPS_BACKEND=hip
EXPOPS_BACKEND_PATH=$build/backends/hip
EXPOPS_CACHE_DIR=$build/amd-cache
export EXPOPS_BACKEND EXPOPS_BACKEND_PATH EXPOPS_CACHE_DIR

kept=60 step doctor "$build/tools/expops" doctor
"$build/tests/conformance/test_conformance" '*facts*' >"$build/step.txt" 2>&1
reason=$(sed -n 's/^skipped: //p' "$build/step.txt")
[ -z "$reason" ] || give_up "no AMD GPU that can be used: $reason"
step probe "$build/tests/cuhip/test_probe_hip" "$build/backends/hip/expops_hip.so"
step device "$build/tests/cuhip/test_device_hip" "$build/backends/hip/expops_hip.so" "$root/tests/cuhip/device.kernel.c"
step capture "$build/tests/cuhip/test_capture_hip" "$build/backends/hip/expops_hip.so" "$root/tests/cuhip/device.kernel.c"
step conformance "$build/tests/conformance/test_conformance"
step unloading env EXPOPS_MAX_KERNELS=1 "$build/tests/conformance/test_conformance" '*unloaded*'
if $quick; then
    operators 1/4
else
    for shard in 1 2 3 4 5 6 7 8; do operators "$shard/8"; done
    step complex "$build/tests/complex/test_complex"
    step sweeps "$build/tests/sweep/test_sweep"
    step rows "$build/tests/sweep/test_rows"
fi
if $quick; then
    kept=60 step "bench f32" "$build/tools/expops" bench --ops abs,mul,silu,gelu,rms_norm,amin,permute_copy --backend hip
else
    for dtype in f32 f16 bf16; do
        kept=200 step "bench $dtype" "$build/tools/expops" bench --all --dtype "$dtype" --backend hip
    done
fi

finish "$failures steps failed"
[ "$failures" = 0 ]
