#!/usr/bin/env python3
"""Builds the reference as HTML with Doxygen: the pages of docs/, the public headers, and a catalogue of the operators made of the
registry (`expops list --json`), of what docs/accuracy.md has measured, of which backend's devices have double arithmetic
(docs/using.md), and of what passed for each element type on each backend in a test run. Doxygen: tools/install_dependencies.sh docs

usage: build_reference.py BUILD_FOLDER OUT_FOLDER [TEST_LOG]      then open OUT_FOLDER/html/index.html
           TEST_LOG: meson's testlog.json; default that of the last `meson test` in BUILD_FOLDER
       build_reference.py --filter FILE                what Doxygen reads instead of a header or a page
"""
import collections
import datetime
import json
import os
import re
import shutil
import subprocess
import sys

import element_types

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BOUNDED = ('f32', 'f64', 'f16', 'bf16')
TYPES = tuple(element_types.BYTES)
# In the order in which a reader meets them; the rest follows.
FIRST_PAGES = ('using', 'OPERATORS', 'command', 'environment', 'tutorial-python', 'python', 'versions', 'architecture',
               'adding-an-operator', 'kernel-dialect', 'adding-a-backend', 'plugin-abi', 'testing', 'performance', 'accuracy')
SETTINGS = '''
PROJECT_NAME = expops
PROJECT_NUMBER = {version}
PROJECT_BRIEF = "Tensor operators with PyTorch's semantics"
OUTPUT_DIRECTORY = "{out}"
INPUT = {inputs}
INCLUDE_PATH = "{root}/core/include"
FILE_PATTERNS = *.md *.h
FULL_PATH_NAMES = NO
USE_MDFILE_AS_MAINPAGE = "{root}/README.md"
FILTER_PATTERNS = "*.h={filter}" "*.md={filter}"
HTML_EXTRA_FILES = {pictures}
STRIP_FROM_PATH = "{root}/core/include" "{build}/core/include" "{root}" "{out}"
OPTIMIZE_OUTPUT_FOR_C = YES
EXTRACT_ALL = YES
JAVADOC_AUTOBRIEF = YES
TOC_INCLUDE_HEADINGS = 3
MACRO_EXPANSION = YES
EXPAND_ONLY_PREDEF = YES
PREDEFINED = EXPOPS_API= EXPOPS_BEGIN= EXPOPS_END= __attribute__(x)=
GENERATE_LATEX = NO
GENERATE_TREEVIEW = YES
DISABLE_INDEX = NO
HTML_COLORSTYLE_SAT = 30
HTML_EXTRA_STYLESHEET = "{out}/reference.css"
HAVE_DOT = NO
QUIET = YES
WARN_IF_UNDOCUMENTED = NO
WARN_AS_ERROR = NO
'''

# Pictures and tables stay within the page: a wide table scrolls by itself.
STYLE = '''
.contents img { max-width: 100%; height: auto }
table.markdownTable { display: block; width: fit-content; max-width: 100%; overflow-x: auto }
td.markdownTableBodyCenter { white-space: nowrap }
div.line, div.fragment { line-height: 1.35 }
'''


def default_of(parameter):
    if parameter['choices'] and parameter['optional']:
        return parameter['choices'][int(parameter['default'] or 0)]
    if parameter['default'] is None:
        return None
    return str(bool(parameter['default'])).lower() if parameter['kind'] == 'bool' else f"{parameter['default']:g}"


def signature(operator):
    parts = []
    for parameter in operator['parameters']:
        default = default_of(parameter)
        parts.append(parameter['name'] + (f' = {default}' if default is not None else ' = none' if parameter['optional'] else ''))
    return f"{operator['name']}({', '.join(parts)})"


def measured():
    """{operator: {what is said of it: [cells in the order of BOUNDED]}} of docs/accuracy.md's tables."""
    found, name, table = {}, None, ''
    with open(os.path.join(ROOT, 'docs/accuracy.md'), encoding='utf-8') as file:
        for line in file:
            cells = [cell.strip() for cell in line.strip().strip('|').split('|')]
            if not line.startswith('|') or len(cells) != 2 + len(BOUNDED):
                continue
            name = cells[0].strip('`') or name
            if cells[0] == 'operator':
                table = {'measured on': 'measured', 'share on': 'share of what is granted'}[cells[1]]
            elif cells[1] not in ('bound', '---'):
                found.setdefault(name, {})[f'{table}, {cells[1]}'] = cells[2:]
    return found


def backends():
    """{backend: whether each of its devices has double arithmetic} of docs/using.md's table."""
    with open(os.path.join(ROOT, 'docs/using.md'), encoding='utf-8') as file:
        section = file.read().partition('## Element types')[2].partition('\n## ')[0]
    found = dict(re.findall(r'^\| `(\w+)` \| (.*) \|$', section, flags=re.M))
    if not found:
        sys.exit('build_reference.py: docs/using.md has no table of element types')
    return {name: text == 'every device' for name, text in found.items()}


def kept_types():
    """{(operator, case): element type} of PyTorch's answers in tests/golden."""
    found, folder = {}, os.path.join(ROOT, 'tests/golden')
    for name in os.listdir(folder):
        if name.endswith('.jsonl') and name != 'meetings.jsonl':
            with open(os.path.join(folder, name), encoding='utf-8') as file:
                for case in map(json.loads, file):
                    found[name.removesuffix('.jsonl'), f"{case['variant']}{case['case']}"] = case['dtype']
    return found


def passed(path):
    """What a test run tells: its day; {platform: {(operator, element type): cases that passed}}; {backend: operators whose kernels its
    compiler took}, in all their types. None of them where there was no run."""
    cases, compiled, day, kinds = collections.defaultdict(collections.Counter), collections.defaultdict(set), None, kept_types()
    if not os.path.exists(path):
        return day, cases, compiled
    with open(path, encoding='utf-8') as file:
        for run in map(json.loads, file):
            name, text = run['name'].rpartition(' ')[2], run.get('stdout', '')
            day = datetime.date.fromtimestamp(run['starttime'])
            for operator, kind, case, backend in re.findall(r'\[ +OK \] (\w+)/(\w+)/(\S+)@(\w+):', text):
                kind = kinds.get((operator, case)) if kind == 'golden' else kind
                cases[backend + (' (simulated)' if 'simulated' in name else '')][operator, kind] += 1
            target = name.removeprefix('variants-')
            if target != name:
                compiled['cuda' if target.startswith(('sm_', 'compute_')) else 'hip'].update(re.findall(r'\[ +OK \] (\w+)$', text, re.M))
    return day, cases, compiled


def row(first, cells):
    return f"| {first} | {' | '.join(cells)} |"


def overview(operators):
    yield row('operator', TYPES)
    yield '|---' + '|:---:' * len(TYPES) + '|'
    for operator in operators:
        yield row(f"[{operator['name']}](@ref op_{operator['name']})",
                  ['✓' if kind in operator['dtypes'] else '' for kind in TYPES])
    yield ''


def type_cells(operator, backend, run):
    """Of each platform of the backend that a test run has something to say of: a name, and what it says of each type."""
    _, cases, compiled = run
    name, dtypes = operator['name'], operator['dtypes']
    for platform, counts in sorted(cases.items()):
        if platform.split()[0] == backend and any(counts[name, kind] for kind in dtypes):
            yield f'passed, {platform}', [str(counts[name, kind] or '') for kind in dtypes]
    if name in compiled[backend]:
        yield f'compiled, {backend}', ['✓'] * len(dtypes)


def types_and_errors(operator, errors, everywhere, run):
    """Element types by backend, and below them what is promised and measured for each."""
    dtypes, bound = operator['dtypes'], operator['bound']
    yield row('', dtypes)
    yield '|---' + '|:---:' * len(dtypes) + '|'
    for backend, doubles in everywhere.items():
        told = list(type_cells(operator, backend, run)) or [(f'not run, {backend}', [''] * len(dtypes))]
        for platform, cells in told:
            yield row(platform, [cell + ('' if doubles or kind not in operator['double_arithmetic'] else ' d')
                                 for kind, cell in zip(dtypes, cells)])
    if set(dtypes) & set(BOUNDED):
        yield row('bound', [f'{bound[kind]:g}' if bound.get(kind) else 'exact' if kind in bound else '' for kind in dtypes])
    for label, cells in errors.items():
        measured_here = dict(zip(BOUNDED, cells))
        yield row(label, [measured_here.get(kind, '') for kind in dtypes])
    yield ''


def plain(name):
    return name.replace('_', '\\_')


def catalogue(operators, errors, everywhere, run):
    yield '# Operators\n'
    told = f'in the test run of {run[0]}' if run[0] else 'in a test run, of which there is none here'
    yield (f"An operator's table says of each of its element types what passed on each backend {told}: how many cases of that type, "
           "PyTorch's answers among them, or that the backend's compiler took all of its kernels, none of which was executed. "
           'Where it says d a device takes the type if it has double arithmetic ([element types](using.md)). Errors are in units in '
           'the last place: the bound is promised, what was measured is from [accuracy](accuracy.md), in the words of that page, which '
           'names what it cannot measure; what is not there is exact.\n')
    yield from overview(operators)
    for operator in operators:
        of_choice = {name: rows for name, rows in errors.items() if name == operator['name'] or name.startswith(operator['name'] + ' (')}
        rows = {label + name.removeprefix(operator['name']): cells for name, found in of_choice.items()
                for label, cells in found.items()}
        yield f"## {plain(operator['name'])} {{#op_{operator['name']}}}\n"
        yield operator['doc'] + '\n'
        yield f"    {signature(operator)}\n"
        for parameter in operator['parameters']:
            text = parameter['kind'] + (': ' + ' \\| '.join(parameter['choices']) if parameter['choices'] else '')
            own = f" of type {' or '.join(parameter['dtypes'])}" if parameter['dtypes'] else ''
            yield f"- `{parameter['name']}`: {text}{own}. {parameter['doc']}"
        yield ''
        yield f"Definition: `{operator['source']}`."
        if operator['aliases']:
            yield f"Also called {', '.join('`' + alias + '`' for alias in operator['aliases'])}."
        yield f"The output may{'' if operator['in_place'] else ' not'} be an input.\n"
        yield from types_and_errors(operator, rows, everywhere, run)


def decisions():
    """All of them as one page."""
    folder = os.path.join(ROOT, 'docs/decisions')
    yield '# Decisions\n'
    for name in sorted(os.listdir(folder)):
        with open(os.path.join(folder, name), encoding='utf-8') as file:
            yield re.sub(r'^#', '##', file.read(), flags=re.M).replace('](../', f']({ROOT}/docs/')  # it lies elsewhere


def filtered(path):
    """Comments of a header become Doxygen's, those before something and those behind it; pictures lie beside the pages."""
    with open(path, encoding='utf-8') as file:
        text = file.read()
    if path.endswith('.h'):
        text = re.sub(r'^/\*', '/** @file\n *', text)  # what a header begins with is about all of it
        text = re.sub(r'^([ \t]*)/\*(?![*])(?! ---)', r'\1/**', text, flags=re.M)
        return re.sub(r'([;,][ \t]*)/\*(?![*])', r'\1/**<', text)
    text = re.sub(r'\]\((?:(?:\.\./)?(?:docs/)?decisions(?:/[^)]*)?|\d{4}-[\w-]+\.md)\)', '](decisions.md)', text)
    # Doxygen gives headings other names.
    text = re.sub(r'\[([^]]*)\]\(#[^)]*\)', r'\1', text)
    text = re.sub(r'\]\(([\w./-]+\.md)#[^)]*\)', r'](\1)', text)
    return re.sub(r'\]\((?:\.\./|docs/)?pictures/', '](', text)


def pages_in(folder):
    folder = os.path.join(ROOT, folder)
    return {name.removesuffix('.md'): os.path.join(folder, name) for name in sorted(os.listdir(folder)) if name.endswith('.md')}


def pages(out):
    figures = pages_in('docs/performance')
    found = {'OPERATORS': os.path.join(out, 'operators.md'), **pages_in('docs'), **figures}
    first = [name for page in FIRST_PAGES for name in [page, *(figures if page == 'performance' else ())]]
    order = [name for name in first if name in found] + sorted(set(found) - set(first))
    return [found[name] for name in order] + [os.path.join(out, 'decisions.md'), os.path.join(ROOT, 'CHANGELOG.md')]


def main():
    if not 3 <= len(sys.argv) <= 4:
        sys.exit(__doc__)
    if sys.argv[1] == '--filter':
        sys.stdout.write(filtered(sys.argv[2]))
        return
    if not shutil.which('doxygen'):
        sys.exit('build_reference.py: doxygen is not installed: tools/install_dependencies.sh docs')
    build, out = map(os.path.abspath, sys.argv[1:3])
    run = passed(sys.argv[3] if len(sys.argv) > 3 else os.path.join(build, 'meson-logs/testlog.json'))
    os.makedirs(out, exist_ok=True)
    operators = json.loads(subprocess.run([os.path.join(build, 'tools/expops'), 'list', '--json'], check=True,
                                          stdout=subprocess.PIPE, text=True).stdout)
    with open(os.path.join(out, 'operators.md'), 'w', encoding='utf-8') as file:
        file.write('\n'.join(catalogue(operators, measured(), backends(), run)))
    with open(os.path.join(ROOT, 'meson.build'), encoding='utf-8') as file:
        version = re.search(r"version: '(.*)'", file.read()).group(1)
    with open(os.path.join(out, 'decisions.md'), 'w', encoding='utf-8') as file:
        file.write('\n'.join(decisions()))
    with open(os.path.join(out, 'reference.css'), 'w', encoding='utf-8') as file:
        file.write(STYLE)
    pictures = os.path.join(ROOT, 'docs/pictures')
    inputs = [os.path.join(ROOT, 'README.md'), *pages(out), os.path.join(ROOT, 'core/include/expops'),
              os.path.join(build, 'core/include/expops/ops.h')]
    settings = SETTINGS.format(version=version, out=out, root=ROOT, build=build, inputs=' '.join(f'"{name}"' for name in inputs),
                               filter=f'{sys.executable} {os.path.abspath(__file__)} --filter',
                               pictures=' '.join(f'"{pictures}/{name}"' for name in os.listdir(pictures)))
    done = subprocess.run(['doxygen', '-'], input=settings, text=True, cwd=ROOT, check=False)
    sys.exit(done.returncode)


if __name__ == '__main__':
    main()
