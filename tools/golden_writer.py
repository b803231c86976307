"""Answers of PyTorch as files in the format of docs/testing.md. Needs torch."""
import json
import math

import torch

import element_types

DTYPES = element_types.of_package(torch)
NAMES = {dtype: name for name, dtype in DTYPES.items()}


class Writer:
    """Cases of one operator: lines of JSON, and the data of their tensors."""

    def __init__(self, name):
        self.name = name
        self.lines = []
        self.data = bytearray()

    def tensor(self, value):
        span = 1 + sum((size - 1) * stride for size, stride in zip(value.shape, value.stride())) if value.numel() else 0
        self.data.extend(bytes(-len(self.data) % 64))
        offset = len(self.data)
        flat = torch.as_strided(value, (span,), (1,)).contiguous()
        self.data.extend(bytes(flat.view(torch.uint8).numpy()) if span else b'')
        return {'t': [NAMES[value.dtype], list(value.shape), list(value.stride()), offset, span]}

    def value(self, value):
        if isinstance(value, torch.Tensor):
            return self.tensor(value)
        if isinstance(value, torch.dtype):
            return {'d': NAMES[value]}
        if isinstance(value, float) and not math.isfinite(value):
            return {'f': str(value)}
        if isinstance(value, complex):
            return {'c': [value.real, value.imag]}
        return [self.value(item) for item in value] if isinstance(value, (list, tuple)) else value

    def add(self, dtype, arguments, named, answers):
        """`answers`: 'expect' and perhaps 'expect64'."""
        first, *rest = [self.value(value) for value in arguments]
        line = {'op': self.name, 'variant': '', 'case': len(self.lines), 'dtype': dtype, 'input': first, 'args': rest,
                'kwargs': {key: self.value(value) for key, value in named.items()}}
        self.lines.append(json.dumps(line | {key: self.value(value) for key, value in answers.items()}))

    def save(self, folder):
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f'{self.name}.jsonl').write_text('\n'.join(self.lines) + '\n')
        (folder / f'{self.name}.bin').write_bytes(self.data)
