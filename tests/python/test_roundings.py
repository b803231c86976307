"""What roundings.py grants is what careful steps need, and not what careless ones do."""
import math
import unittest

import support
from support import torch

if torch is not None:
    import roundings

ATTENTION = '_scaled_dot_product_attention_math'


def attention(arguments, named):
    return torch.ops.aten._scaled_dot_product_attention_math(*arguments, **named)


def in_double(arguments, named):
    return attention([argument.double() for argument in arguments], named)


def largest_part(results, precise, allowed):
    return max(float(((result.double() - right).abs() / bound).max()) for result, right, bound in zip(results, precise, allowed))


@support.needs_torch
class Granted(unittest.TestCase):
    def test_rounded_weights(self):
        """Of half types: rounding them once is granted, three times as much is not."""
        torch.manual_seed(1)
        query, key, value = (torch.randn(64, 96).half() for _ in range(3))
        precise = in_double([query, key, value], {})[:1]
        allowed = roundings.granted(ATTENTION, 0, in_double, [query, key, value], {}, precise, True)
        score = query.double() @ key.double().T / math.sqrt(96)
        weight = (score - score.amax(-1, keepdim=True)).exp()

        def part(factor):
            made = ((factor * weight).half().double() @ value.double() / weight.sum(-1, keepdim=True)).half()
            return largest_part([made], precise, allowed)
        self.assertLessEqual(part(1), 1)
        self.assertGreater(part(1 + 3 * 2**-11), 1)

    def test_scores(self):
        """In f32, whatever is drawn: PyTorch's own kernels and a sum of one product after the other are granted, scores that keep 19 of 24 bits
        are not."""
        for seed in range(40):
            torch.manual_seed(seed)
            query, key, value = (torch.empty(40, width).uniform_(-2, 2) for width in (24, 24, 20))
            named = {'scale': 4.6 if seed % 2 else None, 'attn_mask': torch.empty(40, 40).uniform_(-2, 2)}
            precise = in_double([query, key, value], named)
            allowed = roundings.granted(ATTENTION, 0, in_double, [query, key, value], named, precise, False)
            self.assertLessEqual(largest_part(attention([query, key, value], named), precise, allowed), 1)
            score = torch.zeros(40, 40)
            for element in range(24):
                score += query[:, element:element + 1] * key[:, element]
            score = score * (named['scale'] or 1 / math.sqrt(24)) + named['attn_mask']
            for coarse, judge in ((0, self.assertLessEqual), (2**5, self.assertGreater)):
                grid = coarse * roundings.SINGLE * score.abs().max()
                weight = ((score / grid).round() * grid if coarse else score).softmax(-1)
                judge(largest_part([weight @ value, weight], precise, allowed), 1, (seed, coarse))

    def test_numbers(self):
        """A number as near as f32 has it is granted, one that is farther off is not: celu of a negative alpha grows without end."""
        torch.manual_seed(1)
        x, named = torch.empty(1000).uniform_(-20, 20), {'alpha': -0.6123456789}

        def answer(arguments, words):
            return torch.nn.functional.celu(arguments[0].double(), **words),
        precise = answer([x], named)
        allowed = roundings.granted('celu', 4, answer, [x], named, precise, False)

        def part(alpha):
            low = torch.expm1(x * (1 / alpha)) * alpha
            return largest_part([torch.where(x < 0, low, x)], precise, allowed)
        alpha = torch.tensor(named['alpha'])
        self.assertLessEqual(part(alpha), 1)
        self.assertGreater(part(alpha * (1 + 2**-20)), 1)


if __name__ == '__main__':
    support.main()
