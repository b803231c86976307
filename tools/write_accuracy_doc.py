#!/usr/bin/env python3
"""Writes docs/accuracy.md from rows that tests/sweep measured.

usage: write_accuracy_doc.py DATE 'MACHINE=ROWS.tsv' ...

MACHINE says in words what the rows were measured on ("OpenCL, PoCL 3.1"); ROWS.tsv is what EXPOPS_SWEEP_REPORT named. Of
several rows for one operator and type in a file, the last counts.
"""
import pathlib
import sys
import textwrap

PAGE = pathlib.Path(__file__).resolve().parent.parent / "docs" / "accuracy.md"
DTYPES = ("f32", "f64", "f16", "bf16")

HEAD = """# Accuracy

A record, not a promise: what is promised is each operator's `bound`, in its file and in the rows so called here.
Measured {date} by `tests/sweep/`, written by `tools/write_accuracy_doc.py`. To measure again:

    for b in cpu opencl cuda; do EXPOPS_SWEEP_REPORT=/tmp/$b.tsv EXPOPS_BACKEND=$b build/tests/sweep/test_sweep; done
    tools/write_accuracy_doc.py "$(date +%F)" 'CPU, ...=/tmp/cpu.tsv' 'OpenCL, ...=/tmp/opencl.tsv' ...

Each cell is the largest distance between a result and the exact answer, in units in the last place of the result's
type, over all 65,536 inputs (f16 and bf16 with one operand) or the points that `tests/sweep/points.c` and `pairs.c`
choose. 0.5 is a correctly rounded result. The exact answers are MPFR's with 160 bits; what is exact in long double
(`relu`) is judged by the operator's own reference. With `*` the error is in the larger unit that the bound counts in
where terms cancel: the operator's file says why. With `z` results below the smallest normal number came back as zero.

"""

SUMS = """
## How the errors of sums grow

![Relative error of sums by the number of elements, beside PyTorch's](pictures/error_growth.svg)

Sums of 2^10 to 2^28 elements in [0, 1), beside PyTorch's of the same memory; the exact sum is an integer's. Pairwise summation is
off by at most log2(n) roundings (the dashed line), one after the other by n. Half types are summed to f32. A point is the root mean
square of up to 16 sums, of one at 2^28. Measured on 2026-11-27 on two threads of the CPU, beside PyTorch 2.13,
and on an NVIDIA H100, beside PyTorch 2.11: on both near PyTorch's, and below one rounding but for f16 on the GPU, once.

    python3 tools/error_growth.py --build build -o sums_cuda.json                    # on a GPU
    python3 tools/error_growth.py --build build --backend cpu -o sums_cpu.json       # 1 minute on two cores
    python3 tools/error_growth.py --draw sums_cpu.json sums_cuda.json docs/pictures/error_growth.svg
"""


def read(path):
    rows = {}
    for line in pathlib.Path(path).read_text().splitlines():
        operator, dtype, _, _, error, unit, operands, bound, floor, flushed = line.split("\t")
        rows[operator, dtype] = {"error": float(error), "larger": unit == "larger", "operands": operands,
                                 "bound": bound, "bound_floor": float(floor), "flushed": int(flushed)}
    return rows


def cell(row):
    if not row:
        return ""
    return f"{row['error']:.3g}{'*' if row['larger'] else ''}{' z' if row['flushed'] else ''}"


def bound_cell(found, dtype):
    row = found.get(dtype)
    if not row:
        return ""
    return row["bound"] + (f" (floor {row['bound_floor']:g} left of 0)" if row["bound_floor"] else "")


def is_exact(machines, operator):
    return all(row["error"] == 0 and row["bound"] == "0" for _, rows in machines
               for (of, _), row in rows.items() if of == operator)


def main_table(machines, operators):
    yield f"| operator | measured on | {' | '.join(DTYPES)} |\n|---|---|{'---|' * len(DTYPES)}\n"
    for operator in operators:
        name = f"`{operator}`"
        for machine, rows in machines:
            cells = [cell(rows.get((operator, dtype))) for dtype in DTYPES]
            yield f"| {name} | {machine.split(',')[0]} | {' | '.join(cells)} |\n"
            name = ""
        bounds = {dtype: row for _, rows in machines for (of, dtype), row in rows.items() if of == operator}
        yield f"| | bound | {' | '.join(bound_cell(bounds, dtype) for dtype in DTYPES)} |\n"


def worst_inputs(machines, operators):
    yield "\n## Where the largest errors are\n\nOf f32 and f64, those above 2 units, with the operands.\n\n"
    yield "| operator | type | measured on | error | operands |\n|---|---|---|---|---|\n"
    for operator in operators:
        for dtype in ("f32", "f64"):
            for machine, rows in machines:
                row = rows.get((operator, dtype))
                if row and row["error"] > 2:
                    yield f"| `{operator}` | {dtype} | {machine.split(',')[0]} | {cell(row)} | {row['operands']} |\n"


def main():
    if len(sys.argv) < 3 or any("=" not in argument for argument in sys.argv[2:]):
        sys.exit(__doc__)
    machines = [(machine, read(path)) for machine, path in (argument.rsplit("=", 1) for argument in sys.argv[2:])]
    operators = sorted({operator for _, rows in machines for operator, _ in rows})
    page = HEAD.format(date=sys.argv[1]) + "Measured on:\n\n"
    page += "".join(f"- {machine}\n" for machine, _ in machines) + "\n"
    exact = [operator for operator in operators if is_exact(machines, operator)]
    operators = [operator for operator in operators if operator not in exact]
    sentence = "Exact, as their bounds of 0 demand: " + ", ".join(f"`{operator}`" for operator in exact) + "."
    page += textwrap.fill(sentence, 120) + "\n\n"
    page += "".join(main_table(machines, operators)) + SUMS + "".join(worst_inputs(machines, operators))
    PAGE.write_text(page)


main()
