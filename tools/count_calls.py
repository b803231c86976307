"""Instructions of one call from Python, PyTorch's own and the same in a scope of expops.torch, on a CPU: what a busy machine cannot disturb.

usage: count_calls.py [NAME ...]      PYTHONPATH names the folder of the package; valgrind is wanted

Callgrind counts a few hundred calls of each; where one row ends is told it by a call of getppid(), which does nothing.
"""
import gc
import glob
import os
import re
import subprocess
import sys
import tempfile

CALLS, WARM = 200, 50


def rows(torch):
    functional = torch.nn.functional
    x, y = torch.randn(4, 4), torch.randn(4, 4)
    return {
        'nothing': lambda: None,
        'sin': lambda: torch.sin(x),
        'mul': lambda: torch.mul(x, y),
        'leaky_relu': lambda: functional.leaky_relu(x, 0.1),
        'clamp_min': lambda: torch.clamp_min(x, 0.1),
        'softplus': lambda: functional.softplus(x, 2),
        'softmax': lambda: torch.softmax(x, 1),
        'cat': lambda: torch.cat([x, y]),
    }


def call(names):
    """Under callgrind."""
    import torch
    import expops.torch
    torch.set_num_threads(1)
    functions = rows(torch)
    gc.disable()  # a collection falls into one row or another
    for name in names:
        for scope in (None, expops.torch.use()):
            if scope:
                scope.__enter__()
            for _ in range(WARM):
                functions[name]()
            os.getppid()
            for _ in range(CALLS):
                functions[name]()
            os.getppid()
            if scope:
                scope.__exit__(None, None, None)


def totals(folder):
    """Of each part, in their order; those between rows are every other one."""
    parts = sorted(glob.glob(os.path.join(folder, 'out.*')), key=lambda path: int(path.rsplit('.', 1)[1]))
    for part in parts[1::2]:
        with open(part, encoding='utf-8', errors='replace') as file:
            yield int(re.search(r'^(?:summary|totals): (\d+)', file.read(), re.MULTILINE).group(1)) / CALLS


def main(names):
    with tempfile.TemporaryDirectory() as folder:
        command = ['valgrind', '--tool=callgrind', f'--callgrind-out-file={folder}/out', '--dump-before=getppid', sys.executable, __file__, '--call',
                   *names]
        subprocess.run(command, check=True, stderr=subprocess.PIPE, env={**os.environ, 'OMP_NUM_THREADS': '1'})
        found = list(totals(folder))
    counted = {name: (plain, ours) for name, plain, ours in zip(names, found[::2], found[1::2], strict=True)}
    none = counted.pop('nothing')
    print('| | PyTorch | in `use()` | |\n|---|---|---|---|')
    for name, (plain, ours) in counted.items():
        plain, ours = plain - none[0], ours - none[1]
        print(f'| {name} | {plain:,.0f} | {ours:,.0f} | {ours / plain:.2f} |')


if __name__ == '__main__':
    if sys.argv[1:2] == ['--call']:
        call(sys.argv[2:])
    else:
        main(['nothing', *(sys.argv[1:] or ['sin', 'mul', 'leaky_relu', 'clamp_min', 'softplus', 'softmax', 'cat'])])
