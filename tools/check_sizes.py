"""Checks that functions and files stay short, and reports the longest.

usage: check_sizes.py SOURCE_ROOT
"""
import json
import os
import shutil
import statistics
import subprocess
import sys

MAX_FILE, MAX_FUNCTION, MAX_MEDIAN = 600, 100, 16
FOLDERS = ('core', 'backends', 'ops', 'tools', 'tests', 'bindings')
SKIP = 77


def sources(root):
    for folder in FOLDERS:
        for path, _, names in os.walk(os.path.join(root, folder)):
            for name in sorted(names):
                if name.endswith(('.c', '.h', '.inc', '.py')):
                    yield os.path.join(path, name)


def functions(paths):
    """(lines, name, file) of every C function."""
    done = subprocess.run(['ctags', '--output-format=json', '--fields=+ne', '--kinds-C=f', '--languages=C', '-f', '-', '-L', '-'],
                          input='\n'.join(path for path in paths if path.endswith('.c')), check=True, text=True,
                          stdout=subprocess.PIPE)
    for line in done.stdout.splitlines():
        tag = json.loads(line)
        if tag.get('end'):
            yield tag['end'] - tag['line'] + 1, tag['name'], tag['path']


def main():
    root = sys.argv[1]
    paths = list(sources(root))
    wrong = []
    for path in paths:
        with open(path, encoding='utf-8') as file:
            lines = sum(1 for _ in file)
        if lines > MAX_FILE:
            wrong.append(f'{os.path.relpath(path, root)}: {lines} lines, more than {MAX_FILE}')
    if not shutil.which('ctags'):
        print('\n'.join(wrong) or 'skipped: function lengths need universal-ctags')
        sys.exit(1 if wrong else SKIP)
    found = sorted(functions(paths), reverse=True)
    for lines, name, path in found:
        if lines > MAX_FUNCTION:
            wrong.append(f'{os.path.relpath(path, root)}: {name} has {lines} lines, more than {MAX_FUNCTION}')
    median = statistics.median(lines for lines, _, _ in found)
    if median > MAX_MEDIAN:
        wrong.append(f'the median function has {median} lines, more than {MAX_MEDIAN}')
    print(f'{len(paths)} files, {len(found)} functions, median {median} lines; the longest:')
    for lines, name, path in found[:10]:
        print(f'  {lines:4d} {name} ({os.path.relpath(path, root)})')
    print('\n'.join(wrong))
    sys.exit(1 if wrong else 0)


if __name__ == '__main__':
    main()
