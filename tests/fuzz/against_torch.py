#!/usr/bin/env python3
"""Random calls on the CPU beside PyTorch's own: types, shapes, refusals, values.

    against_torch.py build/core/libexpops.so --calls 100000 --seed 1

Exit code 77 where torch is not installed. A finding prints the call as PyTorch's users write it, and the seed that
makes it with --calls 1."""
import argparse
import functools
import random
import sys

try:
    import torch
except ImportError:
    print("skipped: torch is not installed")
    sys.exit(77)
from expops_ctypes import DTYPES, Library
from meant import Call, is_meant, may_overlap

EDGES = [0.0, -0.0, 1.0, -1.0, 0.5, 2.0, 3.0, 100.0, float("inf"), float("-inf"), float("nan"), 65504.0, 1e-7]
WIDE = {torch.float16: torch.float64, torch.bfloat16: torch.float64, torch.float32: torch.float64,
        torch.float64: torch.float64, torch.complex64: torch.complex128, torch.complex128: torch.complex128}
# PyTorch's f64 loses some near poles.
DIGITS = {torch.float16: 11, torch.bfloat16: 8, torch.float32: 24, torch.float64: 40, torch.complex64: 24,
          torch.complex128: 40}
ULPS = 64
# What a loss makes of its elements is a number in aten.
REDUCTIONS = {"none": 0, "mean": 1, "sum": 2}
# PyTorch lacks a kernel or a function for this call: it may be computed here.
NO_ANSWER = ["not implemented for", "failed to match any schema", "ComplexHalf", "not supported for",
             "not yet implemented", "does not support complex inputs", "complex<c10::Half>"]
# What PyTorch's users call refuses more than the function behind it.
FUNCTIONAL = {name: getattr(torch.nn.functional, name) for name in ("hardtanh", "margin_ranking_loss")}


def tensors_of(args):
    lists = [a if isinstance(a, list) else [a] for a in args]
    return [t for several in lists for t in several if isinstance(t, torch.Tensor)]


def same_bits(a, b):
    return torch.equal(a.view(torch.uint8), b.view(torch.uint8))


def draw_elements(rng, dtype, count):
    if dtype == torch.bool:
        return torch.tensor([rng.random() < 0.5 for _ in range(count)], dtype=dtype)
    if dtype in WIDE:
        spread = rng.choice([1, 4, 30])
        values = [rng.choice(EDGES) if rng.random() < 0.1 else rng.uniform(-spread, spread) for _ in range(count)]
        if dtype.is_complex:
            real = torch.tensor(values, dtype=torch.float64)
            return torch.complex(real, torch.rand(count, dtype=torch.float64)).to(dtype)
        return torch.tensor(values, dtype=torch.float64).to(dtype)
    info = torch.iinfo(dtype)
    low, high = rng.choice([(-5, 5), (info.min, info.max)])
    return torch.tensor([rng.randint(max(low, info.min), high) for _ in range(count)], dtype=dtype)


def draw_tensor(rng, dtype, shape, expands=True):
    """A strided view of a larger storage: permuted, stepped, expanded, offset."""
    order = list(range(len(shape)))
    if rng.random() < 0.5:
        rng.shuffle(order)
    strides, step = [0] * len(shape), 1
    for d in reversed(order):
        step += rng.randint(1, 3) if rng.random() < 0.15 else 0
        strides[d] = 0 if expands and rng.random() < 0.08 else step
        step *= max(1, shape[d]) if strides[d] else 1
    offset = rng.choice([0, 0, 1, 3])
    length = offset + 1 + sum((n - 1) * s for n, s in zip(shape, strides) if n > 0)
    return torch.as_strided(draw_elements(rng, dtype, max(1, length)), shape, strides, offset)


def draw_output(rng, op, args, dtype, shape):
    """An output, and the whole of its storage: of its own, an input, or a view somewhere in an input's storage."""
    mine = [a for a in tensors_of(args) if a.dtype == dtype and a.numel()]
    if mine and rng.random() < 0.25:
        a = rng.choice(mine)
        whole = torch.as_strided(a, [a.untyped_storage().nbytes() // a.element_size()], [1], 0)
        if list(a.shape) == list(shape) and a is args[0] and op["in_place"] and rng.random() < 0.5:
            return a, whole
        strides, step = [0] * len(shape), rng.randint(1, 3)
        for d in reversed(range(len(shape))):
            strides[d], step = step, step * max(1, shape[d])
        offset = rng.randint(0, 3)
        if offset + 1 + sum((n - 1) * s for n, s in zip(shape, strides) if n) <= whole.numel():
            return torch.as_strided(a, shape, strides, offset), whole
    out = draw_tensor(rng, dtype, shape, expands=False)
    return out, torch.as_strided(out, [out.untyped_storage().nbytes() // out.element_size()], [1], 0)


def draw_number(rng):
    return rng.choice([rng.randint(-3, 9), rng.uniform(-3, 3), 0.1, 0.5, 2, rng.choice(EDGES), rng.random() < 0.5,
                       255, 256, -129, 2**31, -2**31 - 1, 2**63 - 1, 1e10, 65536.0, 1e39,
                       complex(rng.uniform(-2, 2), 0.5)])


def draw_argument(rng, parameter, common, shape):
    if parameter.optional and rng.random() < 0.4:
        return None
    if parameter.kind == "tensor" or (parameter.kind == "operand" and rng.random() < 0.6):
        dtype = rng.choice(list(DTYPES.values())) if rng.random() < 0.25 else common
        if parameter.name == "mask" and rng.random() < 0.95:
            dtype = torch.bool
        own = shape[rng.randint(0, len(shape)):] if rng.random() < 0.25 else shape
        return draw_tensor(rng, dtype, [1 if rng.random() < 0.12 else n for n in own])
    if parameter.kind == "tensors":
        return [draw_tensor(rng, common, shape) for _ in range(rng.randint(1, 3))]
    if parameter.kind in ("operand", "number"):
        return draw_number(rng)
    if parameter.kind == "ints":
        own = list(range(len(shape)))
        rng.shuffle(own)
        return rng.choice([own, own[:1], [], shape[-1:], shape, [d - len(shape) for d in own[:2]]])
    if parameter.kind == "choice":
        return rng.choice(parameter.choices)
    if parameter.kind == "dtype":
        return rng.choice(list(DTYPES.values()))
    return rng.random() < 0.5 if parameter.kind == "bool" else rng.randint(-3, 6)


def draw_call(rng, op):
    rank = rng.choice([0, 1, 1, 2, 2, 3, 4])
    shape = [rng.choice([1, 2, 3, 4, 5, 8, 17]) if rng.random() > 0.03 else 0 for _ in range(rank)]
    common = rng.choice(op["dtypes"])
    args = [draw_argument(rng, p, common, shape) for p in op["parameters"]]
    for i, parameter in enumerate(op["parameters"]):
        is_weight = op["name"] == "rms_norm" and parameter.name == "weight" and args[i] is not None
        if is_weight and min(args[1], default=0) >= 0:
            args[i] = draw_tensor(rng, args[i].dtype, list(args[1]))  # of the normalised shape
    return args


def as_torch_takes(op, args):
    """By name: loss reductions as numbers, what the library has a default for and PyTorch none as None, an offset from
    where the storage begins, not the tensor."""
    packet = getattr(torch.ops.aten, op["name"])
    arguments = packet.default._schema.arguments if "default" in packet.overloads() else []
    wanted = {a.name for a in arguments if not a.has_default_value()}
    given = {p.name: REDUCTIONS.get(a, a) if isinstance(a, str) else a for p, a in zip(op["parameters"], args)}
    compacted = op["name"] == "as_strided_scatter" and may_overlap(args[0])
    if isinstance(given.get("storage_offset"), int) and not compacted:
        given["storage_offset"] += args[0].storage_offset()
    return {name: a for name, a in given.items() if a is not None or name in wanted}


def by_torch(op, args):
    """PyTorch's answer, or the exception it raises."""
    names = [p.name for p in op["parameters"]]
    try:
        if op["name"] in FUNCTIONAL:
            return FUNCTIONAL[op["name"]](args[0], **{n: a for n, a in zip(names[1:], args[1:]) if a is not None})
        return getattr(torch.ops.aten, op["name"])(**as_torch_takes(op, args))
    except Exception as error:  # whatever PyTorch refuses a call with
        return error


def widened(args):
    """All that becomes floating, as wide as it goes."""
    if isinstance(args, list):
        return [widened(a) for a in args]
    if isinstance(args, torch.Tensor) and args.dtype != torch.bool:
        return args.to(torch.complex128 if args.dtype.is_complex else torch.float64)
    return args


def digits_of(op, args, dtype):
    """Of a result whose type is not that of its operands together (huber_loss), the fewer."""
    tensors = tensors_of(args)
    dimensions = any(t.dim() for t in tensors)
    types = [t.dtype for t in tensors if t.dtype in DIGITS and (t.dim() or not dimensions)]
    names_a_type = any(p.kind == "dtype" for p in op["parameters"])
    known = [dtype] if names_a_type or not types else [dtype, functools.reduce(torch.promote_types, types)]
    return min(DIGITS.get(d, 0) for d in known)


def is_near(ours, theirs, exact, digits):
    """Element by element: PyTorch's, or close to the answer in double precision; of complex numbers in terms of the
    larger part. How close is the references' business: results below one count as one."""
    if ours.dtype not in WIDE:
        return ours == theirs
    if ours.dtype.is_complex:
        ours, theirs = torch.view_as_real(ours), torch.view_as_real(theirs)
        exact = torch.view_as_real(exact) if isinstance(exact, torch.Tensor) and exact.dtype.is_complex else theirs
    wide = [t.to(torch.float64) for t in (ours, theirs, exact if isinstance(exact, torch.Tensor) else theirs)]
    mine, other, exact = wide
    if exact.shape != mine.shape:
        exact = other
    size = exact.abs().nan_to_num(0, 0, 0).clamp_min(1)
    if exact.dim() and exact.shape[-1] == 2:
        size = torch.maximum(size, size.flip(-1))
    near = (mine - exact).abs() <= ULPS * size * 2.0 ** (1 - digits) + 2 * (other - exact).abs()
    rounded = exact.to(ours.dtype)
    same = (ours == theirs) | (ours.isnan() & theirs.isnan()) | (ours == rounded) | (ours.isnan() & rounded.isnan())
    return same | near


def is_open(args, dtype):
    """A number that the result's integer type cannot hold becomes whatever the processor makes of it."""
    if dtype.is_floating_point or dtype.is_complex or dtype == torch.bool:
        return False
    numbers = [torch.tensor(a) if isinstance(a, float) else a for a in args]
    return any(a.dtype in WIDE and not bool((a.abs() < 100).all()) for a in tensors_of(numbers))


def text(argument):
    if not isinstance(argument, torch.Tensor):
        return repr(argument)
    kind = str(argument.dtype)[6:]
    if argument.numel() <= 3:
        return f"tensor({argument.tolist()}, {kind})"
    return f"{kind}{list(argument.shape)}/{list(argument.stride())}"


def elements_at(args, where, shape):
    found = []
    for a in args:
        if isinstance(a, torch.Tensor):
            try:
                found.append(str(a.broadcast_to(shape)[where].item()))
            except (RuntimeError, IndexError):
                found.append("?")
    return ", ".join(found)


class Comparison:
    def __init__(self, library):
        self.library, self.findings, self.meant, self.refused, self.kinds, self.seed = library, 0, 0, 0, {}, 0

    def report(self, op, args, theirs, kind, what):
        if is_meant(op["name"], kind, what, Call({p.name: a for p, a in zip(op["parameters"], args)}, theirs)):
            self.meant += 1
            return
        self.findings += 1
        key = (op["name"], kind)
        self.kinds[key] = self.kinds.get(key, 0) + 1
        if self.kinds[key] <= 3:
            named = ", ".join(f"{p.name}={text(a)}" for p, a in zip(op["parameters"], args) if a is not None)
            print(f"{kind}, seed {self.seed}: {op['name']}({named}): {what}")

    def compare(self, rng, op):
        args = draw_call(rng, op)
        theirs = by_torch(op, args)
        if op["outputs"] > 1:
            return self.compare_several(op, args, theirs)
        status, dtype, shape = self.library.infer(op, args)
        if isinstance(theirs, torch.Tensor) and theirs.dtype == torch.complex32:
            return  # a type that is not known here
        if isinstance(theirs, Exception):
            return self.compare_refusal(op, args, theirs, status, dtype, shape)
        if status != "OK":
            return self.report(op, args, theirs, "refuses", f"PyTorch has {text(theirs)}; {self.library.error()}")
        if dtype != theirs.dtype or shape != tuple(theirs.shape):
            return self.report(op, args, theirs, "result",
                               f"{dtype} {shape}, PyTorch has {theirs.dtype} {tuple(theirs.shape)}")
        self.compare_values(rng, op, args, theirs, dtype, shape)

    def compare_several(self, op, args, theirs):
        """Outputs beyond PyTorch's (masked_select's count) are not compared, nor what lies behind an answer."""
        status, results = self.library.infer_all(op, args)
        if isinstance(theirs, Exception):
            self.refused += 1
            if status == "OK" and not any(phrase in str(theirs) for phrase in NO_ANSWER):
                self.report(op, args, theirs, "computes", "PyTorch: " + str(theirs).split("\n")[0][:200])
            return
        theirs = theirs if isinstance(theirs, tuple) else (theirs,)
        if status != "OK":
            return self.report(op, args, theirs, "refuses", f"PyTorch has {text(theirs[0])}; {self.library.error()}")
        outs = [torch.empty(shape, dtype=dtype) for dtype, shape in results]
        if self.library.call_all(op, args, outs) != "OK":
            return self.report(op, args, theirs, "refuses", f"{self.library.error()}; PyTorch has {text(theirs[0])}")
        exact = by_torch(op, widened(args))
        exact = exact if isinstance(exact, tuple) else (exact,) * len(theirs)
        for out, answer, wide in zip(outs, theirs, exact):
            out = out[:answer.numel()] if out.shape != answer.shape and out.dim() == 1 else out
            if out.dtype != answer.dtype or out.shape != answer.shape:
                return self.report(op, args, theirs, "result", f"{text(out)}, PyTorch has {text(answer)}")
            wide = wide if out.dtype in WIDE else None
            if not bool(is_near(out, answer, wide, digits_of(op, args, out.dtype)).all()):
                return self.report(op, args, theirs, "values", f"{text(out)}, PyTorch has {text(answer)}")

    def compare_refusal(self, op, args, theirs, status, dtype, shape):
        """What PyTorch has no kernel for may be computed here."""
        self.refused += 1
        if status != "OK" or any(phrase in str(theirs) for phrase in NO_ANSWER):
            return
        if self.library.call(op, args, torch.empty(shape, dtype=dtype)) == "OK":
            self.report(op, args, theirs, "computes", "PyTorch: " + str(theirs).split("\n")[0][:200])

    def compare_values(self, rng, op, args, theirs, dtype, shape):
        out, storage = draw_output(rng, op, args, dtype, shape)
        before, given = storage.clone(), [a.clone() if isinstance(a, torch.Tensor) else a for a in args]
        exact = by_torch(op, widened(args)) if dtype in WIDE else None
        status = self.library.call(op, args, out)
        if status == "ERR_OVERLAP" and storage.data_ptr() in [a.untyped_storage().data_ptr() for a in tensors_of(args)]:
            if not same_bits(before, storage):
                self.report(op, args, theirs, "writes", f"though it refuses the output {text(out)}")
            return
        if status != "OK":
            return self.report(op, args, theirs, "refuses",
                               f"{status}: {self.library.error()}; PyTorch has {text(theirs)}")
        if is_open(args, dtype):
            return
        right = is_near(out, theirs, exact, digits_of(op, args, dtype))
        if not bool(right.all()):
            where = tuple((~right).nonzero()[0].tolist())[:len(shape)]
            self.report(op, args, theirs, "values",
                        f"at {where} ({elements_at(given, where, shape)}) {out[where].item()!r}, "
                        f"PyTorch has {theirs[where].item()!r}; output {text(out)} from {out.storage_offset()}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("library")
    parser.add_argument("--calls", type=int, default=20000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="", help="one operator")
    options = parser.parse_args()
    torch.set_num_threads(1)
    comparison = Comparison(Library(options.library, "cpu"))
    operators = [op for op in comparison.library.operators if options.only in ("", op["name"])]
    for i in range(options.seed, options.seed + options.calls):
        rng, comparison.seed = random.Random(i), i
        torch.manual_seed(i)
        comparison.compare(rng, rng.choice(operators))
    print(f"{options.calls} calls from seed {options.seed}, {comparison.refused} refused by PyTorch, "
          f"{comparison.meant} meant differences, {comparison.findings} findings")
    sys.exit(comparison.findings > 0)


if __name__ == "__main__":
    main()
