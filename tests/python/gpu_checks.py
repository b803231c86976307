"""The Python module beside PyTorch on a GPU, in under four minutes: each section is a process of its own, so that none takes
the others with it. Prints one line for each, and what failed below it.

usage: gpu_checks.py [--device cpu] [SECTION ...]      PYTHONPATH names the folder of the package
"""
import argparse
import concurrent.futures
import contextlib
import os
import subprocess
import sys
import time

SAMPLES_AT_ONCE = 6  # processes that share the operators' samples
SAMPLE_SECONDS, SECTION_SECONDS = 75, 120


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


def section_samples(device, shard=0, shards=1, seconds=SAMPLE_SECONDS):
    """PyTorch's own samples on the device, as in test_operator_info; this process takes every `shards`-th operator."""
    torch, expops, answers = modules()
    import unittest
    import test_operator_info as info
    assert info.op_db, info.why
    case = info.Samples()
    operators = info.covered_operators()[shard::shards]
    judged, refused, end, left = 0, [], time.monotonic() + seconds, 0
    for number, operator in enumerate(operators):
        if time.monotonic() > end:
            left = len(operators) - number
            break
        for dtype, index, sample in info.samples(operator, device, ('float32', 'bfloat16', 'int64')):
            try:
                expected = info.run(operator, sample)
                with answers.use():
                    got = info.run(operator, sample)
                case.judge(operator, sample, got, expected)
            except (AssertionError, RuntimeError, unittest.SkipTest) as wrong:
                refused.append(f'{operator.formatted_name} {dtype} {index}: {str(wrong).splitlines()[0][:140]}')
            judged += 1
    rows = answers.report().values()
    print(f"{judged} samples of {len(operators) - left} operators ({left} not reached), {len(refused)} wrong; "
          f"{sum(r['expops'] for r in rows)} calls answered, {sum(r['aten'] for r in rows)} passed on")
    print(*refused[:8], sep='\n')
    assert not refused


def section_model(device):
    """A step of a transformer and of a convolutional net: loss, gradients, and the time with and without."""
    torch, expops, answers = modules()
    import models
    for make in (models.Transformer, models.ConvNet):
        plain, ours = models.one_step(make, device), models.one_step(make, device, answers.use())
        for a, b in zip(plain, ours):
            torch.testing.assert_close(b, a, rtol=2e-3, atol=1e-4)
        step = models.repeatable_step(make, device)
        answers.reset_report()
        times = {'plain': [], 'use': []}
        for _ in range(6):
            times['plain'].append(seconds_of(torch, device, step))
            with answers.use():
                times['use'].append(seconds_of(torch, device, step))
        rows = answers.report().values()
        best = {name: min(values[1:]) * 1e3 for name, values in times.items()}
        print(f"{make.__name__}: same loss and gradients; step {best['plain']:.3f} ms, with use() {best['use']:.3f} ms "
              f"({best['plain'] / best['use']:.2f}x); {sum(r['expops'] for r in rows)} calls ours, "
              f"{sum(r['aten'] for r in rows)} passed on")


def seconds_of(torch, device, step, count=10):
    def ready():
        return torch.cuda.synchronize() if device == 'cuda' else None
    step()
    ready()
    start = time.perf_counter()
    for _ in range(count):
        step()
    ready()
    return (time.perf_counter() - start) / count


def section_distributed(device):
    torch, _, _ = modules()
    if device == 'cuda' and torch.cuda.device_count() < 2:
        return 'one GPU: two ranks with NCCL need two'
    import test_distributed
    return test_distributed.two_ranks(device)


def section_cost(device):
    """The table of docs/python.md, for small and medium tensors."""
    root = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'tools', 'bench_python.py')
    for elements in (16, 1 << 16):
        print(f'{elements} elements, microseconds a call:')
        subprocess.run([sys.executable, root, str(elements), device], check=True)


SECTIONS = ['environment', 'forms', 'refusals', 'streams', 'graphs', 'autocast', 'compile', 'model', 'distributed']
ALONE = ['cost']  # timings


def run_section(name, device):
    start = time.monotonic()
    try:
        done = subprocess.run([sys.executable, '-W', 'ignore', __file__, '--device', device, '--here', name], text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=SECTION_SECONDS)
        code, out, errors = done.returncode, done.stdout, done.stderr
    except subprocess.TimeoutExpired as late:
        code, out, errors = 'too late', (late.stdout or b'').decode(), (late.stderr or b'').decode()
    failed = '' if code == 0 else f'  exit {code}\n' + '\n'.join(errors.strip().splitlines()[-12:])
    print(f"{'ok  ' if code == 0 else 'FAIL'} {name} ({time.monotonic() - start:.0f} s)", out.strip(), failed, sep='\n  ', flush=True)
    return code == 0


def here(name, device):
    section, _, shard = name.partition('/')
    arguments = [int(shard), SAMPLES_AT_ONCE] if shard else []
    said = globals()[f'section_{section}'](device, *arguments)
    if said:
        print(said)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--device', default='cuda')
    parser.add_argument('--here', action='store_true', help='one section, in this process')
    parser.add_argument('sections', nargs='*')
    given = parser.parse_args()
    if given.here:
        return here(given.sections[0], given.device)
    samples = [f'samples/{shard}' for shard in range(SAMPLES_AT_ONCE)]
    chosen = given.sections or SECTIONS + samples + ALONE
    together, alone = [name for name in chosen if name not in ALONE + ['model']], [n for n in chosen if n in ALONE + ['model']]
    with concurrent.futures.ThreadPoolExecutor(8 if given.device == 'cuda' else 1) as pool:
        passed = list(pool.map(lambda name: run_section(name, given.device), together))
    passed += [run_section(name, given.device) for name in alone]
    print(f'{sum(passed)} of {len(passed)} sections')
    return sys.exit(not all(passed))


if __name__ == '__main__':
    main()
