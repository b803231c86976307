"""Each operator beside PyTorch's, on inputs drawn from its definition: accuracy, and with --speed the time. A marker for each name:

    pytest tests/python/test_operators.py -m softplus [--device cuda] [--deep] [--speed -s] [--expops build/tools/expops]

Names are without what underscores they begin with. Functions, dtypes, attributes and samples come from the registry.
"""
import inspect
import math
import os
import sys
import warnings

import roundings
import timing
from support import expops, torch

try:
    import pytest
    from conftest import markers_of
except ImportError:
    pytest = None

TOOLS = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'tools')
SHAPES = [(16, 24), (4, 8, 6), (64, 96)]
LAYOUTS = ['compact', 'transposed']
SPEED_SHAPES = [(64, 64), (1024, 1024), (4096, 4096)]
POINTWISE, OTHERS = 0.97, 1.0  # of PyTorch's speed at least, on a GPU
# What torch takes since a version, and ours refuses as earlier ones did.
TAKEN_SINCE = {'hardtanh': ((2, 15), 'an unsigned type takes no limit below 0')}
REFUSALS = (RuntimeError, TypeError, ValueError, IndexError, NotImplementedError)


def pytest_generate_tests(metafunc):
    """One of each test for each operator."""
    sys.path.insert(0, TOOLS)
    import record_answers
    if 'definition' not in metafunc.fixturenames:
        return
    definitions = record_answers.definitions(metafunc.config.getoption('--expops'))
    number, count = (int(word) for word in metafunc.config.getoption('--part').split('/'))
    chosen = [(definition, expops.info(name)['name']) for name, definition in definitions.items()][number::count]
    metafunc.parametrize('definition, name', [
        pytest.param(definition, name, id=name, marks=[getattr(pytest.mark, marker) for marker in markers_of(name)])
        for definition, name in chosen])


def torch_function(definition, name):
    """What the definition names; of an operator whose result is a view, the form that copies where that goes by another name."""
    import record_answers
    copies = getattr(torch, name, None) if name != definition.name else None
    return copies or record_answers.function_of(definition.source)


def moved(value, device):
    if isinstance(value, list):
        return [moved(item, device) for item in value]
    return value.to(device) if isinstance(value, torch.Tensor) else value


def calls(definition, device, deep):
    """(whether attributes are given, positional arguments, named ones)"""
    import record_answers
    torch.manual_seed(1)
    for dtype in definition.dtypes:
        for shape in SHAPES if deep else SHAPES[:1]:
            for layout in LAYOUTS if deep else LAYOUTS[1:]:
                tensors = {key: moved(value, device)
                           for key, value in record_answers.tensors(definition, dtype, shape, layout).items()}
                for required, chosen in definition.attributes(record_answers.shape_of(tensors)):
                    yield bool(required or chosen), *record_answers.arranged(definition, tensors, required, chosen)


def changed(value, change):
    if isinstance(value, list):
        return [changed(item, change) for item in value]
    return change(value)


def asked(function, arguments, named, change=lambda value: value):
    """Of a fresh copy of every tensor: some functions write into their first. None where PyTorch refuses, or gives no tensors."""
    def fresh(value):
        return change(value.clone(memory_format=torch.preserve_format) if isinstance(value, torch.Tensor) else value)
    try:
        answer = function(*(changed(value, fresh) for value in arguments),
                          **{key: changed(value, fresh) for key, value in named.items()})
    except REFUSALS:
        return None
    results = answer if isinstance(answer, tuple) else (answer,)
    return results if all(isinstance(result, torch.Tensor) for result in results) else None


def in_double(function, arguments, named):
    """The answer for the same numbers in double precision: those of the type that the call converts them to first."""
    first = [value for value in named.values() if isinstance(value, torch.dtype) and value.is_floating_point]

    def change(value):
        if isinstance(value, torch.Tensor) and value.is_floating_point():
            return (value.to(first[0]) if first else value).double()
        return torch.float64 if first and value is first[0] else value
    return asked(function, arguments, named, change)


def farther(got, expected, truth):
    """How much farther from the truth ours is than PyTorch's."""
    def error(value):
        return (value.to(truth.dtype) - truth).abs().nan_to_num().max()
    return error(got) > error(expected)


def judge(got, expected, precise, granted=lambda: None):
    """Close to PyTorch's; or within what has to be granted, which is worked out where it is needed; or no farther off than PyTorch's."""
    assert (got.dtype, got.shape, got.device) == (expected.dtype, expected.shape, expected.device)
    try:
        torch.testing.assert_close(got, expected, equal_nan=True)
    except AssertionError:
        if precise is None or not torch.equal(got.isnan(), expected.isnan()):
            raise
        allowed = granted()
        within = allowed is not None and bool(((got.double() - precise).abs() <= allowed).all())
        if not within and farther(got, expected, precise):
            raise


def forms(name, arguments, named, expected):
    """Ours, as tuples: new, in `out=`, and in place where the first argument may hold the result."""
    function, first = getattr(expops, name), arguments[0] if arguments else None
    if any(isinstance(value, (torch.Tensor, list)) for value in arguments):  # else the result is NumPy's
        got = function(*arguments, **named)
        yield got if isinstance(got, tuple) else (got,)
    if 'out' in inspect.signature(function).parameters:
        out = tuple(torch.empty_like(one) for one in expected)
        function(*arguments, **named, out=out if len(out) > 1 else out[0])
        yield out
    if hasattr(expops, name + '_') and isinstance(first, torch.Tensor) and (first.shape, first.dtype) == (expected[0].shape, expected[0].dtype):
        yield getattr(expops, name + '_')(first.clone(), *arguments[1:], **named),


def granted(name, units, function, arguments, named, precise):
    def answer(values, words):
        return in_double(function, values, words)
    return roundings.granted(name, units, answer, arguments, named, precise, precise[0].is_cuda)


def skip_other_results(name, expected):
    outputs = expops.info(name)['outputs']
    if len(outputs) != len(expected):
        pytest.skip(f'gives {len(outputs)} results where PyTorch gives {len(expected)}')


def compare(definition, name, function, arguments, named):
    """The number of results compared; None where PyTorch refuses the call."""
    expected = asked(function, arguments, named)
    if expected is None:
        return None
    skip_other_results(name, expected)
    precise = in_double(function, arguments, named) or [None] * len(expected)
    compared = 0
    for results in forms(name, arguments, named, expected):
        for number, (got, right, truth) in enumerate(zip(results, expected, precise, strict=True)):
            judge(got, right, truth, lambda: granted(name, definition.units, function, arguments, named, precise)[number])
            compared += 1
    return compared


def is_refused_by_earlier_ones(name, error):
    since, words = TAKEN_SINCE.get(name, (None, ''))
    return since is not None and words in str(error) and tuple(int(word) for word in torch.__version__.split('.')[:2]) >= since


def test_accuracy(definition, name, device, request):
    """Ours may refuse some value of an attribute that PyTorch takes (bool as the type of a sum): those are counted."""
    warnings.simplefilter('ignore')
    function, judged, refused = torch_function(definition, name), 0, {}
    for has_attributes, arguments, named in calls(definition, device, request.config.getoption('--deep')):
        try:
            judged += compare(definition, name, function, arguments, named) or 0
        except expops.Error as error:
            if not has_attributes and not is_refused_by_earlier_ones(name, error):
                raise
            refused[str(error)] = refused.get(str(error), 0) + 1
    print(f'{name}: {judged} results compared, {sum(refused.values())} calls refused: {list(refused)}')
    assert judged, 'PyTorch answers none of the calls'


def larger(parameter, shape):
    """A shape that fits the others', with as many elements as asked for: more of what comes first."""
    usual = parameter['samples']['usual']
    if not usual or parameter['kind'] not in ('tensor', 'tensor or number'):
        return shape
    return (usual[0] * max(1, math.prod(shape) // math.prod(usual)), *usual[1:])


def speed_call(definition, function, device, shape):
    """The first set of required arguments that PyTorch takes: of tensors of the shape, else of what usually fits, with more of what
    comes first or as it is."""
    import record_answers
    for of in (lambda parameter: shape, lambda parameter: larger(parameter, shape), lambda parameter: parameter['samples']['usual']):
        tensors = {}
        for parameter in definition.tensor_parameters():
            own = of(parameter) if parameter['samples']['usual'] else record_answers.own_shape(parameter, shape)
            kind = record_answers.own_type(parameter, 'f32' if 'f32' in definition.dtypes else definition.dtypes[0])
            with torch.device(device):  # a CPU takes long to draw the largest
                one = record_answers.drawn(parameter, kind, own)
            tensors[parameter['name']] = [one, one.clone()] if parameter['kind'] == 'list of tensors' else one
        for required, chosen in definition.attributes(record_answers.shape_of(tensors)):
            arguments, named = record_answers.arranged(definition, tensors, required, chosen)
            if any(isinstance(value, (torch.Tensor, list)) for value in arguments) and asked(function, arguments, named):
                return arguments, named
    return None


def is_argument(function, arguments, named):
    """Whether PyTorch gives memory of an argument back, which costs it nothing."""
    answer = function(*arguments, **named)
    first = answer[0] if isinstance(answer, tuple) else answer
    return any(isinstance(value, torch.Tensor) and value.data_ptr() == first.data_ptr() for value in arguments)


def speedup(device, ours, theirs, required):
    """What is required is judged by more rounds where a few say that it is missed; to a hundredth, as well as times repeat."""
    factor = timing.speedup(torch, device, ours, theirs)
    return factor if device == 'cpu' or factor >= required else timing.speedup(torch, device, ours, theirs, rounds=9)


def test_speed(definition, name, device, request):
    if not request.config.getoption('--speed'):
        pytest.skip('times only with --speed')
    warnings.simplefilter('ignore')
    function, in_place = torch_function(definition, name), definition.source.endswith('_') and not definition.source.endswith('__')
    ours = getattr(expops, name + '_' * in_place)
    slow, required = [], POINTWISE if definition.is_pointwise else OTHERS
    for shape in SPEED_SHAPES:
        found = speed_call(definition, function, device, shape)
        if not found:
            continue
        arguments, named = found
        skip_other_results(name, asked(function, arguments, named))
        if not in_place and is_argument(function, arguments, named):
            pytest.skip('PyTorch gives its argument back')
        factor = speedup(device, lambda: ours(*arguments, **named), lambda: function(*arguments, **named), required)
        print(f"{name} {'x'.join(map(str, shape))}: {factor:.2f} times PyTorch's speed")
        slow += [(shape, factor)] if round(factor, 2) < required else []
    assert device == 'cpu' or not slow, f'{name} is below {required}: {slow}'


if __name__ == '__main__':
    for module, installed in (('pytest', pytest), ('torch', torch)):
        if installed is None:
            print(f'skipped: {module} is not installed')
            sys.exit(77)
    sys.exit(pytest.main([__file__, '-q', '-p', 'no:cacheprovider', *sys.argv[1:]]))
