#!/usr/bin/env python3
"""Copies reference answers into tests/golden: the cases of every operator in ops/, repacked and capped.

    tools/import_golden.py FOLDER [NAME ...]

FOLDER holds <operator>.jsonl and <operator>.bin in the format of docs/testing.md. Operators are those that ops/*.c
defines; NAME adds operators that are not written yet. A file whose operator is kept already is replaced.
"""
import json
import pathlib
import re
import sys

import element_types

ROOT = pathlib.Path(__file__).resolve().parent.parent
MAX_CASES = 120        # for each operator
MAX_BYTES = 60 * 1024  # of tensor data for each operator: repeated patterns at more sizes prove little
ALIGNMENT = 16


def operators_here():
    """Names, and for each one the other names it goes by: of the form that copies, and aliases."""
    found = {}
    for path in sorted((ROOT / 'ops').glob('*.c')):
        text = path.read_text()
        for name in re.findall(r'^OPERATOR\((\w+)\)', text, re.MULTILINE):
            others = re.findall(r'\.copy = ("\w+")', text) + re.findall(r'\.aliases = {([^}]*)}', text)
            found[name] = re.findall(r'"(\w+)"', ' '.join(others))
    return found


def is_tensor(value):
    return isinstance(value, dict) and 't' in value


def tensors_of(case):
    values = [case['input'], *case['args'], *case['kwargs'].values(), case['expect'], case.get('expect64')]
    flat = [item for value in values for item in (value if isinstance(value, list) else [value])]
    return [value['t'] for value in flat if is_tensor(value)]


def layout_of(tensor):
    dtype, shape, strides, _, stored = tensor
    compact, step = True, 1
    for size, stride in zip(reversed(shape), reversed(strides)):
        compact = compact and (size == 1 or stride == step)
        step *= size
    size_class = 0 if stored == 0 else 1 if stored == 1 else 2 if stored < 64 else 3
    return dtype, len(shape), compact, 0 in strides, size_class


def variety_of(case):
    """What makes a case different from another one of the same operator."""
    def kind(value):
        return layout_of(value['t']) if is_tensor(value) else type(value).__name__
    return (case['variant'], case['dtype'], kind(case['input']), tuple(kind(value) for value in case['args']),
            tuple((key, json.dumps(value) if not is_tensor(value) else kind(value))
                  for key, value in sorted(case['kwargs'].items())))


def cost_of(case):
    return sum(element_types.BYTES[tensor[0]] * tensor[4] for tensor in tensors_of(case))


def chosen(cases):
    """One of each type, then of each variety, hand-made cases before sampled ones, cheap before dear, up to a cap."""
    rounds = {}
    ranked = []
    for case in sorted(cases, key=cost_of):
        keys = ((case['variant'], case['dtype']), variety_of(case))
        for key in keys:
            rounds[key] = rounds.get(key, 0) + 1
        first = rounds[keys[0]] == 1
        ranked.append((0 if first else rounds[keys[1]], case['variant'] == '', cost_of(case), case))
    ranked.sort(key=lambda item: item[:3])
    kept, spent = [], 0
    for _, _, cost, case in ranked:
        if len(kept) < MAX_CASES and (spent + cost <= MAX_BYTES or not kept):
            kept.append(case)
            spent += cost
    return sorted(kept, key=lambda case: (case['variant'], case['case']))


class Packer:
    """Rewrites tensors to point into a new file; equal data is stored once."""

    def __init__(self, data):
        self.data = data
        self.out = bytearray()
        self.known = {}

    def tensor(self, value):
        dtype, shape, strides, offset, stored = value['t']
        blob = self.data[offset:offset + stored * element_types.BYTES[dtype]]
        if blob not in self.known:
            self.out.extend(bytes(-len(self.out) % ALIGNMENT))
            self.known[blob] = len(self.out)
            self.out.extend(blob)
        return {'t': [dtype, shape, strides, self.known[blob], stored]}

    def value(self, value):
        if is_tensor(value):
            return self.tensor(value)
        return [self.value(item) for item in value] if isinstance(value, list) else value


def as_functional_copy(case):
    """copy_'s cases name the type to convert to; the functional form takes it from a tensor of that type."""
    source = case['input']['t']
    dtype = case['kwargs'].pop('dtype')['d']
    rank = len(source[1])
    case['args'] = [case['input']]
    case['input'] = {'t': [dtype, source[1], [0] * rank, 0, 0 if 0 in source[1] else 1]}
    return case


def convert(folder, name, others):
    names = [name, f'{name}_', *others]
    source = next((path for path in (folder / f'{each}.jsonl' for each in names) if path.exists()), None)
    if source is None:
        return None
    cases = [json.loads(line) for line in source.read_text().splitlines()]
    if name == 'copy':
        cases = [as_functional_copy(case) for case in cases]
    packer = Packer(source.with_suffix('.bin').read_bytes())
    lines = []
    for case in chosen(cases):
        case['op'] = name
        if case['kwargs'].get('requires_grad') is False:
            del case['kwargs']['requires_grad']  # the default, and a word without meaning here
        for key in ('input', 'expect', 'expect64'):
            if key in case:
                case[key] = packer.value(case[key])
        case['args'] = [packer.value(value) for value in case['args']]
        case['kwargs'] = {key: packer.value(value) for key, value in case['kwargs'].items()}
        lines.append(json.dumps(case, separators=(',', ':')))
    target = ROOT / 'tests' / 'golden'
    (target / f'{name}.jsonl').write_text('\n'.join(lines) + '\n')
    (target / f'{name}.bin').write_bytes(packer.out)
    return len(lines), len(cases), len(packer.out)


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    folder = pathlib.Path(sys.argv[1])
    here = operators_here()
    for name in sorted({*here, *sys.argv[2:]}):
        counts = convert(folder, name, here.get(name, []))
        if counts:
            print(f'{name}: {counts[0]} of {counts[1]} cases, {counts[2]} bytes')
        elif name in sys.argv[2:]:
            print(f'{name}: no answers')


if __name__ == '__main__':
    main()
