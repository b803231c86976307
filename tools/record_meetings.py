#!/usr/bin/env python3
"""Records what PyTorch makes of numbers and of types that differ: tests/golden/meetings.jsonl, for tests/ops/meetings.c.

    tools/record_meetings.py        with a Python that has torch

A line is {op, dtype, args, at, values, answers}: a call for each of the values, put at argument `at` (no `at`: one call).
A tensor is {"e": [dtype, shape, elements]}; an answer is [dtype, elements], or null where PyTorch refuses.
"""
import json
import math
import pathlib
import re
import warnings

import torch
import torch.nn.functional as nn

import element_types
from record_answers import function_of

TYPES = element_types.of_package(torch)
NAMES = {value: key for key, value in TYPES.items()}
aten = torch.ops.aten
ROOT = pathlib.Path(__file__).resolve().parent.parent
MASK = torch.tensor([True, False, True, True])

SELVES = {'bool': [True, False, True, True], 'u8': [1, 0, 3, 249], 'u16': [1, 0, 3, 65529], 'i8': [1, 0, 3, -7], 'c64': [0.5, 0, 3 + 1j, 1 - 2j]}
NUMBERS = [0.1, 0.3, 300, -1, 70000.0, 2**31, 1e39, math.inf, math.nan, True, -1.5, 1j, complex(2, 0)]
SCALARS = [('f32', 0.1), ('f64', 0.3), ('f32', 65536.0), ('bf16', 3e38), ('i16', 255), ('i32', 65536), ('i64', 2**31),
           ('i8', -1), ('f32', -1.5), ('bool', True), ('c64', 1j), ('u16', 65535)]

# Operator: its call, the arguments in the operator's order ('self' stands for the line's tensor, '?' for the value), and
# whether a tensor without dimensions may be the value.
COMPARISONS = {name: (getattr(torch, name), [['self', '?']], True) for name in ('eq', 'ne', 'lt', 'le', 'gt', 'ge')}
OPERATORS = {
    **COMPARISONS,
    'mul': (torch.mul, [['self', '?']], True),
    '__rshift__': (torch.bitwise_right_shift, [['self', '?']], True),
    'xlogy': (torch.xlogy, [['self', '?'], ['?', 'self']], True),
    'special_xlog1py': (torch.special.xlog1py, [['self', '?']], True),
    'clamp_min': (torch.clamp_min, [['self', '?']], True),
    'clamp_max': (torch.clamp_max, [['self', '?']], True),
    'fill': (torch.fill, [['self', '?']], True),
    'copy': (lambda self, src, wait: self.clone().copy_(src), [['self', '?', False]], 'only'),
    'masked_fill': (torch.masked_fill, [['self', MASK, '?']], False),
    'scalar_tensor': (lambda s, dtype: torch.scalar_tensor(s, dtype=dtype), [['?', 'dtype']], False),
    'lerp': (torch.lerp, [['self', 'self', '?']], True),
    'addcmul': (lambda a, b, c, value: torch.addcmul(a, b, c, value=value), [['self', 'self', 'self', '?']], False),
    'addcdiv': (lambda a, b, c, value: torch.addcdiv(a, b, c, value=value), [['self', 'self', 'self', '?']], False),
    'celu': (nn.celu, [['self', '?']], False),
    'elu': (aten.elu, [['self', '?', 1.0, 1.0], ['self', 1.0, '?', 1.0], ['self', 1.0, 1.0, '?']], False),
    'hardshrink': (nn.hardshrink, [['self', '?']], False),
    'softshrink': (aten.softshrink, [['self', '?']], False),
    'hardtanh': (nn.hardtanh, [['self', '?', 2], ['self', 0, '?']], False),
    'leaky_relu': (nn.leaky_relu, [['self', '?']], False),
    'logit': (torch.logit, [['self', '?']], False),
    'native_dropout_backward': (aten.native_dropout_backward, [['self', MASK, '?']], False),
    'rms_norm': (lambda x, shape, weight, eps: nn.rms_norm(x, shape, weight, eps), [['self', [4], None, '?']], False),
    'rrelu_with_noise_backward': (aten.rrelu_with_noise_backward,
                                  [['self', 'self', 'self', '?', 1.0, False, False]], False),
    'softplus': (nn.softplus, [['self', '?', 20], ['self', 1, '?']], False),
    'threshold': (nn.threshold, [['self', '?', 1], ['self', 0, '?']], False),
}


def tensor(name, elements, shape=None):
    flat = torch.tensor(elements, dtype=torch.complex128 if name[0] == 'c' else None)
    return flat.to(TYPES[name]).reshape([len(elements)] if shape is None else shape)


# Calls of their own: operands of several types, arguments outside their range.
def more():
    pairs = [('f32', 'i32'), ('f32', 'bool'), ('f16', 'i64'), ('bf16', 'u8'), ('i32', 'f32'), ('i32', 'i32'), ('f16', 'bf16')]
    for name in ('logaddexp', 'logaddexp2', 'hypot'):
        for a, b in pairs:
            yield name, getattr(torch, name), [tensor(a, [1, 2, 0]), tensor(b, [2, 1, 0])]
            yield name, getattr(torch, name), [tensor(a, [1, 2, 0]), tensor(b, [1], [])]
    triples = [('f32', 'i32', 'bool'), ('f32', 'f32', 'i32'), ('i32', 'f32', 'f32'), ('i32', 'i32', 'f32'),
               ('f32', 'i32', 'i32'), ('i32', 'bool', 'bool'), ('bool', 'i32', 'i32'), ('f16', 'u8', 'f16')]
    for name in ('addcmul', 'addcdiv'):
        for types in triples:
            yield name, OPERATORS[name][0], [tensor(t, [1, 2, 1]) for t in types] + [2]
    for a, b in (('bool', 'i8'), ('u8', 'bool'), ('bool', 'bool'), ('i8', 'u8'), ('bool', 'i64')):
        yield '__rshift__', torch.bitwise_right_shift, [tensor(a, [1, 0, 1]), tensor(b, [1, 0, 1])]
    yield '__rshift__', torch.bitwise_right_shift, [tensor('i8', [100, -100]), 257]
    for a in ('f16', 'bf16', 'f32', 'f64'):
        for b in ('f16', 'bf16', 'f32', 'f64', 'i32', 'u8', 'bool'):
            yield 'rms_norm', OPERATORS['rms_norm'][0], [tensor(a, [1, 2, 4]), [3], tensor(b, [1.0009, 3, 0]), 1e-5]
        for b in list(TYPES)[:10 if a == 'f16' else 12]:  # a complex half type is none of ours
            yield 'lerp', torch.lerp, [tensor(a, [1, 2, 100]), tensor(a, [3, -2, 0.5]), tensor(b, [0.25 if b[0] in 'fb' else 1], [])]
        for b in ('f16', 'f32', 'f64', 'i32'):
            yield 'lerp', torch.lerp, [tensor(a, [1, 2]), tensor(a, [3, -2]), tensor(b, [1, 0])]
    yield 'lerp', torch.lerp, [tensor('f32', [1], []), tensor('f32', [3], []), tensor('f64', [0.25], [])]
    yield 'lerp', torch.lerp, [tensor('i32', [1, 2]), tensor('i32', [3, 5]), tensor('f32', [0.5], [])]
    yield 'lerp', torch.lerp, [tensor('f32', [1, 2]), tensor('f16', [3, 5]), 0.5]
    yield 'masked_fill', torch.masked_fill, [tensor('f32', [1, 2]), tensor('bool', [True, False]), tensor('f32', [3])]
    yield 'fill', torch.fill, [tensor('f32', [1, 2]), tensor('f32', [3])]
    hardtanh, softshrink, rrelu = nn.hardtanh, aten.softshrink, aten.rrelu_with_noise_backward
    for arguments in ((-1, 1), (0, -1), (0, 255), (3, 200)):
        yield 'hardtanh', hardtanh, [tensor('u8', [0, 3, 250]), *arguments]
    for arguments in ((2, 1), (1, 1), (math.nan, 1), (1.0, math.nan), (-math.inf, math.inf)):
        yield 'hardtanh', hardtanh, [tensor('f32', [0, 3, -3]), *arguments]
    for lambd in (-1, -0.0, 65504.0, 65505.0, math.inf, math.nan):
        yield 'softshrink', softshrink, [tensor('f16', [0.5, 3, -3]), lambd]
    for alpha in (0, 0.0, -0.0, 1e-3):
        yield 'celu', nn.celu, [tensor('f32', [1, -2, 0.5]), alpha]
    for lower, training, from_result in ((-2.0, False, True), (-2.0, True, True), (-2.0, False, False), (-1.0, False, True)):
        x = tensor('f32', [1, -2, 0.5])
        yield 'rrelu_with_noise_backward', rrelu, [x, x, x, lower, 1.0, training, from_result]
    for eps in (0.5, 0.7, 1.0, 2.0, -0.0, math.nan, math.inf):
        for name in ('f32', 'f64') if eps == 0.7 else ('f16', 'f32', 'f64'):
            yield 'logit', torch.logit, [tensor(name, [0.1, 0.2, 0.5, 0.6, 0.9, 1, math.nan]), eps]
    for name, value in (('i8', 127.5), ('i8', -128.5), ('i8', 128), ('u8', -0.5), ('u8', -255), ('u8', -256), ('u8', 255.5),
                        ('f16', 65504.0), ('f16', 65505.0), ('f16', 65505), ('f32', 3.4028235677973366e38), ('i64', 9.3e18),
                        ('i32', 2147483647.5), ('c64', 1e39j), ('f32', complex(1, math.nan)), ('bool', 1j), ('i32', 1e10)):
        yield 'fill', torch.fill, [tensor(name, [1, 0]), value]
        yield 'masked_fill', torch.masked_fill, [tensor(name, [1, 0]), tensor('bool', [True, False]), value]
    yield 'fill', torch.fill, [tensor('i8', []), 300]
    yield 'masked_fill', torch.masked_fill, [tensor('bool', [False, False]), tensor('bool', [True, False]), tensor('c64', [1j], [])]
    for name in ('eq', 'mul', 'copy', 'special_xlog1py'):
        for other in TYPES:
            for shapes in (([2], [2]), ([2], []), ([], [2]), ([], [])) if name != 'copy' else (([2], [2]),):
                pair = [tensor('u16', [65535, 3][:max(shape, default=1)], shape) if i == 0 else tensor(other, [1, 3][:max(shape, default=1)], shape)
                        for i, shape in enumerate(shapes)]
                for arguments in (pair, pair[::-1]) if shapes[0] == shapes[1] and other != 'u16' else (pair,):
                    yield name, OPERATORS[name][0], arguments + [False] * (name == 'copy')
    yield from losses()
    yield from unsigned()


def kept(value, data, moved):
    """A recorded argument, its tensors compact and of type u16 where they are of type `moved`; None where it is a list of them."""
    if isinstance(value, dict) and 't' in value:
        name, shape, strides, offset, stored = value['t']
        flat = torch.frombuffer(bytearray(data[offset:offset + stored * element_types.BYTES[name]]) or bytearray(16), dtype=TYPES[name])
        made = torch.as_strided(flat, shape, strides).contiguous()
        return made.to(torch.uint16) if name == moved else made
    if isinstance(value, dict):
        return float(value['f']) if 'f' in value else complex(*value['c']) if 'c' in value else TYPES[value['d']]
    return value


def unsigned():
    """Of each operator a kept case, with u16 in place of its integers: most of PyTorch's have no kernel for it. Left out are sinc and
    digamma, whose f32 answers at whole numbers are too far off to judge by, and what multiplies where it trains."""
    for path in sorted((ROOT / 'tests' / 'golden').glob('*.bin')):
        if path.stem in ('sinc', 'digamma', 'rrelu_with_noise_backward'):
            continue
        source = re.search(r'\.source =\s+"(.*)"', (ROOT / 'ops' / f'{path.stem}.c').read_text()).group(1)
        cases = [json.loads(line) for line in path.with_suffix('.jsonl').read_text().splitlines()]
        for moved in ('i32', 'i64', 'f32'):
            plain = [case for case in cases if case['dtype'] == moved and not case['kwargs'] and isinstance(case['input'], dict)
                     and 1 < math.prod(case['input'].get('t', [0, [0]])[1]) <= 300
                     and not any(isinstance(item, dict) for value in case['args'] if isinstance(value, list) for item in value)
                     and all(math.prod(value['t'][1]) for value in case['args'] if isinstance(value, dict) and 't' in value)]
            if plain:
                data = path.read_bytes()
                yield path.stem, function_of(source), [kept(value, data, moved) for value in [plain[0]['input'], *plain[0]['args']]]
                break
        else:
            print(f'{path.stem}: no case for u16')


def losses():
    """Losses of operands of every pair of types, sums and products as bool."""
    real = ('f16', 'bf16', 'f32', 'f64', 'i8', 'i16', 'i32', 'i64', 'u8', 'bool')
    for a in real:
        for b in real:
            x, y = tensor(a, [1, 0, 1]), tensor(b, [0, 1, 1])
            for reduction in ('none', 'mean') if b in ('f16', 'f64', 'i64') else ('none',):
                yield 'huber_loss', lambda x, y, how, delta: nn.huber_loss(x, y, how, delta), [x, y, reduction, 0.5]
                yield 'soft_margin_loss', lambda x, y, how: nn.soft_margin_loss(x, y, reduction=how), [x, y, reduction]
            for c in ('f32', 'i64', 'bool') if b in ('f16', 'bf16', 'i64', 'bool') else ():
                yield ('margin_ranking_loss', lambda x, y, z, m, how: nn.margin_ranking_loss(x, y, z, m, reduction=how),
                       [x, y, tensor(c, [1, 1, 0]), 0.25, 'none'])
    far = {'i8': [-128, 100, 127], 'u8': [255, 3, 128], 'i64': [-2**63, 2**62, 5], 'f32': [3, -200, 0.5]}
    for a, b in (('i8', 'i8'), ('u8', 'u8'), ('u8', 'i8'), ('i64', 'i64'), ('f32', 'f32')):
        for c in ('i8', 'u8', 'f32'):
            yield ('margin_ranking_loss', lambda x, y, z, m, how: nn.margin_ranking_loss(x, y, z, m, reduction=how),
                   [tensor(a, far[a]), tensor(b, far[b][::-1]), tensor(c, [3, 1, 2]), 0.25, 'none'])
    for a in (*real, 'c64', 'c128'):
        x = tensor(a, [0.5, 0, 256] if a[0] in 'fc' or a == 'bf16' else [2, 0, 3])
        for elements in (x, x[1:2], x[::2]):
            yield 'sum', lambda x, dim, keep, dtype: torch.sum(x, dim, keep, dtype=dtype), [elements, [0], False, torch.bool]
            yield 'prod', lambda x, dim, keep, dtype: torch.prod(x, dim, keep, dtype=dtype), [elements, 0, False, torch.bool]


def said(value):
    """A value as JSON."""
    if isinstance(value, torch.Tensor):
        return {'e': [NAMES[value.dtype], list(value.shape), [said(v) for v in value.flatten().tolist()]]}
    if isinstance(value, torch.dtype):
        return {'d': NAMES[value]}
    if isinstance(value, complex):
        return {'c': [said(value.real), said(value.imag)]}
    if isinstance(value, float) and not math.isfinite(value):
        return {'f': str(value)}
    return value


def answer(call, arguments):
    """What PyTorch says: an answer, None, or 'unknown' where it has no kernel or no type that is ours."""
    try:
        result = call(*arguments)
    except NotImplementedError:
        return 'unknown'
    except (RuntimeError, ValueError, TypeError) as error:
        return 'unknown' if 'not supported' in str(error) and 'hardtanh' not in str(error) else None
    if result.dtype not in NAMES:
        return 'unknown'
    return [NAMES[result.dtype], [said(v) for v in result.flatten().tolist()]]


# Where PyTorch's ways differ among themselves, and the kernels for other shapes, types or devices go on as the rest does:
# a tensor is the value of masked_fill's literal there, and a number where xlogy has it first; integers made of floats that
# they cannot hold are open in C; hardtanh cuts numbers to integers before it asks whether u8 holds them; scalar_tensor does
# not ask for the half types; logit in them rounds 1 - eps once more. PyTorch takes no complex number for a double.
def is_left_out(op, at, dtype, value):
    half = dtype in ('f16', 'bf16')
    if isinstance(value, torch.Tensor):
        below = not dtype.startswith('c') and value.is_complex()
        wide = not value.dtype.is_complex and (value.is_floating_point() and abs(value.item()) > 127)
        return (op == 'masked_fill' or (op == 'xlogy' and at == 0) or (below and op == 'lerp')
                or (op in ('fill', 'copy') and wide and dtype in ('i8', 'u8', 'i64', 'u16')))
    if isinstance(value, complex):
        return op in ('hardtanh', 'logit', 'rms_norm', 'native_dropout_backward')
    overflows = isinstance(value, float) and math.isfinite(value) and abs(value) > 65504
    if op == 'hardtanh' and isinstance(value, float) and dtype == 'u8':
        return True
    if op == 'logit' and half and value == 0.3:
        return True
    return half and overflows and op == 'scalar_tensor'


def lines_of(op, template, dtype, values):
    x = tensor(dtype, SELVES.get(dtype, [0.1, 0.3, 9.99, -2.0] if dtype[0] in 'fb' else [1, 0, 3, -7]))
    at, call = template.index('?'), OPERATORS[op][0]
    plain = [x if a == 'self' else TYPES[dtype] if isinstance(a, str) and a == 'dtype' else a for a in template]
    kept, answers = [], []
    for value in values:
        if is_left_out(op, at, dtype, value):
            continue
        plain[at] = value
        got = answer(call, plain)
        if got != 'unknown':
            kept.append(said(value))
            answers.append(got)
    plain[at] = None
    if any(got is not None for got in answers):
        yield {'op': op, 'dtype': dtype, 'args': [said(a) for a in plain], 'at': at, 'values': kept, 'answers': answers}


def main():
    warnings.simplefilter('ignore')
    target = ROOT / 'tests' / 'golden' / 'meetings.jsonl'
    scalars = [tensor(name, [value], []) for name, value in SCALARS]
    lines = []
    for op, (_, templates, takes_tensors) in OPERATORS.items():
        for template in templates:
            for dtype in ('f16', 'bf16', 'f32', 'i8', 'u8', 'i64', 'bool', 'c64', 'u16'):
                for values in ([] if takes_tensors == 'only' else [NUMBERS]) + ([scalars] if takes_tensors else []):
                    lines.extend(lines_of(op, template, dtype, values))
    for op, call, arguments in more():
        got = answer(call, arguments)
        first = arguments[0]
        lines.append({'op': op, 'dtype': NAMES[first.dtype], 'args': [said(a) for a in arguments],
                      'answers': [None if got == 'unknown' else got]})
    target.write_text('\n'.join(json.dumps(line, separators=(',', ':')) for line in lines) + '\n')
    print(f'{len(lines)} lines, {sum(len(line["answers"]) for line in lines)} calls, {target.stat().st_size} bytes')


if __name__ == '__main__':
    main()
