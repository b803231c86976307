"""Options and markers of `pytest tests/python/test_operators.py`."""
import pytest

import expops


def pytest_addoption(parser):
    parser.addoption('--device', default='cpu', help='where the tensors are: cpu or cuda')
    parser.addoption('--deep', action='store_true', help='more shapes and layouts')
    parser.addoption('--speed', action='store_true', help='time each operator beside PyTorch too')
    parser.addoption('--part', default='0/1', metavar='I/N', help='every N-th operator, from the I-th on')
    parser.addoption('--expops', default='expops', help='the command that lists the operators')


def markers_of(name):
    """The operator's names, and that of its views. pytest takes no marker that begins with an underscore."""
    return {word.lstrip('_') for word in (name, name.removesuffix('_copy'), *expops.info(name)['aliases'])}


def pytest_configure(config):
    for name in expops.operators():
        for marker in markers_of(name):
            config.addinivalue_line('markers', f'{marker}: tests of {name}')


@pytest.fixture
def device(request):
    return request.config.getoption('--device')
