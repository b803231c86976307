"""Checks that expops/backend_layout.inc lists the structs of expops/backend.h, each with its members, in their order.

usage: check_layout.py SOURCE_ROOT
"""
import os
import re
import sys

NOT_COMPARED = {'expops_place'}  # what the comparison itself is made of


def declared(text):
    """[(struct, [members])] of a header."""
    text = re.sub(r'/\*.*?\*/', '', text, flags=re.DOTALL)
    for name, inner in re.findall(r'typedef struct (\w+) \{(.*?)\n\} \1;', text, re.DOTALL):
        if name not in NOT_COMPARED:
            yield name, [member for declaration in inner.split(';') for member in names(' '.join(declaration.split()))]


def names(declaration):
    """What one declaration declares: several of one type, arrays, a pointer to a function."""
    function = re.search(r'\(\*(\w+)\)\(', declaration)
    if function or not declaration:
        return [function.group(1)] if function else []
    return [re.search(r'(\w+)(\[\w+\])?$', part.strip()).group(1) for part in declaration.split(',')]


def listed(text):
    structs = []
    for kind, name, member in re.findall(r'^EXPOPS_(FIXED|GROWING|MEMBER)\((\w+)(?:, (\w+))?\)$', text, re.MULTILINE):
        if kind != 'MEMBER':
            structs.append((name, []))
        elif structs and structs[-1][0] == name:
            structs[-1][1].append(member)
        else:
            sys.exit(f'{name}.{member} stands behind another struct')
    return structs


def main():
    folder = os.path.join(sys.argv[1], 'core', 'include', 'expops')
    texts = {}
    for name in ('backend.h', 'backend_layout.inc'):
        with open(os.path.join(folder, name), encoding='utf-8') as file:
            texts[name] = file.read()
    header, list_of_members = list(declared(texts['backend.h'])), listed(texts['backend_layout.inc'])
    wrong = [f'backend_layout.inc: {theirs} where backend.h has {ours}' for ours, theirs in zip(header, list_of_members) if ours != theirs]
    if len(header) != len(list_of_members):
        wrong.append(f'backend_layout.inc has {len(list_of_members)} structs, backend.h {len(header)}')
    print('\n'.join(wrong) or f'{len(header)} structs, {sum(len(members) for _, members in header)} members')
    sys.exit(bool(wrong) or not header)


if __name__ == '__main__':
    main()
