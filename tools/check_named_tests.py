"""Checks that every test that a table of docs/testing.md names under "held by" exists.

usage: check_named_tests.py SOURCE_ROOT BUILD_ROOT
"""
import fnmatch
import json
import os
import re
import sys


def names_in(page):
    """What the tables whose last column is `held by` have there in backquotes."""
    held = False
    for line in page.splitlines():
        cells = [cell.strip() for cell in line.strip('|').split('|')] if line.startswith('|') else []
        held = bool(cells) and (held or cells[-1] == 'held by')
        yield from re.findall('`([^`]+)`', cells[-1]) if held else ()


def words_in(root):
    """Names of functions, headers and kinds of tests."""
    found = set()
    for folder, _, files in os.walk(os.path.join(root, 'tests')):
        for name in files:
            if name.endswith(('.c', '.py')):
                with open(os.path.join(folder, name), encoding='utf-8') as file:
                    found.update(re.findall(r'\w[\w.-]*', file.read()))
    return found


def exists(name, root, tests, words):
    """A test of the build, a case, a file, or `operator/type/kind` of the tests that are made for each operator."""
    if fnmatch.filter(tests, name) or fnmatch.filter(words, name) or os.path.exists(os.path.join(root, name)):
        return True
    operator, kind = name.split('/')[0], name.split('/')[-1]
    is_operator = operator == '*' or os.path.exists(os.path.join(root, 'ops', operator + '.c'))
    return '/' in name and is_operator and bool(fnmatch.filter(words, kind))


def main():
    root, build = sys.argv[1:]
    with open(os.path.join(build, 'meson-info', 'intro-tests.json'), encoding='utf-8') as file:
        tests = {test['name'] for test in json.load(file)}
    with open(os.path.join(root, 'docs', 'testing.md'), encoding='utf-8') as file:
        names = set(names_in(file.read()))
    words = words_in(root)
    absent = sorted(name for name in names if not exists(name, root, tests, words))
    print(f'{len(names)} names, {len(absent)} of nothing that there is', *absent, sep='\n')
    sys.exit(bool(absent) or not names)


if __name__ == '__main__':
    main()
