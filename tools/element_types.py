"""The element types, as core/include/expops/dtype.inc lists them: in the enumeration's order, by their short names."""
import pathlib
import re

TABLE = pathlib.Path(__file__).resolve().parent.parent / 'core' / 'include' / 'expops' / 'dtype.inc'
# {short name: bytes}
BYTES = {name: int(size) for name, size in re.findall(r'^EXPOPS_DTYPE_ROW\(\w+, (\w+), (\d+)', TABLE.read_text(), re.MULTILINE)}
WORDS = {'f': 'float', 'bf': 'bfloat', 'i': 'int', 'u': 'uint', 'c': 'complex'}


def long_name(short):
    """As Python's packages call it: bf16 is bfloat16."""
    letters = short.rstrip('0123456789')
    return WORDS.get(letters, letters) + short[len(letters):]


def of_package(package):
    """{short name: the package's type}, such as torch's."""
    return {name: getattr(package, long_name(name)) for name in BYTES}
