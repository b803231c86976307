"""What a call from Python costs beside PyTorch's own, in microseconds: the minimum of many short runs.

usage: bench_python.py [ELEMENTS [DEVICE]]      PYTHONPATH names the folder of the package

The last column is what the command `expops`, where PATH has it, times in C.
"""
import contextlib
import functools
import json
import shutil
import subprocess
import sys
import time

import torch
import torch.nn.functional as F

import expops
import expops.torch


def cost(function, runs=10, seconds=2e-3):
    """Each run takes about so long."""
    function()
    best, calls = float('inf'), 10
    for _ in range(runs):
        start = time.perf_counter()
        for _ in range(calls):
            function()
        best = min(best, (time.perf_counter() - start) / calls)
        calls = max(1, int(seconds / best))
    return best * 1e6


def costs(columns, rounds=4):
    """Of (function, what makes the context in which it is called), in turns: machines have slower and faster times."""
    least = [float('inf')] * len(columns)
    for _ in range(rounds):
        for number, (function, context) in enumerate(columns):
            with context():
                least[number] = min(least[number], cost(function))
    return least


@contextlib.contextmanager
def everywhere():
    expops.torch.enable()
    yield
    expops.torch.disable()


def costs_in_c(names, elements, device):
    """{name: microseconds}"""
    command = shutil.which('expops')
    if not command:
        return {}
    backend = device if device == 'cpu' else 'hip' if torch.version.hip else 'cuda'
    done = subprocess.run([command, 'bench', '--ops', ','.join(names), '--shape', str(elements), '--dtype', 'f32', '--json',
                           '--no-first-calls', '--backend', backend], check=True, stdout=subprocess.PIPE, text=True)
    return {row['operator']: row['microseconds'] for row in json.loads(done.stdout)}


def main():
    elements, device = int(sys.argv[1]) if sys.argv[1:] else 16, sys.argv[2] if sys.argv[2:] else 'cpu'
    x, y, out = (torch.randn(elements, device=device) for _ in range(3))
    square, square_out, half = x.view(4, -1), out.view(4, -1), torch.randn(elements // 2, device=device)
    row = torch.randn(4, device=device)
    rows = {
        'sin': (lambda: torch.sin(x), lambda: torch.sin(x, out=out), lambda: expops.sin(x), lambda: expops.sin(x, out=out)),
        'mul, two tensors': (lambda: torch.mul(x, y), lambda: torch.mul(x, y, out=out), lambda: expops.mul(x, y),
                             lambda: expops.mul(x, y, out=out)),
        'mul, a number': (lambda: torch.mul(x, 2.5), lambda: torch.mul(x, 2.5, out=out), lambda: expops.mul(x, 2.5),
                          lambda: expops.mul(x, 2.5, out=out)),
        'gelu': (lambda: F.gelu(x), lambda: torch.ops.aten.gelu.out(x, out=out), lambda: expops.gelu(x),
                 lambda: expops.gelu(x, out=out)),
        'softplus (two numbers)': (lambda: F.softplus(x), lambda: torch.ops.aten.softplus.out(x, out=out),
                                   lambda: expops.softplus(x), lambda: expops.softplus(x, out=out)),
        'leaky_relu (one)': (lambda: F.leaky_relu(x), lambda: torch.ops.aten.leaky_relu.out(x, out=out),
                             lambda: expops.leaky_relu(x), lambda: expops.leaky_relu(x, out=out)),
        'clamp_min (one)': (lambda: torch.clamp_min(x, 0.5), lambda: torch.clamp_min(x, 0.5, out=out),
                            lambda: expops.clamp_min(x, 0.5), lambda: expops.clamp_min(x, 0.5, out=out)),
        'softmax': (lambda: torch.softmax(square, 1), lambda: torch.softmax(square, 1, out=square_out),
                    lambda: expops.softmax(square, 1), lambda: expops.softmax(square, 1, out=square_out)),
        'sum over a dimension': (lambda: torch.sum(square, 1), lambda: torch.sum(square, 1, out=row),
                                 lambda: expops.sum(square, 1), lambda: expops.sum(square, 1, out=row)),
        'cat of two': (lambda: torch.cat([half, half]), lambda: torch.cat([half, half], out=out),
                       lambda: expops.cat([half, half]), lambda: expops.cat([half, half], out=out)),
    }
    in_c = costs_in_c(sorted({name.split()[0].strip(',') for name in rows}), elements, device)
    print('| | PyTorch | its `out=` | `expops.f(x)` | `expops.f(x, out=y)` | PyTorch in `use()` | in `use()`, not included '
          '| under `enable()` | from C |')
    print('|---|---|---|---|---|---|---|---|---|')
    for name, (native, native_out, ours, ours_out) in rows.items():
        plain, nothing = contextlib.nullcontext, functools.partial(expops.torch.use, include=[])
        figures = costs([(native, plain), (native_out, plain), (ours, plain), (ours_out, plain), (native, expops.torch.use),
                         (native, nothing), (native, everywhere)]) + [in_c.get(name.split()[0].strip(','), float('nan'))]
        print(f'| {name} |', ' | '.join(f'{figure:.2f}' for figure in figures), '|')


main()
