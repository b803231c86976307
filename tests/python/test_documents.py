"""What the documents show of Python is run, and gives what they show.

usage: test_documents.py SOURCE_ROOT
"""
import doctest
import importlib.util
import os
import sys

for needed in ('numpy', 'torch'):
    if not importlib.util.find_spec(needed):
        print(f'skipped: {needed} is not installed')
        sys.exit(77)

import expops.torch

failed = 0
for document in ('README.md', 'docs/python.md', 'docs/tutorial-python.md'):
    expops.torch.reset_report()
    result = doctest.testfile(os.path.join(sys.argv[1], document), module_relative=False)
    print(f'{document}: {result.attempted} lines run, {result.failed} failed')
    failed += result.failed + (not result.attempted)
sys.exit(bool(failed))
