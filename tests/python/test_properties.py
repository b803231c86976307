"""Shapes, strides and types that nobody thought of, drawn by Hypothesis: the module's functions and PyTorch's operators in a scope,
judged by PyTorch. The same examples in every run; EXPOPS_TEST_EXAMPLES asks for more of them."""
import os
import sys
import unittest

import support
from support import expops, torch

try:
    import hypothesis
    from hypothesis import strategies
except ImportError:
    hypothesis = None

for name, module in (('PyTorch', torch), ('Hypothesis', hypothesis)):
    if module is None:
        print(f'skipped: {name} is not installed')
        sys.exit(77)

import expops.torch as answers

EXAMPLES = int(os.environ.get('EXPOPS_TEST_EXAMPLES', '150'))
examples = hypothesis.settings(derandomize=True, max_examples=EXAMPLES, deadline=None, database=None)

FLOATS = [torch.float32, torch.float64, torch.float16, torch.bfloat16]
TYPES = [*FLOATS, torch.int8, torch.int16, torch.int32, torch.int64, torch.uint8, torch.bool]
UNARY = ['neg', 'abs', 'relu', 'sgn', 'square', 'sigmoid', 'exp', 'trunc', 'logical_not', 'sign']
BINARY = ['mul', 'maximum', 'eq', 'lt', 'ge', 'hypot', 'logical_xor', 'fmin', 'heaviside', 'xlogy']
REDUCTIONS = ['sum', 'mean', 'amax', 'amin', 'any']
REFUSALS = (RuntimeError, TypeError, ValueError, IndexError, NotImplementedError)

shapes = strategies.lists(strategies.sampled_from([0, 1, 1, 2, 3, 5, 17]), max_size=5).map(tuple)


@strategies.composite
def layouts(draw, shape):
    """A tensor of the shape in memory of another order, with gaps and repeated elements. Numbers are small and exact in all types."""
    dtype = draw(strategies.sampled_from(TYPES))
    order = draw(strategies.permutations(range(len(shape))))
    steps = [draw(strategies.sampled_from([1, 1, 2, 3])) for _ in shape]
    repeated = [draw(strategies.booleans()) and draw(strategies.booleans()) for _ in shape]
    whole = [1 if repeated[d] else shape[d] * steps[d] for d in order]
    generator = torch.Generator().manual_seed(draw(strategies.integers(0, 2**31)))
    low = 0 if dtype in (torch.uint8, torch.bool) else -8
    memory = torch.randint(low, 2 if dtype == torch.bool else 9, whole, generator=generator).to(dtype)
    view = memory.permute([order.index(d) for d in range(len(shape))])
    view = view[tuple(slice(None, None, 1 if repeated[d] else steps[d]) for d in range(len(shape)))]
    return view.expand(shape)


@strategies.composite
def operands(draw):
    """Two tensors that broadcast, or perhaps do not."""
    shape = draw(shapes)
    other = tuple(draw(strategies.sampled_from([size, size, size, 1, 2])) for size in shape)[draw(strategies.integers(0, 2)):]
    return draw(layouts(shape)), draw(layouts(other))


def ask(call):
    try:
        return call()
    except REFUSALS as refused:
        return refused


def steps(tensor):
    """The strides that lead to another element."""
    return [stride for size, stride in zip(tensor.shape, tensor.stride()) if size > 1 and tensor.numel()]


def judge(got, expected, *inputs):
    """Results of roundings may differ by them; where PyTorch refuses, so must ours. The order in memory follows the inputs'; where
    elements of those repeat, as when they are broadcast, PyTorch's may depend on strides of dimensions of one element, ours does not."""
    if not isinstance(expected, torch.Tensor):
        assert not isinstance(got, torch.Tensor), f'PyTorch refuses: {expected}'
        return
    assert isinstance(got, torch.Tensor), f'PyTorch answers; ours: {got!r}'
    assert (got.dtype, got.shape) == (expected.dtype, expected.shape), (got.dtype, got.shape, expected.dtype, expected.shape)
    if all(x.shape == got.shape and 0 not in steps(x) for x in inputs):
        assert steps(got) == steps(expected), (got.stride(), expected.stride())
    torch.testing.assert_close(got, expected, equal_nan=True)


class Properties(unittest.TestCase):
    def compare(self, name, *args, **named):
        expected = ask(lambda: getattr(torch, name)(*args, **named))
        inputs = [value for value in args if isinstance(value, torch.Tensor)]
        judge(ask(lambda: getattr(expops, name)(*args, **named)), expected, *inputs)
        with answers.use():
            judge(ask(lambda: getattr(torch, name)(*args, **named)), expected, *inputs)

    @examples
    @hypothesis.given(strategies.sampled_from(UNARY), shapes.flatmap(layouts))
    def test_unary(self, name, x):
        self.compare(name, x)

    @examples
    @hypothesis.given(strategies.sampled_from(BINARY), operands())
    def test_binary(self, name, pair):
        self.compare(name, *pair)

    @examples
    @hypothesis.given(strategies.sampled_from(REDUCTIONS), shapes.flatmap(layouts), strategies.data())
    def test_reductions(self, name, x, data):
        dims = data.draw(strategies.lists(strategies.integers(-x.dim() - 1, x.dim()), max_size=3, unique=True))
        if name == 'any' or not dims:
            dims = dims[0] if dims else 0  # PyTorch's any() of no dimensions and sum() of none mean different things
        self.compare(name, x, dims, keepdim=data.draw(strategies.booleans()))

    @examples
    @hypothesis.given(strategies.sampled_from(UNARY), shapes.flatmap(layouts), strategies.data())
    def test_outputs(self, name, x, data):
        """Into memory of any order and type, of the right shape. Ours converts wherever torch.can_cast() says so; some of PyTorch's
        operators take no other type than the result's, and in a scope so do ours."""
        expected = ask(lambda: getattr(torch, name)(x))
        hypothesis.assume(isinstance(expected, torch.Tensor))
        out = data.draw(layouts(tuple(x.shape))).clone(memory_format=torch.preserve_format)
        theirs, ours, scoped = out.clone(), out.clone(), out.clone()
        judge(ask(lambda: getattr(expops, name)(x, out=ours)),
              out.copy_(expected) if torch.can_cast(expected.dtype, out.dtype) else TypeError('cannot be cast'))
        self.assertTrue(torch.equal(ours, out) or torch.can_cast(expected.dtype, out.dtype))
        right = ask(lambda: getattr(torch, name)(x, out=theirs))
        with answers.use():
            judge(ask(lambda: getattr(torch, name)(x, out=scoped)), right)
        torch.testing.assert_close(scoped, theirs, equal_nan=True)


if __name__ == '__main__':
    support.main()
