#!/bin/sh
# Builds the library and runs operators on .npy files, on every backend that works here.
#
# usage: tools/demo.sh [BUILD_FOLDER]      (default: build/demo)
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
build=${1:-$root/build/demo}
mkdir -p "$build"
build=$(cd "$build" && pwd)
[ -f "$build/build.ninja" ] || meson setup "$build" "$root" -Dtests=disabled >/dev/null
ninja -C "$build" >/dev/null
"$root/tools/trust_build.sh" "$build"

# Straight from the build folder: the plugins lie one folder each.
EXPOPS_BACKEND_PATH=$build/backends/cpu:$build/backends/opencl:$build/backends/cuda:$build/backends/hip
PATH=$build/tools:$PATH
export EXPOPS_BACKEND_PATH PATH
work=$build/demo-files
mkdir -p "$work"
python3 "$root/tools/make_npy.py" "$work/x.npy" 1000 4096
python3 "$root/tools/make_npy.py" "$work/weight.npy" 4096

expops doctor
ran=0
for backend in cpu opencl cuda hip; do
    if ! expops run neg "$work/weight.npy" -o "$work/y.npy" --backend $backend >/dev/null 2>"$work/why"; then
        echo "$backend does not run here: $(head -n 1 "$work/why")"
        continue
    fi
    expops run silu "$work/x.npy" -o "$work/y.npy" --backend $backend --check
    python3 "$root/tools/check_silu.py" "$work/x.npy" "$work/y.npy"
    expops run rms_norm "$work/x.npy" "$work/weight.npy" --normalized_shape 4096 -o "$work/y.npy" --backend $backend --check
    # There and back again, byte for byte.
    expops run permute_copy "$work/x.npy" --dims 1,0 -o "$work/y.npy" --backend $backend
    expops run permute_copy "$work/y.npy" --dims 1,0 -o "$work/back.npy" --backend $backend
    cmp "$work/x.npy" "$work/back.npy"
    ran=$((ran + 1))
done
[ $ran -gt 0 ]
