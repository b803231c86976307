"""The double shortens what hipRTC puts before every program; kernels must come out as they do without it, byte for byte.

usage: same_code.py PLUGIN TARGET DOUBLE PATTERN COMMAND...

COMMAND is test_variants, which writes the code of operators that match PATTERN into a folder. Exit status 77: no hipRTC.
"""
import filecmp
import pathlib
import subprocess
import sys
import tempfile

SKIPPED = 77


def compile_all(compiler, folder, given):
    plugin, target, pattern, command = given
    folder.mkdir()
    targets = target + ' -' * 15  # of the layouts beside the plainest, hardly any
    done = subprocess.run([*command, plugin, targets, target, '1', compiler, str(folder), pattern],
                          stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode == SKIPPED:
        print(done.stdout)
        raise SystemExit(SKIPPED)
    if done.returncode:
        raise SystemExit(f'{compiler}: {done.stdout}')


def main():
    plugin, target, double, pattern, *command = sys.argv[1:]
    given = plugin, target, pattern, command
    with tempfile.TemporaryDirectory() as name:
        whole, shortened = pathlib.Path(name, 'whole'), pathlib.Path(name, 'shortened')
        compile_all('', whole, given)  # the installed one
        compile_all(double, shortened, given)
        names = sorted(path.name for path in whole.iterdir())
        others = sorted(path.name for path in shortened.iterdir())
        _, differing, missing = filecmp.cmpfiles(whole, shortened, names, shallow=False)
    print(f'{len(names)} kernels for {target}, of which differ: {differing + missing or "none"}')
    return not names or names != others or bool(differing or missing)


if __name__ == '__main__':
    sys.exit(main())
