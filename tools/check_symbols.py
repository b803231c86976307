"""Checks what a shared object exports.

usage: check_symbols.py library FILE   every name starts with expops_
       check_symbols.py plugin FILE    expops_backend_query and nothing else
"""
import subprocess
import sys


def exported(path):
    listing = subprocess.run(['nm', '-D', '--defined-only', path], check=True, stdout=subprocess.PIPE, text=True).stdout
    return sorted(line.split()[-1].split('@')[0] for line in listing.splitlines())


def main():
    kind, path = sys.argv[1:]
    names = exported(path)
    if kind == 'plugin':
        wrong = names if names != ['expops_backend_query'] else []
    else:
        wrong = [name for name in names if not name.startswith('expops_')]
    print(f'{path} exports {len(names)} names')
    for name in wrong:
        print(f'{path} must not export {name}' if kind == 'library' else f'{path} exports {name}')
    sys.exit(1 if wrong or not names else 0)


if __name__ == '__main__':
    main()
