#!/usr/bin/env python3
"""Times the CPU backend's operators against PyTorch's, both called from this process on the same data.

  bench_torch.py --build build/test                  pointwise ones, f32, 1 and 2 threads, 64 Ki and 16 Mi elements
  bench_torch.py --build build/test --movers         what moves data: views that are copied, padding, resampling, selections
  bench_torch.py --build build/test --odd            the same in short rows, small planes and odd sizes
  bench_torch.py --build build/test --rows           reductions, normalisation, losses, products, attention
  bench_torch.py --build build/test --lengths        rows of 64 to 1 Mi elements, many of which no vector divides
  bench_torch.py --build build/test --dtype bf16 --threads 1 --sizes 65536 exp silu

A sample of one library is taken right before a sample of the other, and the ratio of the two is kept: what else the
machine does then moves both. The table shows the median time of a call of this library and the median of the ratios,
PyTorch's time over this library's: above 1 this library is faster.

PyTorch writes into a tensor that exists already, as this library does; the few operators that have no such form are
marked. Both get as many threads. PyTorch's, which wait actively for 15 ms after their work, do so for 50 us here: as long as
within its own samples, but not into those of this library. Freed memory is kept by the allocator, so that PyTorch's
temporaries cost no page faults.
"""
import argparse
import math
import os
import statistics
import sys
import time

from bench_torch_cases import SETS, check
from bench_torch_odd import odd
from bench_torch_library import Library, chosen, plain, time_text
from bench_torch_ops import operators

SAMPLES = 15
SAMPLE_SECONDS = 2e-3


def set_up_process():
    """Starts this program again with what PyTorch's OpenMP runtime and the allocator read when they start."""
    if 'EXPOPS_BENCH_CHILD' in os.environ:
        return
    os.environ.update(EXPOPS_BENCH_CHILD='1', GOMP_SPINCOUNT='1000', MALLOC_MMAP_THRESHOLD_=str(1 << 40),
                      MALLOC_TRIM_THRESHOLD_=str(1 << 40))
    os.execv(sys.executable, [sys.executable] + sys.argv)


def library_with(build, threads):
    """A device has as many threads as the thread that opens it may use processors."""
    every = os.sched_getaffinity(0)
    if threads > len(every):
        raise SystemExit(f'bench_torch.py: {threads} threads want as many processors; there are {len(every)}')
    os.sched_setaffinity(0, sorted(every)[:threads])
    library = Library(build, 'cpu')
    os.sched_setaffinity(0, every)
    return library


def sample(run, count):
    start = time.perf_counter()
    for _ in range(count):
        run()
    return (time.perf_counter() - start) / count


def compare(ours, theirs, samples, least):
    """Median seconds of a call of ours, of theirs, and the median ratio of neighbouring samples; or least seconds and their
    ratio."""
    counts = []
    for run in (ours, theirs):
        run()
        each = min(sample(run, 1) for _ in range(3))
        counts.append(max(1, int(SAMPLE_SECONDS / max(each, 1e-6))))
    pairs = [(sample(ours, counts[0]), sample(theirs, counts[1])) for _ in range(samples)]
    if least:
        a, b = (min(pair[i] for pair in pairs) for i in range(2))
        return a, b, b / a
    return (statistics.median(a for a, _ in pairs), statistics.median(b for _, b in pairs),
            statistics.median(b / a for a, b in pairs))


def size_text(size):
    return f'{size >> 20} Mi' if size >= 1 << 20 else f'{size >> 10} Ki' if size >= 1 << 10 else str(size)


def run_with(options, torch, library, threads, table):
    torch.set_num_threads(threads)
    for name, make in chosen(options.cases(torch), options.names):
        for size in options.sizes:
            case = make(size, options.dtype)
            if case is None:
                continue
            library.keep.clear()
            ours = library.prepared(plain(name), case.args, case.outs)
            check(name, case, options.dtype)
            found = compare(ours, case.theirs, options.samples, options.least)
            table.setdefault(name, {})[size, threads] = found
            if sys.stderr.isatty() or options.verbose:
                print(f'{name}, {size_text(size)}, {threads}: {found[2]:.2f}', file=sys.stderr, flush=True)


def run(options, torch):
    table, settings = {}, [(size, threads) for size in options.sizes for threads in options.threads]
    for threads in options.threads:
        library = library_with(options.build, threads)
        run_with(options, torch, library, threads, table)
        library.close()
    return table, settings


def report(table, settings):
    print('| operator |' + ''.join(f' {size_text(s)}, {t} thread{"s" * (t > 1)} |' for s, t in settings))
    print('|---|' + '---|' * len(settings))
    for name, cells in table.items():
        row = ''.join(f' {time_text(cells[k][0])} {cells[k][2]:.2f} |' if k in cells else ' |' for k in settings)
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
    parser.add_argument('--dtype', default='f32', choices=['f32', 'f64', 'f16', 'bf16', 'i8'])
    parser.add_argument('--threads', type=lambda text: [int(x) for x in text.split(',')], default=[1, 2])
    parser.add_argument('--sizes', type=lambda text: [int(x) for x in text.split(',')], default=[1 << 16, 1 << 24],
                        help='elements, e.g. 65536,16777216')
    for other, what in (*SETS, (odd, 'movers of short rows, small planes and odd sizes')):
        parser.add_argument(f'--{other.__name__}', dest='cases', action='store_const', const=other, default=operators,
                            help=f'{what}, in the place of pointwise operators')
    parser.add_argument('--samples', type=int, default=SAMPLES)
    parser.add_argument('--least', action='store_true', help='least times and their ratio: for a machine that does other work')
    parser.add_argument('--verbose', action='store_true', help='ratios as they come, on standard error')
    options = parser.parse_args()
    set_up_process()
    import torch
    torch.set_grad_enabled(False)
    torch.manual_seed(1)
    report(*run(options, torch))


if __name__ == '__main__':
    main()
