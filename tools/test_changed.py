"""Accuracy and speed of the operators that a change touches, on every backend this machine has.

usage: test_changed.py [--floor SHARE] BUILD_FOLDER BASE_REVISION

An operator counts as touched if its file in ops/ differs from BASE_REVISION. It must have golden cases (tests/golden) or
a reference (EXPOPS_REFERENCE in its file): without either nothing could be proved, which is a failure. SHARE is the least
part of the device's copy bandwidth that a touched operator may reach; default 0: it only has to run.
"""
import argparse
import glob
import json
import os
import re
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
OPERATOR = re.compile(r'^OPERATOR\((\w+)\)', re.MULTILINE)


def touched_files(base):
    """Operators' files that exist; a removed operator has nothing left to test. A file that they share touches them all."""
    changed = subprocess.run(['git', 'diff', '--name-only', '--diff-filter=d', base, '--', 'ops'], cwd=ROOT, check=True,
                             stdout=subprocess.PIPE, text=True).stdout.split()
    names = {os.path.basename(path) for path in changed}
    touched = []
    for path in sorted(glob.glob(os.path.join(ROOT, 'ops', '*.c'))):
        with open(path, encoding='utf-8') as file:
            included = set(re.findall(r'#include "([^"]+)"', file.read()))
        if os.path.basename(path) in names or included & names:
            touched.append(path)
    return touched


def read_operators(paths):
    """{name: whether anything can judge it}"""
    found = {}
    for path in paths:
        with open(path, encoding='utf-8') as file:
            text = file.read()
        for name in OPERATOR.findall(text):
            golden = os.path.join(ROOT, 'tests', 'golden', name + '.jsonl')
            found[name] = os.path.exists(golden) or 'EXPOPS_REFERENCE' in text
    return found


class Build:
    def __init__(self, folder):
        self.folder = os.path.abspath(folder)
        backends = os.path.join(self.folder, 'backends')
        plugins = [entry.path for entry in os.scandir(backends) if entry.is_dir()] if os.path.isdir(backends) else []
        self.environment = dict(os.environ, EXPOPS_BACKEND_PATH=':'.join(plugins))
        self.environment.pop('EXPOPS_BACKEND', None)

    def command(self, *arguments):
        return [os.path.join(self.folder, 'tools', 'expops'), *arguments]

    def backends(self):
        done = subprocess.run(self.command('doctor', '--json'), env=self.environment, stdout=subprocess.PIPE, text=True,
                              check=True)
        return [c['name'] for c in json.loads(done.stdout)['candidates'] if c['usable']]

    def accuracy(self, name, backend):
        print(f'--- accuracy: {name} on {backend}', flush=True)
        program = os.path.join(self.folder, 'tests', 'ops', 'test_operators')
        done = subprocess.run([program, name + '/*'], env=self.environment | {'EXPOPS_BACKEND': backend},
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        print(done.stdout, flush=True)
        return done.returncode == 0 and '[       OK ]' in done.stdout

    def speed(self, names, backend, floor):
        print(f'--- speed on {backend}', flush=True)
        done = subprocess.run(self.command('bench', '--ops', ','.join(names), '--backend', backend, '--json'),
                              env=self.environment, stdout=subprocess.PIPE, text=True, check=False)
        slow = []
        for row in json.loads(done.stdout) if done.stdout else []:
            print(json.dumps(row), flush=True)
            if row.get('share_of_copy', 0) < floor:
                slow.append(f'{row["operator"]} on {backend} reaches {row.get("share_of_copy", 0):.2f} of the copy bandwidth')
        return slow + ([f'the benchmark on {backend} failed'] if done.returncode else [])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--floor', type=float, default=0)
    parser.add_argument('build')
    parser.add_argument('base')
    options = parser.parse_args()
    operators = read_operators(touched_files(options.base))
    wrong = [f'{name} has neither golden cases nor a reference' for name, judged in operators.items() if not judged]
    build = Build(options.build)
    backends = build.backends() if operators else []
    for backend in backends:
        wrong += [f'{name} on {backend} is wrong' for name in operators if not build.accuracy(name, backend)]
        wrong += build.speed(list(operators), backend, options.floor)
    print(f'{len(operators)} operators touched, on: {", ".join(backends) or "no backend"}')
    for sentence in wrong:
        print('failed:', sentence)
    sys.exit(1 if wrong or (operators and not backends) else 0)


if __name__ == '__main__':
    main()
