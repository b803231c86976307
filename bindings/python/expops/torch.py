"""PyTorch's own operators answered by expops: for a scope of one thread, or for the whole process.

    with expops.torch.use():                    # this thread, until the scope ends; scopes nest
        y = torch.nn.functional.gelu(x)

    expops.torch.enable(exclude=['mul'])        # every thread, until disable()
    print(expops.torch.report())

Kernels are replaced below autograd, torch.compile's tracing and torch's modes, which see ATen as before. What a kernel of
ours does not take goes on to ATen's own, and is counted.
"""
import threading

import torch

from expops import _core, _unboxed

# A key of torch's dispatcher that no tensor of today's has, just above those of the backends: kernels there are called in threads
# that ask for the key.
_SCOPE_KEY = 'CustomRNGKeyId'
# Kernels in C read torch's own stack, by symbols and a layout that it promises nobody: in versions where that was tried, and
# where a call with known arguments finds them. Elsewhere torch calls each through Python.
_TRIED = (2, 10), (2, 15)
_PROBE = '(Tensor x, Scalar a, Scalar b, Scalar c, Scalar d, str e, int[] f, Tensor[] g, int? h) -> Tensor'
_NO_PARAMETER = 255
_FUNCTIONAL, _IN_PLACE, _OUT = range(3)
_REASONS = ('device', 'dtype', 'shape', 'number', 'overlap', 'other')

_lock = threading.RLock()
_covered = {}      # operator: [what is known of each of its overloads]
_not_covered = {}  # overload: why
_scoped = {}       # overload: index of its override for scopes
_global = {}       # overload: index of its override for enable()
_sets = {}         # (include, exclude): set of overrides
_kept = []         # libraries of kernels for scopes, for good
_enabled = []      # libraries of kernels for enable()
_reads_stacks = _takes_unboxed = False


class _Overload:
    def __init__(self, aten, operator, form, function, names):
        schema = aten._schema
        self.aten, self.operator, self.form, self.function = aten, operator, form, function
        self.name, self.overload = schema.name, schema.overload_name
        self.full = self.name + ('.' + self.overload if self.overload else '')
        self.boxed = _may_be_boxed(schema)
        self.parameters = bytes(_parameter(argument.name, names) for argument in schema.arguments)
        self.unboxed = _unboxed.look_up(schema) if _takes_unboxed else ('', None)


def _parameter(name, names):
    return names.index(name) if name in names else len(names) if name == 'out' else _NO_PARAMETER


def _may_be_boxed(schema):
    return _reads_stacks and len(schema.returns) == 1


def _keys():
    return ['CPU'] + (['CUDA'] if torch.cuda.is_available() else [])


def _refusal(aten, full, names):
    if not any('Tensor' in str(argument.type) for argument in aten._schema.arguments):
        return 'has no tensor among its arguments'
    if torch._C._dispatch_has_kernel_for_dispatch_key(full, 'CompositeImplicitAutograd'):
        return 'is made of other operators by PyTorch'
    if any(result.alias_info and not result.alias_info.is_write for result in aten._schema.returns):
        return 'gives a view, which costs PyTorch no kernel'
    if any(torch._C._dispatch_has_kernel_for_dispatch_key(full, key) and
           torch._C._dispatch_kernel_for_dispatch_key_is_fallthrough(full, key) for key in ('Conjugate', 'Negative')):
        return 'resolves conjugate and negative views itself, which a kernel of ours does not see'
    foreign = [a for a in aten._schema.arguments if a.name not in names and a.name != 'out']
    # A flag that is not set changes nothing.
    unknown = [a.name for a in foreign if str(a.real_type) != 'bool' or not _may_be_boxed(aten._schema)]
    return f"has arguments that ours has not: {', '.join(unknown)}" if unknown else None


def _look_at(aten, operator, name, names):
    schema = aten._schema
    full = schema.name + ('.' + schema.overload_name if schema.overload_name else '')
    why = 'has no kernel' if schema.overload_name and not torch._C._dispatch_has_kernel(full) else None
    why = why or _refusal(aten, full, names)
    arguments = [argument.name for argument in schema.arguments]
    form = _OUT if 'out' in arguments else _IN_PLACE if name.endswith('_') and not name.endswith('__') else _FUNCTIONAL
    function = getattr(_core, name, None)
    if why or function is None:
        _not_covered[full] = why or 'ours has no such form'
        return
    _covered.setdefault(operator, {})[full] = _Overload(aten, operator, form, function, names)


def _look():
    for operator in _core.operators():
        info = _core.info(operator)
        names = [parameter['name'] for parameter in info['parameters']]
        for word in [operator, *info['aliases']]:
            for name in (word, word + '_'):
                packet = getattr(torch.ops.aten, name, None) if name.isidentifier() else None
                for overload in packet.overloads() if packet else ():
                    _look_at(getattr(packet, overload), operator, name, names)


def _bits_of(key):
    return torch._C.DispatchKeySet(torch._C._dispatch_key_parse(key)).raw_repr()


def _device_keys():
    """(what a call's set of keys has, the key) of each kind of device, the foremost first."""
    sets = {name: torch._C.DispatchKeySet(key).raw_repr() for name, key in torch._C.DispatchKey.__members__.items()
            if name[:5] not in ('Start', 'EndOf') and not name.startswith(('Composite', 'Undefined')) and name != 'Autograd'}
    scope = _bits_of(_SCOPE_KEY)
    # A functionality and a backend.
    return sorted(((bits, int(torch._C.DispatchKey.__members__[name])) for name, bits in sets.items()
                   if bits < scope and bits.bit_count() == 2), reverse=True)


def _learn_stack():
    """Whether it is known then."""
    version = tuple(int(word) for word in torch.__version__.split('.')[:2])
    if not _TRIED[0] <= version <= _TRIED[1]:
        return False
    definition = torch.library.Library('expops', 'FRAGMENT')
    definition.define('probe' + _PROBE)
    with torch.utils._python_dispatch._disable_current_modes():
        x = torch.empty(1, device='cpu')
        kernel = _core._torch_library('expops', 'CPU')
        _core._torch_register_probe(kernel, 'probe', x._cdata)
        try:
            torch.ops.expops.probe(x, 2.5, 3, True, 1+2j, 'word', [5, 6], [x], None)
        except RuntimeError:
            pass  # it is not known then
    del kernel
    definition._destroy()
    return _core._torch_stack_is_known()


def _learn_unboxed():
    with torch.utils._python_dispatch._disable_current_modes():
        try:
            return _unboxed.learn(_SCOPE_KEY)
        except RuntimeError:
            return False


def _load():
    global _reads_stacks, _takes_unboxed
    if _covered:
        return
    has_symbols = _core._torch_load()
    keys = [int(torch._C._dispatch_key_parse(key)) for key in
            (_SCOPE_KEY, 'CPU', 'CUDA', 'CompositeExplicitAutogradNonFunctional', 'CompositeExplicitAutograd')]
    _core._torch_set_keys(*keys, _bits_of(_SCOPE_KEY), _device_keys())
    _reads_stacks = has_symbols and _learn_stack()
    _takes_unboxed = _reads_stacks and _learn_unboxed()
    _look()


def _needs_fall_through(name, key):
    """Where torch would take a generic kernel, which is not the one of the device. An operator made of others is the same everywhere,
    and a kernel of one backend more would leave autograd in doubt for those without a key of their own (MKL-DNN's tensors). Where
    torch chooses the backend by hand (BackendSelect), nothing is looked over any more, and the generic kernel is right."""
    has = torch._C._dispatch_has_kernel_for_dispatch_key
    made_of_others = has(name, 'CompositeImplicitAutograd') and not any(has(name, device) for device in ('CPU', 'CUDA'))
    return torch._C._dispatch_has_computed_kernel_for_dispatch_key(name, key) and not made_of_others and \
        not has(name, 'BackendSelect')


def _fall_through(key):
    """Operators without a kernel under the key go on to the next."""
    libraries = {'_': torch.library.Library('_', 'IMPL')}
    libraries['_'].fallback(torch.library.fallthrough_kernel, key)
    ours = {overload.full for overload in _all()}
    for name in torch._C._dispatch_get_all_op_names():
        space = name.split('::')[0]
        if name not in ours and _needs_fall_through(name, key):
            if space not in libraries:
                libraries[space] = torch.library.Library(space, 'IMPL')
            libraries[space].m.impl(name, key, torch.library.fallthrough_kernel, False)
    return list(libraries.values())


def _all():
    return [overload for overloads in _covered.values() for overload in overloads.values()]


def _add(overload, is_global, native):
    return _core._torch_add_override(overload.name, overload.overload, overload.function, overload.form, is_global,
                                     overload.boxed, overload.parameters, native, *overload.unboxed)


def _register(overload, index, key, boxed, python):
    if overload.boxed:
        _core._torch_register(boxed, index)
    else:
        python.m.impl(overload.full, key, _core._torch_python_kernel(index), False)


def _prepare_scopes():
    with _lock:
        if _scoped:
            return
        _load()
        boxed, python = _core._torch_library('aten', _SCOPE_KEY), torch.library.Library('aten', 'IMPL')
        _kept.extend([*_fall_through(_SCOPE_KEY), boxed, python])
        made = {}
        for overload in _all():
            native = _with_tensors(overload, lambda tensors, *args, aten=overload.aten, **kwargs: aten(*args, **kwargs))
            made[overload.full] = _add(overload, False, native)
            _register(overload, made[overload.full], _SCOPE_KEY, boxed, python)
        _scoped.update(made)


def _names(names):
    if isinstance(names, str):
        names = [names]
    return None if names is None else frozenset(_core.info(name)['name'] for name in names)


def _selected(include, exclude):
    return {operator for operator in _covered
            if (include is None or operator in include) and operator not in (exclude or ())}


def _set_for(include, exclude):
    key = (_names(include), _names(exclude))
    with _lock:
        if key not in _sets:
            operators = _selected(*key)
            _sets[key] = _core._torch_set([_scoped[o.full] for o in _all() if o.operator in operators])
        return _sets[key]


class use(_core._torch_scope):
    """A scope: PyTorch's operators, or those of `include` without those of `exclude`, are ours in this thread, and in
    autograd's threads while they work for it. Operators go by our names or aliases. Scopes nest: the innermost decides."""

    def __init__(self, include=None, exclude=None):
        _prepare_scopes()
        self._choose(_set_for(include, exclude))


def _as_tensor(number, like):
    """torch makes a number of a tensor that came from one when it calls Python: a tensor again, of a type that promotes as
    the number does."""
    promoted = torch.result_type(like, number)
    same_kind = like.dim() and (like.dtype == promoted)
    widest = torch.complex128 if promoted.is_complex else torch.float64 if promoted.is_floating_point else torch.int64
    return torch.tensor(number, dtype=widest if same_kind and promoted != torch.bool else promoted)


def _with_tensors(overload, call):
    takes_tensor = ['Tensor' in str(argument.type) for argument in overload.aten._schema.arguments]

    def with_tensors(*args, **kwargs):
        tensors = [value for value in (*args, *kwargs.values()) if isinstance(value, torch.Tensor)]
        args = [_as_tensor(value, tensors[0]) if is_tensor and isinstance(value, (bool, int, float, complex)) else value
                for value, is_tensor in zip(args, takes_tensor)]
        return call(tensors, *args, **kwargs)
    return with_tensors


def _has_kernel(overload, key):
    """Some overloads of ATen's have none for a GPU (narrow_copy.out); there is nothing of theirs to replace there."""
    return torch._C._dispatch_has_computed_kernel_for_dispatch_key(overload.full, key)


def _native_of(overload):
    """ATen's kernels for the backends' keys, as they are now, behind one function."""
    kernels = {key: torch.library.get_kernel(overload.aten, key) for key in _keys() if _has_kernel(overload, key)}
    sets = {key: torch._C.DispatchKeySet(torch._C.DispatchKey.__members__[key]) for key in _keys()}

    def native(tensors, *args, **kwargs):
        key = 'CUDA' if any(tensor.is_cuda for tensor in tensors) else 'CPU'
        return kernels[key].call_boxed(sets[key], *args, **kwargs)
    return _with_tensors(overload, native)


def _prepare_enable():
    if _global:
        return
    _load()
    _global.update({overload.full: _add(overload, True, _native_of(overload)) for overload in _all()})


def enable(include=None, exclude=None):
    """The same for every thread of the process, until disable(). Another call replaces the first."""
    with _lock:
        _prepare_enable()
        operators = _selected(_names(include), _names(exclude))
        chosen = [overload for overload in _all() if overload.operator in operators]
        disable()
        _core._torch_enable(_core._torch_set([_global[overload.full] for overload in chosen]))
        for key in _keys():
            boxed, python = _core._torch_library('aten', key), torch.library.Library('aten', 'IMPL')
            _enabled.extend([boxed, python])
            for overload in chosen:
                if _has_kernel(overload, key):
                    _register(overload, _global[overload.full], key, boxed, python)


def disable():
    """ATen's own kernels again."""
    with _lock:
        for library in _enabled:
            if isinstance(library, torch.library.Library):
                library._destroy()
        _enabled.clear()
        _core._torch_enable(None)


def report():
    """For each overload that was called: how often ours answered, and how often ATen's did, for which reason."""
    found = {}
    with _lock:
        for table in (_scoped, _global):
            for full, index in table.items():
                answered, passed = _core._torch_counts(index)
                row = found.setdefault(full, {'expops': 0, 'aten': 0, 'reasons': {}})
                row['expops'] += answered
                row['aten'] += sum(passed)
                for reason, count in zip(_REASONS, passed):
                    if count:
                        row['reasons'][reason] = row['reasons'].get(reason, 0) + count
    return {full: row for full, row in sorted(found.items()) if row['expops'] or row['aten']}


def reset_report():
    """Counts from zero."""
    _core._torch_clear_counts()


def covered():
    """The overloads of ATen's that are answered."""
    with _lock:
        _load()
        return sorted(overload.full for overload in _all())


def not_covered():
    """Those of the same operators that are not, and why."""
    with _lock:
        _load()
        return dict(sorted(_not_covered.items()))


def of_other_operators():
    """ATen's overloads that have a kernel of their own, but no operator of this library: they stay ATen's."""
    with _lock:
        _load()
        known = {overload.full for overload in _all()} | set(_not_covered)
    keys = _keys() + ['CompositeExplicitAutograd', 'CompositeExplicitAutogradNonFunctional']
    return sorted(name for name in torch._C._dispatch_get_all_op_names() if name.startswith('aten::') and name not in known and
                  any(torch._C._dispatch_has_kernel_for_dispatch_key(name, key) for key in keys))
