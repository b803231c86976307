"""Checks how the files of core/ hang together: no circle, and a folder is entered by its door.

usage: check_circles.py SOURCE_ROOT STATIC_LIBRARY...

A file uses another where it includes it or, as the libraries' symbols tell, calls what that one defines. Files must not form a
circle of uses, and folders none of includes: what a folder needs of those above it is declared by its own door.
"""
import os
import re
import subprocess
import sys

# What the other folders of core/ may include of one; folders that are not named here have no inside.
DOORS = {'backend': {'device.h'}, 'cache': {'disk_cache.h'},
         'draft': {'draft.h', 'elements.h', 'number.h', 'problem.h', 'promote.h', 'tensor.h', 'values.h', 'view.h'},
         'specialize': {'kernel_table.h', 'list.h', 'specialize.h'}, 'run': set()}
# What tools/ may include besides.
SIDE_DOORS = {'backend': {'cause.h', 'doctor.h'}}
NO_SOURCES = ('include', 'kernels', 'package')
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*"([^"]+)"', re.MULTILINE)
SYMBOL = re.compile(r'^[^\n]*\[([^\n\]]*)\]: (\S+) (\S)', re.MULTILINE)
DEFINED = set('TDBRVW')


def sources_below(folder):
    """Paths from `folder`, and texts."""
    for path, folders, names in os.walk(folder):
        if path == folder:
            folders[:] = [name for name in folders if name not in NO_SOURCES]
        for name in sorted(names):
            if name.endswith(('.c', '.h', '.inc')):
                full = os.path.join(path, name)
                with open(full, encoding='utf-8') as file:
                    yield os.path.relpath(full, folder), file.read()


def includes(files):
    """Of each file, the files of core/ that it includes: beside it, or from core/."""
    uses = {}
    for path, text in files.items():
        beside = [os.path.normpath(os.path.join(os.path.dirname(path), name)) for name in INCLUDE.findall(text)]
        uses[path] = {a if a in files else b for a, b in zip(beside, INCLUDE.findall(text)) if a in files or b in files}
    return uses


def symbols(library, members):
    """Source, kind and name of each symbol that a member of the library defines or lacks."""
    listing = subprocess.run(['nm', '-A', '-P', library], text=True, stdout=subprocess.PIPE, check=True).stdout
    for member, name, kind in SYMBOL.findall(listing):
        if os.path.basename(member) in members:
            yield members[os.path.basename(member)], kind, name


def calls(files, libraries):
    """Objects are called after their sources' paths."""
    members = {path.replace('/', '_') + '.o': path for path in files if path.endswith('.c')}
    found = [row for library in libraries for row in symbols(library, members)]
    home = {name: source for source, kind, name in found if kind in DEFINED}
    uses = {path: set() for path in members.values()}
    for source, kind, name in found:
        if kind == 'U' and home.get(name, source) != source:
            uses[source].add(home[name])
    unseen = sorted(set(members.values()) - {source for source, _, _ in found})
    return uses, unseen


def circles(uses):
    """Sets of files that reach each other."""
    def reach(start):
        seen, todo = set(), [start]
        while todo:
            for other in uses.get(todo.pop(), ()):
                if other not in seen:
                    seen.add(other)
                    todo.append(other)
        return seen
    reached = {file: reach(file) for file in uses}
    return sorted({frozenset(other for other in reached[file] if file in reached.get(other, ())) | {file}
                   for file in uses if file in reached[file]}, key=sorted)


def folder(path):
    return os.path.dirname(path).split('/')[0]


def folder_uses(uses):
    between = {}
    for path, others in uses.items():
        between.setdefault(folder(path) or 'core', set()).update(
            folder(other) or 'core' for other in others if folder(other) != folder(path))
    return between


def through_walls(where, uses, doors):
    for path, others in sorted(uses.items()):
        for other in sorted(others):
            inside = folder(other)
            if inside in doors and inside != where(path) and os.path.basename(other) not in doors[inside]:
                yield f'{path}: {other} is internal to its folder; include {", ".join(sorted(doors[inside]))}'


def from_outside(root, files):
    """What backends, operators and tools include of core/. Tests look inside."""
    uses = {}
    for area in ('backends', 'ops', 'tools'):
        for path, text in sources_below(os.path.join(root, area)):
            names = INCLUDE.findall(text)
            uses[os.path.join(area, path)] = {name for name in names if name in files and '/' in name}
    return uses


def findings(root, libraries):
    files = dict(sources_below(os.path.join(root, 'core')))
    included = includes(files)
    called, unseen = calls(files, libraries)
    uses = {path: included[path] | called.get(path, set()) for path in files}
    found = circles(uses)
    for path in unseen:
        yield f'{path}: the libraries given do not hold it'
    for circle in found:
        yield 'files use each other: ' + ', '.join(sorted(circle))
    for circle in circles(folder_uses(included)):
        yield 'folders include each other: ' + ', '.join(sorted(circle))
    yield from through_walls(folder, included, DOORS)
    wider = {name: doors | SIDE_DOORS.get(name, set()) for name, doors in DOORS.items()}
    yield from through_walls(lambda path: None, from_outside(root, files), wider)


def main():
    root, libraries = sys.argv[1], sys.argv[2:]
    found = list(findings(root, libraries))
    for finding in found:
        print(finding)
    print(f'{len(found)} findings')
    sys.exit(1 if found or not libraries else 0)


if __name__ == '__main__':
    main()
