#!/usr/bin/env python3
"""Writes the files that compile the operators' own text for the CPU.

  cpu_stubs.py files OPS                           the operators' files, one a line
  cpu_stubs.py list OPS                            first a digest of the list, then one file name a line
  cpu_stubs.py write OPS OUT LEVELS DIGEST TOUCH   writes them into OUT, with the table of all instances

One stub is one operator for one element type and one compile-time choice. LEVELS is a comma-separated list of instruction
levels, the lowest first; the last is only for floating point. When an edit of an operator changes which stubs there are,
`write` touches TOUCH, a build definition, and fails: the next build configures itself anew.
"""
import hashlib
import os
import re
import sys

from written import write_if_changed

# name: (constant, class of arithmetic, further defines)
TYPES = {
    'f32': ('F32', 'F32', ''),
    'f64': ('F64', 'F64', ''),
    'i8': ('I8', 'I32', '#define XK_INT_BITS 8\n'),
    'i16': ('I16', 'I32', '#define XK_INT_BITS 16\n'),
    'i32': ('I32', 'I32', '#define XK_INT_BITS 32\n'),
    'i64': ('I64', 'I64', '#define XK_INT_BITS 64\n'),
    'u8': ('U8', 'I32', '#define XK_INT_BITS 8\n#define XK_UNSIGNED 1\n'),
    'bool': ('BOOL', 'I32', '#define XK_BOOL 1\n'),
    'c64': ('C64', 'C64', ''),
    'c128': ('C128', 'C128', ''),
}
DTYPES = list(TYPES)
# The order of core/include/expops/dtype.inc, for the table's key.
ENUM = ['F16', 'BF16', 'F32', 'F64', 'I8', 'I16', 'I32', 'I64', 'U8', 'BOOL', 'C64', 'C128']
SETS = {
    'HALVES': ['f32'],
    'FLOATING': ['f32', 'f64'],
    'INTEGRAL': ['i8', 'i16', 'i32', 'i64', 'u8'],
    'BOOLEAN': ['bool'],
    'COMPLEX': ['c64', 'c128'],
}
FLOATS = ('f32', 'f64')
REAL = {'c64': 'f32', 'c128': 'f64'}


def without_comments(text):
    return re.sub(r'/\*.*?\*/|//[^\n]*', ' ', text, flags=re.S)


def balanced(text, start):
    """The text between the bracket at `start` and its partner."""
    depth = 0
    for i in range(start, len(text)):
        depth += text[i] in '({'
        depth -= text[i] in ')}'
        if depth == 0:
            return text[start + 1:i]
    raise SystemExit(f'cpu_stubs.py: unbalanced brackets after: {text[start:start + 60]!r}')


def arguments(text, pattern):
    """Parameters of the first function or macro whose head matches, or None."""
    match = re.search(pattern, text)
    if not match:
        return None
    inside = balanced(text, match.end() - 1).strip()
    return [] if inside in ('', 'void') else [part.strip() for part in inside.split(',')]


class Operator:
    def __init__(self, path):
        self.path = path
        self.name = os.path.splitext(os.path.basename(path))[0]
        with open(path, encoding='utf-8') as file:
            self.text = without_comments(file.read())
        named = re.search(r'\.name\s*=\s*"(\w+)"', self.text)
        self.name = named.group(1) if named else self.name
        self.family = self.word(r'\.family\s*=\s*EXPOPS_FAMILY_(\w+)', 'POINTWISE')
        self.arithmetic = self.word(r'\.arithmetic\s*=\s*EXPOPS_ARITHMETIC_(\w+)', 'SAME')
        self.result_type = self.word(r'\.result\s*=\s*EXPOPS_RESULT_(\w+)', 'SAME')
        self.of_position = arguments(self.text, r'\bKERNEL\(') == ['xk_long position']

    def word(self, pattern, default):
        match = re.search(pattern, self.text)
        return match.group(1) if match else default

    def types(self):
        if self.arithmetic == 'BITS' or '#ifdef XK' not in self.text:
            return []
        if self.of_position:
            return ['i64']
        dtypes = self.word(r'\.dtypes\s*=\s*([^,}]*)', '')
        found = set()
        for word in re.findall(r'[A-Z]\w+', dtypes):
            one = re.sub('^EXPOPS_DTYPE_', '', word).lower()
            found.update(SETS.get(word, ['f32'] if one in ('f16', 'bf16') else [one]))
        if self.arithmetic == 'FLOATING':
            found -= set(SETS['INTEGRAL'] + SETS['BOOLEAN'])
        return [name for name in DTYPES if name in found]

    def choices(self):
        if 'XK_CHOICE' not in self.text:
            return 1
        words = arguments(self.text, r'\bCHOICE\(')
        return len(words) - 1 if words else 1

    def result(self, dtype):
        if self.result_type == 'BOOL' or self.of_position:
            return 'bool'
        if self.result_type == 'REAL':
            return REAL.get(dtype, dtype)
        return dtype

    def kinds(self):
        """TENSOR, OPERAND or NUMBER of each argument of KERNEL; unless a draft
        says otherwise."""
        match = re.search(r'\.parameters\s*=\s*\{', self.text)
        inside = balanced(self.text, match.end() - 1) if match else ''
        kinds = []
        for parameter in re.finditer(r'\b(TENSOR|OPERAND|NUMBER)\(', inside):
            kinds.append(parameter.group(1))
        return kinds


def each(count, first=0):
    return ', '.join(f'A({first + k})' for k in range(count))


def pointwise_defines(op):
    args = arguments(op.text, r'\bKERNEL\(')
    if args is None:
        raise SystemExit(f'{op.path}: no KERNEL(...)')
    kinds = op.kinds()
    if len(kinds) != len(args):
        kinds = ['OPERAND'] * len(args)
    numbers = sum(1 << k for k, kind in enumerate(kinds) if kind == 'NUMBER')
    arrays = [k for k, kind in enumerate(kinds) if kind != 'NUMBER']
    one = len(arrays) > 1 or 'OPERAND' in kinds
    variants = ' '.join(f'V({mask}u)' for mask in [0] + [1 << k for k in arrays if one])
    if op.of_position:
        return '', 'cpu_position.inc'
    return (f'#define CPU_ARGS {len(args)}\n'
            f'#define CPU_ARGUMENTS(A) {each(len(args))}\n'
            f'#define CPU_NUMBERS {numbers}u\n'
            f'#define CPU_ONE_SCALAR {int(one)}\n'
            f'#define CPU_VARIANTS(V) {variants}\n'), 'cpu_pointwise.inc'


def rows_defines(op):
    maps = op.family == 'MAP'
    lifts = arguments(op.text, r'\bxk_lift\(')
    last = arguments(op.text, r'\bxk_settle\(' if maps else r'\bxk_finish\(')
    mapped = arguments(op.text, r'\bxk_map\(') if maps else ['xk_acc a']
    if lifts is None or last is None or mapped is None:
        raise SystemExit(f'{op.path}: a row operator needs xk_lift, and xk_finish or xk_settle and xk_map')
    at = next((k for k, arg in enumerate(mapped) if re.search(r'\bxk_acc\b', arg)), None)
    if at is None:
        raise SystemExit(f'{op.path}: xk_map takes an xk_acc, after the elements')
    numbers = len(last) - 2
    return (f'#define CPU_IS_MAP {int(maps)}\n'
            f'#define CPU_LIFTS {len(lifts)}\n'
            f'#define CPU_LIFTED_ARGUMENTS(A) {each(len(lifts))}\n'
            f'#define CPU_ARRAYS {max(at, len(lifts))}\n'
            f'#define CPU_MAP_ARRAYS(A) {each(at)}{"," if at else ""}\n'
            f'#define CPU_NUMBERS {numbers}\n'
            f'#define CPU_ROW_NUMBERS(A) {"," if numbers else ""} {each(numbers)}\n'), 'cpu_rows.inc'


def stub(op, dtype, choice):
    constant, arithmetic, more = TYPES[dtype]
    result = op.result(dtype)
    defines, loops = (pointwise_defines if op.family == 'POINTWISE' else rows_defines)(op)
    return (f'/* {op.name} for {dtype}: written by tools/cpu_stubs.py. */\n'
            f'#define XK 1\n#define XK_D {dtype}\n#define XK_R {result}\n#define XK_{arithmetic} 1\n{more}'
            f'#define XK_CHOICE {choice}\n'
            '#include "cpu_kernel.h"\n'
            + ('#include "cpu_vector.h"\n' if dtype == 'f32' else '') +
            f'#include "{os.path.abspath(op.path)}"\n'
            '#include "cpu_instance.h"\n'
            '#include "cpu_dtype.h"\n'
            f'#define CPU_NAME {symbol(op, dtype, choice)}\n'
            f'#define CPU_STORE_DTYPE EXPOPS_DTYPE_{constant}\n'
            f'#define CPU_RESULT_DTYPE EXPOPS_DTYPE_{TYPES[result][0]}\n'
            f'{defines}#include "{loops}"\n')


def symbol(op, dtype, choice):
    return f'cpu_k_{op.name}_{dtype}_{choice}'


def files(folder):
    return [os.path.join(folder, file) for file in sorted(os.listdir(folder)) if file.endswith('.c')]


def stubs(folder):
    found = []
    for op in map(Operator, files(folder)):
        found += [(op, dtype, choice) for dtype in op.types() for choice in range(op.choices())]
    return sorted(found, key=lambda entry: (entry[0].name, ENUM.index(TYPES[entry[1]][0]), entry[2]))


def file_name(op, dtype, choice):
    return f'{op.name}.{dtype}.{choice}.c'


def digest(found):
    return hashlib.sha256('\n'.join(file_name(*entry) for entry in found).encode()).hexdigest()[:16]


def table(found, levels):
    declared, rows = [], []
    for op, dtype, choice in found:
        for number, level in enumerate(levels):
            if number == len(levels) - 1 and number and dtype not in FLOATS:
                continue
            name = f'{symbol(op, dtype, choice)}_{level}'
            declared.append(f'extern const cpu_instance {name};')
            rows.append(f'    {{ "{op.name}", EXPOPS_DTYPE_{TYPES[dtype][0]}, {choice}, {op.choices()}, {number}, '
                        f'&{name} }},')
    rows.append('    { NULL, 0, 0, 0, 0, NULL },')
    return ('/* Written by tools/cpu_stubs.py. */\n#include "cpu_instance.h"\n#include "cpu_dtype.h"\n\n'
            + '\n'.join(declared) + '\n\nconst cpu_table_row cpu_table[] = {\n' + '\n'.join(rows) + '\n};\n'
            + f'const size_t cpu_table_rows = {len(rows) - 1};\n')


def main():
    if sys.argv[1] == 'files':
        print('\n'.join(files(sys.argv[2])))
        return
    found = stubs(sys.argv[2])
    if sys.argv[1] == 'list':
        print(digest(found))
        for entry in found:
            print(file_name(*entry))
        return
    folder, levels, expected, touch = sys.argv[3:7]
    if digest(found) != expected:
        os.utime(touch)
        raise SystemExit('the operators or their element types have changed: build once more')
    for entry in found:
        write_if_changed(os.path.join(folder, file_name(*entry)), stub(*entry))
    write_if_changed(os.path.join(folder, 'cpu_table.c'), table(found, levels.split(',')))


if __name__ == '__main__':
    main()
