#!/usr/bin/env python3
"""Records PyTorch's answers for an operator that its definition describes: FOLDER/OPERATOR.jsonl and .bin in the format of
docs/testing.md, for tools/import_golden.py. Needs torch.

    tools/record_answers.py FOLDER EXPOPS OPERATOR [FUNCTION]

EXPOPS    the command that knows the operator, build/tools/expops
FUNCTION  what answers, such as torch.nn.functional.silu; without it the definition's source

Inputs are drawn from the definition: every type, layouts, broadcasting, types that differ, special values, numbers in place of
tensors, and each attribute's values one at a time. What PyTorch refuses is counted and left out, and so are complex numbers
where an operator rounds: tests/complex judges those.
"""
import collections
import itertools
import json
import math
import pathlib
import subprocess
import sys
import warnings

import torch

from golden_writer import DTYPES, NAMES, Writer

SHAPES = [(5, 4, 3), (257,), (3, 1, 7), (), (1,), (0, 3)]
SHOWN_REFUSALS = 5
DOUBLE = torch.float64


def function_of(path):
    value = torch
    for name in path.split('.')[1:]:
        value = getattr(value, name)
    return value


def range_of(parameter):
    samples = parameter['samples']
    return (samples['low'], samples['high']) if samples['low'] < samples['high'] else (-5, 5)


def drawn(parameter, dtype, shape):
    """Uniform in the parameter's range, as far as the type has it."""
    low, high = range_of(parameter)
    if dtype == torch.bool:
        return torch.randint(0, 2, shape).bool()
    if dtype.is_complex:
        return torch.complex(*(torch.empty(shape, dtype=DOUBLE).uniform_(low, high) for _ in range(2))).to(dtype)
    if not dtype.is_floating_point:
        ends = torch.iinfo(dtype)
        low, high = max(math.ceil(low), ends.min), min(math.floor(high), ends.max)
        return torch.randint(low, max(high, low) + 1, shape).to(dtype)
    return torch.empty(shape, dtype=DOUBLE).uniform_(low, high).to(dtype)


def specials(dtype):
    if not dtype.is_floating_point:
        ends = torch.iinfo(dtype)
        return torch.tensor([ends.min, ends.max, 0, 1, ends.max // 2], dtype=dtype)
    ends = torch.finfo(dtype)
    some = [0.0, ends.smallest_normal, ends.smallest_normal / 4, ends.eps, 0.5, 1.0, 2.0, 88.0, 710.0, ends.max, math.inf]
    return torch.tensor([sign * value for value in some for sign in (1, -1)] + [math.nan], dtype=DOUBLE).to(dtype)


def laid_out(value, layout):
    """The same elements compact, transposed, or cut out of something larger."""
    if layout == 'transposed':
        order = tuple(reversed(range(value.dim())))
        return value.permute(order).contiguous().permute(order)
    if layout == 'stepped':
        larger = value.new_zeros([2 * size for size in value.shape])
        cut = larger[tuple(slice(1, None, 2) for _ in value.shape)]
        return cut.copy_(value)
    return value


def integers(samples, shape):
    """What the samples say that an integer stands for, beside a first tensor of the shape."""
    if samples['usual']:
        return samples['usual'][:1]
    return [3, 1, 0] if samples['ints'] == 'row' else list(range(-1, max(1, len(shape))))


def lists(samples, shape):
    """The same of a list."""
    ndim, ints = len(shape), samples['ints']
    if samples['usual']:
        return [samples['usual']]
    if ints == 'dims':
        return [[], *([dim] for dim in range(-1, ndim)), *([[0, -1]] if ndim > 1 else [])]
    if ints == 'row':
        return [list(shape[first:]) for first in range(ndim)]
    if ints == 'order':
        return [list(range(ndim))[::-1], [*range(1 - ndim, 0), 0][:ndim]]
    return [list(shape)] if ints == 'shape' else [[math.prod(shape[d + 1:]) for d in range(ndim)]]


def shape_of(tensors):
    """The first tensor's; of a call without one some that suits no dimension better than another."""
    first = [value[0] if isinstance(value, list) else value for value in tensors.values() if not isinstance(value, (int, float))]
    return tuple(first[0].shape) if first else SHAPES[0]


def takes_tensor(parameter):
    return parameter['kind'] in ('tensor', 'tensor or number', 'list of tensors')


class Definition:
    """An operator as `expops list --json` describes it."""

    def __init__(self, described):
        self.name, self.source, self.parameters = described['name'], described['source'], described['parameters']
        self.is_pointwise = described['pointwise']
        self.units = described['bound'].get('f32', 0)
        rounds = any(described['bound'].values())
        self.dtypes = [dtype for dtype in described['dtypes'] if not (rounds and DTYPES[dtype].is_complex)]

    def attribute_values(self, parameter, shape):
        kind = parameter['kind']
        if kind == 'number':
            whole = drawn(parameter, torch.int64, ()).item()
            return drawn(parameter, DOUBLE, (2,)).tolist() + ([whole] if whole <= range_of(parameter)[1] else [])
        if kind == 'integer':
            return integers(parameter['samples'], shape)
        if kind == 'integers':
            return lists(parameter['samples'], shape)
        if kind == 'element type':
            return [DTYPES[dtype] for dtype in self.dtypes]
        return [False, True] if kind == 'bool' else parameter['choices']

    def attributes(self, shape):
        """({name: value} of those that must be given, of others): none of the others, those that fit one another, one at a time; for a
        first tensor of the shape."""
        values_of = {p['name']: self.attribute_values(p, shape) for p in self.parameters if not takes_tensor(p)}
        required = [p['name'] for p in self.parameters if p['name'] in values_of and not p['optional']]
        optional = [p for p in self.parameters if p['name'] in values_of and p['optional']]
        usual = {p['name']: values_of[p['name']][0] for p in optional if p['samples']['usual']}
        for values in itertools.product(*(values_of[name] for name in required)):
            given = dict(zip(required, values))
            yield given, {}
            if usual:
                yield given, usual
            for parameter in optional:
                for value in values_of[parameter['name']]:
                    yield given, {parameter['name']: value}

    def tensor_parameters(self):
        return [p for p in self.parameters if takes_tensor(p)]


def definitions(expops):
    """{name: Definition} of all that the command knows."""
    listed = subprocess.run([expops, 'list', '--json'], check=True, stdout=subprocess.PIPE, text=True).stdout
    return {described['name']: Definition(described) for described in json.loads(listed)}


def own_type(parameter, dtype):
    """That of the others, or the first of its own."""
    return DTYPES[dtype if not parameter['dtypes'] or dtype in parameter['dtypes'] else parameter['dtypes'][0]]


def own_shape(parameter, shape):
    samples = parameter['samples']
    if samples['usual'] and parameter['kind'] != 'list of tensors':
        return tuple(samples['usual'])
    return () if samples['scalar'] else shape[-1:] if samples['row'] else shape


def tensors(definition, dtype, shape, layout='compact', shapes=(), types=()):
    """{name: tensor}; `shapes` and `types` replace those of tensors behind the first."""
    found = {}
    for i, parameter in enumerate(definition.tensor_parameters()):
        chosen = own_shape(parameter, shapes[i - 1] if 0 < i <= len(shapes) else shape)
        kind = own_type(parameter, types[i - 1] if 0 < i <= len(types) else dtype)
        value = laid_out(drawn(parameter, kind, chosen), layout)
        found[parameter['name']] = [value, drawn(parameter, kind, chosen)] if parameter['kind'] == 'list of tensors' else value
    return found


def special_tensors(definition, dtype):
    """All pairs of special values of the first two, which nothing but their type restricts."""
    free = [p for p in definition.tensor_parameters() if not p['dtypes'] and not p['samples']['usual']]
    if not free or DTYPES[dtype].is_complex or dtype == 'bool':
        return None
    values = specials(DTYPES[dtype])
    count = len(values)
    pairs = [values, None] if len(free) == 1 else [values.repeat_interleave(count), values.repeat(count)]
    found = tensors(definition, dtype, pairs[0].shape)
    for parameter, value in zip(free, pairs):
        if own_shape(parameter, pairs[0].shape) == tuple(pairs[0].shape) and parameter['kind'] != 'list of tensors':
            found[parameter['name']] = value
    return found


def inputs(definition, dtype):
    """Dictionaries of tensors, the plain ones first: those are called with every attribute."""
    several = len(definition.tensor_parameters()) - 1
    for layout in ('compact', 'transposed', 'stepped'):
        yield True, tensors(definition, dtype, SHAPES[0], layout)
    for shape in SHAPES[1:]:
        yield False, tensors(definition, dtype, shape)
    for other in ((4, 3), (1, 4, 1), (), (3,)) if several else ():
        yield False, tensors(definition, dtype, SHAPES[0], shapes=[other] * several)
        yield False, tensors(definition, dtype, other, shapes=[SHAPES[0]] * several)
    for other in definition.dtypes if several else ():
        if other != dtype:
            yield False, tensors(definition, dtype, SHAPES[0], types=[other] * several)
            yield False, tensors(definition, dtype, SHAPES[0], shapes=[()] * several, types=[other] * several)
    for parameter in definition.tensor_parameters():
        if parameter['kind'] == 'tensor or number':
            for number in (2, -1.5, 0.3):
                yield False, tensors(definition, dtype, SHAPES[0]) | {parameter['name']: number}
        if parameter['optional']:
            yield False, {name: value for name, value in tensors(definition, dtype, SHAPES[0]).items() if name != parameter['name']}
    extremes = special_tensors(definition, dtype)
    if extremes:
        yield False, extremes


def arranged(definition, tensors, required, chosen):
    """(positional arguments, named ones) in the definition's order."""
    given = {**required, **chosen, **tensors}
    needed = [number for number, parameter in enumerate(definition.parameters) if not parameter['optional']]
    positional = [parameter['name'] for parameter in definition.parameters[:max(needed, default=-1) + 1]]
    return [given.get(name) for name in positional], {name: value for name, value in given.items() if name not in positional}


def calls(definition, dtype):
    for plain, given in inputs(definition, dtype):
        for required, chosen in definition.attributes(shape_of(given)):
            if plain or not chosen:
                yield arranged(definition, given, required, chosen)


def doubled(value):
    if isinstance(value, list):
        return [doubled(item) for item in value]
    return value.double() if isinstance(value, torch.Tensor) and value.is_floating_point() else value


def is_kept(answer):
    every = answer if isinstance(answer, (list, tuple)) else [answer]
    return all(isinstance(one, torch.Tensor) and one.dtype in NAMES for one in every)


def answers(function, arguments, named):
    """What PyTorch says, and what it says in double precision where that is more precise."""
    answer = function(*arguments, **named)
    found = {'expect': answer}
    narrow = isinstance(answer, torch.Tensor) and answer.is_floating_point() and answer.dtype != DOUBLE
    if narrow and not any(isinstance(value, torch.dtype) for value in named.values()):
        precise = function(*doubled(arguments), **{name: doubled(value) for name, value in named.items()})
        if precise.dtype == DOUBLE:
            found['expect64'] = precise
    return found


def main():
    if len(sys.argv) not in (4, 5):
        sys.exit(__doc__)
    folder, expops, name = pathlib.Path(sys.argv[1]), *sys.argv[2:4]
    definition = definitions(expops).get(name)
    if not definition:
        sys.exit(f'record_answers.py: {expops} knows no operator {name}')
    function = function_of(sys.argv[4] if len(sys.argv) == 5 else definition.source)
    torch.manual_seed(1)
    warnings.simplefilter('ignore')  # of types that PyTorch calls experimental, of imaginary parts that are dropped
    writer, refused = Writer(name), collections.Counter()
    for dtype in definition.dtypes:
        for arguments, named in calls(definition, dtype):
            try:
                found = answers(function, arguments, named)
            except (RuntimeError, TypeError, ValueError, IndexError, NotImplementedError) as error:
                refused[str(error).splitlines()[0][:160]] += 1
                continue
            if is_kept(found['expect']):
                writer.add(dtype, arguments, named, found)
    for reason, count in refused.most_common(SHOWN_REFUSALS):
        print(f'{name}: {count} refused: {reason}', file=sys.stderr)
    if not writer.lines:
        sys.exit(f'{name}: PyTorch answered none of the calls')
    writer.save(folder)
    print(f'{name}: {len(writer.lines)} cases, {sum(refused.values())} calls refused')


if __name__ == '__main__':
    main()
