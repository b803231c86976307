#!/usr/bin/env python3
"""What each operator's kernel costs on AMD chips, without one: instructions, registers, memory, occupancy, and the roof.

usage: amd_kernel_table.py BUILD [--arch gfx90a] [--dtype f32] [--ops a,b] [--shape 256x1024]
       amd_kernel_table.py BUILD --roofs [--dtype f32] [--ops a,b] [--shape 256x1024]

The machine code runs in the interpreter of tests/hip. "instr" is what a lane executes for each element, scalar instructions
included, "quarter" those at a quarter of the rate (exponentials, reciprocals, products of integers); "waves" how many waves of a
SIMD the registers and the local memory leave room for, of those that the chip has place for; "width" the bytes of an access to
global memory, on average; "banks" the clocks local memory takes for each that it would without conflicts. Sorted by instructions.

--roofs: for each card the share of its data sheet's bandwidth that the busiest of its units leaves room for at its data sheet's
highest clock: no kernel is faster, and what waits for memory may be slower. Below 1.00 arithmetic is the limit. Sorted by that.
"""
import argparse
import math
import os
import pathlib
import subprocess
import tempfile
from typing import NamedTuple

UNITS = ('vector', 'quarter', 'double', 'memory', 'local', 'scalar')


class Chip(NamedTuple):
    registers: int  # vector registers of a SIMD's lane, how many are given at once, waves of a SIMD
    granule: int
    waves: int
    local_bytes: int  # local memory, which 4 SIMDs share
    folder: str  # the libamdhip64 that runs it
    more: dict  # of the environment
    card: str = ''
    bandwidth: float = 0  # bytes a second
    simds: int = 0
    clock: float = 0
    clocks: tuple = ()  # of a SIMD for a wave's instruction: vector, quarter, double, (memory), local, scalar


# What a wave of 64 takes on 16 lanes, and one of 32 on 32. Local memory gives 128 bytes a clock to 4 SIMDs, or to 2.
CDNA, RDNA = (4, 16, 4, 0, 8, 4), (1, 4, 16, 0, 2, 1)
OLDER, NEWER = ('.', {}), ('hip7', {'EXPOPS_TEST_OBJDUMP': 'llvm-objdump-19'})
CHIPS = {
    'gfx906': Chip(256, 4, 10, 65536, *OLDER),
    'gfx908': Chip(256, 4, 10, 65536, *OLDER),
    'gfx90a': Chip(512, 8, 8, 65536, *OLDER, 'MI250X', 3276.8e9, 220 * 4, 1.7e9, CDNA),
    'gfx942': Chip(512, 8, 8, 65536, *NEWER, 'MI300X', 5300e9, 304 * 4, 2.1e9, CDNA),
    'gfx1030': Chip(1024, 16, 16, 131072, *OLDER),
    'gfx1100': Chip(1536, 24, 16, 131072, *NEWER, 'RX 7900 XTX', 960e9, 96 * 2, 2.5e9, RDNA),
}


class Launch(NamedTuple):
    items: int
    wave: int
    vectors: int
    scalars: int
    local: int
    private: int
    bytes: int
    executed: tuple  # instructions of waves, by UNITS
    widths: int
    passes: int  # of local memory, and what its banks' conflicts make of them
    clocks: int


def run(arguments, arch, op):
    """The launches of one call, or the reason that there are none."""
    chip, build = CHIPS[arch], arguments.build
    with tempfile.TemporaryDirectory() as folder:
        profile = pathlib.Path(folder) / 'profile'
        environment = dict(os.environ, EXPOPS_BACKEND='hip', EXPOPS_BACKEND_PATH=str(build / 'backends' / 'hip'),
                           EXPOPS_CACHE='memory', EXPOPS_TEST_HIP_ARCH=arch, EXPOPS_TEST_HIP_PROFILE=str(profile),
                           LD_LIBRARY_PATH=str(build / 'tests' / 'hip' / chip.folder), **chip.more)
        done = subprocess.run([build / 'tools' / 'expops', 'bench', op, '--first-call', '--shape', arguments.shape,
                               '--dtype', arguments.dtype], env=environment, capture_output=True, text=True, check=False)
        lines = profile.read_text().splitlines() if profile.exists() else []
    if done.returncode or not lines:
        return None, (done.stderr.strip().splitlines() or ['no launch'])[-1]
    numbers = [list(map(int, line.split())) for line in lines[:len(lines) // 2]]  # the second call repeats them
    return [Launch(*given[:7], tuple(given[7:-3]), *given[-3:]) for given in numbers], None


def occupancy(chip, launch):
    waves = min(chip.waves, chip.registers // max(chip.granule, math.ceil(launch.vectors / chip.granule) * chip.granule))
    if launch.local:
        groups = chip.local_bytes // launch.local
        waves = min(waves, groups * math.ceil(launch.items / launch.wave) / 4)
    return f'{waves:g}/{chip.waves}'


def roof(chip, launches):
    """The share of the card's bandwidth that the launches' busiest units allow."""
    in_memory = sum(launch.bytes for launch in launches) / chip.bandwidth
    in_units = 0
    for launch in launches:
        clocks = dict(zip(UNITS, (count * each for count, each in zip(launch.executed, chip.clocks))))
        lanes = clocks['vector'] + clocks['quarter'] + clocks['double']
        in_units += max(lanes, clocks['local'] * launch.clocks / max(1, launch.passes), clocks['scalar']) / (chip.simds * chip.clock)
    return min(1, in_memory / in_units)


def row_of_costs(arguments, op, launch, elements):
    executed = [count * launch.wave / elements for count in launch.executed]
    cells = [f'{sum(executed):.1f}', f'{executed[1]:.1f}', launch.vectors, launch.scalars, launch.local, launch.private,
             occupancy(CHIPS[arguments.arch], launch),
             f'{launch.widths / launch.executed[3]:.1f}',
             f'{launch.clocks / launch.passes:.1f}' if launch.passes else '']
    return -sum(executed), f'| {op} | ' + ' | '.join(map(str, cells)) + ' |'


def costs(arguments, names, elements):
    rows, without = [], []
    for op in names:
        launches, reason = run(arguments, arguments.arch, op)
        rows += [row_of_costs(arguments, op, launch, elements) for launch in launches or []]
        without += [] if launches else [f'{op}: {reason}']
    head = f'| operator, {arguments.dtype} on {arguments.arch} | instr | quarter | VGPR | SGPR | local | private | waves | width | banks |'
    return head, rows, without


def roofs(arguments, names, elements):
    archs = [arch for arch, chip in CHIPS.items() if chip.card]
    rows, without = [], []
    for op in names:
        found = [run(arguments, arch, op) for arch in archs]
        reasons = [reason for _, reason in found if reason]
        if reasons or not all(sum(launch.bytes for launch in launches) for launches, _ in found):
            without.append(f'{op}: {(reasons or ["one group"])[0]}')
            continue
        shares = [roof(CHIPS[arch], launches) for arch, (launches, _) in zip(archs, found)]
        executed = [sum(sum(launch.executed) * launch.wave for launch in launches) / elements for launches, _ in found]
        cells = [f'{share:.2f} ({count:.0f})' for share, count in zip(shares, executed)]
        rows.append(((min(shares), op), f'| {op} | ' + ' | '.join(cells) + ' |'))
    return f'| {arguments.dtype}: roof (instr) | ' + ' | '.join(CHIPS[arch].card for arch in archs) + ' |', rows, without


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('build', type=lambda text: pathlib.Path(text).resolve())
    parser.add_argument('--arch', choices=CHIPS, default='gfx90a')
    parser.add_argument('--roofs', action='store_true')
    parser.add_argument('--dtype', default='f32')
    parser.add_argument('--shape', default='256x1024')
    parser.add_argument('--ops')
    arguments = parser.parse_args()
    names = arguments.ops.split(',') if arguments.ops else subprocess.run(
        [arguments.build / 'tools' / 'expops', 'list', '--names'], capture_output=True, text=True, check=True).stdout.split()
    elements = math.prod(map(int, arguments.shape.split('x')))
    head, rows, without = (roofs if arguments.roofs else costs)(arguments, names, elements)
    print(head)
    print('|---' * (head.count('|') - 1) + '|')
    for _, line in sorted(rows):
        print(line)
    for line in without:
        print(line)


if __name__ == '__main__':
    main()
