"""The element types, as core/include/expops/dtype.inc lists them: in the enumeration's order, by their short names."""
import collections
import pathlib
import re

TABLE = pathlib.Path(__file__).resolve().parent.parent / 'core' / 'include' / 'expops' / 'dtype.inc'
INT, UINT = 0, 1  # DLPack's codes
Row = collections.namedtuple('Row', 'bytes code compute')
ROWS = {name: Row(int(size), int(code), compute) for name, size, code, compute in
        re.findall(r'^EXPOPS_DTYPE_ROW\(\w+, (\w+), (\d+), (\d+), (\w+)\)', TABLE.read_text(), re.MULTILINE)}
BYTES = {name: row.bytes for name, row in ROWS.items()}
WORDS = {'f': 'float', 'bf': 'bfloat', 'i': 'int', 'u': 'uint', 'c': 'complex'}


def long_name(short):
    """As Python's packages call it: bf16 is bfloat16."""
    letters = short.rstrip('0123456789')
    return WORDS.get(letters, letters) + short[len(letters):]


def of_package(package):
    """{short name: the package's type}, such as torch's."""
    return {name: getattr(package, long_name(name)) for name in BYTES}
