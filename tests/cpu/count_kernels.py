#!/usr/bin/env python3
"""Fails where a kernel of the CPU backend takes so many instructions an element that it cannot be vectorised.

count_kernels.py VALGRIND KERNEL_COST      at the level x86-64-v3, the highest that valgrind knows
"""
import glob
import os
import re
import subprocess
import sys
import tempfile

SIZE = 128
# Vectors of 8 elements divide what is about 200 instructions at most; calls for single elements cost more than 40 each.
LIMIT = 32
# What costs more with longer rows makes an element of a whole row, as a product of matrices does: of a term.
LIMIT_OF_TERM = 4


def count(valgrind, program, size, environment):
    """What the program printed, and instructions an element by operator."""
    counts = {}
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run([valgrind, '--tool=callgrind', f'--callgrind-out-file={folder}/out', program, str(size)],
                              capture_output=True, text=True, check=False, env=environment)
        for path in glob.glob(f'{folder}/out.*'):
            with open(path, encoding='utf-8') as file:
                text = file.read()
            name, total = re.search(r'Client Request: (\S+)', text), re.search(r'^(?:totals|summary): (\d+)', text, re.M)
            if name and total:
                counts[name.group(1)] = int(total.group(1)) / size ** 2
    return done, counts


def too_many(each, of_half):
    """Whether a kernel costs too much, given what it costs an element of rows of SIZE and of half as many."""
    return each > LIMIT and not (each > 1.2 * of_half and each / SIZE <= LIMIT_OF_TERM)


def main():
    valgrind, program = sys.argv[1:3]
    environment = {**os.environ, 'EXPOPS_CPU_LEVEL': 'x86-64-v3', 'EXPOPS_CPU_THREADS': '1'}
    done, counts = count(valgrind, program, SIZE, environment)
    if 'no instruction level' in done.stderr:
        print('skipped: this processor, or valgrind, has no x86-64-v3')
        sys.exit(77)
    print(done.stdout, end='')
    if done.returncode or not counts:
        sys.exit(done.stderr or 'nothing was counted')
    halves = count(valgrind, program, SIZE // 2, environment)[1] if max(counts.values()) > LIMIT else counts
    bad = {name for name, each in counts.items() if too_many(each, halves[name])}
    for name, each in sorted(counts.items()):
        print(f'{name}: {each:.1f} instructions an element{"  TOO MANY" if name in bad else ""}')
    sys.exit(bool(bad))


if __name__ == '__main__':
    main()
