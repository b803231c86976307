"""Attention in half types on a GPU, whose matrix instructions round each weight to the half type: how far it may be from the answer in
double precision (roundings.py), and how far PyTorch's own kernels are, which have to keep to it too."""
import os
import sys
import unittest

import support
from support import expops, torch

if torch is not None:
    import test_operators as beside
    from torch.nn.attention import SDPBackend, sdpa_kernel

ATTENTION = 'scaled_dot_product_attention'
#        query's heads and rows, key's rows, elements of each, and of value's
SHAPES = [((), 40, 40, 24, 24), ((), 64, 96, 96, 96), ((2, 3), 40, 56, 32, 32), ((2, 4), 128, 128, 64, 64), ((1, 8), 333, 77, 80, 48),
          ((4,), 512, 512, 128, 128), ((1, 2), 1024, 4096, 64, 64), ((2, 2), 2048, 2048, 128, 64), ((1, 1), 8192, 8192, 64, 64)]


def options(query, key):
    """Named arguments: none, those for which nothing or another scale is taken, and masks of both kinds."""
    rows, terms = query.shape[-2], key.shape[-2]
    yield {}
    yield {'is_causal': True}
    yield {'scale': 0.02}
    keep = torch.rand(rows, terms, device=query.device) < 0.8
    keep[:, 0] = True
    yield {'attn_mask': keep}
    yield {'attn_mask': torch.randn(rows, terms, device=query.device).to(query.dtype)}


def drawn(shape, dtype, device):
    heads, rows, terms, elements, columns = shape
    return [torch.randn(*heads, count, width, device=device).to(dtype)
            for count, width in ((rows, elements), (terms, elements), (terms, columns))]


def farthest(results, precise, allowed):
    """Of what is granted, the largest part that an element takes."""
    return max(float(((result.double() - precise).abs() / allowed).max()) for result in results)


def torchs(arguments, named):
    """{kernel of PyTorch's: its answer}, of those that take the call."""
    function, answers = torch.nn.functional.scaled_dot_product_attention, {}
    for kernel in (SDPBackend.FLASH_ATTENTION, SDPBackend.EFFICIENT_ATTENTION, SDPBackend.CUDNN_ATTENTION, SDPBackend.MATH):
        try:
            with sdpa_kernel(kernel):
                answers[kernel.name] = function(*arguments, **named)
        except RuntimeError:
            continue
    return answers


def compare(arguments, named):
    """(ours, {PyTorch's kernels}): the largest part of what is granted."""
    function = torch.nn.functional.scaled_dot_product_attention
    precise = beside.in_double(function, arguments, named)[0]
    allowed = beside.granted(ATTENTION, 0, function, arguments, named, [precise])[0]
    ours = [results[0] for results in beside.forms(ATTENTION, arguments, named, [torch.empty_like(precise, dtype=arguments[0].dtype)])]
    return farthest(ours, precise, allowed), {kernel: farthest([result], precise, allowed)
                                              for kernel, result in torchs(arguments, named).items()}


def judge_all(device):
    """Each call's figures; raises where ours is off by more than what is granted."""
    torch.manual_seed(1)
    lines, wrong, theirs = [], [], {}
    for dtype in (torch.float16, torch.bfloat16):
        for shape in SHAPES:
            arguments = drawn(shape, dtype, device)
            for named in options(*arguments[:2]):
                ours, kernels = compare(arguments, named)
                lines.append((ours, max(kernels.values(), default=0)))
                theirs = {kernel: max(part, theirs.get(kernel, 0)) for kernel, part in {**theirs, **kernels}.items()}
                wrong += [f'{dtype} {shape} {list(named)}: {ours:.2f}, PyTorch {kernels}'] if not ours <= 1 else []
    assert not wrong, '\n'.join(wrong)
    nearer = sum(ours <= other for ours, other in lines)
    return (f'{len(lines)} calls, off by {min(lines)[0]:.2f} to {max(lines)[0]:.2f} of what is granted, in {nearer} by no more than the '
            f"farthest of PyTorch's; those by up to { {kernel: round(part, 2) for kernel, part in theirs.items()} }")


@support.needs_torch
class HalfTypes(unittest.TestCase):
    @unittest.skipUnless(torch is not None and torch.cuda.is_available(), 'PyTorch sees no GPU')
    def test_on_a_gpu(self):
        print(judge_all('cuda'))


if __name__ == '__main__':
    support.main()
