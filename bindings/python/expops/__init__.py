"""Tensor operators with PyTorch's semantics, for tensors of any library that speaks DLPack.

    import expops
    y = expops.softplus(x, beta=2)      # of x's library, on x's device and stream
    expops.relu_(y)                     # in place
    expops.exp(x, out=y)

expops.operators() lists them, help(expops.softplus) describes one; expops.torch answers PyTorch's own operators.
"""
import os

from expops import _core

_plugins = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'backends')
if os.path.isdir(_plugins):
    _core._add_backend_path(_plugins)

__version__ = _core.__version__
# Operators may begin with an underscore, as PyTorch's do; what is private here does and is not of this module.
__all__ = [name for name, value in vars(_core).items()
           if not name.startswith('_') or getattr(value, '__module__', None) == 'expops']
globals().update((name, getattr(_core, name)) for name in __all__)


def __getattr__(name):
    if name == 'torch':
        import importlib
        return importlib.import_module('expops.torch')
    raise AttributeError(f"module 'expops' has no attribute '{name}'")
