"""Checks that C sources are laid out as .clang-format says.

usage: check_format.py [--fix] SOURCE_ROOT      --fix lays them out so
"""
import os
import shutil
import subprocess
import sys

FOLDERS = ('core', 'backends', 'bindings', 'ops', 'tools', 'tests')
VERSION = '14'  # each version of the program has opinions of its own
SKIP = 77


def is_kernel_text(path):
    """Written for several compilers, with macros that are no C to this program."""
    name = os.path.basename(path)
    return '.kernel.' in name or name.endswith('_prelude.h')


def sources(root):
    for folder in FOLDERS:
        for path, folders, names in os.walk(os.path.join(root, folder)):
            folders.sort()
            for name in sorted(names):
                full = os.path.join(path, name)
                if name.endswith(('.c', '.h')) and not is_kernel_text(full):
                    yield full


def find_program():
    for name in (f'clang-format-{VERSION}', 'clang-format'):
        if not shutil.which(name):
            continue
        said = subprocess.run([name, '--version'], check=True, text=True, stdout=subprocess.PIPE).stdout
        if f'version {VERSION}.' in said:
            return name
    return None


def main():
    *options, root = sys.argv[1:]
    program = find_program()
    if not program:
        print(f'skipped: there is no clang-format {VERSION} (Debian and Ubuntu: clang-format-{VERSION})')
        sys.exit(SKIP)
    if options == ['--fix']:
        sys.exit(subprocess.run([program, '-i', *sources(root)], check=False).returncode)
    paths = list(sources(root))
    done = subprocess.run([program, '--dry-run', '--Werror', *paths], check=False, text=True, stderr=subprocess.PIPE)
    wrong = [line for line in done.stderr.splitlines() if 'clang-format-violations' in line]
    for line in wrong[:40]:
        print(os.path.relpath(line, root) if os.path.isabs(line) else line)
    print(f'{len(paths)} files, {len(wrong)} places' + (': run python3 tools/check_format.py --fix .' if wrong else ''))
    sys.exit(1 if wrong or done.returncode else 0)


if __name__ == '__main__':
    main()
