"""Checks that the library's functions keep their frames small: a call may run on a thread with a stack of some kilobytes.

usage: check_stacks.py BUILD_FOLDER

Reads what -fstack-usage wrote beside the objects of core/, ops/ and backends/.
"""
import json
import os
import shlex
import sys

LIMIT = 8192
SKIP = 77
FOLDERS = ('core', 'ops', 'backends')


def objects(build):
    """Object files of the library's own folders, as the build names them: the build folder mirrors the sources'."""
    with open(os.path.join(build, 'compile_commands.json'), encoding='utf-8') as file:
        for entry in json.load(file):
            words = entry.get('arguments') or shlex.split(entry['command'])
            output = entry.get('output') or words[words.index('-o') + 1]
            if output.split('/')[0] in FOLDERS and '-fsanitize' not in entry.get('command', ''):
                yield output


def frames(build):
    """(bytes, how they are known, function, file) of everything that is built."""
    for output in objects(build):
        path = os.path.join(build, os.path.splitext(output)[0] + '.su')
        if not os.path.exists(path):
            continue
        with open(path, encoding='utf-8') as file:
            for line in file:
                place, size, kind = line.rstrip('\n').split('\t')
                yield int(size), kind, place.split(':')[-1], place.split(':')[0]


def main():
    found = sorted(set(frames(sys.argv[1])), reverse=True)
    if not found:
        print('skipped: the compiler does not write the sizes of frames')
        sys.exit(SKIP)
    wrong = [frame for frame in found if frame[0] > LIMIT or (frame[1] != 'static' and 'bounded' not in frame[1])]
    print(f'{len(found)} functions; the largest frames:')
    for size, kind, name, path in found[:10]:
        print(f'  {size:6d} {name} ({os.path.basename(path)}, {kind})')
    for size, kind, name, path in wrong:
        print(f'{path}: {name} has a frame of {size} bytes ({kind}), more than {LIMIT} or of no fixed size')
    sys.exit(bool(wrong))


if __name__ == '__main__':
    main()
