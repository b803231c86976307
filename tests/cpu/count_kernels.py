#!/usr/bin/env python3
"""Fails where a kernel of the CPU backend takes so many instructions an element that it cannot be vectorised.

count_kernels.py VALGRIND KERNEL_COST      at the level x86-64-v3, the highest that valgrind knows
"""
import glob
import math
import os
import re
import subprocess
import sys
import tempfile

SIZE = 128
# Vectors of 8 elements divide what is about 200 instructions at most; calls for single elements cost more than 40 each.
LIMIT = 32
# Instructions an element of the first operand, with a tenth to a half to spare: a kernel that goes back to one element, one row or
# one run at a time takes more, which the number behind says.
CASES = {
    'softmax:1024x64:dim=-1': 17, # 38
    'softmax:64x1024:dim=-1': 12, # 12.7
    'softmax:64x1024:dim=0': 12, # 12.5
    '_safe_softmax:64x1024:dim=-1': 12, # 53
    'sum:1024x64:dim=1': 3, # 14
    'layer_norm:1024x64:normalized_shape=64': 14, # 42
    'mv:1024x64': 4, # 16
    'scaled_dot_product_attention:4x64x64': 150, # 180
    'col2im:36x1024:output_size=32,32:kernel_size=3,3:dilation=1,1:padding=1,1:stride=1,1': 32, # 141
    '_adaptive_avg_pool2d:16x32x32:output_size=7,7': 18, # 25
    'reflection_pad2d:64x20x20:padding=2,2,2,2': 12, # 35
    'reflection_pad2d:1x1024x64:padding=0,0,2,2': 3, # 7
    'upsample_nearest2d:4x8x32x32:output_size=64,64': 12, # 66
    'gather:64x1024:dim=1': 22, # 28
    'fft_ifftshift:64x1024:dim=1': 0.8, # 1.02
    'permute_copy:4x64x64:dims=1,2,0': 2, # 14
    'permute_copy:64x64x4:dims=2,0,1': 3, # 9
    'pixel_shuffle:16x32x32:upscale_factor=2': 9, # 34
    'transpose_copy:64x64x16:dim0=0:dim1=1': 4, # 4.8
}
# What costs more with longer rows makes an element of a whole row, as a product of matrices does: of a term.
LIMIT_OF_TERM = 4


def count(valgrind, program, arguments, environment):
    """What the program printed, and instructions by operator or case."""
    counts = {}
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run([valgrind, '--tool=callgrind', f'--callgrind-out-file={folder}/out', program, *arguments],
                              capture_output=True, text=True, check=False, env=environment)
        for path in glob.glob(f'{folder}/out.*'):
            with open(path, encoding='utf-8') as file:
                text = file.read()
            name, total = re.search(r'Client Request: (\S+)', text), re.search(r'^(?:totals|summary): (\d+)', text, re.M)
            if name and total:
                counts[name.group(1)] = int(total.group(1))
    return done, counts


def count_all(valgrind, program, size, environment):
    """The same of all operators, an element."""
    done, counts = count(valgrind, program, [str(size)], environment)
    return done, {name: total / size ** 2 for name, total in counts.items()}


def count_cases(valgrind, program, environment):
    """Whether a case costs too much."""
    done, counts = count(valgrind, program, list(CASES), environment)
    if done.returncode or len(counts) < len(CASES):
        sys.exit(done.stdout + done.stderr or 'a case was not counted')
    bad = False
    for name, limit in CASES.items():
        each = counts[name] / math.prod(map(int, name.split(':')[1].split('x')))
        bad |= each > limit
        print(f'{name}: {each:.1f} instructions an element, at most {limit}{"  TOO MANY" if each > limit else ""}')
    return bad


def too_many(each, of_half):
    """Whether a kernel costs too much, given what it costs an element of rows of SIZE and of half as many."""
    return each > LIMIT and not (each > 1.2 * of_half and each / SIZE <= LIMIT_OF_TERM)


def main():
    valgrind, program = sys.argv[1:3]
    environment = {**os.environ, 'EXPOPS_CPU_LEVEL': 'x86-64-v3', 'EXPOPS_CPU_THREADS': '1'}
    done, counts = count_all(valgrind, program, SIZE, environment)
    if 'no instruction level' in done.stderr:
        print('skipped: this processor, or valgrind, has no x86-64-v3')
        sys.exit(77)
    print(done.stdout, end='')
    if done.returncode or not counts:
        sys.exit(done.stderr or 'nothing was counted')
    halves = count_all(valgrind, program, SIZE // 2, environment)[1] if max(counts.values()) > LIMIT else counts
    bad = {name for name, each in counts.items() if too_many(each, halves[name])}
    for name, each in sorted(counts.items()):
        print(f'{name}: {each:.1f} instructions an element{"  TOO MANY" if name in bad else ""}')
    sys.exit(bool(bad) | count_cases(valgrind, program, environment))


if __name__ == '__main__':
    main()
