#!/usr/bin/env python3
"""Finds the kernels' texts in a folder, and writes them as a table: embed_kernels.py FOLDER OUT DEPFILE MORE...

MORE are further files, which the build has written. Each NAME.kernel.c is a template. Another text of the folder stands where it says `#include "OTHER.kernel.h"`, the operator's own
where it says `#include XK_OPERATOR`."""
import os
import re
import sys

from embed import literal
from written import write_if_changed

INCLUDE = re.compile(r'#include (?:"(\w+)\.kernel\.h"|XK_OPERATOR)$')


class Texts:
    def __init__(self, folder, more):
        self.paths = {os.path.basename(path): path for path in
                      [os.path.join(folder, name) for name in sorted(os.listdir(folder)) if '.kernel.' in name] + more}
        self.written = []
        self.parts = {}

    def write(self, symbol, lines):
        self.written.append(f'const char {symbol}[] =\n' + ''.join(map(literal, lines)) + '    ;\n\n')
        return [symbol]

    def find_parts(self, name):
        """The symbols that a text consists of: its own pieces, and what it includes between them."""
        if name not in self.parts:
            parts, symbol, piece = [], 'expops_kernel_' + name.split('.')[0], [f'#line 1 "{name}"']
            with open(self.paths[name], encoding='ascii') as file:
                for number, line in enumerate(file.read().splitlines(), 1):
                    included = INCLUDE.match(line)
                    if not included:
                        piece.append(line)
                        continue
                    if len(piece) > 1:
                        parts += self.write(f'{symbol}_{len(parts)}', piece)
                    other = included.group(1)
                    parts += self.find_parts(f'{other}.kernel.h') if other else ['expops_kernel_operator']
                    piece = [f'#line {number + 1} "{name}"']
            self.parts[name] = parts + (self.write(symbol, piece) if len(piece) > 1 else [])
        return self.parts[name]

    def table(self):
        rows = ['    { "%s", { %s } },\n' % (name.split('.')[0], ', '.join(self.find_parts(name)))
                for name in self.paths if name.endswith('.c')]
        for name in self.paths:
            self.find_parts(name)
        return ''.join(['#include "specialize/kernel_text.h"\n\n', *self.written, 'const char expops_kernel_operator[] = "";\n',
                        'const expops_template expops_templates[] = {\n', *rows, '    { NULL, { NULL } },\n};\n'])


def main():
    folder, out, depfile, *more = sys.argv[1:]
    texts = Texts(folder, more)
    write_if_changed(out, texts.table())
    with open(depfile, 'w', encoding='utf-8') as file:
        file.write(f'{out}: ' + ' '.join([folder] + list(texts.paths.values())) + '\n')


if __name__ == '__main__':
    main()
