#!/usr/bin/env python3
"""Finds the operators: every ops/*.c that says OPERATOR(name).

  scan_ops.py list OPS                  names of the files, one a line (while configuring)
  scan_ops.py table OPS OUT DEPFILE TOUCH NAME...   writes the registry with every operator's kernel text, and what it was
                                        made from (a new file shows in the folder's time); when the folder no longer holds
                                        exactly the files NAME..., touches TOUCH, a build definition, and fails, so that
                                        the next build configures itself anew
"""
import os
import re
import sys

from written import write_if_changed


def operator_files(folder):
    found = []
    for name in sorted(os.listdir(folder)):
        if name.endswith('.c'):
            with open(os.path.join(folder, name), encoding='utf-8') as file:
                if re.search(r'^OPERATOR\(\w+\)', file.read(), re.M):
                    found.append(name)
    return found


def lines_of(path):
    """The file's lines, each file that it includes from its own folder put in place, with #line so that a compiler's
    message names the file."""
    with open(path, encoding='utf-8') as file:
        for number, line in enumerate(file, 1):
            included = re.match(r'#include "(\w+\.kernel\.h)"', line)
            if included:
                yield f'#line 1 "ops/{included.group(1)}"\n'
                yield from lines_of(os.path.join(os.path.dirname(path), included.group(1)))
                line = f'#line {number + 1} "ops/{os.path.basename(path)}"\n'
            yield line


def kernel_text(path):
    """What stands between `#ifdef XK` and its `#endif`."""
    text, depth = [], 0
    for number, line in enumerate(lines_of(path), 1):
        if depth == 0:
            if line.strip() == '#ifdef XK':
                depth = 1
                text.append(f'#line {number + 1} "ops/{os.path.basename(path)}"\n')
            continue
        depth += bool(re.match(r'\s*#\s*if', line)) - bool(re.match(r'\s*#\s*endif', line))
        if depth:
            text.append(line)
    return ''.join(text)


def literal(text):
    return '\n'.join('        "' + line.replace('\\', '\\\\').replace('"', '\\"') + '\\n"' for line in text.splitlines())


def write_table(folder, names, out):
    rows = []
    for name in names:
        with open(os.path.join(folder, name), encoding='utf-8') as file:
            operator = re.search(r'^OPERATOR\((\w+)\)', file.read(), re.M).group(1)
        if name != operator + '.c':
            sys.exit(f'{os.path.join(folder, name)}: OPERATOR({operator}) belongs into {operator}.c')
        rows.append((operator, kernel_text(os.path.join(folder, name))))
    text = ['#include "registry.h"\n\n']
    text += [f'extern const expops_operator expops_operator_{operator};\n' for operator, _ in rows]
    text.append('\nconst expops_registry_row expops_registry[] = {\n')
    text += [f'    {{ &expops_operator_{operator},\n{literal(kernel) or "        NULL"} }},\n' for operator, kernel in sorted(rows)]
    text.append('};\n\nconst size_t expops_registry_count = sizeof expops_registry / sizeof *expops_registry;\n')
    write_if_changed(out, ''.join(text))


def write_depfile(folder, out, depfile):
    sources = sorted(name for name in os.listdir(folder) if name.endswith(('.c', '.kernel.h')))
    paths = [folder] + [os.path.join(folder, name) for name in sources]
    with open(depfile, 'w', encoding='utf-8') as file:
        file.write(f'{out}: ' + ' '.join(path.replace(' ', '\\ ') for path in paths) + '\n')


def main():
    command, folder = sys.argv[1:3]
    if command == 'list':
        print('\n'.join(operator_files(folder)))
        return
    out, depfile, touch, known = sys.argv[3], sys.argv[4], sys.argv[5], sys.argv[6:]
    if operator_files(folder) != known:
        os.utime(touch)
        sys.exit('the set of operators changed: run the build again')
    write_table(folder, known, out)
    write_depfile(folder, out, depfile)


if __name__ == '__main__':
    main()
