#!/usr/bin/env python3
"""Runs tests on Oclgrind's simulated device: run_oclgrind.py LIBRARY PROGRAM ARGUMENTS...

LIBRARY is Oclgrind's driver for the OpenCL loader. Fails too where the simulator found an access outside a buffer, a race
or, unless OCLGRIND_UNINITIALIZED is set to 0, an uninitialised value in a kernel."""
import os
import subprocess
import sys
import tempfile


def main():
    library, program, *runs = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder:
        with open(f'{folder}/oclgrind.icd', 'w', encoding='utf-8') as file:
            file.write(library + '\n')
        log = f'{folder}/log'
        environment = {**os.environ, 'OCL_ICD_VENDORS': folder, 'OCLGRIND_LOG': log, 'OCLGRIND_UNINITIALIZED': os.environ.get('OCLGRIND_UNINITIALIZED', '1'),
                       'OCLGRIND_DATA_RACES': '1', 'OCLGRIND_BUILD_OPTIONS': '-cl-opt-disable', 'EXPOPS_CACHE': 'memory'}
        failed = False
        for arguments in runs:
            failed |= subprocess.run([program, *arguments.split()], env=environment, check=False).returncode != 0
        if os.path.exists(log):
            with open(log, encoding='utf-8', errors='replace') as file:
                findings = file.read()
            print(findings[:20000], file=sys.stderr)
            failed |= bool(findings.strip())
    sys.exit(failed)


if __name__ == '__main__':
    main()
