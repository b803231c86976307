"""The sections of gpu_checks.py. Each raises where something is wrong, and may return or print what it found."""
import contextlib
import importlib.util
import os
import statistics
import subprocess
import sys
import unittest

import timing

HERE = os.path.dirname(os.path.abspath(__file__))


def modules():
    import torch
    import expops
    import expops.torch as answers
    torch.manual_seed(1)
    return torch, expops, answers


def same(torch, got, expected, **tolerance):
    assert got.device == expected.device and got.dtype == expected.dtype, (got.device, got.dtype, expected.dtype)
    torch.testing.assert_close(got, expected, equal_nan=True, **tolerance)


def section_environment(device):
    torch, expops, answers = modules()
    usable = [c['name'] + ': ' + ('runs' if c['usable'] else f"{c['cause']} {c['reason']}"[:120]) for c in expops.backends()]
    name = torch.cuda.get_device_name() if device == 'cuda' else 'CPU'
    print(f'Python {sys.version.split()[0]}, torch {torch.__version__}, {name}; {len(expops.operators())} operators, '
          f'{len(answers.covered())} overloads covered, {len(answers.not_covered())} not')
    print('; '.join(usable))


def section_forms(device):
    """Functional, in place and out: the functions, a scope and enable(). The report tells who answered."""
    torch, expops, answers = modules()
    F = torch.nn.functional
    x, y = torch.randn(300, 50, device=device), torch.randn(50, device=device)
    calls = {
        'aten::softplus': lambda: F.softplus(x, 2), 'aten::gelu': lambda: F.gelu(x, approximate='tanh'),
        'aten::mul.Tensor': lambda: x * y, 'aten::relu_': lambda: x.clone().relu_(),
        'aten::sin.out': lambda: torch.sin(x, out=torch.empty_like(x)), 'aten::amax': lambda: x.amax(1),
        'aten::silu': lambda: F.silu(x.half()), 'aten::exp': lambda: x.T[::2].exp(), 'aten::sigmoid': lambda: x[1, 2].sigmoid(),
    }
    for full, call in calls.items():
        expected = call()
        for context in (answers.use(), everywhere(answers)):
            answers.reset_report()
            with context:
                got = call()
            same(torch, got, expected, rtol=2e-3 if got.dtype == torch.half else 1e-5, atol=1e-5)
            row = answers.report().get(full)
            assert row and row['expops'] == 1 and row['aten'] == 0, (full, row)
    out = torch.empty_like(x)
    for got in (expops.softplus(x, beta=2), expops.softplus(x, beta=2, out=out), expops.mul(x, 2)):
        assert got.device == x.device
    same(torch, out, F.softplus(x, 2), rtol=1e-5, atol=1e-5)
    same(torch, expops.relu_(x.clone()), x.relu())
    print(f'{len(calls)} forms in a scope and everywhere; {answers.report()}')


@contextlib.contextmanager
def everywhere(answers):
    answers.enable()
    try:
        yield
    finally:
        answers.disable()


def section_refusals(device):
    """What cannot be done is said, and torch's context survives it."""
    torch, expops, answers = modules()
    x = torch.randn(5, device=device)
    wrong = [(lambda: expops.mul(x, torch.randn(3, device=device)), expops.ShapeError),
             (lambda: expops.gelu(x.int()), expops.DtypeError), (lambda: expops.relu('x'), TypeError)]
    if device == 'cuda':
        wrong.append((lambda: expops.mul(x, torch.randn(5)), expops.Error))
    for call, error in wrong:
        try:
            call()
        except error as refused:
            print(f'{type(refused).__name__}: {str(refused)[:100]}')
        else:
            raise AssertionError(f'{error} was expected')
    same(torch, expops.relu(x), x.relu())
    with answers.use():
        grown = torch.sin(x, out=torch.empty(0, device=device))
    same(torch, grown, x.sin())


def section_streams(device):
    """Work is queued on the current stream: behind what it waits for, and not on the default one."""
    torch, expops, answers = modules()
    if device == 'cpu':
        return 'a CPU has no streams'
    stream, x = torch.cuda.Stream(), torch.zeros(1 << 20, device=device)

    def work():
        with answers.use():
            return torch.exp(x), expops.exp(x)
    work()  # compiles
    torch.cuda.synchronize()
    with torch.cuda.stream(stream):
        torch.cuda._sleep(400_000_000)
        x.fill_(2)
        ours = work()
    torch.cuda.default_stream().synchronize()
    assert not stream.query(), 'the host waited, or the work was on another stream'
    stream.synchronize()
    for got in ours:
        same(torch, got, torch.full_like(x, 2).exp())
    return 'functions and a scope wait for the stream, the host does not'


def section_graphs(device):
    """A CUDA graph captured under enable() holds our kernels, and computes anew."""
    torch, expops, answers = modules()
    if device == 'cpu':
        return 'a CPU has no graphs'
    F = torch.nn.functional
    x = torch.randn(64, 256, device=device)

    def work():
        return F.rms_norm(F.gelu(x * 1.5), (256,)).softmax(1), expops.softplus(x)
    with everywhere(answers):
        work()  # compiles
        torch.cuda.synchronize()
        graph = torch.cuda.CUDAGraph()
        answers.reset_report()
        with torch.cuda.graph(graph):
            got = work()
        captured = {full: row for full, row in answers.report().items() if row['expops']}
    x.copy_(torch.randn_like(x))
    graph.replay()
    torch.cuda.synchronize()
    for ours, expected in zip(got, work()):
        same(torch, ours, expected, rtol=1e-4, atol=1e-5)
    assert captured, 'nothing was captured'
    return f'captured: {captured}'


def section_autocast(device):
    torch, expops, answers = modules()
    F = torch.nn.functional
    layer, x = torch.nn.Linear(64, 64, device=device), torch.randn(8, 64, device=device)

    def work():
        with torch.autocast(device, dtype=torch.bfloat16):
            return F.gelu(layer(x)), F.softplus(layer(x)), torch.sin(x)
    plain = work()
    answers.reset_report()
    with answers.use():
        ours = work()
    for got, expected in zip(ours, plain):
        same(torch, got, expected, rtol=2e-2, atol=1e-2)
    assert answers.report()['aten::gelu']['expops'] == 1
    return f'types {[str(t.dtype) for t in ours]}'


def section_compile(device):
    """torch.compile sees ATen as before: one graph, no break; the eager backend then runs our kernels."""
    torch, expops, answers = modules()
    F = torch.nn.functional
    x = torch.randn(32, 64, device=device)

    def work(t):
        return F.gelu(t * 2).amax(1) + F.softplus(t).mean(1)
    with answers.use():
        explained = torch._dynamo.explain(work)(x)
    assert explained.graph_break_count == 0 and explained.graph_count == 1, explained
    torch._dynamo.reset()
    answers.reset_report()
    with answers.use():
        got = torch.compile(work, backend='aot_eager', fullgraph=True)(x)
    same(torch, got, work(x), rtol=1e-5, atol=1e-5)
    answered = sum(row['expops'] for row in answers.report().values())
    assert answered, answers.report()
    print(f'aot_eager: one graph, {answered} calls answered')
    try:
        with everywhere(answers):
            same(torch, torch.compile(work, fullgraph=True)(x), work(x), rtol=1e-4, atol=1e-5)
        print('inductor: the same values')
    except Exception as error:  # needs a compiler and Triton, which are no part of this
        print(f'inductor does not run here: {str(error).splitlines()[0][:120]}')


def section_samples(device, part=0, parts=1):
    """PyTorch's own samples on the device, as in test_operator_info; this process takes every `parts`-th operator."""
    torch, expops, answers = modules()
    import test_operator_info as info
    assert info.op_db, info.why
    case, judged, wrong = info.Samples(), 0, []
    operators = info.covered_operators()[part::parts]
    for operator in operators:
        for dtype, index, sample in info.samples(operator, device):
            expected = info.run(operator, sample)
            with answers.use():
                got = info.run(operator, sample)
            try:
                case.judge(operator, sample, got, expected)
            except (AssertionError, RuntimeError) as refused:
                wrong.append(f'{operator.formatted_name} {dtype} {index}: {first_line(refused)}')
            judged += 1
    rows = answers.report().values()
    print(f"{judged} samples of {len(operators)} operators, {len(wrong)} wrong; "
          f"{sum(r['expops'] for r in rows)} calls answered, {sum(r['aten'] for r in rows)} passed on")
    print(*wrong[:12], sep='\n')
    assert not wrong and judged or not operators


def first_line(error):
    return (str(error).splitlines() or [type(error).__name__])[0][:140]


def run_operators(device, part, parts, *options):
    command = [sys.executable, '-m', 'pytest', '-q', '-p', 'no:cacheprovider', '-W', 'ignore', '--tb=short', '--device', device,
               '--part', f'{part}/{parts}', *options,
               os.path.join(HERE, 'test_operators.py')]
    subprocess.run(command, check=True, stderr=subprocess.STDOUT)


def section_operators(device, part=0, parts=1):
    """Each operator's accuracy beside PyTorch's: the tests that `pytest -m OPERATOR` runs."""
    run_operators(device, part, parts, '-k', 'test_accuracy', '--deep')


def section_speed(device, part=0, parts=1):
    """Each operator's speed beside PyTorch's."""
    run_operators(device, part, parts, '-k', 'test_speed', '--speed', '-s')


def section_model(device):
    """A step of a transformer and of a convolutional net, small and larger: loss and gradients, the time with and without, and
    whether the report adds up."""
    torch, expops, answers = modules()
    import models
    slower = []
    for make, scale in ((models.Transformer, 1), (models.Transformer, 16), (models.ConvNet, 1), (models.ConvNet, 8)):
        plain, ours = models.one_step(make, device, scale=scale), models.one_step(make, device, answers.use(), scale)
        for a, b in zip(plain, ours):
            torch.testing.assert_close(b, a, rtol=2e-3, atol=1e-4)
        step = models.repeatable_step(make, device, scale)
        with answers.use():
            counted = models.count_calls(step, answers)
        times = step_times(torch, device, step, answers)
        middle = {name: statistics.median(values) * 1e3 for name, values in times.items()}
        faster = {name: timing.ratio(times['plain'], times[name]) for name in ('use', 'enable')}
        print(f"{make.__name__}, {scale} times as wide: same loss and gradients; {counted}; step {middle['plain']:.3f} ms, "
              f"use() {middle['use']:.3f} ms ({faster['use']:.3f}x), enable() {middle['enable']:.3f} ms ({faster['enable']:.3f}x), "
              f"plain again {timing.ratio(times['plain'], times['again']):.3f}x", flush=True)
        slower += [make.__name__] if min(faster.values()) < 0.98 else []
    assert not slower, f'slower with ours: {slower}'


def step_times(torch, device, step, answers):
    """Seconds by rounds, of the same thing twice too. On a CPU a round has the best single step of many: other work only adds. On a GPU the
    middle one of runs of a few queued steps, for there the host now and then has good luck."""
    plain = contextlib.nullcontext
    contexts = {'plain': plain, 'use': answers.use, 'enable': lambda: everywhere(answers), 'again': plain}
    budget, runs, chosen = (0, 20, min) if device == 'cpu' else (0.006, 12, statistics.median)
    return timing.in_turns(torch, device, {name: (step, context) for name, context in contexts.items()}, 20, budget, runs, chosen)


def section_unboxed(device):
    """Each form, and each way in which an argument comes to a kernel, with and without a stack of torch's."""
    torch, _, answers = modules()
    import test_unboxed
    chosen = [test_unboxed.Unboxed(name) for name in ('test_calls_come_so_where_registers_are_known', 'test_each_form_and_each_way_to_pass_an_argument',
                                                      'test_what_is_written_is_what_is_returned', 'test_errors_of_torch_pass_through')]
    with torch.device(device):
        result = unittest.TextTestRunner(stream=sys.stderr).run(unittest.TestSuite(chosen))
    assert result.wasSuccessful() and not result.skipped
    unboxed = sum(overload.unboxed[1] is not None for overload in answers._all())
    return f'{unboxed} of {len(answers.covered())} overloads come unboxed'


def section_containers(device):
    """CuPy's arrays as NumPy's; JAX's as inputs."""
    torch, expops, _ = modules()
    x = torch.randn(300, device=device)
    expected, said = x.sigmoid().cpu(), []
    if device == 'cuda' and importable('cupy'):
        import cupy
        mine, out = cupy.from_dlpack(x), cupy.empty(300, 'float32')
        got = expops.sigmoid(mine)
        assert isinstance(got, cupy.ndarray) and expops.sigmoid(mine, out=out) is out, type(got)
        for array in (got, out):
            same(torch, torch.from_dlpack(array).cpu(), expected, rtol=1e-5, atol=1e-6)
        said.append(f'CuPy {cupy.__version__}')
    if importable('jax'):
        import jax
        out = torch.empty_like(x)
        expops.sigmoid(jax.numpy.from_dlpack(x), out=out)
        same(torch, out.cpu(), expected, rtol=1e-5, atol=1e-6)
        said.append(f'JAX {jax.__version__} gives inputs')
    return ', '.join(said) or 'neither CuPy nor JAX is installed'


def importable(name):
    return importlib.util.find_spec(name) is not None


def section_devices(device):
    """A device that is not the current one."""
    torch, expops, answers = modules()
    if device == 'cpu' or torch.cuda.device_count() < 2:
        return 'one device'
    x = torch.randn(1000, device='cuda:1')
    with everywhere(answers):
        got = torch.nn.functional.gelu(x)
    for ours in (got, expops.gelu(x)):
        same(torch, ours, torch.nn.functional.gelu(x), rtol=1e-5, atol=1e-5)
    assert torch.cuda.current_device() == 0
    return f"on cuda:1, the current one being 0: {answers.report()['aten::gelu']}"


def section_distributed(device):
    torch, _, _ = modules()
    if device == 'cuda' and torch.cuda.device_count() < 2:
        return 'one GPU: two ranks with NCCL need two'
    import test_distributed
    return test_distributed.two_ranks(device)


def section_attention(device):
    """Half types, where PyTorch's own kernels round weights as ours do."""
    import test_attention
    return test_attention.judge_all(device) if device != 'cpu' else 'a CPU is judged by test_operators.py'


def section_cost(device):
    """The table of docs/python.md, for small and medium tensors."""
    for elements in (16, 1 << 16):
        print(f'{elements} elements, microseconds a call:', flush=True)
        subprocess.run([sys.executable, os.path.join(HERE, '..', '..', 'tools', 'bench_python.py'), str(elements), device], check=True)


def main(device, name):
    section, *part = name.split('/')
    said = globals()[f'section_{section}'](device, *map(int, part))
    if said:
        print(said)


if __name__ == '__main__':
    main(*sys.argv[1:])
