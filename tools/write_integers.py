#!/usr/bin/env python3
"""Writes the dialect's words for each integer type of dtype.inc: write_integers.py OUT"""
import sys

import element_types
from written import write_if_changed

SIGNED = {1: 'xk_schar', 2: 'short', 4: 'int', 8: 'xk_long'}
UNSIGNED = {1: 'xk_uchar', 2: 'xk_ushort', 4: 'xk_uint', 8: 'xk_ulong'}
COMPUTED = {'I32': 'int', 'I64': 'xk_long'}

WORDS = """typedef {stored} xk_s_{name};
typedef {computed} xk_c_{name};
#define XK_GET_{name}(s) (({computed})(s))
#define XK_PUT_{name}(c) (({stored})(c))
#define XK_AS_{name}_r(x) (({computed})({stored})(xk_long)(x))
#define XK_AS_{name}_c(z) XK_AS_{name}_r((z).re)
#define XK_CLASS_{name} r
"""


def main():
    text = ['/* Integer types as common.kernel.h has the others. Written by tools/write_integers.py. */\n']
    for name, row in element_types.ROWS.items():
        if row.code in (element_types.INT, element_types.UINT):
            stored = (SIGNED if row.code == element_types.INT else UNSIGNED)[row.bytes]
            text.append(WORDS.format(name=name, stored=stored, computed=COMPUTED[row.compute]))
    write_if_changed(sys.argv[1], ''.join(text))


if __name__ == '__main__':
    main()
