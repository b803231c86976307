#!/usr/bin/env python3
"""Times a GPU backend's operators against PyTorch's and against a copy, all on the same data and stream.

  bench_torch_gpu.py --build build                       pointwise ones, f32, f16 and bf16, 256 MiB a tensor
  bench_torch_gpu.py --build build --dtypes bf16 silu exp
  bench_torch_gpu.py --build build --layouts             broadcast, turned and strided operands
  bench_torch_gpu.py --build build --movers              what moves data: views that are copied, padding, resampling, selections
  bench_torch_gpu.py --build build --rows                reductions, normalisation, losses, products, attention
  bench_torch_gpu.py --build build --lengths             rows of 17 to 1 Mi elements, many of which no vector divides
  bench_torch_gpu.py --build build --shapes              columns, products and few rows in shapes of their own
  bench_torch_gpu.py --build build --lists               2, 8 and 64 tensors joined and stacked, 256 MiB in all
  bench_torch_gpu.py --build build --lists --bytes 65536 --replay      the same of 64 KiB, without the host's time

A sample is a batch of calls between two of the device's events. Samples of this library, of PyTorch and of a copy from
device memory to device memory take turns. A cell shows the median time of a call of this library; its bandwidth as a
fraction of the copy's, counting each input read once and each output written once; and PyTorch's time over this library's:
above 1 this library is faster. The operators marked * have no form of PyTorch's that writes into a tensor that exists.
"""
import argparse
import collections
import math
import statistics
import sys

from bench_torch_cases import SETS, check, lengths
from bench_torch_library import Library, chosen, plain, time_text
from bench_torch_ops import BYTES, operators
from bench_torch_shapes import shapes

SAMPLE_SECONDS = 2e-3
RECORDED = 100  # calls in a graph that is replayed
FILLER_CYCLES = 200000  # The device is busy while the host enqueues a batch, so that it never waits for the host.


class Clock:
    def __init__(self, torch, replay=False):
        self.torch, self.replay = torch, replay
        self.start, self.stop = (torch.cuda.Event(enable_timing=True) for _ in range(2))

    def recorded(self, run, count):
        """`count` calls as one graph."""
        graph = self.torch.cuda.CUDAGraph()
        with self.torch.cuda.graph(graph, stream=self.torch.cuda.current_stream()):
            for _ in range(count):
                run()
        return graph.replay

    def sample(self, run, count):
        """Seconds of one of `count` calls."""
        self.torch.cuda._sleep(FILLER_CYCLES)
        self.start.record()
        for _ in range(count):
            run()
        self.stop.record()
        self.stop.synchronize()
        return self.start.elapsed_time(self.stop) / 1e3 / count

    def medians(self, runs, samples):
        """The samples of each run, in turns."""
        counts = []
        for run in runs:
            run()
            counts.append(max(1, round(SAMPLE_SECONDS / self.sample(run, 2))))
        if self.replay:
            graphs = [self.recorded(run, RECORDED) for run in runs]
            return [[self.sample(graph, 4) / RECORDED for graph in graphs] for _ in range(samples)]
        return [[self.sample(run, count) for run, count in zip(runs, counts)] for _ in range(samples)]


def distinct_bytes(t):
    """Of the elements of a tensor; repeated ones count once."""
    return t.element_size() * math.prod(n for n, stride in zip(t.shape, t.stride()) if stride)


def moved_bytes(case, torch):
    read = [x for i, arg in enumerate(case.args) if i not in case.unread for x in (arg if isinstance(arg, list) else [arg])
            if isinstance(x, torch.Tensor) and (x is not case.out or case.in_place)]
    return sum(map(distinct_bytes, read + case.outs))


class Copy:
    """A copy of as many bytes as a tensor has here."""

    def __init__(self, torch, size):
        self.source, self.target = (torch.randint(-128, 127, (size,), dtype=torch.int8) for _ in range(2))
        self.bytes = 2 * size

    def __call__(self):
        self.target.copy_(self.source)


def measure(case, ours, copy, clock, torch, samples):
    """Seconds of a call, its bandwidth over a copy's, PyTorch's time over its time."""
    taken = clock.medians([ours, case.theirs, copy], samples)
    share = moved_bytes(case, torch) / copy.bytes
    return (statistics.median(a for a, _, _ in taken), statistics.median(share * c / a for a, _, c in taken),
            statistics.median(b / a for a, b, _ in taken))


def run(options, torch, library):
    table, clock, copy = {}, Clock(torch, options.replay), Copy(torch, options.bytes)
    for name, make in chosen(options.cases(torch), options.names):
        table[name] = {}
        for dtype in options.dtypes:
            library.keep.clear()
            case = make(options.bytes // BYTES[dtype], dtype)
            if case is None:
                continue
            ours = library.prepared(plain(name), case.args, case.outs)
            torch.cuda.synchronize()
            check(name, case, dtype)
            beside = Copy(torch, moved_bytes(case, torch) // 2) if options.cases is shapes else copy
            table[name][dtype] = measure(case, ours, beside, clock, torch, options.samples)
        if options.verbose:
            print(name, *(f'{b:.2f} {c:.2f}' for _, b, c in table[name].values()), file=sys.stderr, flush=True)
    return table


def print_operators(table, dtypes):
    print('| operator |' + ''.join(f' {dtype} | /copy | PyTorch/ours |' for dtype in dtypes))
    print('|---|' + '---|---|---|' * len(dtypes))
    for name, cells in table.items():
        texts = [time_text(cells[d][0]) + ' | {1:.2f} | {2:.2f}'.format(*cells[d]) if d in cells else ' | |' for d in dtypes]
        print(f'| {name} |' + ''.join(f' {text} |' for text in texts))


def print_lengths(table, dtypes):
    """A line for each length; of each operator, type by type, the bandwidth over the copy's and, in parentheses, PyTorch's time."""
    lines = collections.defaultdict(dict)
    for name, cells in table.items():
        operator, length = name.rstrip('*').split('.')
        lines[length][operator] = ', '.join('{1:.2f} ({2:.2f})'.format(*cells[dtype]) for dtype in dtypes if dtype in cells)
    named = list(dict.fromkeys(operator for line in lines.values() for operator in line))
    print('| elements of a row |' + ''.join(f' {operator} |' for operator in named))
    print('|---|' + '---|' * len(named))
    for length, line in lines.items():
        print(f'| {length} |' + ''.join(f" {line.get(operator, '')} |" for operator in named))


def report(table, options, torch):
    print(f'**{torch.cuda.get_device_name()}, {options.bytes / 2**20:.0f} MiB a tensor, PyTorch {torch.__version__}**\n')
    (print_lengths if options.cases is lengths else print_operators)(table, options.dtypes)
    print()
    for dtype in options.dtypes:
        ratios = {name: cells[dtype] for name, cells in table.items() if dtype in cells}
        mean = math.exp(statistics.fmean(math.log(c) for _, _, c in ratios.values()))
        print(f'{dtype}: PyTorch/ours, geometric mean {mean:.2f}; slower than PyTorch: '
              + (', '.join(f'{name} {c:.3f}' for name, (_, _, c) in ratios.items() if c < 0.995) or 'none')
              + f'; below {options.floor} of copy: '
              + (', '.join(f'{name} {b:.3f}' for name, (_, b, _) in ratios.items() if b < options.floor) or 'none') + '.')


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('names', nargs='*', help='operators; all of them by default')
    parser.add_argument('--build', default='build', help='build folder of the library; else an installed one is used')
    parser.add_argument('--backend', default='cuda', choices=['cuda', 'hip'])
    parser.add_argument('--dtypes', type=lambda text: text.split(','), default=['f32', 'f16', 'bf16'])
    parser.add_argument('--bytes', type=int, default=1 << 28, help='of one tensor')
    for other, what in (*SETS, (shapes, 'columns, products and few rows in shapes of their own')):
        parser.add_argument(f'--{other.__name__}', dest='cases', action='store_const', const=other, default=operators,
                            help=f'{what}, in the place of pointwise operators')
    parser.add_argument('--replay', action='store_true', help='calls are recorded and replayed: the device\'s time alone')
    parser.add_argument('--samples', type=int, default=9)
    parser.add_argument('--floor', type=float, default=0.95, help='what is below this fraction of the copy is listed')
    parser.add_argument('--verbose', action='store_true', help='ratios as they come, on standard error')
    options = parser.parse_args()
    import torch
    torch.set_grad_enabled(False)
    torch.set_default_device('cuda')
    torch.manual_seed(1)
    stream = torch.cuda.Stream()
    with torch.cuda.stream(stream):
        report(run(options, torch, Library(options.build, options.backend, stream.cuda_stream)), options, torch)


if __name__ == '__main__':
    main()
