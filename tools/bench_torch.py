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
import ctypes
import glob
import importlib.util
import math
import os
import statistics
import sys
import time

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


class Tensor(ctypes.Structure):
    """expops_tensor"""
    _fields_ = [('data', ctypes.c_void_p), ('device_type', ctypes.c_int32), ('device_id', ctypes.c_int32),
                ('ndim', ctypes.c_int32), ('code', ctypes.c_uint8), ('bits', ctypes.c_uint8),
                ('lanes', ctypes.c_uint16), ('shape', ctypes.POINTER(ctypes.c_int64)),
                ('strides', ctypes.POINTER(ctypes.c_int64)), ('byte_offset', ctypes.c_uint64)]


class Value(ctypes.Structure):
    """expops_value; the union's pointer and real share their bits."""
    _fields_ = [('kind', ctypes.c_uint32), ('count', ctypes.c_uint32), ('bits', ctypes.c_uint64)]


NONE, TENSOR, BOOL, INT, REAL, CHOICE = 0, 1, 2, 3, 4, 7


class Library:
    def __init__(self, build):
        core = os.path.join(build, 'core', 'libexpops.so')
        os.environ.setdefault('EXPOPS_BACKEND_PATH', os.path.abspath(os.path.join(build, 'backends', 'cpu')))
        self.lib = ctypes.CDLL(core if os.path.exists(core) else 'libexpops.so.0')
        self.lib.expops_find.restype = ctypes.c_void_p
        self.lib.expops_error_text.restype = ctypes.c_char_p
        self.device = ctypes.c_void_p()
        self.check(self.lib.expops_device_open(b'cpu', ctypes.byref(self.device)))
        self.keep = []

    def check(self, status):
        if status:
            raise SystemExit('bench_torch.py: ' + self.lib.expops_error_text().decode())

    def tensor(self, t):
        code = 6 if str(t.dtype) == 'torch.bool' else 4 if str(t.dtype) == 'torch.bfloat16' else \
            2 if t.dtype.is_floating_point else 0
        shape, strides = (ctypes.c_int64 * t.dim())(*t.shape), (ctypes.c_int64 * t.dim())(*t.stride())
        made = Tensor(t.data_ptr(), 1, 0, t.dim(), code, t.element_size() * 8, 1, shape, strides, 0)
        self.keep += [made, shape, strides]
        return made

    def value(self, x):
        if x is None:
            return Value(NONE, 0, 0)
        if isinstance(x, bool):
            return Value(BOOL, 1, int(x))
        if isinstance(x, int):
            return Value(INT, 1, x & (1 << 64) - 1)
        if isinstance(x, float):
            return Value(REAL, 1, ctypes.c_uint64.from_buffer(ctypes.c_double(x)).value)
        if isinstance(x, tuple):
            return Value(CHOICE, 1, x[0])
        return Value(TENSOR, 1, ctypes.addressof(self.tensor(x)))

    def prepared(self, name, args, out):
        """A call without arguments."""
        op = ctypes.c_void_p(self.lib.expops_find(name.encode()))
        if not op.value:
            raise SystemExit(f'bench_torch.py: no operator {name}')
        values = (Value * max(1, len(args)))(*map(self.value, args))
        out_tensor = ctypes.byref(self.tensor(out))
        call, count = self.lib.expops_call, ctypes.c_size_t(len(args))
        self.check(call(op, self.device, None, values, count, out_tensor))
        return lambda: call(op, self.device, None, values, count, out_tensor)


def plain(name):
    """The operator's name, without the variant and the mark."""
    return name.rstrip('*').split('.')[0]


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


def same(ours, theirs, dtype):
    """Whether the two libraries were asked the same question; accuracy is the tests' business."""
    a, b = ours.double(), theirs.double()
    near = (a - b).abs() <= 2e-2 * (1 + b.abs()) if dtype != 'f64' else (a - b).abs() <= 1e-6 * (1 + b.abs())
    return bool((near | (a == b) | (a.isnan() & b.isnan())).all())


def time_text(seconds):
    return f'{seconds * 1e6:.1f} µs' if seconds < 1e-3 else f'{seconds * 1e3:.2f} ms'


def size_text(size):
    return f'{size >> 20} Mi' if size >= 1 << 20 else f'{size >> 10} Ki' if size >= 1 << 10 else str(size)


def run(options, torch, library):
    table, settings = {}, [(size, threads) for size in options.sizes for threads in options.threads]
    for name, make in (layouts if options.layouts else operators)(torch).items():
        if options.names and name not in options.names and plain(name) not in options.names:
            continue
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
    report(*run(options, torch, Library(options.build)))


if __name__ == '__main__':
    main()
