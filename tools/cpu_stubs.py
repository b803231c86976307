#!/usr/bin/env python3
"""Prints the names of the CPU's stubs while the build is configured: compiles tools/write_stubs.c with the operators'
definitions, as the build will, and asks it.

  cpu_stubs.py OPS INCLUDE SOURCE... -- COMPILER...     INCLUDE: folders, separated by colons; SOURCE: but for the operators'
"""
import os
import subprocess
import sys
import tempfile

from scan_ops import operator_files, write_table


def flags(include):
    return ['-std=gnu11', '-D_GNU_SOURCE', '-w', *(f'-I{folder}' for folder in include.split(':'))]


def make_program(folder, ops, include, sources, compiler, **how):
    """The finished process of the compiler, and the program that it made in `folder`."""
    names, program = operator_files(ops), os.path.join(folder, 'write_stubs')
    table = os.path.join(folder, 'ops_table.c')
    write_table(ops, names, table)
    command = [*compiler, *flags(include), '-O0', *sources, *(os.path.join(ops, name) for name in names), table,
               '-lm', '-pthread', '-o', program]
    return subprocess.run(command, check=False, **how), program


def main():
    split = sys.argv.index('--')
    ops, include, *sources = sys.argv[1:split]
    with tempfile.TemporaryDirectory() as folder:
        made, program = make_program(folder, ops, include, sources, sys.argv[split + 1:])
        return made.returncode or subprocess.run([program, 'names'], check=False).returncode


if __name__ == '__main__':
    sys.exit(main())
