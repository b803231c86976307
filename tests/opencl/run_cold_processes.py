#!/usr/bin/env python3
"""Starts many processes at once that find no compiled kernel, for this library nor for the driver.

run_cold_processes.py PROGRAM [--processes 16] [--rounds 2]    each round with empty caches; any failure fails

Afterwards one more process starts where the others have filled the caches. The full test: --processes 64 --rounds 10.
"""
import argparse
import os
import subprocess
import sys
import tempfile

SKIP = 77


def start(program, folder):
    given = {name: value for name, value in os.environ.items()
             if name not in ('POCL_CACHE_DIR', 'POCL_KERNEL_CACHE', 'EXPOPS_CACHE_DIR', 'EXPOPS_CACHE')}
    return subprocess.Popen([program], env={**given, 'XDG_CACHE_HOME': folder, 'HOME': folder}, stdout=subprocess.PIPE,
                            stderr=subprocess.STDOUT, text=True, errors='replace')


def finish(processes):
    """The texts of those that failed."""
    failed = []
    for process in processes:
        text, _ = process.communicate()
        if process.returncode == SKIP:
            print(text)
            sys.exit(SKIP)
        if process.returncode:
            failed.append(f'status {process.returncode}: {text.strip()}')
    return failed


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('program')
    parser.add_argument('--processes', type=int, default=16)
    parser.add_argument('--rounds', type=int, default=2)
    given = parser.parse_args()
    failed = []
    for _ in range(given.rounds):
        with tempfile.TemporaryDirectory() as folder:
            failed += finish([start(given.program, folder) for _ in range(given.processes)])
            failed += finish([start(given.program, folder)])
    for text in failed[:10]:
        print(text)
    print(f'{len(failed)} of {given.rounds * (given.processes + 1)} processes failed')
    sys.exit(bool(failed))


if __name__ == '__main__':
    main()
