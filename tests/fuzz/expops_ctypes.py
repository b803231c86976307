"""Calls of libexpops on the memory of PyTorch's tensors."""
import ctypes as c
import os
import sys

import torch

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'tools'))
import element_types

DTYPES = element_types.of_package(torch)
NONE, TENSOR, BOOL, INT, REAL, COMPLEX, INTS, CHOICE, TENSORS = range(9)
KINDS = ["none", "tensor", "operand", "number", "int", "ints", "bool", "choice", "dtype",
         "tensors"]
MAX_RANK = 16


class DlDevice(c.Structure):
    _fields_ = [("device_type", c.c_int32), ("device_id", c.c_int32)]


class DlDtype(c.Structure):
    _fields_ = [("code", c.c_uint8), ("bits", c.c_uint8), ("lanes", c.c_uint16)]


class Tensor(c.Structure):
    _fields_ = [("data", c.c_void_p), ("device", DlDevice), ("ndim", c.c_int32), ("dtype", DlDtype),
                ("shape", c.POINTER(c.c_int64)), ("strides", c.POINTER(c.c_int64)), ("byte_offset", c.c_uint64)]


class Payload(c.Union):
    _fields_ = [("tensor", c.POINTER(Tensor)), ("real", c.c_double), ("integer", c.c_int64),
                ("parts", c.POINTER(c.c_double)), ("integers", c.POINTER(c.c_int64)),
                ("tensors", c.POINTER(c.POINTER(Tensor)))]


class Value(c.Structure):
    _fields_ = [("kind", c.c_uint32), ("count", c.c_uint32), ("payload", Payload)]


class Result(c.Structure):
    _fields_ = [("struct_size", c.c_uint32), ("flags", c.c_uint32), ("dtype", c.c_int), ("ndim", c.c_int32),
                ("shape", c.c_int64 * MAX_RANK), ("strides", c.c_int64 * MAX_RANK), ("byte_offset", c.c_uint64)]


class ParameterInfo(c.Structure):
    _fields_ = [("name", c.c_char_p), ("doc", c.c_char_p), ("kind", c.c_uint32), ("optional", c.c_uint32),
                ("default", c.c_double), ("choices", c.POINTER(c.c_char_p))]


class Parameter:
    def __init__(self, info):
        self.name, self.kind, self.optional = info.name.decode(), KINDS[info.kind], bool(info.optional)
        self.choices = []
        while info.choices and info.choices[len(self.choices)]:
            self.choices.append(info.choices[len(self.choices)].decode())


class Library:
    def __init__(self, path, spec):
        self.lib = lib = c.CDLL(path)
        for name in ("expops_operator_at", "expops_find"):
            getattr(lib, name).restype = c.c_void_p
        for name in ("expops_operator_name", "expops_status_name", "expops_error_text"):
            getattr(lib, name).restype = c.c_char_p
        lib.expops_operator_count.restype = lib.expops_operator_parameter_count.restype = c.c_size_t
        lib.expops_dtype_to_dl.restype = DlDtype
        self.device = c.c_void_p()
        self.names = list(DTYPES)  # in the enumeration's order, as dtype.inc has it
        if lib.expops_device_open(spec.encode(), c.byref(self.device)):
            raise RuntimeError(self.error())
        count = lib.expops_operator_count()
        self.operators = [self.operator(lib.expops_operator_at(c.c_size_t(i))) for i in range(count)]

    def operator(self, op):
        op = c.c_void_p(op)
        parameters = []
        for i in range(self.lib.expops_operator_parameter_count(op)):
            info = ParameterInfo()
            self.lib.expops_operator_parameter(op, c.c_size_t(i), c.byref(info))
            parameters.append(Parameter(info))
        self.lib.expops_operator_dtypes.restype = c.c_uint32
        mask = self.lib.expops_operator_dtypes(op)
        return {"op": op, "name": self.lib.expops_operator_name(op).decode(), "parameters": parameters,
                "dtypes": [d for i, d in enumerate(DTYPES.values()) if mask >> i & 1],
                "in_place": self.lib.expops_operator_in_place(op), "outputs": self.count_outputs(op)}

    def count_outputs(self, op):
        self.lib.expops_operator_output.restype = c.c_char_p
        count = 0
        while self.lib.expops_operator_output(op, c.c_size_t(count)):
            count += 1
        return count

    def error(self):
        return self.lib.expops_error_text().decode()

    def tensor(self, tensor):
        shape = (c.c_int64 * max(1, tensor.dim()))(*tensor.shape)
        strides = (c.c_int64 * max(1, tensor.dim()))(*tensor.stride())
        dtype = self.lib.expops_dtype_to_dl(list(DTYPES.values()).index(tensor.dtype))
        return Tensor(tensor.data_ptr(), DlDevice(1, 0), tensor.dim(), dtype, shape, strides, 0)

    def value(self, parameter, argument):
        """An argument as Python has it; tensors are described, not copied."""
        if argument is None:
            return Value(NONE, 0)
        if isinstance(argument, torch.Tensor):
            return Value(TENSOR, 1, Payload(tensor=c.pointer(self.tensor(argument))))
        if isinstance(argument, torch.dtype):
            return Value(INT, 1, Payload(integer=list(DTYPES.values()).index(argument)))
        if isinstance(argument, str):
            return Value(CHOICE, 1, Payload(integer=parameter.choices.index(argument)))
        if isinstance(argument, bool):
            return Value(BOOL, 1, Payload(integer=int(argument)))
        if isinstance(argument, int):
            return Value(INT, 1, Payload(integer=argument))
        if isinstance(argument, float):
            return Value(REAL, 1, Payload(real=argument))
        if isinstance(argument, complex):
            return Value(COMPLEX, 1, Payload(parts=(c.c_double * 2)(argument.real, argument.imag)))
        if argument and isinstance(argument[0], torch.Tensor):
            tensors = (c.POINTER(Tensor) * len(argument))(*[c.pointer(self.tensor(t)) for t in argument])
            return Value(TENSORS, len(argument), Payload(tensors=tensors))
        return Value(INTS, len(argument), Payload(integers=(c.c_int64 * max(1, len(argument)))(*argument)))

    def arguments(self, op, args):
        return (Value * max(1, len(args)))(*[self.value(p, a) for p, a in zip(op["parameters"], args)])

    def infer(self, op, args):
        """(status name, dtype, shape)"""
        result = Result()
        status = self.lib.expops_infer(op["op"], self.arguments(op, args), c.c_size_t(len(args)), c.byref(result),
                                       c.c_size_t(1))
        name = self.lib.expops_status_name(status).decode()
        return name, (DTYPES[self.names[result.dtype]] if not status else None), tuple(result.shape[:result.ndim])

    def infer_all(self, op, args):
        """(status name, [(dtype, shape)]) of an operator of several outputs"""
        results = (Result * op["outputs"])()
        status = self.lib.expops_infer(op["op"], self.arguments(op, args), c.c_size_t(len(args)), results,
                                       c.c_size_t(op["outputs"]))
        found = [] if status else [(DTYPES[self.names[r.dtype]], tuple(r.shape[:r.ndim])) for r in results]
        return self.lib.expops_status_name(status).decode(), found

    def call_all(self, op, args, outs):
        tensors = (Tensor * len(outs))(*[self.tensor(out) for out in outs])
        status = self.lib.expops_call(op["op"], self.device, None, self.arguments(op, args), c.c_size_t(len(args)),
                                      tensors, c.c_size_t(len(outs)))
        return self.lib.expops_status_name(status).decode()

    def call(self, op, args, out):
        status = self.lib.expops_call(op["op"], self.device, None, self.arguments(op, args), c.c_size_t(len(args)),
                                      c.byref(self.tensor(out)), c.c_size_t(1))
        return self.lib.expops_status_name(status).decode()
