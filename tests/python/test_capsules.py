"""DLPack capsules as a producer may make them, well or badly: what is refused, and that each is freed once."""
import ctypes
import gc
import unittest

import support
from support import expops, numpy

VERSIONED, READ_ONLY, COPIED = b'dltensor_versioned', 1, 2


class Device(ctypes.Structure):
    _fields_ = [('type', ctypes.c_int32), ('id', ctypes.c_int32)]


class Tensor(ctypes.Structure):
    _fields_ = [('data', ctypes.c_void_p), ('device', Device), ('ndim', ctypes.c_int32), ('code', ctypes.c_uint8), ('bits', ctypes.c_uint8),
                ('lanes', ctypes.c_uint16), ('shape', ctypes.POINTER(ctypes.c_int64)), ('strides', ctypes.POINTER(ctypes.c_int64)),
                ('byte_offset', ctypes.c_uint64)]


class Managed(ctypes.Structure):
    _fields_ = [('major', ctypes.c_uint32), ('minor', ctypes.c_uint32), ('context', ctypes.c_void_p), ('deleter', ctypes.c_void_p),
                ('flags', ctypes.c_uint64), ('tensor', Tensor)]


DELETER = ctypes.CFUNCTYPE(None, ctypes.c_void_p)
new_capsule = ctypes.PYFUNCTYPE(ctypes.py_object, ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p)(('PyCapsule_New', ctypes.pythonapi))
is_valid = ctypes.PYFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_char_p)(('PyCapsule_IsValid', ctypes.pythonapi))


class Producer:
    """Of four floats; `major` and `flags` are the capsule's, what else is named the tensor's."""

    def __init__(self, major=1, flags=0, shape=(4,), **fields):
        self.memory, self.deleted = numpy.arange(16, dtype='f4'), 0
        self.shape = (ctypes.c_int64 * len(shape))(*shape)
        self.deleter, self.destructor = DELETER(self.delete), ctypes.PYFUNCTYPE(None, ctypes.c_void_p)(self.destroy)
        tensor = Tensor(self.memory.ctypes.data, Device(1, 0), len(shape), 2, 32, 1, self.shape, None, 0)
        for name, value in fields.items():
            setattr(tensor, name, value)
        self.managed = Managed(major, 0, None, ctypes.cast(self.deleter, ctypes.c_void_p), flags, tensor)

    def delete(self, _):
        self.deleted += 1

    def destroy(self, capsule):
        """As producers do: what was used is not theirs to free."""
        if is_valid(capsule, VERSIONED):
            self.deleter(ctypes.addressof(self.managed))

    def __dlpack__(self, **_):
        return new_capsule(ctypes.addressof(self.managed), VERSIONED, ctypes.cast(self.destructor, ctypes.c_void_p))

    def __dlpack_device__(self):
        return (1, 0)


@support.needs_numpy
class Capsules(unittest.TestCase):
    def test_each_is_freed_once(self):
        for major in (1, 2):
            producer = Producer(major)
            if major == 1:
                numpy.testing.assert_array_equal(expops.neg(producer, out=numpy.empty(4, 'f4')), [0, -1, -2, -3])
            else:
                with self.assertRaisesRegex(expops.UnsupportedError, 'major version 2'):
                    expops.neg(producer, out=numpy.empty(4, 'f4'))
            gc.collect()
            self.assertEqual(producer.deleted, 1, major)

    def test_outputs_have_to_be_the_producer_s_memory(self):
        for flags, word in ((READ_ONLY, 'read-only'), (COPIED, 'copied')):
            with self.assertRaisesRegex(expops.ArgumentError, f'out: .*{word}'):
                expops.neg(numpy.ones(4, 'f4'), out=Producer(flags=flags))
        self.assertEqual(expops.neg(Producer(flags=READ_ONLY | COPIED), out=numpy.empty(4, 'f4'))[1], -1)

    def test_what_no_tensor_has(self):
        for fields in ({'ndim': -1}, {'ndim': 2**31 - 1}, {'shape': (-4,)}, {'shape': (2**62, 2**62)}, {'lanes': 4}, {'lanes': 0}, {'bits': 0},
                       {'code': 200}, {'data': None}, {'byte_offset': 3}, {'device': Device(999, 0)}):
            producer = Producer(**fields)
            with self.assertRaisesRegex(expops.Error, '^neg: ', msg=fields):
                expops.neg(producer, out=numpy.empty(4, 'f4'))
            gc.collect()
            self.assertEqual(producer.deleted, 1, fields)

    def test_results_that_cannot_be_made(self):
        with self.assertRaisesRegex(TypeError, 'neg: the result: Producer has no __array_namespace__ .*out='):
            expops.neg(Producer())

    def test_what_is_no_capsule(self):
        for given in (None, 3, new_capsule(1, b'other', None)):
            producer = type('Liar', (Producer,), {'__dlpack__': lambda self, _given=given, **_: _given})()
            with self.assertRaisesRegex(TypeError, '^neg: self: __dlpack__ gave no DLPack capsule'):
                expops.neg(producer)

    def test_refusals_of_types_that_nobody_remembers(self):
        """A process may see more types of tensors than are remembered: of those that come later each call asks anew."""
        for number in range(40):
            kind = type(f'Producer{number}', (Producer,), {})
            with self.assertRaisesRegex(expops.ArgumentError, 'neg: out: .*read-only', msg=number):
                expops.neg(numpy.ones(4, 'f4'), out=kind(flags=READ_ONLY))
            self.assertEqual(expops.neg(kind(), out=numpy.empty(4, 'f4'))[1], -1)


if __name__ == '__main__':
    support.main()
