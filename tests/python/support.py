"""What the tests of the Python module share: recorded answers of PyTorch, and skips that say why."""
import json
import os
import sys
import unittest

import expops

sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..', '..', 'tools'))
import element_types

try:
    import numpy
except ImportError:
    numpy = None
try:
    import torch
except ImportError:
    torch = None

GOLDEN = os.path.join(os.path.dirname(__file__), '..', 'golden')

needs_numpy = unittest.skipIf(numpy is None, 'NumPy is not installed')
needs_torch = unittest.skipIf(torch is None, 'PyTorch is not installed')


class Recorded:
    """The recorded cases of one operator; see tests/golden."""

    def __init__(self, name):
        with open(os.path.join(GOLDEN, name + '.bin'), 'rb') as file:
            self.data = file.read()
        with open(os.path.join(GOLDEN, name + '.jsonl'), encoding='utf-8') as file:
            cases = [json.loads(line) for line in file]
        wrong = self.exceptions(name)
        self.cases = [case for case in cases if '*' not in wrong and f"{case['variant']}{case['case']}" not in wrong]

    @staticmethod
    def exceptions(name):
        """Cases in which PyTorch's recorded answer is not what it should be."""
        with open(os.path.join(GOLDEN, 'exceptions.txt'), encoding='utf-8') as file:
            return {line.split()[1] for line in file if line.split()[:1] == [name]}

    def value(self, recorded):
        if isinstance(recorded, list):
            return [self.value(item) for item in recorded]
        if not isinstance(recorded, dict):
            return recorded
        if 't' in recorded:
            return self.tensor(*recorded['t'])
        if 'f' in recorded:
            return float(recorded['f'])
        if 'c' in recorded:
            return complex(*(self.value(part) for part in recorded['c']))
        return getattr(torch, element_types.long_name(recorded['d']))

    def tensor(self, dtype, shape, strides, offset, stored):
        dtype = getattr(torch, element_types.long_name(dtype))
        if not stored:
            return torch.empty(shape, dtype=dtype)
        flat = torch.frombuffer(bytearray(self.data[offset:offset + stored * dtype.itemsize]), dtype=dtype)
        return flat.as_strided(shape, strides)


def main():
    result = unittest.main(verbosity=1, exit=False).result
    for reason in sorted({reason for _, reason in result.skipped}):
        print('skipped:', reason)
    only_skips = result.skipped and len(result.skipped) == result.testsRun
    sys.exit(77 if only_skips and result.wasSuccessful() else not result.wasSuccessful())
