#!/usr/bin/env python3
"""Checks operators' files for what a compiler would not notice, or say only elsewhere: names, missing parts, parameters that
are out of order, constants of type double, functions of the C library, and words that the dialect lacks, in a kernel. (What
KERNEL and REFERENCE take is checked where they are compiled.)

usage: check_operators.py PATH...                     ops/NAME.c, ops/NAME.kernel.h, or a folder of such files
       check_operators.py --stamp FILE DEPFILE PATH   for the build: FILE is written when all is well
"""
import difflib
import functools
import glob
import os
import re
import sys

from written import write_if_changed

TENSORS, NUMBERS = ('TENSOR', 'OPERAND'), ('NUMBER',)
ATTRIBUTES = ('BOOL', 'INT', 'INTS', 'DTYPE', 'CHOICE', 'WORD', 'TENSORS')
PARAMETER = re.compile(r'\b(' + '|'.join(TENSORS + NUMBERS + ATTRIBUTES) + r')\(\s*"(\w+)"')
# A number with a point or an exponent and no f: double, unless XK_C makes it the arithmetic's own.
DOUBLE = re.compile(r'(?<![\w.])(?:\d+\.\d*|\.\d+|\d+(?=[eE]))(?:[eE][+-]?\d+)?(?![\w.])')
LIBM = ('acos acosh asin asinh atan atan2 atanh cbrt ceil copysign cos cosh erf erfc exp exp2 expm1 fabs floor fma fmax fmin '
        'fmod frexp hypot ldexp lgamma log log10 log1p log2 logb modf nearbyint pow remainder rint round roundf scalbn sin sinh '
        'sqrt tan tanh tgamma trunc').split()
LIBM_CALL = re.compile(r'(?<![\w.])(' + '|'.join(LIBM) + r')([fl]?)\s*\(')
KERNEL_ONLY = {'REDUCE': ('xk_identity', 'xk_lift', 'xk_combine', 'xk_finish'),
               'MAP': ('xk_identity', 'xk_lift', 'xk_combine', 'xk_settle', 'xk_map')}


# The dialect's words are called; an author's own stand behind XK_FN or #define.
WORD_CALL = re.compile(r'\b(xk_\w+)\s*\(')
OWN_WORD = re.compile(r'(?:\bXK_FN\b[^(;{]*|#[ \t]*define\s+)\b(xk_\w+)')
ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..')


@functools.cache
def dialect():
    """Every word that the kernels' headers and the backends' preludes have, and those that operators share."""
    def words_of(pattern, places):
        found = set()
        for place in places:
            for path in glob.glob(os.path.join(ROOT, place)):
                with open(path, encoding='utf-8') as file:
                    found.update(pattern.findall(file.read()))
        return found
    return (words_of(re.compile(r'\bxk_\w+'), ('core/kernels/*.[ch]', 'backends/*/*.h')) |
            words_of(OWN_WORD, ('ops/*.kernel.h',)))


def without(pattern, text):
    """The same text with blanks where the pattern matches, lines where they were."""
    return re.sub(pattern, lambda found: re.sub(r'[^\n]', ' ', found.group()), text, flags=re.S)


def arguments(text, opening):
    """What stands between the parenthesis at `opening` and its partner."""
    depth = 0
    for at in range(opening, len(text)):
        depth += (text[at] == '(') - (text[at] == ')')
        if not depth:
            return text[opening + 1:at]
    return text[opening + 1:]


class File:
    def __init__(self, path):
        self.path = path
        with open(path, encoding='utf-8') as file:
            self.text = without(r'/\*.*?\*/|//[^\n]*', file.read())
        self.findings = []

    def say(self, at, sentence):
        line = self.text.count('\n', 0, at) + 1
        self.findings.append((line, f'{self.path}:{line}: error: {sentence}'))

    def part(self, start):
        """(position, text) of what stands between `#ifdef start` and its #endif; (None, '') where there is none."""
        begin = re.search(rf'^#ifdef {start}\b.*\n', self.text, re.M)
        if not begin:
            return None, ''
        depth = 1
        for line in re.finditer(r'^[ \t]*#[ \t]*(if|endif)', self.text[begin.end():], re.M):
            depth += 1 if line.group(1) == 'if' else -1
            if not depth:
                return begin.end(), self.text[begin.end():begin.end() + line.start()]
        self.say(begin.start(), f'#ifdef {start} has no #endif')
        return begin.end(), self.text[begin.end():]


def where_double(text):
    """(start, end) of each branch that is only for double arithmetic, where its constants are at home."""
    is_single = re.compile(r'XK_(F32|C64|HALF)\b').search
    is_double = re.compile(r'(?<!!)XK_(F64|C128)\b').search
    branches, open_ones = [], []
    for found in re.finditer(r'^[ \t]*#[ \t]*(if|ifdef|ifndef|elif|else|endif)\b([^\n]*)', text, re.M):
        word, condition = found.groups()
        if not word.startswith('if') and open_ones:
            begin, before, double = open_ones.pop()
            branches += [(begin, found.start())] if double else []
        if word == 'else':
            open_ones.append((found.end(), before, bool(is_single(before)) and not is_double(before)))
        elif word != 'endif':
            open_ones.append((found.end(), condition, bool(is_double(condition)) and not is_single(condition)))
    return branches


def check_arithmetic(file, start, kernel):
    """Constants and functions of a kernel, whatever it is a kernel of."""
    plain = without(r'"[^"\n]*"|^[ \t]*#[ \t]*(?:include|line)[^\n]*', kernel)
    exempt = [(found.start(), found.end() + len(arguments(plain, found.end() - 1)) + 1)
              for found in re.finditer(r'\b(?:XK_C|XK_MATH)\(', plain)]

    def findings(pattern, exempt):
        for found in pattern.finditer(plain):
            if not any(low <= found.start() < high for low, high in exempt):
                yield found
    for found in findings(DOUBLE, exempt + where_double(plain)):
        file.say(start + found.start(), f'{found.group()} is a double, which makes the arithmetic around it double, too; write '
                                        f'XK_C({found.group()})')
    for found in findings(LIBM_CALL, exempt):
        file.say(start + found.start(), f"{found.group(1)}{found.group(2)} is the C library's, which GPUs' compilers know "
                                        f'otherwise or not at all; write xk_{found.group(1)} (docs/kernel-dialect.md)')


def check_words(file, start, kernel):
    known = dialect() | set(OWN_WORD.findall(kernel))
    for found in WORD_CALL.finditer(kernel):
        if found.group(1) not in known:
            near = difflib.get_close_matches(found.group(1), known, 1)
            file.say(start + found.start(), f'there is no {found.group(1)}' + (f'; did you mean {near[0]}?' if near else '') +
                     ' docs/kernel-dialect.md has the words')


class Operator:
    def __init__(self, file):
        self.file = file
        found = re.search(r'^OPERATOR\((\w+)\)\s*=', file.text, re.M)
        self.name, self.at = (found.group(1), found.start()) if found else (None, 0)
        end = file.text.find('\n};', self.at)
        self.definition = file.text[self.at:end if end > 0 else len(file.text)]
        # A draft may be all of other operators' bodies.
        self.needs_kernel = not self.field('draft') or bool(re.search(r'\bd->op\b|\bexpops_draft_(own|default|reduction)\b',
                                                                      file.text))
        self.parameters = [(kind, name, self.at + found.start()) for found in PARAMETER.finditer(self.definition)
                           for kind, name in [found.groups()]]

    def field(self, name):
        found = re.search(rf'(?<!\w)\.{name}\s*=\s*("[^"]*"|[\w|\s]+)', self.definition)
        return found.group(1).strip() if found else None

    def named(self, kinds):
        return [name for kind, name, _ in self.parameters if kind in kinds]

    def family(self):
        return (self.field('family') or 'EXPOPS_FAMILY_POINTWISE').removeprefix('EXPOPS_FAMILY_')


def words(names):
    return ', '.join(names) or 'nothing'


def check_definition(op):
    stem = os.path.basename(op.file.path).removesuffix('.c')
    if op.name != stem:
        op.file.say(op.at, f'the file is called {stem}.c, the operator {op.name}: give both one name')
    if op.field('name') != f'"{op.name}"':
        op.file.say(op.at, f'.name must be "{op.name}", as in OPERATOR({op.name}); it is {op.field("name") or "missing"}')
    for field in ('doc', 'source', 'dtypes'):
        if not op.field(field) or op.field(field) == '""':
            op.file.say(op.at, f'.{field} is missing: core/operator.h says what it is')
    seen = set()
    number = None
    for kind, name, at in op.parameters:
        if name in seen:
            op.file.say(at, f"there are two parameters '{name}'")
        seen.add(name)
        number = number or (name if kind in NUMBERS else None)
        if kind in TENSORS and number and op.needs_kernel:
            op.file.say(at, f"the tensor '{name}' comes after the number '{number}': tensors and operands come first, then numbers")


def check_draft(op):
    """What a draft of one line leaves out, a GPU's compiler would say in other words."""
    along = re.search(r'\bexpops_draft_map_along\b', op.file.text)
    numbers = op.named(NUMBERS)
    if along and numbers:
        op.file.say(along.start(), f"expops_draft_map_along hands on tensors only, and '{numbers[0]}' is a number: draft with "
                                   'expops_draft_map, and expops_leaf_argument for each number (ops/rms_norm.c)')


def check_count(op, start, text, function, expected):
    """Names are the author's here."""
    found = re.search(rf'(?<!\w){function}\s*\(', text)
    given = arguments(text, found.end() - 1).split(',') if found else []
    if found and len(given) != len(expected):
        op.file.say(start + found.start(), f'{function} takes {len(given)} parameters, and should take {len(expected)}: '
                                           f'{words(expected)}')


def check_kernel(op):
    start, kernel = op.file.part('XK')
    if start is None and not op.needs_kernel:
        return
    if start is None:
        op.file.say(op.at, 'there is no kernel: the part between #ifdef XK and #endif')
        return
    check_arithmetic(op.file, start, kernel)
    check_words(op.file, start, kernel)
    tensors, numbers = op.named(TENSORS), op.named(NUMBERS)
    if op.family() == 'WINDOW' and not re.search(r'^WINDOW\b', kernel, re.M) and '#include' not in kernel:
        op.file.say(start, 'there is no WINDOW { ... } between #ifdef XK and #endif')
    if op.family() == 'POINTWISE':
        if not re.search(r'\bKERNEL\s*\(', kernel) and '#include' not in kernel:
            op.file.say(start, 'there is no KERNEL(...) between #ifdef XK and #endif')
    for function in KERNEL_ONLY.get(op.family(), ()):
        if not re.search(rf'\b{function}\b', kernel) and '#include' not in kernel:
            op.file.say(start, f'there is no {function}(...), which {op.family().lower()} operators define '
                               '(docs/kernel-dialect.md)')
    if op.family() in KERNEL_ONLY and len(op.named(('TENSORS',))) == 0:
        row = ['the accumulator', 'the number of elements'] + numbers
        check_count(op, start, kernel, 'xk_finish', row)
        check_count(op, start, kernel, 'xk_settle', row)
        check_count(op, start, kernel, 'xk_map', ['the element'] + tensors[1:] + ["the row's value"])


def check_reference(op):
    start, reference = op.file.part('EXPOPS_REFERENCE')
    if start is None:
        golden = os.path.join(os.path.dirname(op.file.path) or '.', '..', 'tests', 'golden', op.name + '.jsonl')
        if not os.path.exists(golden):
            op.file.say(op.at, 'nothing would prove it right: write a reference (#ifdef EXPOPS_REFERENCE), or keep PyTorch\'s '
                               'answers with tools/import_golden.py')
        return
    rows = op.family() != 'POINTWISE'
    wanted = 'ROW_REFERENCE' if rows else 'REFERENCE'
    if not re.search(rf'(?<!\w)({wanted}|MOVE_REFERENCE)\b', reference) and '#include' not in reference:
        op.file.say(start, f'there is no {wanted} between #ifdef EXPOPS_REFERENCE and #endif')


def check(path):
    file = File(path)
    if path.endswith('.kernel.h'):
        check_arithmetic(file, 0, file.text)
        return [sentence for _, sentence in sorted(file.findings)]
    op = Operator(file)
    if not op.name:
        file.say(0, 'no line begins with OPERATOR(name) = {: the build would not find the operator')
        return [sentence for _, sentence in file.findings]
    check_definition(op)
    check_draft(op)
    check_kernel(op)
    check_reference(op)
    return [sentence for _, sentence in sorted(file.findings)]


def files_of(path):
    """An operator's files in a folder, or the one file."""
    if not os.path.isdir(path):
        return [path]
    return [os.path.join(path, name) for name in sorted(os.listdir(path)) if name.endswith(('.c', '.kernel.h'))]


def main():
    stamp, depfile, paths = None, None, sys.argv[1:]
    if paths[:1] == ['--stamp']:
        stamp, depfile, *paths = paths[1:]
    files = [name for path in paths for name in files_of(os.path.relpath(path))]
    findings = [sentence for name in files for sentence in check(name)]
    print(*findings, sep='\n', end='\n' if findings else '', file=sys.stderr)
    if findings:
        sys.exit(1)
    if stamp:
        write_if_changed(stamp, '/* The operators keep the rules of tools/check_operators.py. */\n')
        with open(depfile, 'w', encoding='utf-8') as file:
            file.write(f'{stamp}: ' + ' '.join(name.replace(' ', '\\ ') for name in paths + files) + '\n')


if __name__ == '__main__':
    main()
