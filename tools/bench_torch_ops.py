"""The operators that the benchmarks against PyTorch time: their data, and PyTorch's call that does the same."""

# Where PyTorch's public function only wraps another operator and has no out= form, that other operator is called:
# celu and selu are elu, relu is clamp_min, relu6 is hardtanh. `positive` returns its input; it is timed as a copy.

DOMAINS = {
    'rsqrt': (0.01, 100), 'reciprocal': (0.1, 10), 'log': (0.01, 100), 'log2': (0.01, 100), 'log10': (0.01, 100),
    'log1p': (-0.9, 10), 'acosh': (1, 100), 'atanh': (-0.99, 0.99), 'erfinv': (-0.999, 0.999), 'logit': (0.01, 0.99),
    'digamma': (-5, 20), 'lgamma': (-5, 20), 'sin': (-10, 10), 'cos': (-10, 10), 'exp': (-10, 10), 'exp2': (-10, 10),
    'deg2rad': (-360, 360), 'i0': (-10, 10), 'special_i0e': (-20, 20), 'special_i1': (-10, 10), 'asinh': (-10, 10),
    'ceil': (-100, 100), 'floor': (-100, 100), 'trunc': (-100, 100), 'frac': (-100, 100),
}
UNARY = ('abs ceil floor trunc frac sign sgn neg square reciprocal rsqrt exp exp2 expm1 log log2 log10 log1p sin cos sinh '
         'cosh asinh acosh atanh erf erfinv digamma lgamma i0 special_i0e special_i1 sinc deg2rad rad2deg sigmoid').split()
BINARY = ('mul maximum fmin hypot heaviside logaddexp logaddexp2 xlogy special_xlog1py').split()
BYTES = {'i8': 1, 'f16': 2, 'bf16': 2, 'f32': 4, 'f64': 8}
COMPARE = ('eq ne ge gt le lt logical_xor').split()


class Case:
    """`unread`: positions of the tensors of which an operator needs no element; `more`: results behind the first."""

    def __init__(self, out, args, theirs, in_place=False, unread=(), more=()):
        self.out, self.args, self.theirs, self.in_place, self.unread = out, args, theirs, in_place, unread
        self.outs = [out, *more]


class Data:
    def __init__(self, torch):
        self.torch, self.kept = torch, {}

    def dtype(self, name):
        return {'f32': self.torch.float32, 'f64': self.torch.float64, 'f16': self.torch.float16,
                'bf16': self.torch.bfloat16, 'i8': self.torch.int8}[name]

    def draw(self, shape, dtype, domain=(-4, 4), number=0):
        key = (str(shape), dtype, domain, number)
        if key not in self.kept:
            if len(self.kept) > 3:
                self.kept.pop(next(iter(self.kept)))
            self.kept[key] = self.torch.empty(shape, dtype=self.torch.float32).uniform_(*domain).to(self.dtype(dtype))
        self.kept[key] = self.kept.pop(key) # the newest: a case asks for its tensors twice, for both libraries
        return self.kept[key]

    def empty(self, shape, dtype):
        return self.torch.empty(shape, dtype=self.torch.bool if dtype == 'bool' else self.dtype(dtype)).zero_()


def function(torch, name):
    return getattr(torch, name, None) or getattr(torch.special, name.removeprefix('special_'))


def elementwise(torch, data, name, count, result=None):
    """`count` tensors in, PyTorch's function of the same name with out=."""
    call = function(torch, name)

    def make(size, dtype):
        low, high = DOMAINS.get(name, (-4, 4) if name not in ('xlogy', 'special_xlog1py') else (0.1, 4))
        ins = [data.draw(size, dtype, (low, high), k) for k in range(count)]
        out = data.empty(size, result or dtype)
        return Case(out, ins, lambda: call(*ins, out=out))
    return make


def with_numbers(data, call, numbers, theirs=None, count=1):
    """Tensors, then numbers; PyTorch's `call` takes `theirs` in their place."""
    def make(size, dtype):
        ins = [data.draw(size, dtype, (-4, 4), k) for k in range(count)]
        out = data.empty(size, dtype)
        rest = numbers if theirs is None else theirs
        return Case(out, ins + list(numbers), lambda: call(*ins, *rest, out=out))
    return make


def special_cases(torch, data):
    nn = torch._C._nn

    def positive(size, dtype):
        x, out = data.draw(size, dtype), data.empty(size, dtype)
        return Case(out, [x], lambda: out.copy_(x))

    def copy(size, dtype):
        x, out = data.draw(size, dtype), data.empty(size, dtype)
        return Case(out, [out, x], lambda: out.copy_(x))

    def fill(size, dtype):
        out = data.empty(size, dtype)
        return Case(out, [out, 0.5], lambda: out.fill_(0.5))

    def zero(size, dtype):
        out = data.empty(size, dtype)
        return Case(out, [out], lambda: out.zero_())

    def eye(size, dtype):
        n = int(size ** 0.5)
        out = data.empty((n, n), dtype)
        number = ['f16', 'bf16', 'f32', 'f64'].index(dtype)
        return Case(out, [n, None, number], lambda: torch.eye(n, out=out))

    def glu(size, dtype):
        x, out = data.draw((size // 1024, 1024), dtype), data.empty((size // 1024, 512), dtype)
        return Case(out, [x, -1], lambda: nn.glu(x, -1, out=out))

    def prelu(size, dtype):
        x, weight, out = data.draw((size // 1024, 1024), dtype), data.draw(1024, dtype), data.empty((size // 1024, 1024), dtype)
        return Case(out, [x, weight], lambda: torch._prelu_kernel(x, weight))

    def logical_not(size, dtype):
        x, out = data.draw(size, dtype), data.empty(size, 'bool')
        return Case(out, [x], lambda: torch.logical_not(x, out=out))

    def masked_fill(size, dtype):
        out, mask = data.draw(size, dtype, number=9).clone(), data.draw(size, 'f32') > 0
        return Case(out, [out, mask, 0.5], lambda: out.masked_fill_(mask, 0.5), in_place=True)

    def rrelu(training):
        def make(size, dtype):
            grad, x, noise = (data.draw(size, dtype, number=k) for k in range(3))
            out = data.empty(size, dtype)
            args = [grad, x, noise, 0.125, 0.375, training]
            if not training:
                return Case(out, args + [False], lambda: torch.ops.aten.leaky_relu_backward.grad_input(grad, x, 0.25, False, grad_input=out),
                            unread=[2])
            return Case(out, args + [False], lambda: torch.ops.aten.rrelu_with_noise_backward(*args, False), unread=[1])
        return make

    def dropout(size, dtype):
        grad, mask, out = data.draw(size, dtype), data.draw(size, 'f32', number=1) > 0, data.empty(size, dtype)
        return Case(out, [grad, mask, 2.0], lambda: torch.ops.aten.native_dropout_backward(grad, mask, 2.0))

    def where_weight(size, dtype):
        a, b, w = (data.draw(size, dtype, (0, 1), k) for k in range(3))
        out = data.empty(size, dtype)
        return Case(out, [a, b, w], lambda: torch.lerp(a, b, w, out=out))

    def three(call):
        def make(size, dtype):
            ins = [data.draw(size, dtype, (0.5, 4), k) for k in range(3)]
            out = data.empty(size, dtype)
            return Case(out, ins + [0.5], lambda: call(*ins, value=0.5, out=out))
        return make

    def logit(size, dtype):
        x, out = data.draw(size, dtype, (0.01, 0.99)), data.empty(size, dtype)
        return Case(out, [x], lambda: torch.logit(x, out=out))

    def gelu(choice, word):
        def make(size, dtype):
            x, out = data.draw(size, dtype), data.empty(size, dtype)
            return Case(out, [x, (choice,)], lambda: nn.gelu(x, approximate=word, out=out))
        return make

    number = lambda call, *numbers, theirs=None: with_numbers(data, call, numbers, theirs)
    return {
        'positive': positive, 'copy': copy, 'fill': fill, 'zero': zero, 'eye': eye, 'glu': glu, 'prelu*': prelu,
        'logical_not': logical_not, 'masked_fill': masked_fill, 'lerp': where_weight, 'logit': logit,
        'rrelu_with_noise_backward.training*': rrelu(True), 'rrelu_with_noise_backward': rrelu(False),
        'native_dropout_backward*': dropout, 'addcdiv': three(torch.addcdiv), 'addcmul': three(torch.addcmul),
        'gelu.none': gelu(0, 'none'), 'gelu.tanh': gelu(1, 'tanh'),
        'relu': number(torch.clamp_min, theirs=[0]), 'relu6': number(nn.hardtanh, theirs=[0, 6]),
        'elu': number(nn.elu, 1.0, 1.0, 1.0), 'celu': number(nn.elu, 1.25, theirs=[1.25, 1.0, 0.8]),
        'selu': number(nn.elu, theirs=[1.6732632423543772, 1.0507009873554805, 1.0]),
        'silu': number(nn.silu), 'hardsigmoid': number(nn.hardsigmoid), 'hardswish': number(nn.hardswish),
        'hardshrink': number(torch.hardshrink, 0.5), 'hardtanh': number(nn.hardtanh, -1.0, 1.0),
        'leaky_relu': number(nn.leaky_relu, 0.01), 'softplus': number(nn.softplus, 1.0, 20.0),
        'softshrink': number(nn.softshrink, 0.5), 'threshold': number(torch.threshold, 0.5, 0.25),
        'clamp_min': number(torch.clamp_min, 0.5), 'clamp_max': number(torch.clamp_max, 0.5),
    }


def layouts(torch):
    """Cases like those of operators(): operands that are broadcast, turned or have gaps."""
    data = Data(torch)
    last = torch.channels_last

    def shaped(call, count, first, second=None, out=lambda x: x):
        def make(size, dtype):
            ins = [first(data.draw(size, dtype, (-2, 2), 0))] + ([second(data.draw(size, dtype, (-2, 2), 1))] if second else [])
            shape = ins[0].shape if count == 1 else torch.broadcast_shapes(*(x.shape for x in ins))
            result = out(data.empty(shape, dtype))
            return Case(result, ins, lambda: call(*ins, out=result))
        return make

    def rows(x):
        return x.view(-1, 1024)

    def images(x):
        return x.view(-1, 64, 32, 32).contiguous(memory_format=last)

    def wide_rows(x):
        return x.view(-1, 65536)

    def odd_rows(x):
        return x[:x.numel() // 1023 * 1023].view(-1, 1023)

    def short_rows(x):
        return x[:x.numel() // 17 * 17].view(-1, 17)

    def planes(x):
        return x[:x.numel() // 3136 * 3136].view(-1, 64, 7, 7)

    silu = torch._C._nn.silu
    return {
        'mul.by a column': shaped(torch.mul, 2, rows, lambda x: rows(x)[:, :1]),
        'mul.by a column, wide rows': shaped(torch.mul, 2, wide_rows, lambda x: wide_rows(x)[:, :1]),
        'mul.by a column, odd rows': shaped(torch.mul, 2, odd_rows, lambda x: odd_rows(x)[:, :1].contiguous()),
        'mul.by a column, short rows': shaped(torch.mul, 2, short_rows, lambda x: short_rows(x)[:, :1].contiguous()),
        'mul.by a row, odd rows': shaped(torch.mul, 2, odd_rows, lambda x: x[:1023]),
        'mul.by channels of 7 x 7': shaped(torch.mul, 2, planes, lambda x: x[:64].view(64, 1, 1)),
        'mul.by a row': shaped(torch.mul, 2, rows, lambda x: x[:1024]),
        'mul.by a scalar tensor': shaped(torch.mul, 2, rows, lambda x: x[0]),
        'mul.by a turned matrix': shaped(torch.mul, 2, rows, lambda x: x.view(1024, -1).t()),
        'exp.of a turned matrix': shaped(torch.exp, 1, lambda x: rows(x).t()),
        'abs.of every second': shaped(torch.abs, 1, lambda x: x[::2]),
        'silu.channels last': shaped(silu, 1, images, out=lambda x: x.contiguous(memory_format=last)),
        'abs.channels last to plain': shaped(torch.abs, 1, images),
    }


def operators(torch):
    """By name: a function of a size and an element type that gives the case. A name may end in .variant, and in * where
    PyTorch has no form that writes into a given tensor."""
    data = Data(torch)
    made = {name: elementwise(torch, data, name, 1) for name in UNARY}
    made.update((name, elementwise(torch, data, name, 2)) for name in BINARY)
    made.update((name, elementwise(torch, data, name, 2, 'bool')) for name in COMPARE)
    made.update(special_cases(torch, data))
    return dict(sorted(made.items()))
