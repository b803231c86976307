"""What the benchmarks against PyTorch time of the operators that move data, reduce, normalise, lose, multiply and select."""

# PyTorch writes into a tensor that exists wherever its kernel does; where its out= form only copies a result, or there is none
# (marked *), the form that returns one is timed. Shapes are derived from the number of elements of the largest tensor.

import math

from bench_torch_library import same
from bench_torch_ops import Case, Data, layouts

FLOATS = ('f32', 'f64', 'f16', 'bf16')


class Shapes:
    """Tensors of about `size` elements."""

    def __init__(self, data, size, dtype, domain=(-4, 4)):
        self.data, self.size, self.dtype, self.domain = data, size, dtype, domain
        self.side, self.edge = (32, 16) if size < 1 << 20 else (128, 32)

    def draw(self, *shape, number=0):
        return self.data.draw(shape, self.dtype, self.domain, number)

    def line(self, number=0):
        return self.draw(self.size, number=number)

    def rows(self, number=0, length=1024):
        return self.draw(self.size // length, length, number=number)

    def square(self):
        n = math.isqrt(self.size)
        return self.draw(n, n)

    def images(self):
        return self.draw(self.size // (4 * self.side ** 2), 4, self.side, self.side)

    def volumes(self):
        return self.draw(max(1, self.size // (4 * self.edge ** 3)), 4, self.edge, self.edge, self.edge)

    def index(self, number, below, ordered=False):
        """`number` positions below `below`; the same each time."""
        torch = self.data.torch
        generator = torch.Generator(device='cpu').manual_seed(1)
        index = torch.randint(below, (number,), generator=generator, device='cpu')
        return (index.sort()[0] if ordered else index).to(torch.get_default_device())


def functional(torch, data, make, domain=(-4, 4), dtypes=None):
    """`make` takes Shapes and returns the library's arguments and PyTorch's call, which returns a result or several."""
    def case(size, dtype):
        if dtypes and dtype not in dtypes:
            return None
        args, theirs = make(Shapes(data, size, dtype, domain))
        expected = theirs()
        outs = [torch.empty_like(x, memory_format=torch.contiguous_format).zero_()
                for x in (expected if isinstance(expected, tuple) else (expected,))]
        return Case(outs[0], args, theirs, more=outs[1:])
    return case


def written(torch, data, make, domain=(-4, 4), dtypes=None):
    """The same, where PyTorch's call takes out=."""
    def case(size, dtype):
        if dtypes and dtype not in dtypes:
            return None
        args, theirs = make(Shapes(data, size, dtype, domain))
        out = torch.empty_like(theirs(), memory_format=torch.contiguous_format).zero_()
        return Case(out, args, lambda: theirs(out=out))
    return case


def given(call, *args, **named):
    return lambda **out: call(*args, **named, **out)


def kernel(packet, *args):
    """The same of an operator of PyTorch's dispatcher."""
    return lambda **out: (packet.out if out else packet.default)(*args, **out)


def copies(torch, data):
    """Views that are copied: where PyTorch has a view and copies that, without a kernel of its own."""
    def viewed(args, view):
        def make(size, dtype):
            given_args = args(Shapes(data, size, dtype))
            turned = view(*given_args)
            out = torch.empty(turned.shape, dtype=turned.dtype).zero_()
            return Case(out, given_args, lambda: out.copy_(view(*given_args)))
        return make

    def images(s):
        return s.images().contiguous(memory_format=torch.channels_last)
    return {
        'alias_copy': viewed(lambda s: [s.line()], lambda x: x),
        'lift_fresh_copy': viewed(lambda s: [s.line()], lambda x: x),
        'alias_copy.channels last to plain': viewed(lambda s: [images(s)], lambda x: x),
        'permute_copy.to channels last': viewed(lambda s: [s.images(), [0, 2, 3, 1]], lambda x, dims: x.permute(dims)),
        'permute_copy.swap outer': viewed(lambda s: [s.draw(s.size // 8192, 8, 16, 64), [0, 2, 1, 3]],
                                          lambda x, dims: x.permute(dims)),
        'permute_copy.reverse': viewed(lambda s: [s.draw(s.size // 4096, 64, 64), [2, 1, 0]], lambda x, dims: x.permute(dims)),
        't_copy': viewed(lambda s: [s.square()], lambda x: x.t()),
        't_copy.tall': viewed(lambda s: [s.draw(s.size // 16, 16)], lambda x: x.t()),
        'transpose_copy.batched': viewed(lambda s: [s.rows().view(-1, 32, 32), 1, 2], torch.transpose),
        'transpose_copy.outer': viewed(lambda s: [s.rows().view(-1, 32, 32), 0, 1], torch.transpose),
        'expand_copy.rows': viewed(lambda s: [s.draw(1, 1024), [s.size // 1024, 1024]], lambda x, shape: x.expand(shape)),
        'squeeze_copy': viewed(lambda s: [s.rows().unsqueeze(1), [1]], lambda x, dims: x.squeeze(dims[0])),
        'unsqueeze_copy': viewed(lambda s: [s.rows(), 1], torch.unsqueeze),
        'as_strided_copy': viewed(lambda s: [s.line(), [s.size // 2048, 1024], [2048, 2], 1],
                                  torch.as_strided),
    }


def pieces(torch, data):
    """Tensors put together, repeated, turned and shifted; parts written or read."""
    f = lambda make: functional(torch, data, make)
    w = lambda make: written(torch, data, make)
    aten = torch.ops.aten

    def four(s, dim):
        return list(s.draw(s.size // 1024, 1024, number=0).chunk(4, dim))

    return {
        'cat.rows': w(lambda s: ([four(s, 0), 0], given(torch.cat, four(s, 0), 0))),
        'cat.columns': w(lambda s: ([[x.contiguous() for x in four(s, 1)], 1], given(torch.cat, [x.contiguous() for x in four(s, 1)], 1))),
        'stack.0': w(lambda s: ([four(s, 0), 0], given(torch.stack, four(s, 0), 0))),
        'stack.last': w(lambda s: ([four(s, 0), -1], given(torch.stack, four(s, 0), -1))),
        'repeat*': f(lambda s: ([s.draw(s.size // 4096, 1024), [2, 2]], given(s.draw(s.size // 4096, 1024).repeat, 2, 2))),
        'flip.last*': f(lambda s: ([s.rows(), [1]], given(torch.flip, s.rows(), [1]))),
        'flip.first*': f(lambda s: ([s.rows(), [0]], given(torch.flip, s.rows(), [0]))),
        'roll.last*': f(lambda s: ([s.rows(), [100], [1]], given(torch.roll, s.rows(), 100, 1))),
        'roll.all*': f(lambda s: ([s.rows(), [1000]], given(torch.roll, s.rows(), 1000))),
        'fft_fftshift*': f(lambda s: ([s.rows(), None], given(torch.fft.fftshift, s.rows()))),
        'fft_ifftshift*': f(lambda s: ([s.rows(), [1]], given(torch.fft.ifftshift, s.rows(), 1))),
        'diag.of a matrix': w(lambda s: ([s.square(), 0], given(torch.diag, s.square()))),
        'diag.of a vector': w(lambda s: ([s.draw(math.isqrt(s.size)), 0], given(torch.diag, s.draw(math.isqrt(s.size))))),
        'tril': w(lambda s: ([s.square(), 0], given(torch.tril, s.square()))),
        'triu.batched': w(lambda s: ([s.rows().view(-1, 32, 32), 1], given(torch.triu, s.rows().view(-1, 32, 32), 1))),
        'slice_scatter*': f(lambda s: ([s.rows(), s.draw(s.size // 1024, 512, number=1), 1, 0, 1024, 2],
                                       given(torch.slice_scatter, s.rows(), s.draw(s.size // 1024, 512, number=1), 1, 0, 1024, 2))),
        'as_strided_scatter*': f(lambda s: ([s.line(), s.draw(s.size // 2, number=1), [s.size // 2], [2], 0],
                                            given(torch.as_strided_scatter, s.line(), s.draw(s.size // 2, number=1), [s.size // 2], [2], 0))),
        'select_backward*': f(lambda s: ([s.draw(s.size // 1024), [s.size // 1024, 1024], 1, 3],
                                         given(aten.select_backward, s.draw(s.size // 1024), [s.size // 1024, 1024], 1, 3))),
        'slice_backward*': f(lambda s: ([s.draw(s.size // 1024, 512), [s.size // 1024, 1024], 1, 0, 1024, 2],
                                        given(aten.slice_backward, s.draw(s.size // 1024, 512), [s.size // 1024, 1024], 1, 0, 1024, 2))),
        'pixel_shuffle*': f(lambda s: ([s.images(), 2], given(torch.pixel_shuffle, s.images(), 2))),
        'pixel_unshuffle*': f(lambda s: ([s.images(), 2], given(torch.pixel_unshuffle, s.images(), 2))),
    }


def picked(torch, data):
    """Elements at positions that are given."""
    w = lambda make: written(torch, data, make)

    def take(ordered):
        return w(lambda s: ([s.line(), s.index(s.size // 2, s.size, ordered)],
                            given(torch.take, s.line(), s.index(s.size // 2, s.size, ordered))))

    def gather(s, dim):
        x = s.rows()
        index = s.index(s.size, x.shape[dim]).view(x.shape)
        return [x, dim, index], given(torch.gather, x, dim, index)

    def select(s, dim):
        x = s.rows()
        index = s.index(x.shape[dim], x.shape[dim])
        return [x, dim, index], given(torch.index_select, x, dim, index)

    def mask_of(s, least):
        return data.draw(s.size, 'f32', number=3) > least # of -4 to 4

    def masked_select(least):
        def make(size, dtype):
            s = Shapes(data, size, dtype)
            x, mask = s.line(), mask_of(s, least)
            out, count = torch.masked_select(x, mask).zero_(), torch.zeros((), dtype=torch.int64)
            return Case(out, [x, mask], lambda: torch.masked_select(x, mask, out=out), more=[count])
        return make

    def masked_scatter(least):
        def make(s):
            x, mask = s.line(), mask_of(s, least)
            source = s.line(1)[:int(mask.sum())]
            return [x, mask, source], given(torch.masked_scatter, x, mask, source)
        return functional(torch, data, make)
    return {
        'take.sorted': take(True), 'take.anywhere': take(False),
        'gather.first': w(lambda s: gather(s, 0)), 'gather.last': w(lambda s: gather(s, 1)),
        'index_select.rows': w(lambda s: select(s, 0)), 'index_select.columns': w(lambda s: select(s, 1)),
        'masked_select': masked_select(0), 'masked_select.a tenth': masked_select(3.2),
        'masked_scatter*': masked_scatter(0), 'masked_scatter.a tenth*': masked_scatter(3.2),
    }


def windows(torch, data):
    """Padding, resampling, blocks."""
    aten, functions = torch.ops.aten, torch.nn.functional
    f = lambda make, dtypes=None: functional(torch, data, make, dtypes=dtypes)
    w = lambda make, dtypes=None: written(torch, data, make, dtypes=dtypes)
    shaped = {1: lambda s: s.draw(s.size // (8 * 512), 8, 512), 2: Shapes.images, 3: Shapes.volumes}
    made = {}

    def pad(n, call):
        return w(lambda s: ([shaped[n](s), [2] * (2 * n)], kernel(call, shaped[n](s), [2] * (2 * n))), FLOATS)

    def enlarge(call, n, numbers):
        def make(s):
            x = shaped[n](s)
            x = x[:max(1, x.shape[0] >> n)]
            size = [2 * k for k in x.shape[2:]]
            return [x, size] + [None] * numbers, kernel(call, x, size)
        return make

    for n in (1, 2, 3):
        made[f'reflection_pad{n}d'] = pad(n, getattr(aten, f'reflection_pad{n}d'))
        made[f'replication_pad{n}d'] = pad(n, getattr(aten, f'replication_pad{n}d'))
        for name in (f'upsample_nearest{n}d', f'_upsample_nearest_exact{n}d'):
            made[name] = w(enlarge(getattr(aten, name), n, n), FLOATS)
    block = ([3, 3], [1, 1], [1, 1], [1, 1])

    def im2col(s):
        x = s.images()
        x = x[:max(1, x.shape[0] // 9)]
        return [x, *block], kernel(aten.im2col, x, *block)

    def col2im(s):
        n = max(1, s.size // (36 * s.side ** 2))
        x, size = s.draw(n, 36, s.side ** 2), [s.side, s.side]
        return [x, size, *block], kernel(aten.col2im, x, size, *block)

    made.update({
        'constant_pad_nd*': f(lambda s: ([s.images(), [2] * 4, 0.0], given(functions.pad, s.images(), [2] * 4))),
        '_pad_circular*': f(lambda s: ([s.images(), [2] * 4], given(functions.pad, s.images(), [2] * 4, mode='circular'))),
        'im2col': w(im2col, FLOATS), # PyTorch adds half types in their own type: numbers of one sign, for the check
        'col2im': written(torch, data, col2im, (0, 1), FLOATS),
    })
    return made


def movers(torch):
    """By name, as bench_torch_ops.operators(); `None` in the place of a case where PyTorch has none of the type."""
    data = Data(torch)
    return {**copies(torch, data), **pieces(torch, data), **picked(torch, data), **windows(torch, data)}


def reductions(torch, data):
    every = {
        'sum': torch.sum, 'amin': torch.amin, 'amax': torch.amax, 'mean': torch.mean, 'any': torch.any, 'prod': torch.prod,
    }
    made = {}

    def along(name, call, dim):
        domain = (0.999, 1.001) if name == 'prod' else (-4, 4)
        dtypes = FLOATS if name == 'mean' else None

        def make(s):
            x = s.rows()
            if dim is None and name == 'prod':
                return [x, None], given(call, x)
            ours = dim if name == 'prod' or dim is None else [dim]
            return [x, ours], given(call, x) if dim is None else given(call, x, dim)
        if dim is None and name == 'prod':
            return functional(torch, data, make, domain)
        return written(torch, data, make, domain, dtypes)

    for name, call in every.items():
        made[name + '.all' + '*' * (name == 'prod')] = along(name, call, None) if name not in ('sum', 'mean', 'any') else \
            functional(torch, data, lambda s, call=call: ([s.rows(), None], given(call, s.rows())),
                       dtypes=FLOATS if name == 'mean' else None)
        made[name + '.rows'] = along(name, call, 1)
        made[name + '.columns'] = along(name, call, 0)
    made['trace*'] = functional(torch, data, lambda s: ([s.square()], given(torch.trace, s.square())), dtypes=('f32', 'f64', 'i8'))
    for n, shape in ((2, Shapes.images), (3, Shapes.volumes)):
        for size in (7, 1):
            name = f'_adaptive_avg_pool{n}d'
            made[f'{name}.to {size}' + '*' * (n != 2)] = pooled(torch, data, name, shape, [size] * n)
    made['_adaptive_avg_pool2d.16x16 to 2x2'] = pooled(torch, data, '_adaptive_avg_pool2d',
                                                       lambda s: s.draw(1, s.size // 256, 16, 16), [2, 2])
    return made


def pooled(torch, data, name, shape, size):
    call = getattr(torch.ops.aten, name)
    return functional(torch, data, lambda s: ([shape(s), size], given(call, shape(s), size)), dtypes=FLOATS)


def normal(call, length, count):
    """Of rows of this length, with so many weights."""
    def make(s):
        weights = [s.draw(length, number=1 + k) for k in range(count)]
        x = s.rows(length=length)
        return [x, [length], *weights, 1e-5], given(call, x, [length], *weights, 1e-5)
    return make


def normalised(torch, data):
    functions, aten = torch.nn.functional, torch.ops.aten
    f = lambda make: functional(torch, data, make, dtypes=FLOATS)
    w = lambda make: written(torch, data, make, dtypes=FLOATS)
    made = {}

    def backward(dim):
        def make(s):
            grad, out = s.rows(), torch.log_softmax(s.rows(1), dim)
            return [grad, out, dim, None], kernel(aten._log_softmax_backward_data, grad, out, dim, grad.dtype)
        return make

    for length in (64, 1024, 65536):
        made[f'rms_norm.{length}*'] = f(normal(functions.rms_norm, length, 1))
        made[f'layer_norm.{length}*'] = f(normal(functions.layer_norm, length, 2))
    for name in ('softmax', 'log_softmax', '_safe_softmax'):
        call = {'softmax': aten._softmax, 'log_softmax': aten._log_softmax}.get(name)
        for place, length, dim in (('rows of 64', 64, 1), ('rows', 1024, 1), ('rows of 65536', 65536, 1), ('columns', 1024, 0)):
            if call:
                made[f'{name}.{place}'] = w(lambda s, call=call, length=length, dim=dim:
                                            ([s.rows(length=length), dim], kernel(call, s.rows(length=length), dim, False)))
            else:
                made[f'{name}.{place}*'] = f(lambda s, length=length, dim=dim:
                                             ([s.rows(length=length), dim], given(aten._safe_softmax, s.rows(length=length), dim)))
    made['_log_softmax_backward_data.rows'] = w(backward(1))
    made['_log_softmax_backward_data.columns'] = w(backward(0))
    return made


def losses(torch, data):
    functions = torch.nn.functional
    words = ('none', 'mean', 'sum')
    made = {}

    def loss(name, word, signs=False, before=(), after=(), tensors=2):
        call, choice = getattr(functions, name), (words.index(word),)

        def make(s):
            ins = [s.line(k) for k in range(tensors)]
            if signs:
                ins[-1] = ins[-1].sign()
            named = dict(before) | dict(after)
            return (ins + [v for _, v in before] + [choice] + [v for _, v in after],
                    given(call, *ins, reduction=word, **named))
        return functional(torch, data, make, dtypes=FLOATS)

    for word in words:
        made[f'mse_loss.{word}*'] = loss('mse_loss', word)
        made[f'smooth_l1_loss.{word}*'] = loss('smooth_l1_loss', word, after=[('beta', 1.0)])
        made[f'huber_loss.{word}*'] = loss('huber_loss', word, after=[('delta', 1.0)])
        made[f'soft_margin_loss.{word}*'] = loss('soft_margin_loss', word, True)
        made[f'margin_ranking_loss.{word}*'] = loss('margin_ranking_loss', word, True, before=[('margin', 0.5)], tensors=3)
        made[f'hinge_embedding_loss.{word}*'] = loss('hinge_embedding_loss', word, True, before=[('margin', 1.0)])
    return made


def products(torch, data):
    aten, functions = torch.ops.aten, torch.nn.functional

    def mv(shape):
        def make(s):
            rows, columns = shape(s.size)
            x, v = s.draw(rows, columns), s.draw(columns, number=1)
            return [x, v], given(torch.mv, x, v)
        return written(torch, data, make, (0, 0.1), FLOATS) # no sum is near 0, nor beyond f16

    def attended(s, length):
        batch = max(1, s.size // (16 * length ** 2)) # of as many scores
        return [s.draw(batch, min(16, max(1, s.size // length ** 2)), length, 64, number=k) for k in range(3)]

    def heads(s, wide):
        """4 x 16 of 2048 queries and keys on a GPU; on a CPU as much as its time allows."""
        batch, length = (4, 2048) if s.size > 1 << 24 else (1, 512) if s.size > 1 << 20 else (1, 64)
        return [s.draw(batch, 16, length, wide, number=k) for k in range(3)]

    def attention(causal, wide=0):
        def make(s):
            ins = heads(s, wide) if wide else attended(s, 256 if s.size < 1 << 20 else 1024)
            return ins + [None, 0.0, causal], given(functions.scaled_dot_product_attention, *ins, is_causal=causal)
        return functional(torch, data, make, (-1, 1), FLOATS)

    def attention_math(s):
        ins = attended(s, 256 if s.size < 1 << 20 else 1024)
        return ins, given(aten._scaled_dot_product_attention_math, *ins)
    return {
        'mv.square': mv(lambda n: (math.isqrt(n), math.isqrt(n))), 'mv.tall': mv(lambda n: (n // 64, 64)),
        'mv.wide': mv(lambda n: (64, n // 64)),
        '_scaled_dot_product_attention_math*': functional(torch, data, attention_math, (-1, 1), FLOATS),
        'scaled_dot_product_attention*': attention(False), 'scaled_dot_product_attention.causal*': attention(True),
        'scaled_dot_product_attention.2048x64*': attention(False, 64),
        'scaled_dot_product_attention.2048x128*': attention(False, 128),
        'scaled_dot_product_attention.2048x64 causal*': attention(True, 64),
        'scaled_dot_product_attention.2048x128 causal*': attention(True, 128),
    }


def rows(torch):
    """Reductions, normalisation, losses, linear algebra and attention."""
    data = Data(torch)
    return {**reductions(torch, data), **normalised(torch, data), **losses(torch, data), **products(torch, data)}


LENGTHS = (17, 33, 50, 64, 65, 100, 129, 191, 256, 257, 511, 1000, 1001, 1024, 3000, 4099, 8192, 10000, 16385, 30000, 32768, 32769, 65536,
           65537, 100003, 131072, 262143, 262144, 1000003, 1 << 20)


def lengths(torch):
    """Rows of 17 to 1 Mi elements, many of which no vector divides."""
    data, functions, aten, made = Data(torch), torch.nn.functional, torch.ops.aten, {}
    f = lambda make: functional(torch, data, make, dtypes=FLOATS)

    def backward(n):
        def make(s):
            grad, out = s.rows(length=n), torch.log_softmax(s.rows(1, n), 1)
            return [grad, out, 1, None], kernel(aten._log_softmax_backward_data, grad, out, 1, grad.dtype)
        return make

    def mv(n, turned, domain=(0, 0.1), dtypes=FLOATS): # no sum is near 0, nor beyond f16
        def make(s):
            x, v = s.draw(n, s.size // n).t() if turned else s.rows(length=n), s.draw(n, number=1)
            return [x, v], given(torch.mv, x, v)
        return written(torch, data, make, domain, dtypes)

    for n in LENGTHS:
        made[f'mv.{n}'], made[f'mv.{n}, turned'] = mv(n, False), mv(n, True)
        made[f'mv.{n}, whole'] = mv(n, False, (-4, 4), ('i8',))
        for name, call in (('softmax', aten._softmax), ('log_softmax', aten._log_softmax)):
            made[f'{name}.{n}'] = written(torch, data, lambda s, n=n, call=call: ([s.rows(length=n), 1],
                                                                                 kernel(call, s.rows(length=n), 1, False)))
        made[f'_log_softmax_backward_data.{n}'] = written(torch, data, backward(n), dtypes=FLOATS)
        made[f'rms_norm.{n}*'] = f(normal(functions.rms_norm, n, 1))
        made[f'layer_norm.{n}*'] = f(normal(functions.layer_norm, n, 2))
        made[f'sum.{n}'] = f(lambda s, n=n: ([s.rows(length=n), [1]], given(torch.sum, s.rows(length=n), 1)))
        made[f'sum.columns of {n}'] = f(lambda s, n=n: ([s.rows(length=n), [0]], given(torch.sum, s.rows(length=n), 0)))
    return made


def lists(torch):
    """2, 8 and 64 tensors, of `size` elements in all, joined and stacked along the first and the last dimension."""
    data = Data(torch)

    def case(call, dim, count, columns, uneven=0):
        def make(s):
            rows = s.size // (count * columns)
            tensors = [s.draw(rows, columns + uneven * i % 3, number=i) for i in range(count)]
            return [tensors, dim], given(call, tensors, dim)
        return written(torch, data, make)

    made = {}
    for count in (2, 8, 64):
        made[f'cat.{count}'] = case(torch.cat, 0, count, 64)
        made[f'cat.{count} columns'] = case(torch.cat, 1, count, 64)
        made[f'cat.{count} uneven columns'] = case(torch.cat, 1, count, 63, 1)
        made[f'stack.{count}'] = case(torch.stack, 0, count, 64)
        made[f'stack.{count} last'] = case(torch.stack, -1, count, 64)
    return made


SETS = ((layouts, 'broadcast, turned and strided operands'), (movers, 'what moves data'),
        (rows, 'reductions, normalisation, losses, products'), (lengths, 'rows of many lengths'), (lists, 'tensors of a list, with --bytes in all'))


def check(name, case, dtype):
    """That the libraries were asked the same question."""
    results, expected = [out.clone() for out in case.outs], case.theirs()
    for result, answer in zip(results, expected if isinstance(expected, tuple) else (expected,)):
        if not case.in_place and not same(result, answer, dtype):
            raise SystemExit(f'{name} in {dtype}: the libraries disagree')
