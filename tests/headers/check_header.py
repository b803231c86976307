"""Compiles one public header by itself, twice in one file. usage: check_header.py c11|c++17 HEADER INCLUDE_DIRECTORY..."""
import shutil
import subprocess
import sys

SKIP = 77


def main():
    language, header, *folders = sys.argv[1:]
    compiler = 'cc' if language == 'c11' else 'c++'
    if not shutil.which(compiler):
        print(f'skipped: no {compiler} here')
        sys.exit(SKIP)
    text = f'#include <expops/{header}>\n#include <expops/{header}>\nint main(void) {{ return 0; }}\n'
    command = [compiler, '-std=' + language, '-Wall', '-Wextra', '-pedantic', '-Werror', '-fsyntax-only']
    command += [f'-I{folder}' for folder in folders]
    command += ['-x', 'c' if language == 'c11' else 'c++', '-']
    sys.exit(subprocess.run(command, input=text, text=True).returncode)


if __name__ == '__main__':
    main()
