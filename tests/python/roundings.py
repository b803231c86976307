"""What roundings on the way may cost a result, beside the last one: by how much an answer may be off though every step is as near as its
type has it. `answer(arguments, named)` gives PyTorch's results in double precision; all of this returns a bound for each result."""
import math

import torch

SINGLE = 2.0**-24  # half a unit of f32
HALVES = {torch.float16: 2.0**-11, torch.bfloat16: 2.0**-8}
LEAST = 2.0**-149
ATTENTION = {'scaled_dot_product_attention', '_scaled_dot_product_attention_math'}


def granted(name, units, answer, arguments, named, precise, matrix):
    """`units`: the operator's stated bound in f32. `matrix`: on a device whose matrix instructions round weights of both half types; those
    of CPUs, where they are, round bf16's."""
    dtypes = {value.dtype for value in arguments if isinstance(value, torch.Tensor) and value.is_floating_point()}
    if name in ATTENTION and dtypes <= (set(HALVES) if matrix else {torch.bfloat16}):
        return of_rounded_weights(answer, arguments, named, precise)
    if dtypes != {torch.float32}:
        return [None] * len(precise)
    return of_scores(answer, arguments, named) if name in ATTENTION else of_numbers(units, answer, arguments, named, precise)


def sizes_of_terms(answer, arguments, named):
    query, key, value, *others = arguments
    return answer([query, key, value.abs(), *others], named)


def of_rounded_weights(answer, arguments, named, precise):
    """PyTorch's own kernels for half types (flash, memory-efficient, cuDNN) round each weight to it, too: half a unit of all terms' sizes
    and of the result, and in f16, which ends at 2^-24, half of that for each term."""
    value = arguments[2]
    lost = 2.0**-25 * value.double().abs().sum(-2, keepdim=True) if value.dtype == torch.float16 else 0
    return [HALVES[value.dtype] * (size + result.abs()) + lost
            for size, result in zip(sizes_of_terms(answer, arguments, named), precise)]


def several(count):
    """So many roundings, each to either side, are off by the root of that many (Higham and Mary 2019); all to one side they never are."""
    return math.sqrt(count)


def of_scores(answer, arguments, named):
    """In f32. A weight is off by as much, relatively, as its score and that of the row's largest are absolutely: those are sums of products
    that are as large as query's row times the longest of key's, and then scaled, masked and subtracted. Besides it is an
    exponential, one of a sum that it is divided by, and one of the products that are summed."""
    query, key, _ = arguments[:3]
    elements, terms = query.shape[-1], key.shape[-2]
    scale, mask = named.get('scale'), named.get('attn_mask')
    size = query.double().norm(dim=-1, keepdim=True) * key.double().norm(dim=-1).max() * abs(scale or 1 / math.sqrt(elements))
    if mask is not None and mask.is_floating_point():
        size = size + mask.double().abs().nan_to_num(posinf=0).max()
    relative = SINGLE * (2 * several(elements + 3) * size + 2 * several(terms) + 2)
    return [relative * size + LEAST for size in sizes_of_terms(answer, arguments, named)]


def of_numbers(units, answer, arguments, named, precise):
    """In f32. Numbers are rounded to it before anything is computed, and what is made of them alone, once for all elements, is rounded
    again: what moving each by a unit changes, beside the operator's bound."""
    bounds = [0] * len(precise)
    for key, number in [*enumerate(arguments), *named.items()]:
        if not isinstance(number, float):
            continue
        for moved in (number * (1 + 2 * SINGLE), number * (1 - 2 * SINGLE)):
            values = [moved if index == key else value for index, value in enumerate(arguments)]
            others = answer(values, {**named, **({key: moved} if key in named else {})}) or precise
            bounds = [bound + (other - result).abs().nan_to_num() for bound, other, result in zip(bounds, others, precise)]
    return [bound + units * 2 * SINGLE * result.abs() for bound, result in zip(bounds, precise)]
