#!/usr/bin/env python3
"""Times the CPU backend's pointwise operators against PyTorch's, both called from this process on the same data.

  bench_torch.py --build build/test                  all operators, f32, 1 and 2 threads, 64 Ki and 16 Mi elements
  bench_torch.py --build build/test --dtype bf16 --threads 1 --sizes 65536 exp silu

A sample of one library is taken right before a sample of the other, and the ratio of the two is kept: what else the
machine does then moves both. The table shows the median time of a call of this library and the median of the ratios,
PyTorch's time over this library's: above 1 this library is faster.

PyTorch writes into a tensor that exists already, as this library does; the few operators that have no such form are
marked. Both libraries get one OpenMP runtime, PyTorch's, and so the same threads: of two runtimes, each would wait
actively on the cores the other one needs. Freed memory is kept by the allocator, so that PyTorch's temporaries cost no
page faults.
"""
import argparse
import glob
import importlib.util
import math
import os
import statistics
import sys
import time

from bench_torch_library import Library, chosen, plain, same, time_text
from bench_torch_ops import layouts, operators

SAMPLES = 15
SAMPLE_SECONDS = 2e-3


def share_one_runtime():
    """Starts this program again with PyTorch's OpenMP runtime before all others."""
    folder = os.path.join(os.path.dirname(importlib.util.find_spec('torch').origin), 'lib')
    found = glob.glob(os.path.join(folder, 'libgomp*.so*')) + \
        glob.glob(os.path.join(folder, '..', '..', 'torch.libs', 'libgomp*.so*'))
    if not found or 'EXPOPS_BENCH_CHILD' in os.environ:
        return
    os.environ.update(EXPOPS_BENCH_CHILD='1', LD_PRELOAD=found[0], MALLOC_MMAP_THRESHOLD_=str(1 << 40),
                      MALLOC_TRIM_THRESHOLD_=str(1 << 40))
    os.execv(sys.executable, [sys.executable] + sys.argv)


def sample(run, count):
    start = time.perf_counter()
    for _ in range(count):
        run()
    return (time.perf_counter() - start) / count


def compare(ours, theirs, samples):
    """Median seconds of a call of ours, of theirs, and the median ratio of neighbouring samples."""
    counts = []
    for run in (ours, theirs):
        run()
        each = min(sample(run, 1) for _ in range(3))
        counts.append(max(1, int(SAMPLE_SECONDS / max(each, 1e-6))))
    pairs = [(sample(ours, counts[0]), sample(theirs, counts[1])) for _ in range(samples)]
    return (statistics.median(a for a, _ in pairs), statistics.median(b for _, b in pairs),
            statistics.median(b / a for a, b in pairs))


def size_text(size):
    return f'{size >> 20} Mi' if size >= 1 << 20 else f'{size >> 10} Ki' if size >= 1 << 10 else str(size)


def run(options, torch, library):
    table, settings = {}, [(size, threads) for size in options.sizes for threads in options.threads]
    for name, make in chosen((layouts if options.layouts else operators)(torch), options.names):
        table[name] = {}
        for size in options.sizes:
            case = make(size, options.dtype)
            library.keep.clear()
            ours = library.prepared(plain(name), case.args, case.out)
            result, expected = case.out.clone(), case.theirs()
            if not case.in_place and not same(result, expected, options.dtype):
                raise SystemExit(f'bench_torch.py: {name}: the libraries disagree')
            for threads in options.threads:
                torch.set_num_threads(threads)
                table[name][size, threads] = compare(ours, case.theirs, options.samples)
        if sys.stderr.isatty() or options.verbose:
            print(name, *(f'{r[2]:.2f}' for r in table[name].values()), file=sys.stderr, flush=True)
    return table, settings


def report(table, settings):
    print('| operator |' + ''.join(f' {size_text(s)}, {t} thread{"s" * (t > 1)} |' for s, t in settings))
    print('|---|' + '---|' * len(settings))
    for name, cells in table.items():
        row = ''.join(f' {time_text(cells[k][0])} {cells[k][2]:.2f} |' for k in settings)
        print(f'| {name} |{row}')
    means = [math.exp(statistics.fmean(math.log(cells[k][2]) for cells in table.values())) for k in settings]
    print('| **geometric mean** |' + ''.join(f' **{mean:.2f}** |' for mean in means))
    print(f'\nOver all settings: {math.exp(statistics.fmean(map(math.log, means))):.2f}. Below 1: ', end='')
    below = [f'{name} ({size_text(s)}, {t}: {cells[s, t][2]:.2f})' for name, cells in table.items()
             for s, t in settings if cells[s, t][2] < 1]
    print(', '.join(below) + '.' if below else 'none.')


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('names', nargs='*', help='operators; all of them by default')
    parser.add_argument('--build', default='build', help='build folder of the library; else an installed one is used')
    parser.add_argument('--dtype', default='f32', choices=['f32', 'f64', 'f16', 'bf16'])
    parser.add_argument('--threads', type=lambda text: [int(x) for x in text.split(',')], default=[1, 2])
    parser.add_argument('--sizes', type=lambda text: [int(x) for x in text.split(',')], default=[1 << 16, 1 << 24],
                        help='elements, e.g. 65536,16777216')
    parser.add_argument('--layouts', action='store_true', help='broadcast, turned and strided operands instead')
    parser.add_argument('--samples', type=int, default=SAMPLES)
    parser.add_argument('--verbose', action='store_true', help='ratios as they come, on standard error')
    options = parser.parse_args()
    share_one_runtime()
    import torch
    torch.set_grad_enabled(False)
    torch.manual_seed(1)
    report(*run(options, torch, Library(options.build, 'cpu')))


if __name__ == '__main__':
    main()
