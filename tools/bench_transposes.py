#!/usr/bin/env python3
"""Times transposes of two dimensions against PyTorch's and against a copy, by shape and element size, all on the same data.

  bench_transposes.py --build build -o transposes.json        on a GPU: 256 MiB a tensor, elements of 1, 2, 4 and 8 bytes
  bench_transposes.py --build build --backend cpu --bytes 16777216 -o transposes.json
  bench_transposes.py --draw transposes.json docs/pictures/transposes.svg

Samples of this library, of PyTorch and of a copy take turns, as bench_torch_gpu.py has it. A share is a copy's time over a
transpose's, both of as many bytes. Drawing needs matplotlib and nothing else.
"""
import argparse
import collections
import json
import statistics
import sys
import time

SIZES = {1: 'int8', 2: 'int16', 4: 'float32', 8: 'int64'}
FLOORS = {1: 0.8, 2: 0.9, 4: 0.9, 8: 0.9}  # What is aimed at, as a share of a copy.
SHORT = (2, 3, 8, 17, 64, 257, 1000, 4096)  # The shorter of two dimensions.


def nearest_square(n):
    return round(n ** 0.5)


def cases(n):
    """(name, shape, dimensions) with about n elements."""
    side = nearest_square(n)
    yield 'square', (side, side), (0, 1)
    yield 'odd square', (side - 1 - side % 2, side + 1 + side % 2), (0, 1)
    for short in SHORT:
        yield f'N x {short}', (n // short, short), (0, 1)
    for short in SHORT:
        yield f'{short} x N', (short, n // short), (0, 1)
    batched = nearest_square(n // 64)
    for dims in ((0, 1), (0, 2), (1, 2)):
        yield f'64 x M x M, {dims[0]} and {dims[1]}', (64, batched, batched), dims
    few = nearest_square(n // 3)
    yield 'M x M x 3, 0 and 1', (few, few, 3), (0, 1)
    yield '3 x M x M, 0 and 2', (3, few, few), (0, 2)
    pixels = nearest_square(n // (32 * 64))
    for dims in ((0, 1), (0, 3), (1, 2), (1, 3)):
        yield f'32 x 64 x H x W, {dims[0]} and {dims[1]}', (32, 64, pixels, pixels), dims


class HostClock:
    """As bench_torch_gpu.Clock, for the CPU."""

    def medians(self, runs, samples):
        def seconds(run):
            start = time.perf_counter()
            run()
            return time.perf_counter() - start
        for run in runs:
            run()
        return [[seconds(run) for run in runs] for _ in range(samples)]


def measure(torch, library, clock, case, dtype, samples):
    _, shape, dims = case
    x = torch.randint(-100, 100, shape, dtype=torch.int8).to(getattr(torch, dtype))
    out = torch.empty_like(x.transpose(*dims), memory_format=torch.contiguous_format)
    target, flat = torch.empty_like(x), x.contiguous()
    ours = library.prepared('transpose', [x, *dims], [out])
    if x.is_cuda:
        torch.cuda.synchronize()
    if not torch.equal(out, x.transpose(*dims)):
        raise SystemExit(f'bench_transposes.py: {case[0]} in {dtype}: the libraries disagree')
    runs = [ours, lambda: torch.transpose_copy(x, *dims, out=out), lambda: target.copy_(flat)]
    taken = clock.medians(runs, samples)
    library.keep.clear()
    return {'name': case[0], 'shape': shape, 'dims': dims, 'bytes': x.element_size(),
            'seconds': statistics.median(a for a, _, _ in taken), 'share': statistics.median(c / a for a, _, c in taken),
            'pytorch': statistics.median(c / b for _, b, c in taken)}


def run(options):
    import torch
    from bench_torch_library import Library
    torch.manual_seed(1)
    device = 'cpu' if options.backend == 'cpu' else 'cuda'
    torch.set_default_device(device)
    if device == 'cpu':
        library, clock, name = Library(options.build, 'cpu'), HostClock(), f'CPU, {torch.get_num_threads()} threads'
    else:
        from bench_torch_gpu import Clock
        stream = torch.cuda.Stream()
        torch.cuda.set_stream(stream)
        library, clock, name = Library(options.build, options.backend, stream.cuda_stream), Clock(torch), torch.cuda.get_device_name()
    rows = []
    for size, dtype in SIZES.items():
        for case in cases(options.bytes // size):
            rows.append(measure(torch, library, clock, case, dtype, options.samples))
            print('{bytes} {name}: {share:.2f} {pytorch:.2f}'.format(**rows[-1]), file=sys.stderr, flush=True)
    return {'device': name, 'pytorch': torch.__version__, 'bytes': options.bytes, 'rows': rows}


def report(data):
    """A table: for each case and element size the shares of a copy, this library's and PyTorch's."""
    cells = collections.defaultdict(dict)
    for row in data['rows']:
        cells[row['name']][row['bytes']] = row
    print(f"**{data['device']}, {data['bytes'] >> 20} MiB a tensor, PyTorch {data['pytorch']}: a copy's time over a transpose's**\n")
    print('| shape, dimensions |' + ''.join(f' {size} B | PyTorch |' for size in SIZES))
    print('|---|' + '---|---|' * len(SIZES))
    for name, sizes in cells.items():
        print(f'| {name} |' + ''.join(f" {sizes[size]['share']:.2f} | {sizes[size]['pytorch']:.2f} |" for size in SIZES))
    low = [row for row in data['rows'] if row['share'] < FLOORS[row['bytes']]]
    slow = [row for row in data['rows'] if row['share'] < 0.995 * row['pytorch']]
    for title, found in (('\nBelow 0.9 of a copy, 0.8 for one byte', low), ('Slower than PyTorch', slow)):
        print(f'{title}: ' + ('; '.join('{bytes} B {name} {share:.2f}'.format(**row) for row in found) or 'none') + '.')


def draw(data, path):
    import matplotlib
    matplotlib.use('Agg')
    matplotlib.rcParams.update({'svg.hashsalt': 'expops', 'svg.fonttype': 'none'})
    from matplotlib import pyplot
    figure, panels = pyplot.subplots(len(SIZES), sharex=True, figsize=(10, 9), layout='constrained')
    for axes, size in zip(panels, SIZES):
        rows = [row for row in data['rows'] if row['bytes'] == size]
        places, ours, theirs = range(len(rows)), [row['share'] for row in rows], [row['pytorch'] for row in rows]
        axes.axhline(1, color='0.6', linewidth=1)
        axes.axhline(FLOORS[size], color='0.6', linewidth=1, linestyle=':')
        axes.vlines(places, theirs, ours, color='0.85', linewidth=3, zorder=1)
        axes.plot(places, ours, 'o', color='tab:blue', markersize=4, label='expops', zorder=3)
        axes.plot(places, theirs, 'D', color='tab:orange', markersize=3, label='PyTorch', zorder=2)
        axes.set(ylim=(0, max(1.15, 1.05 * max(ours + theirs))), ylabel=f'{size} byte{"s" if size > 1 else ""}')
        axes.grid(axis='y', alpha=0.3)
    figure.legend(*panels[0].get_legend_handles_labels(), loc='outside upper right', ncols=2)
    panels[0].set_title(f"Transposes of {data['bytes'] >> 20} MiB on {data['device']}: bandwidth as a share of a copy's")
    panels[-1].set_xticks(list(places), [row['name'] for row in rows], rotation=90, fontsize=7)
    figure.savefig(path, metadata={'Date': None})


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--build', default='build', help='build folder of the library; else an installed one is used')
    parser.add_argument('--backend', default='cuda', choices=['cuda', 'hip', 'cpu'])
    parser.add_argument('--bytes', type=int, default=1 << 28, help='of one tensor')
    parser.add_argument('--samples', type=int, default=7)
    parser.add_argument('-o', '--output', help='file for the figures')
    parser.add_argument('--draw', nargs=2, metavar=('FIGURES', 'SVG'), help='draws what -o kept, and times nothing')
    options = parser.parse_args()
    if options.draw:
        with open(options.draw[0], encoding='utf-8') as file:
            draw(json.load(file), options.draw[1])
        return
    data = run(options)
    report(data)
    if options.output:
        with open(options.output, 'w', encoding='utf-8') as file:
            json.dump(data, file, indent=1)


if __name__ == '__main__':
    main()
