#!/usr/bin/env python3
"""Compares silu's results with Python's own: check_silu.py X.npy Y.npy, f32 files as make_npy.py and expops write them."""
import array
import math
import sys

UNIT = 2.0 ** -23
LARGEST = 4  # units in the last place, the operator's bound


def read(path):
    with open(path, 'rb') as file:
        start = file.read(10)
        file.seek(10 + int.from_bytes(start[8:10], 'little'))
        values = array.array('f')
        values.frombytes(file.read())
    return values


def main():
    x, y = map(read, sys.argv[1:3])
    if len(x) != len(y) or not x:
        sys.exit(f'{len(x)} numbers and {len(y)} results')
    worst = max(abs(b - a / (1 + math.exp(-a))) / (abs(b) * UNIT or UNIT) for a, b in zip(x, y))
    print(f'silu: {len(x)} results, at most {worst:.2f} units in the last place from Python\'s')
    sys.exit(worst > LARGEST)


if __name__ == '__main__':
    main()
