#!/usr/bin/env python3
"""Records PyTorch's answers for operators that move elements and that its own samples do not hold: FOLDER/<operator>.jsonl and
.bin in the format of docs/testing.md, for tools/import_golden.py. Needs torch.

    tools/record_moves.py FOLDER
"""
import pathlib
import sys

import torch

from golden_writer import DTYPES, Writer

aten = torch.ops.aten


def tensor(dtype, *shape):
    return torch.randint(-9, 9, shape).to(DTYPES[dtype]) if dtype not in ('bool', 'u8') else (
        torch.randint(0, 2, shape).to(DTYPES[dtype]))


def layouts(dtype, *shape):
    """The same shape compact, transposed and cut out of something larger."""
    yield tensor(dtype, *shape)
    yield tensor(dtype, *reversed(shape)).permute(*reversed(range(len(shape))))
    yield tensor(dtype, *(2 * size for size in shape))[tuple(slice(1, None, 2) for _ in shape)]


def places(size, *shape):
    return torch.randint(0, size, shape)


def places_around(size, *shape):
    """Negative ones, too."""
    return torch.randint(-size, size, shape)


def of_layouts(arguments, *shape):
    return lambda dtype: [(self, *rest) for self in layouts(dtype, *shape) for rest in arguments]


OPERATORS = {
    '_reshape_alias': (aten._reshape_alias, of_layouts([([3, 2], [1, 2]), ([2], [0]), ([], []), ([2, 0], [5, 5])], 3, 4)),
    'cat': (torch.cat, lambda dtype: [([one, two, one], dim) for one, two in zip(layouts(dtype, 3, 4), layouts('i16', 3, 4))
                                      for dim in (0, -1)] + [([tensor(dtype, 0), tensor(dtype, 2, 3), tensor('f16', 1, 3)],)]),
    'diagonal': (torch.diagonal, of_layouts([(), (1,), (-1, 1, 2), (2, -1, 0), (-9,), (9,)], 3, 4, 2)),
    'flip': (torch.flip, of_layouts([([0],), ([-1, 0],), ([],), ([1],)], 3, 5)),
    'narrow': (torch.narrow, of_layouts([(0, 1, 2), (1, -3, 1), (-1, 4, 0), (0, 0, 3)], 3, 4)),
    'select': (torch.select, of_layouts([(0, 1), (1, -1), (-1, 0), (-2, -3)], 3, 4)),
    'slice': (aten.slice, of_layouts([(), (1,), (1, 1), (0, -2, None), (1, 0, -1, 2), (0, 2, 1), (-1, -9, 9, 3), (1, 1, 4, 5)],
                                     3, 7)),
    '_functional_sym_constrain_range_for_size': (
        aten._functional_sym_constrain_range_for_size,
        lambda dtype: [(size, low, high, tensor(dtype, 2, 3).t()) for size, low, high in
                       ((5, None, None), (0, 0, 9), (3, 3, 3), (7, -4, None), (5.7, None, 5), (2**40, None, 2**41))]),
    'gather': (torch.gather, lambda dtype: [(self, dim, index) for self in layouts(dtype, 3, 4)
                                            for dim, index in ((0, places(3, 5, 4)), (-1, places(4, 6, 3).t()), (1, places(4, 2, 0)))]
               + [(tensor(dtype), 0, places(1, 2)), (tensor(dtype), -1, places(1)), (tensor(dtype, 3), 0, places(3))]),
    'index_select': (torch.index_select,
                     lambda dtype: [(self, dim, index) for self in layouts(dtype, 3, 4, 2)
                                    for dim, index in ((0, places(3, 5)), (-1, places(2, 3).int()), (1, places(4, 9)[::2]))]
                     + [(tensor(dtype), 0, places(1, 1)), (tensor(dtype, 3), 0, places(3)), (tensor(dtype, 3, 0), 0, places(3, 2))]),
    'take': (torch.take, of_layouts([(places_around(24, 5, 3),), (places_around(24, 4, 2).t(),), (places(24),), (places(24, 0),)],
                                    3, 4, 2)),
    'roll': (torch.roll, of_layouts([(2,), (-7,), (1, 0), ([1, -2], [0, 1]), ([5, 2], [-1, 0]), ([1, 1], [0, 0])], 3, 4)),
    'repeat': (lambda self, repeats: self.repeat(repeats), of_layouts([([2, 1],), ([3, 2],), ([2, 3, 1, 2],), ([0, 2],)], 3, 4)),
    'constant_pad_nd': (aten.constant_pad_nd,
                        of_layouts([([1, 2],), ([1, 0, 2, 3], 7), ([-1, 2], 1), ([0, 0, -1, -1],), ([1, 1, 1, 1, 1, 1], 1), ([],)],
                                   2, 3, 4)),
    '_pad_circular': (aten._pad_circular, of_layouts([([1, 2],), ([4, 0],), ([-1, 2],), ([0, -3],)], 2, 3, 4)),
}


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    torch.manual_seed(1)
    for name, (function, calls) in OPERATORS.items():
        writer = Writer(name)
        for dtype in DTYPES:
            for arguments in calls(dtype):
                writer.add(dtype, arguments, {}, {'expect': function(*arguments)})
        writer.save(pathlib.Path(sys.argv[1]))


if __name__ == '__main__':
    main()
