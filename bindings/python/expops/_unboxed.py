"""Which of torch's calls may come to kernels in C unboxed: as C++ passes arguments, without a stack made of them.

The name of torch's C++ function for an overload, as compilers write it, tells the types of its parameters, and so how they are passed. Where
torch has a function of the name that follows from the overload's schema, nothing is left to guess but what lies behind a reference; what is
behind those is learned by calls with known arguments.
"""
import itertools

import torch

from expops import _core

# How kernels take an argument of a type: letters of torch_unboxed.h. A list's may be either.
_WAYS = {'Tensor': 'T', 'number': 'N', 'int': 'I', 'bool': 'B', 'List[Tensor]': 'AL'}
_SPACES = {'T': ('at', 'Tensor'), 'N': ('c10', 'Scalar'), 'A': ('c10', 'ArrayRef'), 'L': ('c10', 'IListRef')}
_WORDS = {'I': 'l', 'B': 'b'}
_DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ'


class _Name:
    """A function's name as the Itanium C++ ABI writes it: what came before is referred to by its number."""

    def __init__(self, function):
        self.seen = ['at', 'at::_ops', f'at::_ops::{function}']
        self.text = f'_ZN2at4_ops{len(function)}{function}10redispatchE' + self.nested('c10', 'DispatchKeySet')

    def once(self, what, write):
        """By its number, where it has one; it gets one when it has been written."""
        if what in self.seen:
            number = self.seen.index(what)
            return f'S{_DIGITS[number - 1]}_' if number else 'S_'
        text = write()
        self.seen.append(what)
        return text

    def inside(self, space, name):
        return self.once(space, lambda: f'{len(space)}{space}') + f'{len(name)}{name}'

    def nested(self, space, name):
        return self.once(f'{space}::{name}', lambda: f'N{self.inside(space, name)}E')

    def of_tensors(self, space, name):
        """A template of tensors."""
        def write():
            beginning = self.once(f'{space}::{name}', lambda: self.inside(space, name))
            return f"N{beginning}I{self.nested('at', 'Tensor')}EE"
        return self.once(f'{space}::{name}<>', write)

    def reference(self, space, name, write, constant):
        qualified = (lambda: self.once(f'{space}::{name} const', lambda: 'K' + write())) if constant else write
        return self.once(f"{space}::{name}{' const' * constant}&", lambda: 'R' + qualified())

    def parameter(self, way, is_written):
        if way in _WORDS:
            return _WORDS[way]
        space, name = _SPACES[way]
        if way == 'A':
            return self.of_tensors(space, name)
        if way == 'L':
            return self.reference(space, name, lambda: self.of_tensors(space, name), True)
        return self.reference(space, name, lambda: self.nested(space, name), not is_written)


def _symbol(schema, ways):
    space, name = schema.name.split('::')
    written = _Name('_'.join(filter(None, (name, schema.overload_name))))
    for argument, way in zip(schema.arguments, ways):
        written.text += written.parameter(way, bool(argument.alias_info and argument.alias_info.is_write))
    return written.text


def look_up(schema):
    """(a letter for each argument, the name of torch's function); ('', None) where calls come boxed."""
    found = [_WAYS.get(str(argument.real_type)) for argument in schema.arguments]
    if None not in found:
        for ways in itertools.product(*found):
            symbol = _symbol(schema, ways)
            if _core._torch_has(symbol):
                return ''.join(ways), symbol
    return '', None


def learn(scope_key):
    """Whether calls come as torch_unboxed.h says: it is tried with all kinds of arguments, those behind references first seen here."""
    x, y = torch.empty(2, 2, 2, device='cpu'), torch.empty(2, 2, 2, device='cpu')
    library = _core._torch_library('aten', scope_key)
    for name in ('_softmax', 'clamp_min', 'clamp_min_', 'cat', 'stack'):
        ways, symbol = look_up(getattr(torch.ops.aten, name).default._schema)
        if not symbol or not _core._torch_register_unboxed_probe(library, name, symbol, x._cdata, y._cdata):
            return False
    with torch._C._IncludeDispatchKeyGuard(torch._C._dispatch_key_parse(scope_key)):
        given = [torch._softmax(x, -3, True), *(torch.clamp_min(x, number) for number in (2.5, 3, True, 1+2j)), x.clamp_min_(2.5),
                 torch.cat([x, y, x], -3), torch.stack([x, y, x], -3)]
    return all(result is x for result in given) and _core._torch_unboxed_is_known()
