#!/usr/bin/env python3
"""Times single calls on the CPU where threads meet: on an idle machine, with every processor busy, and beside PyTorch.

  taskset -c 0,1 python bench_threads.py --build build/test    silu and mul, f32, 64 Ki to 16 Mi elements, on two processors
  bench_threads.py --build build/test --build old/build/test   two builds, taking turns

Each cell is the least, the median and the 99th percentile of a call's time. `busy`: as many processes as there are processors
compute all the time. `torch`: PyTorch computes the same between two calls, with its own threads, in this process. The column
`1 thread` is EXPOPS_CPU_THREADS=1. The Python interpreter's share of a call, about 2 µs, is in all of them.
"""
import argparse
import json
import os
import subprocess
import sys
import time

from bench_torch_library import Library, time_text

SCENES = ('idle', 'busy', 'torch')


def take(run, between, seconds):
    times, end = [], time.perf_counter() + seconds
    while len(times) < 20 or time.perf_counter() < end:
        between()
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return times


def child(options):
    """Prints {operator: {size: times}} of one build in one scene."""
    import torch
    library, result = Library(options.build[0], 'cpu'), {}
    theirs = {'silu': torch.nn.functional.silu, 'mul': lambda x: torch.mul(x, x)}
    for name, numbers in (('silu', 1), ('mul', 2)):
        for size in options.sizes:
            library.keep.clear()
            x, out = torch.rand(size), torch.empty(size)
            run = library.prepared(name, (x,) * numbers, [out])
            between = (lambda x=x, name=name: theirs[name](x)) if options.scene == 'torch' else (lambda: None)
            take(run, between, options.seconds / 5)
            result[f'{name} {size}'] = take(run, between, options.seconds)
    print(json.dumps(result))


def measure(options, scene, build, threads):
    environment = dict(os.environ)
    if threads:
        environment.update(EXPOPS_CPU_THREADS=str(threads), OMP_NUM_THREADS=str(threads))
    command = [sys.executable, __file__, '--scene', scene, '--build', build, '--seconds', str(options.seconds / options.rounds),
               '--sizes', ','.join(map(str, options.sizes))]
    done = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(done.stdout)


def cell(times):
    ordered = sorted(times)
    return ' / '.join(time_text(ordered[int(share * (len(ordered) - 1))]) for share in (0, 0.5, 0.99))


def run_scene(options, scene):
    columns = [(build, threads) for build in options.build for threads in (None, 1)]
    cells, busy = {}, []
    try:
        if scene == 'busy':
            busy = [subprocess.Popen([sys.executable, '-c', 'while True: pass']) for _ in os.sched_getaffinity(0)]
        for _ in range(options.rounds):
            for column in columns:
                for row, times in measure(options, scene, *column).items():
                    cells.setdefault(row, {}).setdefault(column, []).extend(times)
    finally:
        for process in busy:
            process.kill()
            process.wait()
    print(f'\n| {scene} |' + ''.join(f' {build}{", 1 thread" if threads else ""} |' for build, threads in columns))
    print('|---|' + '---|' * len(columns))
    for row, found in cells.items():
        print(f'| {row} |' + ''.join(f' {cell(found[column])} |' for column in columns), flush=True)


def describe_machine():
    with open('/proc/cpuinfo', encoding='utf-8') as file:
        models = [line.split(':')[1].strip() for line in file if line.startswith('model name')]
    print(f'{models[0] if models else "unknown processor"}, {len(os.sched_getaffinity(0))} of {os.cpu_count()} processors, '
          f'load before {os.getloadavg()[0]:.1f}', flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--build', action='append', help='build folder of the library')
    parser.add_argument('--sizes', type=lambda text: [int(x) for x in text.split(',')],
                        default=[1 << 16, 1 << 18, 1 << 20, 1 << 24])
    parser.add_argument('--seconds', type=float, default=1, help='for each cell')
    parser.add_argument('--rounds', type=int, default=5, help='in which builds and numbers of threads take turns')
    parser.add_argument('--scenes', type=lambda text: text.split(','), default=SCENES, help=','.join(SCENES))
    parser.add_argument('--scene', help=argparse.SUPPRESS)
    options = parser.parse_args()
    options.build = options.build or ['build']
    if options.scene:
        child(options)
        return
    describe_machine()
    for scene in options.scenes:
        run_scene(options, scene)


if __name__ == '__main__':
    main()
