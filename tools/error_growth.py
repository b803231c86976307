#!/usr/bin/env python3
"""Measures how the relative error of a sum grows with the number of elements, beside PyTorch's, for 2^10 to 2^28 of them.

  error_growth.py --build build -o sums.json                     on a GPU (--backend cpu: on the CPU)
  error_growth.py --draw sums_cpu.json [MORE.json] docs/pictures/error_growth.svg

Elements lie in [0, 1), with all bits of a significand and exponents of some range; all are multiples of one power of two, so that
integers say what their sum is exactly. The sum of half types is asked for in f32: f16 ends long before 2^28 of them. Both libraries
sum the same memory; up to 16 pieces of it for each number of elements. Drawing needs matplotlib and nothing else.
"""
import argparse
import json
import math

BITS = {'f32': 24, 'f64': 53, 'f16': 11, 'bf16': 8}  # of a significand
SHIFTS = {'f32': 8, 'f64': 4, 'f16': 13, 'bf16': 16}  # So many exponents below the largest
TYPES = {'f32': 'float32', 'f64': 'float64', 'f16': 'float16', 'bf16': 'bfloat16'}
RESULT = {'f32': 'f32', 'f64': 'f64', 'f16': 'f32', 'bf16': 'f32'}
BLOCK, CHUNK, TRIALS = 1 << 10, 1 << 24, 16
LOW_BITS = 26  # Of integers, which are summed in two parts.


def fraction_bits(dtype):
    """Elements are multiples of 2 to minus this."""
    return BITS[dtype] + SHIFTS[dtype]


def draw_elements(torch, dtype, count):
    """The elements, and for each block of them the exact sums of their integers' upper and lower bits."""
    x = torch.empty(count, dtype=getattr(torch, TYPES[dtype]))
    upper, lower = (torch.empty(count // BLOCK, dtype=torch.int64) for _ in range(2))
    for first in range(0, count, CHUNK):
        end = min(count, first + CHUNK)
        integers = torch.randint(0, 1 << BITS[dtype], (end - first,), dtype=torch.int64)
        integers <<= torch.randint(0, SHIFTS[dtype] + 1, (end - first,), dtype=torch.int64)
        x[first:end] = integers.double() / 2.0 ** fraction_bits(dtype)
        blocks = slice(first // BLOCK, end // BLOCK)
        upper[blocks] = (integers >> LOW_BITS).view(-1, BLOCK).sum(1)
        lower[blocks] = (integers & (1 << LOW_BITS) - 1).view(-1, BLOCK).sum(1)
    return x, upper, lower


def relative_error(found, exact, bits):
    """Of a float against an integer of 2^-bits, without rounding."""
    numerator, denominator = float(found).as_integer_ratio()
    return abs((numerator << bits) - exact * denominator) / (exact * denominator)


def errors(torch, library, dtype, largest):
    from bench_torch_library import expops_dtype
    x, upper, lower = draw_elements(torch, dtype, 1 << largest)
    out = torch.empty((), dtype=getattr(torch, TYPES[RESULT[dtype]]))
    for power in range(10, largest + 1):
        n, found = 1 << power, {'expops': [], 'PyTorch': []}
        for trial in range(min(TRIALS, len(x) // n)):
            blocks = slice(trial * n // BLOCK, (trial + 1) * n // BLOCK)
            exact = (int(upper[blocks].sum()) << LOW_BITS) + int(lower[blocks].sum())
            piece = x[trial * n:(trial + 1) * n]
            library.prepared('sum', [piece, None, False, expops_dtype(RESULT[dtype])], [out])()
            if x.is_cuda:
                torch.cuda.synchronize()
            found['expops'].append(relative_error(out, exact, fraction_bits(dtype)))
            found['PyTorch'].append(relative_error(piece.sum(dtype=out.dtype), exact, fraction_bits(dtype)))
            library.keep.clear()
        yield {'elements': n, 'trials': len(found['expops']),
               **{name: {'rms': math.sqrt(sum(e * e for e in each) / len(each)), 'largest': max(each)}
                  for name, each in found.items()}}


def run(options):
    import torch
    from bench_torch_library import Library
    torch.manual_seed(options.seed)
    if options.backend == 'cpu':
        library, name = Library(options.build, 'cpu'), 'CPU'
    else:
        torch.set_default_device('cuda')
        stream = torch.cuda.Stream()
        torch.cuda.set_stream(stream)
        library, name = Library(options.build, options.backend, stream.cuda_stream), torch.cuda.get_device_name()
    sums = {}
    for dtype in TYPES:
        sums[dtype] = []
        for row in errors(torch, library, dtype, options.largest):
            sums[dtype].append(row)
            print(f"{dtype} 2^{row['elements'].bit_length() - 1}: expops {row['expops']['rms']:.2e}, "
                  f"PyTorch {row['PyTorch']['rms']:.2e} ({row['trials']} sums)", flush=True)
    return {'device': name, 'pytorch': torch.__version__, 'seed': options.seed, 'sums': sums}


def draw(measured, path):
    import matplotlib
    matplotlib.use('Agg')
    matplotlib.rcParams.update({'svg.hashsalt': 'expops', 'svg.fonttype': 'none'})
    from matplotlib import pyplot
    figure, panels = pyplot.subplots(len(measured), len(TYPES), sharex=True, sharey='col', squeeze=False, layout='constrained',
                                     figsize=(12, 1 + 3 * len(measured)))
    for line, data in zip(panels, measured):
        for axes, dtype in zip(line, TYPES):
            rows, rounding = data['sums'][dtype], 2.0 ** -BITS[RESULT[dtype]]
            counts = [row['elements'] for row in rows]
            axes.plot(counts, [rounding * math.log2(n) for n in counts], color='0.6', linestyle='--', label='log2(n) roundings')
            axes.axhline(rounding, color='0.6', linestyle=':', label='one rounding')
            for name, color, marker in (('expops', 'tab:blue', 'o'), ('PyTorch', 'tab:orange', 'D')):
                axes.plot(counts, [max(row[name]['rms'], rounding / 1000) for row in rows], marker, color=color, markersize=3,
                          linestyle='-', linewidth=0.8, label=name)
            axes.set_xscale('log', base=2)
            axes.set_yscale('log')
            axes.grid(alpha=0.3)
            axes.set_title(f"{dtype}{', summed to f32' if RESULT[dtype] != dtype else ''}", fontsize=9)
        line[0].set_ylabel(f"{data['device']}\nrelative error", fontsize=8)
    for axes in panels[-1]:
        axes.set_xlabel('elements')
    panels[0][0].legend(fontsize=7)
    figure.savefig(path, metadata={'Date': None})


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--build', default='build', help='build folder of the library; else an installed one is used')
    parser.add_argument('--backend', default='cuda', choices=['cuda', 'hip', 'cpu'])
    parser.add_argument('--largest', type=int, default=28, help='the largest number of elements, as a power of two')
    parser.add_argument('--seed', type=int, default=1)
    parser.add_argument('-o', '--output', help='file for the figures')
    parser.add_argument('--draw', nargs='+', metavar='FILE', help='draws what -o kept in all but the last, to the last')
    options = parser.parse_args()
    if options.draw:
        measured = [json.load(open(path, encoding='utf-8')) for path in options.draw[:-1]]
        draw(measured, options.draw[-1])
        return
    data = run(options)
    if options.output:
        with open(options.output, 'w', encoding='utf-8') as file:
            json.dump(data, file, indent=1)


if __name__ == '__main__':
    main()
