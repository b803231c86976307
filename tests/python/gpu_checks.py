"""The Python module beside PyTorch on a GPU: each section is a process of its own, so that none takes the others with it. Prints
what each found, and what failed.

usage: gpu_checks.py [--device cpu] [--shard I/N] [SECTION ...]      PYTHONPATH names the folder of the package

Without sections it runs all. `--shard 1/2` is the first half of the operators in `samples` (PyTorch's own), `operators` (accuracy) and
`speed`. PATH has the command `expops`.
"""
import argparse
import concurrent.futures
import os
import subprocess
import sys
import time

TOGETHER = ['environment', 'forms', 'refusals', 'containers', 'streams', 'graphs', 'autocast', 'compile', 'unboxed', 'devices', 'distributed',
            'attention']
SHARDED = ['samples', 'operators']
ALONE = ['model', 'cost', 'speed']  # they time
AT_ONCE, SECONDS = 12, 220


def show(name, code, start, out, errors):
    failed = '' if code == 0 else f'  exit {code}\n' + '\n'.join(errors.strip().splitlines()[-12:])
    print(f"{'ok  ' if code == 0 else 'FAIL'} {name} ({time.monotonic() - start:.0f} s)", out.strip(), failed, sep='\n  ', flush=True)


def run_section(name, device):
    start = time.monotonic()
    command = [sys.executable, '-W', 'ignore', os.path.join(os.path.dirname(os.path.abspath(__file__)), 'gpu_sections.py')]
    environment = dict(os.environ, XLA_PYTHON_CLIENT_PREALLOCATE='false',
                       **({'OMP_NUM_THREADS': '1'} if name.split('/')[0] in SHARDED else {}))
    try:
        done = subprocess.run([*command, device, name], text=True, env=environment, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, timeout=SECONDS)
        code, out, errors = done.returncode, done.stdout, done.stderr
    except subprocess.TimeoutExpired as late:
        code, out, errors = 'too late', (late.stdout or b'').decode(), (late.stderr or b'').decode()
    show(name, code, start, out, errors)
    return code == 0


def parts(name, shard):
    """`shard` is I/N: what its processes do, each a part of the whole."""
    number, count = (int(word) for word in shard.split('/'))
    if name == 'speed':
        return [f'{name}/{number - 1}/{count}']
    if name not in SHARDED:
        return [name]
    return [f'{name}/{(number - 1) * AT_ONCE + process}/{count * AT_ONCE}' for process in range(AT_ONCE)]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--device', default='cuda')
    parser.add_argument('--shard', default='1/1', metavar='I/N')
    parser.add_argument('sections', nargs='*')
    given = parser.parse_args()
    chosen = given.sections or TOGETHER + SHARDED + ALONE
    unknown = set(chosen) - set(TOGETHER + SHARDED + ALONE)
    if unknown:
        parser.error(f'no section {sorted(unknown)}')
    together = [part for name in chosen if name not in ALONE for part in parts(name, given.shard)]
    with concurrent.futures.ThreadPoolExecutor(AT_ONCE if given.device == 'cuda' else os.cpu_count()) as pool:
        passed = list(pool.map(lambda name: run_section(name, given.device), together))
    passed += [run_section(part, given.device) for name in chosen if name in ALONE for part in parts(name, given.shard)]
    print(f'{sum(passed)} of {len(passed)} sections')
    return sys.exit(not all(passed))


if __name__ == '__main__':
    main()
