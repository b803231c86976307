#!/usr/bin/env python3
"""Runs a test under Oclgrind: run_oclgrind.py OCLGRIND TEST PLUGIN.

Fails too where the simulator found a wrong access, a race or an uninitialised value in a kernel."""
import subprocess
import sys
import tempfile


def main():
    with tempfile.NamedTemporaryFile(mode='r', prefix='oclgrind-') as log:
        done = subprocess.run([sys.argv[1], '--uninitialized', '--data-races', '--log', log.name,
                               *sys.argv[2:], 'quick'], check=False)
        findings = log.read()
    print(findings, file=sys.stderr)
    sys.exit(1 if findings.strip() and done.returncode == 0 else done.returncode)


if __name__ == '__main__':
    main()
