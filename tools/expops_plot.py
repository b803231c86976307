#!/usr/bin/env python3
"""Draws what `expops bench --json` found: bandwidth by size, beside the device's copies and, where PyTorch is installed
and has the operator, PyTorch's.

usage: expops-plot OUT.svg [BENCH.json]       the list is read from standard input without a file
"""
import itertools
import json
import math
import statistics
import sys
import time

WORDS = {'f': 'float', 'bf': 'bfloat', 'i': 'int', 'u': 'uint', 'c': 'complex'}
SAMPLES, SAMPLE_SECONDS = 7, 0.01


def import_or_none(name):
    try:
        return __import__(name)
    except ImportError:
        return None


def resolve(torch, source):
    """torch.nn.functional.silu, by name"""
    found = torch
    for part in (source or '').split('.')[1:]:
        found = getattr(found, part, None)
    return found if callable(found) else None


def median_seconds(run, wait):
    count, times = 1, []
    while len(times) < SAMPLES:
        wait()
        start = time.perf_counter()
        for _ in range(count):
            run()
        wait()
        spent = time.perf_counter() - start
        if not times and spent < SAMPLE_SECONDS:
            count *= max(2, min(100, int(SAMPLE_SECONDS / max(spent, 1e-7))))
            continue
        times.append(spent / count)
    return statistics.median(times)


def host_cache():
    try:
        with open('/sys/devices/system/cpu/cpu0/cache/index3/size', encoding='ascii') as file:
            return int(file.read().rstrip('K\n')) << 10
    except (OSError, ValueError):
        return 64 << 20


def count_sets(place, size):
    """So many that three times the last-level cache lies between two uses of one, as `expops bench` has it."""
    return max(1, min(64, 3 * (host_cache() if place == 'cpu' else 256 << 20) // size))


def torch_bandwidth(torch, row):
    """GB/s of PyTorch's own call on tensors alike; None where it is not known how to make it."""
    place = row['device'].split(':')[0]
    function = resolve(torch, row.get('source'))
    if not function or place not in ('cpu', 'cuda', 'hip') or (place != 'cpu' and not torch.cuda.is_available()):
        return None
    where = 'cpu' if place == 'cpu' else 'cuda:' + (row['device'].split(':') + ['0'])[1]
    shape = [int(size) for size in row['shape'].split('x')]
    letters = row['dtype'].rstrip('0123456789')
    dtype = getattr(torch, WORDS.get(letters, letters) + row['dtype'][len(letters):])
    sets = itertools.cycle([[torch.rand(shape, device=where).to(dtype) for _ in range(row['tensors'])]
                            for _ in range(count_sets(place, row['bytes']))])
    wait = torch.cuda.synchronize if place != 'cpu' else lambda: None
    try:
        return row['bytes'] / median_seconds(lambda: function(*next(sets)), wait) / 1e9
    except (TypeError, RuntimeError, ValueError):
        return None


def elements(row):
    return math.prod(int(size) for size in row['shape'].split('x'))


def draw(rows, path, torch):
    import matplotlib
    matplotlib.use('Agg')
    from matplotlib import pyplot
    figure, axes = pyplot.subplots(figsize=(8, 5), layout='constrained')
    copies = {elements(row): row['copy_gigabytes_a_second'] for row in rows}
    axes.plot(*zip(*sorted(copies.items())), color='0.6', linestyle='--', marker='.', label='copy')
    for name in dict.fromkeys(row['operator'] for row in rows):
        own = sorted((elements(row), row['gigabytes_a_second']) for row in rows if row['operator'] == name)
        line, = axes.plot(*zip(*own), marker='o', label=name)
        theirs = sorted((elements(row), torch_bandwidth(torch, row)) for row in rows if row['operator'] == name) if torch else []
        theirs = [point for point in theirs if point[1] is not None]
        if theirs:
            axes.plot(*zip(*theirs), marker='x', linestyle=':', color=line.get_color(), label=f'{name}, PyTorch')
    axes.set(xlabel='elements', ylabel='GB/s', title=f'{rows[0]["device"]}, {rows[0]["dtype"]}')
    axes.set_xscale('log', base=2)
    axes.set_yscale('log')  # what fits a cache is many times as fast as what does not
    axes.yaxis.set_major_formatter('{x:g}')
    axes.yaxis.set_minor_formatter('')
    axes.grid(alpha=0.3, which='both')
    axes.legend()
    figure.savefig(path)


def main():
    if len(sys.argv) not in (2, 3) or sys.argv[1].startswith('-'):
        print(__doc__.strip())
        sys.exit(0 if sys.argv[1:] in (['-h'], ['--help']) else 2)
    if not import_or_none('matplotlib'):
        sys.exit('expops-plot: matplotlib is not installed for ' + sys.executable)
    with open(sys.argv[2], encoding='utf-8') if len(sys.argv) == 3 else sys.stdin as file:
        rows = [row for row in json.load(file) if 'error' not in row]
    if not rows:
        sys.exit('expops-plot: nothing was timed')
    try:
        draw(rows, sys.argv[1], import_or_none('torch'))
    except (OSError, ValueError) as error:
        sys.exit(f'expops-plot: {error}')


if __name__ == '__main__':
    main()
