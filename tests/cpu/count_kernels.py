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


def main():
    valgrind, program = sys.argv[1:3]
    environment = {**os.environ, 'EXPOPS_CPU_LEVEL': 'x86-64-v3', 'EXPOPS_CPU_THREADS': '1'}
    counts = {}
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run([valgrind, '--tool=callgrind', f'--callgrind-out-file={folder}/out', program, str(SIZE)],
                              capture_output=True, text=True, check=False, env=environment)
        for path in glob.glob(f'{folder}/out.*'):
            with open(path, encoding='utf-8') as file:
                text = file.read()
            name, total = re.search(r'Client Request: (\S+)', text), re.search(r'^(?:totals|summary): (\d+)', text, re.M)
            if name and total:
                counts[name.group(1)] = int(total.group(1)) / SIZE ** 2
    if 'no instruction level' in done.stderr:
        print('skipped: this processor, or valgrind, has no x86-64-v3')
        sys.exit(77)
    print(done.stdout, end='')
    for name, each in sorted(counts.items()):
        print(f'{name}: {each:.1f} instructions an element{"  TOO MANY" if each > LIMIT else ""}')
    if done.returncode or not counts:
        sys.exit(done.stderr or 'nothing was counted')
    sys.exit(any(each > LIMIT for each in counts.values()))


if __name__ == '__main__':
    main()
