"""How long calls take: the shortest of several runs, taken in turns where calls are compared, since what else the machine does comes
and goes."""
import contextlib
import time


def _run(torch, device, call, count):
    if device != 'cpu':
        torch.cuda.synchronize()
    start = time.perf_counter()
    for _ in range(count):
        call()
    if device != 'cpu':
        torch.cuda.synchronize()
    return (time.perf_counter() - start) / count


def seconds(torch, device, call, budget=0.01, runs=5):
    """Of one call. A run takes about `budget`."""
    _run(torch, device, call, 2)
    count = max(1, int(budget / _run(torch, device, call, 3)))
    return min(_run(torch, device, call, count) for _ in range(runs))


def in_turns(torch, device, calls, rounds=3, budget=0.01, runs=5):
    """{name: seconds}, of {name: (call, what makes the context in which it is called)}."""
    times = {name: [] for name in calls}
    for _ in range(rounds):
        for name, (call, context) in calls.items():
            with context():
                times[name].append(seconds(torch, device, call, budget, runs))
    return {name: min(values) for name, values in times.items()}


def speedup(torch, device, ours, theirs):
    plain = contextlib.nullcontext
    times = in_turns(torch, device, {'ours': (ours, plain), 'theirs': (theirs, plain)})
    return times['theirs'] / times['ours']
