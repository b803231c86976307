#!/usr/bin/env python3
"""Writes a .npy file of random f32 numbers: make_npy.py FILE SIZE... (needs nothing but Python)."""
import array
import random
import sys


def main():
    path, shape = sys.argv[1], [int(size) for size in sys.argv[2:]]
    count = 1
    for size in shape:
        count *= size
    random.seed(1)
    header = f"{{'descr': '<f4', 'fortran_order': False, 'shape': ({', '.join(map(str, shape))},), }}"
    header += ' ' * (-(len(header) + 11) % 64) + '\n'
    with open(path, 'wb') as file:
        file.write(b'\x93NUMPY\x01\x00' + len(header).to_bytes(2, 'little') + header.encode())
        array.array('f', (random.gauss(0, 2) for _ in range(count))).tofile(file)


if __name__ == '__main__':
    main()
