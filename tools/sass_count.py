#!/usr/bin/env python3
"""Counts the instructions an element costs in an operator's CUDA kernel, by the unit that executes them, without a GPU.

usage: sass_count.py BUILD [--ops PATTERN] [--dtypes f32,f16,bf16] [--keep FOLDER] [--nvdisasm PROGRAM] [--listing]

The kernels are those that tests/variants compiles for contiguous operands, for sm_90a. Counted is the shortest way through
the control flow that stores a full vector, without what a loop or a slow path adds; "whole" is the kernel's entire length.
"of copy" is the bandwidth at which an H100's busiest unit has no pause, as a fraction of a copy's:
docs/performance/arithmetic.md says what to make of it.
"""
import argparse
import heapq
import json
import os
import re
import subprocess
import sys
import tempfile

# An H100 SXM: multiprocessors, their clock under load, and the bandwidth of a copy.
SMS, CLOCK, COPY = 132, 1.7e9, 3.0e12
ELEMENT_BYTES = {'f16': 2, 'bf16': 2, 'f32': 4, 'f64': 8}
# Instructions a multiprocessor starts in a clock: of each unit, and of all together.
RATES = {'all': 128, 'fma': 128, 'alu': 64, 'mufu': 16}
UNITS = (
    ('mufu', r'MUFU'),
    ('conv', r'F2F\b|F2F\.|F2I|I2F\b|I2F\.|FRND|FLO|POPC|BREV'),  # the same unit as mufu
    ('fma', r'FFMA|FMUL|FADD|IMAD|IMUL|HFMA2|HADD2|HMUL2|FSWZADD'),
    ('mem', r'LD|ST|S2R|S2UR|CS2R|ULD|ATOM|RED|MEMBAR'),
    ('branch', r'BRA|BRX|BSSY|BSYNC|BREAK|CALL|RET|EXIT|WARPSYNC|YIELD|BAR'),
    ('f64', r'D[A-Z]'),
    ('uniform', r'U|R2UR|VOTEU'),
    ('alu', r''),
)
COLUMNS = ('all', 'fma', 'alu', 'mufu', 'conv', 'mem', 'branch', 'whole', 'of copy')
LINE = re.compile(r'^\s*(?:(\.L_x_\d+):|/\*[0-9a-f]{4,}\*/\s+(@!?U?P\w+ )?\s*([A-Z0-9_.]+)(.*?);)')


def unit_of(opcode):
    return next(unit for unit, pattern in UNITS if re.match(pattern, opcode))


def read_kernel(text):
    """[(predicated, opcode, operands)] and the places of the labels."""
    code, labels = [], {}
    for line in text.splitlines():
        match = LINE.match(line)
        if match and match.group(1):
            labels[match.group(1)] = len(code)
        elif match:
            code.append((match.group(2) is not None, match.group(3), match.group(4)))
    return code, labels


def shortest_way(code, labels):
    """The instructions on the way from the start to an end past a store of the widest kind."""
    widths = [int(m.group(1) or 32) for _, opcode, _ in code if (m := re.match(r'STG\.E\.?(?:EF\.)?(\d+)?', opcode))]
    if not widths:
        return []
    def is_store(opcode):
        return opcode.startswith('STG') and (max(widths) <= 32 or opcode.endswith(str(max(widths))))
    queue, seen = [(1, 0, 0, None)], set()
    while queue:
        cost, at, stored, way = heapq.heappop(queue)
        if (at, stored) in seen or at >= len(code):
            continue
        seen.add((at, stored))
        predicated, opcode, operands = code[at]
        stored, way = int(stored or is_store(opcode)), (at, way)
        if opcode == 'EXIT' and not predicated:
            if stored:
                places = []
                while way:
                    places.append(way[0])
                    way = way[1]
                return [code[i] for i in reversed(places)]
            continue
        target = re.search(r'`\((\.L_x_\d+)\)', operands)
        if opcode == 'BRA' and target:
            heapq.heappush(queue, (cost + 1, labels[target.group(1)], stored, way))
        if predicated or opcode != 'BRA':
            heapq.heappush(queue, (cost + 1, at + 1, stored, way))
    return []


def bytes_of(way, kind):
    total = 0
    for _, opcode, _ in way:
        if opcode.startswith(kind):
            width = re.search(r'\.(U8|S8|U16|S16|64|128)\b', opcode)
            total += {None: 4, 'U8': 1, 'S8': 1, 'U16': 2, 'S16': 2, '64': 8, '128': 16}[width and width.group(1)]
    return total


def count(way, elements):
    sums = dict.fromkeys([unit for unit, _ in UNITS] + ['all'], 0)
    sums['issue fma'] = 0
    for _, opcode, _ in way:
        if opcode == 'NOP':
            continue
        sums[unit_of(opcode)] += 1
        sums['all'] += 1
        # Half of the multipliers do whole numbers and halves.
        sums['issue fma'] += 2 if re.match('IMAD|IMUL|HADD2|HFMA2', opcode) else 1 if unit_of(opcode) == 'fma' else 0
    row = {name: value / elements for name, value in sums.items()}
    clocks = max(row['all'] / RATES['all'], row['issue fma'] / RATES['fma'], row['alu'] / RATES['alu'],
                 (row['mufu'] + row['conv']) / RATES['mufu'], row['f64'] / RATES['alu'])
    moved = (bytes_of(way, 'LDG') + bytes_of(way, 'STG')) / elements
    row['of copy'] = min(9.99, moved / COPY / (clocks / (SMS * CLOCK))) if clocks else 0
    return row


def compile_kernels(build, pattern, folder):
    tests = json.load(open(os.path.join(build, 'meson-info', 'intro-tests.json')))
    test = next((t for t in tests if t['name'].startswith('variants-sm_') and 'cuda' in t['cmd'][0]), None)
    if not test:
        sys.exit(f'{build} has no variants test for CUDA')
    compiler = test['cmd'][5] if len(test['cmd']) > 5 else ''
    command = [test['cmd'][0], os.path.join(build, 'backends', 'cuda', 'expops_cuda.so'), 'sm_90a', 'sm_90a', '0', compiler,
               folder, pattern]
    done = subprocess.run(command, env={**os.environ, **test['env']}, capture_output=True, text=True)
    if done.returncode:
        sys.exit(done.stdout + done.stderr)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    parser.add_argument('build')
    parser.add_argument('--ops', default='*', help='a pattern of operator names')
    parser.add_argument('--dtypes', default='f32,f16,bf16')
    parser.add_argument('--keep', help='where the machine code stays')
    parser.add_argument('--nvdisasm', default='nvdisasm')
    parser.add_argument('--listing', action='store_true', help='print the way that was counted')
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = args.keep or scratch
        os.makedirs(folder, exist_ok=True)
        compile_kernels(args.build, args.ops, folder)
        print('kernel'.ljust(34) + ''.join(column.rjust(8) for column in COLUMNS))
        for name in sorted(os.listdir(folder)):
            dtype = name.split('.')[1]
            if dtype not in args.dtypes.split(',') or not name.endswith('.cubin'):
                continue
            text = subprocess.run([args.nvdisasm, '-c', os.path.join(folder, name)], capture_output=True, text=True,
                                  check=True).stdout
            code, labels = read_kernel(text)
            way, elements = shortest_way(code, labels), 16 // ELEMENT_BYTES[dtype]
            row = count(way, elements)
            row['whole'] = sum(opcode != 'NOP' for _, opcode, _ in code) / elements
            print(name[:-6].ljust(34) + ''.join(f'{row[column]:8.2f}' for column in COLUMNS), flush=True)
            for predicated, opcode, operands in way if args.listing else ():
                print('    ' + ('@ ' if predicated else '  ') + opcode + operands)


if __name__ == '__main__':
    main()
