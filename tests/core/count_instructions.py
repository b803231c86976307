#!/usr/bin/env python3
"""Instructions of one call on the host, from two callgrind runs of different length.

count_instructions.py VALGRIND HOST_PATH FIGURES    FIGURES: lines `case measured most`; more than `most` fails
"""
import os
import re
import subprocess
import sys
import tempfile

FEW, MANY = 1000, 3000


def total(valgrind, program, case, count):
    with tempfile.TemporaryDirectory() as folder:
        command = [valgrind, '--tool=callgrind', f'--callgrind-out-file={folder}/out', program, case, str(count)]
        done = subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, 'EXPOPS_BACKEND': 'null'})
    found = re.search(r'Collected : (\d+)', done.stderr)
    if done.returncode or not found:
        sys.exit(f'{case}: {done.stderr}')
    return int(found.group(1))


def main():
    valgrind, program, figures = sys.argv[1:4]
    failed = False
    with open(figures, encoding='utf-8') as file:
        rows = [line.split() for line in file if line.strip() and not line.startswith('#')]
    for case, measured, most in rows:
        each = (total(valgrind, program, case, MANY) - total(valgrind, program, case, FEW)) / (MANY - FEW)
        over = each > int(most)
        failed |= over
        print(f'{case}: {each:.1f} instructions a call (measured {measured}, at most {most}){"  TOO MANY" if over else ""}')
    sys.exit(failed)


if __name__ == '__main__':
    main()
