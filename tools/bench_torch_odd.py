"""Cases of the benchmark against PyTorch of what moves data in short rows, small planes and odd sizes; see bench_torch_cases.py."""
from bench_torch_cases import FLOATS, functional, written
from bench_torch_ops import Data

SHORT = (2, 3, 8, 17, 33, 64)
WIDTHS = (3, 17, 64, 191)
SIDES = (4, 7, 14, 17, 64)
BLOCKS = ((8, 64, 3, 1, 1), (14, 16, 3, 2, 1), (32, 3, 7, 2, 3), (17, 4, 5, 1, 2), (64, 16, 2, 2, 0), (9, 8, 1, 1, 0), (56, 3, 7, 7, 0))


class Cases:
    """Adds cases by name, of the library's arguments for some Shapes and PyTorch's call on the same ones."""

    def __init__(self, torch):
        self.torch, self.data, self.made = torch, Data(torch), {}

    def into(self, name, args, call, **named):
        """PyTorch's call takes out=."""
        def make(s):
            given = args(s)
            return given, lambda **out: call(*given, **out)
        self.made[name] = written(self.torch, self.data, make, **named)

    def new(self, name, args, call, **named):
        def make(s):
            given = args(s)
            return given, lambda: call(*given)
        self.made[name + '*'] = functional(self.torch, self.data, make, **named)

    def viewed(self, name, args, view):
        """PyTorch has a view, and copies that."""
        self.into(name, args, lambda *given, out=None: view(*given).clone() if out is None else out.copy_(view(*given)))


def picks(cases, torch):
    def with_index(n, dim, each):
        def args(s):
            x = s.draw(s.size // n, n)
            return [x, dim, s.index(x.numel(), x.shape[dim]).view(x.shape) if each else s.index(x.shape[dim], x.shape[dim])]
        return args

    for n in SHORT:
        for dim, word in enumerate(('down', 'along')):
            cases.into(f'gather.{word} rows of {n}', with_index(n, dim, True), torch.gather)
            cases.into(f'index_select.{word} rows of {n}', with_index(n, dim, False), torch.index_select)
    cases.into('take.a tenth', lambda s: [s.line(), s.index(s.size // 10, s.size)], torch.take)


def turned(cases, torch, n):
    x = lambda s: s.draw(s.size // n, n)
    cases.new(f'roll.along rows of {n}', lambda s: [x(s), [n // 2], [1]], torch.roll)
    cases.new(f'roll.down rows of {n}', lambda s: [x(s), [5], [0]], torch.roll)
    cases.new(f'roll.both ways, rows of {n}', lambda s: [x(s), [3, 1], [0, 1]], torch.roll)
    cases.new(f'flip.along rows of {n}', lambda s: [x(s), [1]], torch.flip)
    cases.new(f'flip.down rows of {n}', lambda s: [x(s), [0]], torch.flip)
    cases.new(f'flip.both ways, rows of {n}', lambda s: [x(s), [0, 1]], torch.flip)
    cases.new(f'fft_fftshift.rows of {n}', lambda s: [x(s), None], torch.fft.fftshift)
    cases.new(f'repeat.rows of {n}', lambda s: [s.draw(s.size // n // 4, n), [2, 2]], lambda x, shape: x.repeat(shape))
    cases.into(f'tril.matrices of {n}', lambda s: [s.draw(s.size // n // n + 1, n, n), 0], torch.tril)
    cases.into(f'triu.rows of {n}', lambda s: [x(s), -1], torch.triu)
    cases.into(f'diag.of a matrix of {n}', lambda s: [s.draw(n, n), 1], torch.diag)
    cases.into(f'diag.of a vector of {n}', lambda s: [s.draw(n), -1], torch.diag)


def parts(cases, torch, n):
    aten = torch.ops.aten
    x = lambda s: s.draw(s.size // n, n)
    lines = lambda s, count: [s.draw(s.size // n // count, n, number=i) for i in range(count)]
    cases.new(f'slice_scatter.columns of {n}', lambda s: [x(s), s.draw(s.size // n, n // 2, number=1), 1, n // 3, n // 3 + n // 2, 1],
              torch.slice_scatter)
    cases.new(f'slice_scatter.rows of {n}', lambda s: [x(s), s.draw(s.size // n // 2, n, number=1), 0, 1, 1 + s.size // n // 2, 1],
              torch.slice_scatter)
    cases.new(f'slice_scatter.every second row of {n}', lambda s: [x(s), s.draw((s.size // n + 1) // 2, n, number=1), 0, 0, s.size, 2],
              torch.slice_scatter)
    cases.new(f'select_backward.column of {n}', lambda s: [s.draw(s.size // n), [s.size // n, n], 1, 1], aten.select_backward)
    cases.new(f'select_backward.row of {n}', lambda s: [s.draw(n), [s.size // n, n], 0, 1], aten.select_backward)
    cases.new(f'slice_backward.columns of {n}', lambda s: [s.draw(s.size // n, n - 1), [s.size // n, n], 1, 1, n, 1], aten.slice_backward)
    cases.new(f'slice_backward.rows of {n}', lambda s: [s.draw(s.size // n - 2, n), [s.size // n, n], 0, 1, s.size // n - 1, 1], aten.slice_backward)
    cases.into(f'cat.columns of {n}', lambda s: [lines(s, 2), 1], torch.cat)
    cases.into(f'cat.rows of {n}', lambda s: [lines(s, 3), 0], torch.cat)
    for dim in (0, 1, -1):
        cases.into(f'stack.{dim} of 3 of rows of {n}', lambda s, dim=dim: [lines(s, 3), dim], torch.stack)


def views(cases, torch, n):
    images = lambda s, c: s.draw(max(1, s.size // (c * n * n)), c, n, n)
    last = torch.channels_last
    strided = lambda sizes, strides: lambda s: [s.line(), sizes(s), strides, 1]
    cases.viewed(f'alias_copy.channels last to plain {n}x{n}', lambda s: [images(s, 16).contiguous(memory_format=last)], lambda x: x)
    cases.viewed(f'permute_copy.to channels last {n}x{n}', lambda s: [images(s, 16), [0, 2, 3, 1]], torch.permute)
    cases.viewed(f'permute_copy.of 3 channels {n}x{n}', lambda s: [images(s, 3), [0, 2, 3, 1]], torch.permute)
    cases.viewed(f'permute_copy.reverse {n}', lambda s: [s.draw(max(1, s.size // (n * n)), n, n), [2, 1, 0]], torch.permute)
    cases.viewed(f'transpose_copy.outer, rows of {n}', lambda s: [s.draw(s.size // n // 8, 8, n), 0, 1], torch.transpose)
    cases.viewed(f't_copy.rows of {n}', lambda s: [s.draw(s.size // n, n)], torch.t)
    cases.viewed(f't_copy.of {n} rows', lambda s: [s.draw(n, s.size // n)], torch.t)
    cases.viewed(f'expand_copy.columns to {n}', lambda s: [s.draw(s.size // n, 1), [s.size // n, n]], lambda x, shape: x.expand(shape))
    cases.viewed(f'expand_copy.middle {n}', lambda s: [s.draw(s.size // n // 4, 1, n), [s.size // n // 4, 4, n]], lambda x, shape: x.expand(shape))
    cases.viewed(f'as_strided_copy.every third, rows of {n}', strided(lambda s: [s.size // (3 * n), n], [3 * n, 3]), torch.as_strided)
    cases.viewed(f'as_strided_copy.windows of {n}', strided(lambda s: [s.size // n, n], [n // 2, 1]), torch.as_strided)


def pads(cases, torch, n):
    aten, functions = torch.ops.aten, torch.nn.functional
    shaped = {1: lambda s: s.draw(4, s.size // (4 * n), n), 2: lambda s: s.draw(max(1, s.size // (16 * n * n)), 16, n, n),
              3: lambda s: s.draw(max(1, s.size // (4 * n ** 3)), 4, n, n, n)}
    for d, x in shaped.items():
        for name in (f'reflection_pad{d}d', f'replication_pad{d}d'):
            cases.into(f'{name}.{n}', lambda s, d=d, x=x: [x(s), [1, 2] * d], getattr(aten, name), dtypes=FLOATS)
    x = shaped[2]
    cases.new(f'constant_pad_nd.{n}x{n}', lambda s: [x(s), [1] * 4, 0.0], aten.constant_pad_nd)
    cases.new(f'constant_pad_nd.rows of {n}', lambda s: [shaped[1](s), [0, 3], 1.0], aten.constant_pad_nd)
    cases.new(f'_pad_circular.{n}x{n}', lambda s: [x(s), [1] * 4], lambda x, by: functions.pad(x, by, mode='circular'))


def resampled(cases, torch, n):
    aten = torch.ops.aten
    images = lambda s, n, c: s.draw(max(1, s.size // (c * n * n)), c, n, n)
    for factor in (1.5, 2, 3, 0.5):
        size = int(n * factor)
        for name in ('upsample_nearest', '_upsample_nearest_exact'):
            cases.into(f'{name}1d.{n} by {factor}', lambda s, size=size: [s.draw(4, s.size // (4 * n), n), [size], None],
                       lambda x, size, scale, call=getattr(aten, name + '1d'), **out: (call.out if out else call.default)(x, size, **out), dtypes=FLOATS)
            cases.into(f'{name}2d.{n} by {factor}', lambda s, size=size: [images(s, n, 16), [size] * 2, None, None],
                       lambda x, size, a, b, call=getattr(aten, name + '2d'), **out: (call.out if out else call.default)(x, size, **out), dtypes=FLOATS)
    for r in (2, 3):
        cases.new(f'pixel_shuffle.{n}x{n} by {r}', lambda s, r=r: [images(s, n, 4 * r * r), r], torch.pixel_shuffle)
        cases.new(f'pixel_unshuffle.{n}x{n} by {r}', lambda s, r=r: [images(s, n * r, 4), r], torch.pixel_unshuffle)


def blocks(cases, torch, n, c, k, stride, pad):
    aten, out = torch.ops.aten, (n + 2 * pad - k) // stride + 1
    block, name = ([k, k], [1, 1], [pad, pad], [stride, stride]), f'{c} channels of {n}x{n}, {k}x{k}/{stride}'
    cases.into('im2col.' + name, lambda s: [s.draw(max(1, s.size // (c * n * n)), c, n, n), *block], aten.im2col, dtypes=FLOATS)
    cases.into('col2im.' + name, lambda s: [s.draw(max(1, s.size // (c * k * k * out * out)), c * k * k, out * out), [n, n], *block],
               aten.col2im, dtypes=FLOATS, domain=(0, 1)) # PyTorch adds half types in their own type: numbers of one sign


def odd(torch):
    """Short rows, small planes and odd sizes of movers, of about `size` elements."""
    cases = Cases(torch)
    picks(cases, torch)
    for n in WIDTHS:
        turned(cases, torch, n)
        parts(cases, torch, n)
        views(cases, torch, n)
    for n in SIDES:
        pads(cases, torch, n)
        resampled(cases, torch, n)
    for shape in BLOCKS:
        blocks(cases, torch, *shape)
    cases.viewed('slice_copy.every second row', lambda s: [s.draw(s.size // 17, 17), 0, 0, s.size, 2], lambda x, *rest: x[::2])
    cases.viewed('slice_copy.columns', lambda s: [s.draw(s.size // 64, 64), 1, 1, 63, 1], lambda x, *rest: x[:, 1:63])
    cases.viewed('select_copy.column', lambda s: [s.draw(s.size // 16, 16), 1, 3], lambda x, *rest: x[:, 3])
    return cases.made
