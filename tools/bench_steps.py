"""Steps of models' training with and without expops.torch, on a CPU, one thread: how much faster they are with, and how long the operators
that are answered take of them.

usage: bench_steps.py [MODEL/SCALE ...]      PYTHONPATH names the folder of the package; pin it to a core

A step is counted by the thread's own clock, which other work on the machine does not advance; steps with and without take turns, and of
each the low quartile counts. A turn begins with a step that is not counted: kernels that come or go leave torch's dispatcher with cold tables. Then each call of a covered overload, as the step makes it, is repeated alone, in turns as well: the least of
many of each, and the sum.
"""
import contextlib
import os
import statistics
import sys
import time

import torch
from torch.utils._python_dispatch import TorchDispatchMode

import expops.torch as answers

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'tests', 'python'))
import models

SECONDS, REPEATS = 25, 25


@contextlib.contextmanager
def everywhere():
    answers.enable()
    yield
    answers.disable()


WAYS = {'plain': contextlib.nullcontext, 'use()': answers.use, 'enable()': everywhere, 'plain again': contextlib.nullcontext}


def taken(call):
    start = time.thread_time()
    call()
    return time.thread_time() - start


def whole_steps(step):
    """{way: low quartile of a step, seconds}, and how many rounds."""
    times, names, end, rounds = {name: [] for name in WAYS}, list(WAYS), time.monotonic() + SECONDS, 0
    while rounds < 4 or time.monotonic() < end:
        for name in names[rounds % len(names):] + names[:rounds % len(names)]:
            with WAYS[name]():
                step()
                times[name].append(taken(step))
        rounds += 1
    return {name: statistics.quantiles(values, n=4)[0] for name, values in times.items()}, rounds


class Recorder(TorchDispatchMode):
    """Calls of covered overloads, with their arguments."""

    def __init__(self):
        super().__init__()
        self.covered, self.calls = set(answers.covered()), []

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        schema = function._schema
        name = schema.name + ('.' + schema.overload_name if schema.overload_name else '')
        if name in self.covered:
            self.calls.append((name, function, args, kwargs or {}))
        return function(*args, **(kwargs or {}))


def least_of_each(calls):
    """[(name, PyTorch's seconds, ours)]"""
    scope = answers.use()
    for name, function, args, kwargs in calls:
        plain = ours = float('inf')
        for _ in range(REPEATS):
            plain = min(plain, taken(lambda: function(*args, **kwargs)))
            with scope:
                ours = min(ours, taken(lambda: function(*args, **kwargs)))
        yield name, plain, ours


def measure(name, scale):
    step = models.repeatable_step(getattr(models, name), 'cpu', int(scale))
    for way in WAYS.values():
        with way():
            step()
    times, rounds = whole_steps(step)
    with Recorder() as recorder:
        step()
    with torch.no_grad():
        each = list(least_of_each(recorder.calls))
    plain, ours = (sum(row[column] for row in each) for column in (1, 2))
    ratios = ' | '.join(f"{times['plain'] / times[way]:.3f}" for way in list(WAYS)[1:])
    slowest = min(each, key=lambda row: row[2] and row[1] - row[2])
    print(f"| {name}, {scale} | {times['plain'] * 1e3:.2f} | {ratios} | {rounds} | {len(each)}: {plain * 1e6:.0f} | {ours * 1e6:.0f} | "
          f"{plain / ours:.2f} | {slowest[0]}, {(slowest[2] - slowest[1]) * 1e6:.0f} |", flush=True)


def main(wanted):
    torch.set_num_threads(1)
    print('| | a step, ms | `use()` | `enable()` | the same twice | rounds | calls answered, us by PyTorch | by ours | | most lost, us |')
    print('|---|---|---|---|---|---|---|---|---|---|')
    for word in wanted:
        measure(*word.split('/'))


if __name__ == '__main__':
    main(sys.argv[1:] or ['Transformer/1', 'Transformer/16', 'ConvNet/1', 'ConvNet/8'])
