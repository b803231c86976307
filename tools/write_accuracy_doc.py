#!/usr/bin/env python3
"""Writes docs/accuracy.md from rows that tests/sweep measured.

usage: write_accuracy_doc.py DATE 'MACHINE=ROWS.tsv' ...                of operators that are swept
       write_accuracy_doc.py --shares DATE 'MACHINE=SHARES.tsv' ...     of those that are not

MACHINE says in words what the rows were measured on ("OpenCL, PoCL 3.1"); ROWS.tsv is what EXPOPS_SWEEP_REPORT named, SHARES.tsv
what EXPOPS_TEST_SHARES did. Of several rows for one operator and type in a file, the last counts, of several shares the largest.
"""
import pathlib
import re
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

SHARES_TITLE = "\n## What is not swept\n"
SUMS_TITLE = "\n## How the errors of sums grow\n"
EXACT = "Exact, as their bounds of 0 demand: "
SHARES = SHARES_TITLE + """
Operators over rows, losses, and those of three tensors have results that no bound in units of themselves can hold: terms cancel. Each
cell is the largest error that the operators' tests (`tests/ops`) and the sweeps of rows (`test_rows`) saw, as a share of what was
granted to that element: the bound, and what its operator's reference says that roundings on the way may cost ([testing.md](testing.md)).
Where little but the last rounding is granted, it is near 1. `col2im` and `trace` are judged by whole numbers, whose sums are
exact, and averages of boxes by PyTorch's answers. Measured {date}. To measure again:

    export EXPOPS_TEST_SHARES=/tmp/cpu.tsv EXPOPS_BACKEND=cpu; build/tests/ops/test_operators; build/tests/sweep/test_rows
    tools/write_accuracy_doc.py --shares "$(date +%F)" 'CPU, ...=/tmp/cpu.tsv' ...

"""


def read_shares(path):
    largest = {}
    for line in pathlib.Path(path).read_text().splitlines():
        operator, dtype, _, share = line.split("\t")
        largest[operator, dtype] = max(float(share), largest.get((operator, dtype), 0))
    return largest


def share_section(date, machines, swept):
    yield SHARES.format(date=date)
    yield f"| operator | share on | {' | '.join(DTYPES)} |\n|---|---|{'---|' * len(DTYPES)}\n"
    for operator in sorted({operator for _, shares in machines for operator, _ in shares} - swept):
        name = f"`{operator}`"
        for machine, shares in machines:
            cells = [f"{shares[operator, dtype]:.3g}" if (operator, dtype) in shares else "" for dtype in DTYPES]
            if any(cells):
                yield f"| {name} | {machine.split(',')[0]} | {' | '.join(cells)} |\n"
                name = ""


def with_shares(page, section):
    """The page with this section in place of the one it had."""
    page = re.sub(re.escape(SHARES_TITLE) + r".*?(?=\n## )", "", page, flags=re.S)
    return page.replace(SUMS_TITLE, section + SUMS_TITLE, 1)


def read_sweeps(path):
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


def write_sweeps(date, machines):
    operators = sorted({operator for _, rows in machines for operator, _ in rows})
    page = HEAD.format(date=date) + "Measured on:\n\n"
    page += "".join(f"- {machine}\n" for machine, _ in machines) + "\n"
    exact = [operator for operator in operators if is_exact(machines, operator)]
    operators = [operator for operator in operators if operator not in exact]
    sentence = EXACT + ", ".join(f"`{operator}`" for operator in exact) + "."
    page += textwrap.fill(sentence, 120) + "\n\n"
    page += "".join(main_table(machines, operators)) + SUMS + "".join(worst_inputs(machines, operators))
    kept = re.search(re.escape(SHARES_TITLE) + r".*?(?=\n## )", PAGE.read_text(), re.S)
    PAGE.write_text(with_shares(page, kept.group()) if kept else page)


def write_shares(date, machines):
    page = PAGE.read_text()
    sweeps = page.partition("\n## ")[0]
    exact = sweeps[sweeps.index(EXACT):].partition("\n\n")[0]
    swept = set(re.findall(r"^\| `(\w+)", sweeps, re.M)) | set(re.findall(r"`(\w+)`", exact))
    PAGE.write_text(with_shares(page, "".join(share_section(date, machines, swept))))


def main():
    arguments = sys.argv[1:]
    shares = arguments[:1] == ["--shares"]
    date, *places = arguments[shares:] or [""]
    if not places or any("=" not in place for place in places):
        sys.exit(__doc__)
    read = read_shares if shares else read_sweeps
    machines = [(machine, read(path)) for machine, path in (place.rsplit("=", 1) for place in places)]
    (write_shares if shares else write_sweeps)(date, machines)


main()
