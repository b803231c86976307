#!/usr/bin/env python3
"""Writes docs/environment.md from core/env.inc. With --check: fails where the two differ."""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
TABLE = ROOT / "core" / "env.inc"
PAGE = ROOT / "docs" / "environment.md"
ROW = re.compile(r'EXPOPS_ENV_ROW\((\w+), ([01]), "((?:[^"\\]|\\.)*)"\)')

HEAD = """# Environment variables

Written by `tools/write_environment_doc.py` from `core/env.inc`, the only place where variables are read.

The environment is read once, at the first call that needs it. An empty value counts as unset. A name that starts with
`EXPOPS_` and is not listed here causes one warning in the log. In secure execution (setuid and the like) only those marked
with "yes" count. Plugins read no environment; the core hands them what they need.

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
