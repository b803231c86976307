#!/usr/bin/env python3
"""What each operator's kernel costs on an AMD chip, without one: instructions executed, registers, memory, occupancy.

usage: amd_kernel_table.py BUILD [--arch gfx90a] [--dtype f32] [--ops a,b] [--shape 256x1024]

hipRTC's machine code runs in the interpreter of tests/hip. "instr" is what a lane executes for each element, scalar instructions
included; "waves" how many waves of a SIMD the registers and the local memory leave room for, of those that the chip has place
for. An exponential or a quotient costs several clocks, which the number of instructions does not show. Sorted by instructions.
"""
import argparse
import math
import os
import pathlib
import subprocess
import tempfile

# Vector registers of a SIMD's lane, how many are given at once, waves of a SIMD, local memory and SIMDs that share it.
CHIPS = {
    'gfx90a': (512, 8, 8, 65536, 4),
    'gfx906': (256, 4, 10, 65536, 4),
    'gfx908': (256, 4, 10, 65536, 4),
    'gfx1030': (1024, 16, 16, 131072, 4),
}


def occupancy(arch, wave, items, vectors, local):
    registers, granule, most, memory, simds = CHIPS[arch]
    waves = min(most, registers // max(granule, math.ceil(vectors / granule) * granule))
    if local:
        groups = memory // local
        waves = min(waves, groups * math.ceil(items / wave) / simds)
    return f'{waves:g}/{most}'


def run(build, arguments, op):
    """The lines of the launches of one call, or the reason that there are none."""
    with tempfile.TemporaryDirectory() as folder:
        profile = pathlib.Path(folder) / 'profile'
        environment = dict(os.environ, EXPOPS_BACKEND='hip', EXPOPS_BACKEND_PATH=str(build / 'backends' / 'hip'),
                           EXPOPS_CACHE='memory', EXPOPS_TEST_HIP_ARCH=arguments.arch,
                           EXPOPS_TEST_HIP_PROFILE=str(profile), LD_LIBRARY_PATH=str(build / 'tests' / 'hip'))
        done = subprocess.run([build / 'tools' / 'expops', 'bench', op, '--first-call', '--shape', arguments.shape,
                               '--dtype', arguments.dtype], env=environment, capture_output=True, text=True, check=False)
        lines = profile.read_text().splitlines() if profile.exists() else []
    if done.returncode or not lines:
        return None, (done.stderr.strip().splitlines() or ['no launch'])[-1]
    return lines[:len(lines) // 2], None  # the second call repeats them


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('build', type=lambda text: pathlib.Path(text).resolve())
    parser.add_argument('--arch', choices=CHIPS, default='gfx90a')
    parser.add_argument('--dtype', default='f32')
    parser.add_argument('--shape', default='256x1024')
    parser.add_argument('--ops')
    arguments = parser.parse_args()
    elements = math.prod(map(int, arguments.shape.split('x')))
    names = arguments.ops.split(',') if arguments.ops else subprocess.run(
        [arguments.build / 'tools' / 'expops', 'list', '--names'], capture_output=True, text=True, check=True).stdout.split()
    rows, without = [], []
    for op in names:
        lines, reason = run(arguments.build, arguments, op)
        if not lines:
            without.append(f'{op}: {reason}')
            continue
        for line in lines:
            executed, _, items, wave, vectors, scalars, local, private = map(int, line.split())
            rows.append((executed * wave / elements, op, vectors, scalars, local, private,
                         occupancy(arguments.arch, wave, items, vectors, local)))
    print(f'| operator, {arguments.dtype} on {arguments.arch} | instr | VGPR | SGPR | local | private | waves |')
    print('|---|---|---|---|---|---|---|')
    for instructions, op, *rest in sorted(rows, reverse=True):
        print(f'| {op} | {instructions:.1f} |', ' | '.join(map(str, rest)), '|')
    for line in without:
        print(line)


if __name__ == '__main__':
    main()
