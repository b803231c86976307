#!/usr/bin/env python3
"""Writes docs/environment.md from core/base/env.inc. With --check: fails where the two differ."""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
TABLE = ROOT / "core" / "base" / "env.inc"
PAGE = ROOT / "docs" / "environment.md"
ROW = re.compile(r'EXPOPS_ENV_ROW\((\w+), ([01]), "[^"]*", "((?:[^"\\]|\\.)*)"\)')

HEAD = """# Environment variables

Written by `tools/write_environment_doc.py` from `core/base/env.inc`, the only place where variables are read.

The environment is read once, at the first call that needs it. An empty value counts as unset. A name that starts with
`EXPOPS_` and is not listed here causes one warning, with the nearest name that is; so does a value that a variable cannot have.
(Names that start with `EXPOPS_TEST_`, `EXPOPS_SWEEP_` or `EXPOPS_BENCH_` are the tests' and the command's own.)

Errors and warnings are written to standard error, a line each. Of what a call returns nothing is written: these are things that
no call can return. `EXPOPS_LOG=off` silences them, `EXPOPS_LOG=error` the warnings; `EXPOPS_LOG_FILE` sends them to a file.
Where that is a pipe nobody reads, or standard error is closed, lines are lost; nothing waits, and no signal is raised.

In secure execution (set-user-ID and the like) only those marked with "yes" count, and no vendor's library is opened, because
those read variables of their own. Plugins read no environment; the core hands them what they need.

| variable | in secure execution | meaning |
|---|---|---|
"""


def render():
    rows = []
    for line in TABLE.read_text().splitlines():
        if not line.startswith("EXPOPS_ENV_ROW("):
            continue
        match = ROW.fullmatch(line)
        if not match:
            sys.exit(f"{TABLE}: a row on more than one line, or of another form: {line}")
        name, safe, text = match.groups()
        text = text.replace("|", "\\|")
        rows.append(f"| `EXPOPS_{name}` | {'yes' if safe == '1' else 'no'} | {text} |\n")
    return HEAD + "".join(rows)


def main():
    page = render()
    if sys.argv[1:] == ["--check"]:
        if not PAGE.exists() or PAGE.read_text() != page:
            sys.exit(f"{PAGE} does not say what {TABLE} says: run {pathlib.Path(__file__).name}")
    elif not sys.argv[1:]:
        PAGE.write_text(page)
    else:
        sys.exit(__doc__)


main()
