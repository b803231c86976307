"""How long calls take: of several short runs, taken in turns where calls are compared, since what else the machine does comes and
goes."""
import contextlib
import statistics
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


def take(torch, device, call, budget=0.01, runs=5):
    """[seconds of one call] of each run, which takes about `budget`."""
    _run(torch, device, call, 2)
    count = max(1, int(budget / _run(torch, device, call, 3)))
    return [_run(torch, device, call, count) for _ in range(runs)]


def in_turns(torch, device, calls, rounds=3, budget=0.01, runs=5, chosen=min):
    """{name: [seconds in each round]}, of {name: (call, what makes the context in which it is called)}. Each round begins with another; of
    its runs one is chosen."""
    times, names = {name: [] for name in calls}, list(calls)
    for number in range(rounds):
        for name in names[number % len(names):] + names[:number % len(names)]:
            call, context = calls[name]
            with context():
                times[name].append(chosen(take(torch, device, call, budget, runs)))
    return times


def ratio(theirs, ours):
    """How many times as fast ours is, by rounds: over many the machine may become another."""
    return statistics.median(one / other for one, other in zip(theirs, ours, strict=True))


def speedup(torch, device, ours, theirs, rounds=3):
    plain = contextlib.nullcontext
    times = in_turns(torch, device, {'ours': (ours, plain), 'theirs': (theirs, plain)}, rounds, budget=0.004)
    return ratio(times['theirs'], times['ours'])
