"""Threads of one interpreter that share inputs and have outputs of their own: calls, in place, errors, and what is looked up at the first
call. Needs neither NumPy nor PyTorch. Run by test_free_threaded.py; runs with a global lock too."""
import ctypes as c
import sys
import sysconfig
import threading

import expops

THREADS, ROUNDS, COUNT = 8, 300, 1000
new_capsule = c.pythonapi.PyCapsule_New
new_capsule.restype, new_capsule.argtypes = c.py_object, [c.c_void_p, c.c_char_p, c.c_void_p]


class Described(c.Structure):
    """DLPack's tensor with an owner, of the time before version 1."""
    _fields_ = [('data', c.c_void_p), ('device_type', c.c_int32), ('device_id', c.c_int32), ('ndim', c.c_int32), ('code', c.c_uint8),
                ('bits', c.c_uint8), ('lanes', c.c_uint16), ('shape', c.POINTER(c.c_int64)), ('strides', c.POINTER(c.c_int64)),
                ('byte_offset', c.c_uint64), ('context', c.c_void_p), ('deleter', c.c_void_p)]


class Floats:
    """A producer of f32 on the CPU, the smallest there can be."""

    def __init__(self, values):
        self.memory = (c.c_float * len(values))(*values)
        self.shape = (c.c_int64 * 1)(len(values))
        self.described = Described(data=c.addressof(self.memory), device_type=1, ndim=1, code=2, bits=32, lanes=1, shape=self.shape)

    def __dlpack__(self, stream=None):
        return new_capsule(c.addressof(self.described), b'dltensor', None)

    def __dlpack_device__(self):
        return 1, 0


def work(start, shared, other, failures):
    out, kept = Floats([0] * COUNT), type('Kept', (Floats,), {})([-1, 2])  # a type that no other thread has seen
    start.wait()
    for number in range(ROUNDS):
        expops.mul(shared, other, out=out)
        expops.relu_(kept)
        if list(kept.memory) != [0, 2] or any(out.memory[i] != 2 * i for i in range(0, COUNT, 97)):
            failures.append(f'wrong values in round {number}')
        try:
            expops.mul(shared, kept, out=out)
            failures.append('a call that cannot be was accepted')
        except expops.ShapeError as error:
            if '(2,)' not in str(error):
                failures.append(f"another thread's error: {error}")
        if expops.info('softplus')['name'] != 'softplus':
            failures.append('another operator was described')


def main():
    free = bool(sysconfig.get_config_var('Py_GIL_DISABLED'))
    assert not free or not sys._is_gil_enabled(), 'importing the module has brought the lock back'
    shared, other, failures, start = Floats(range(COUNT)), Floats([2] * COUNT), [], threading.Barrier(THREADS)
    threading.excepthook = lambda raised: failures.append(f'{raised.exc_type.__name__}: {raised.exc_value}')
    threads = [threading.Thread(target=work, args=(start, shared, other, failures)) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures, failures[:5]
    print(f'{THREADS} threads, {ROUNDS} rounds, Python {sys.version.split()[0]}, lock: {"none" if free else "global"}')


if __name__ == '__main__':
    main()
