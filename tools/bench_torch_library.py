"""The library called from Python through its generic entry, on PyTorch's tensors, for the benchmarks against PyTorch."""
import ctypes
import os


class Tensor(ctypes.Structure):
    """expops_tensor"""
    _fields_ = [('data', ctypes.c_void_p), ('device_type', ctypes.c_int32), ('device_id', ctypes.c_int32),
                ('ndim', ctypes.c_int32), ('code', ctypes.c_uint8), ('bits', ctypes.c_uint8),
                ('lanes', ctypes.c_uint16), ('shape', ctypes.POINTER(ctypes.c_int64)),
                ('strides', ctypes.POINTER(ctypes.c_int64)), ('byte_offset', ctypes.c_uint64)]


class Value(ctypes.Structure):
    """expops_value; the union's pointer and real share their bits."""
    _fields_ = [('kind', ctypes.c_uint32), ('count', ctypes.c_uint32), ('bits', ctypes.c_uint64)]


NONE, TENSOR, BOOL, INT, REAL, INTS, CHOICE, TENSORS = 0, 1, 2, 3, 4, 6, 7, 8
DLPACK_DEVICE_TYPE = {'cpu': 1, 'cuda': 2, 'hip': 10}


def expops_dtype(name):
    """The number of an element type, as arguments that name one take it."""
    return ('f16', 'bf16', 'f32', 'f64').index(name)


class Library:
    """One device of a backend, used with the handle of one stream or queue, or None."""

    def __init__(self, build, backend, stream=None):
        core = os.path.join(build, 'core', 'libexpops.so')
        os.environ.setdefault('EXPOPS_BACKEND_PATH', os.path.abspath(os.path.join(build, 'backends', backend)))
        self.lib = ctypes.CDLL(core if os.path.exists(core) else 'libexpops.so.0')
        self.lib.expops_find.restype = ctypes.c_void_p
        self.lib.expops_error_text.restype = ctypes.c_char_p
        self.device, self.place = ctypes.c_void_p(), (DLPACK_DEVICE_TYPE[backend], 0)
        self.check(self.lib.expops_device_open(backend.encode(), ctypes.byref(self.device)))
        self.stream = ctypes.c_void_p(stream)
        self.keep = []

    def close(self):
        self.lib.expops_device_close(ctypes.byref(self.device))

    def check(self, status):
        if status:
            raise SystemExit('expops: ' + self.lib.expops_error_text().decode())

    def tensor(self, t):
        code = 6 if str(t.dtype) == 'torch.bool' else 4 if str(t.dtype) == 'torch.bfloat16' else \
            2 if t.dtype.is_floating_point else 0
        shape, strides = (ctypes.c_int64 * t.dim())(*t.shape), (ctypes.c_int64 * t.dim())(*t.stride())
        made = Tensor(t.data_ptr(), *self.place, t.dim(), code, t.element_size() * 8, 1, shape, strides, 0)
        self.keep += [made, shape, strides]
        return made

    def value(self, x):
        if x is None:
            return Value(NONE, 0, 0)
        if isinstance(x, bool):
            return Value(BOOL, 1, int(x))
        if isinstance(x, int):
            return Value(INT, 1, x & (1 << 64) - 1)
        if isinstance(x, float):
            return Value(REAL, 1, ctypes.c_uint64.from_buffer(ctypes.c_double(x)).value)
        if isinstance(x, tuple):
            return Value(CHOICE, 1, x[0])
        if isinstance(x, list):
            return self.list_value(x)
        return Value(TENSOR, 1, ctypes.addressof(self.tensor(x)))

    def list_value(self, items):
        if items and isinstance(items[0], int):
            kind, array = INTS, (ctypes.c_int64 * len(items))(*items)
        else:
            kind, array = TENSORS, (ctypes.c_void_p * len(items))(*(ctypes.addressof(self.tensor(x)) for x in items))
        self.keep.append(array)
        return Value(kind, len(items), ctypes.addressof(array))

    def prepared(self, name, args, outs):
        """A call without arguments."""
        op = ctypes.c_void_p(self.lib.expops_find(name.encode()))
        if not op.value:
            raise SystemExit(f'expops: no operator {name}')
        values = (Value * max(1, len(args)))(*map(self.value, args))
        tensors = (Tensor * len(outs))(*map(self.tensor, outs))
        call, count, results = self.lib.expops_call, ctypes.c_size_t(len(args)), ctypes.c_size_t(len(outs))
        self.check(call(op, self.device, self.stream, values, count, tensors, results))
        return lambda: call(op, self.device, self.stream, values, count, tensors, results)


def plain(name):
    """The operator's name, without the variant and the mark."""
    return name.rstrip('*').split('.')[0]


def chosen(cases, names):
    """The items of `cases` that `names` names, with or without the variant; all of them where it is empty."""
    return [(name, make) for name, make in cases.items() if not names or name in names or plain(name) in names]


def same(ours, theirs, dtype):
    """Whether the two libraries were asked the same question; accuracy is the tests' business."""
    a, b = ours.double(), theirs.double()
    near = (a - b).abs() <= (2e-2 if dtype != 'f64' else 1e-6) * (1 + b.abs())
    return bool((near | (a == b) | (a.isnan() & b.isnan())).all())


def time_text(seconds):
    return f'{seconds * 1e6:.1f} µs' if seconds < 1e-3 else f'{seconds * 1e3:.2f} ms'
