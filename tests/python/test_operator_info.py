"""PyTorch's own samples for its operators (torch.testing._internal), with PyTorch's operators answered by ours. Judged by
PyTorch without it and, where the two differ, by the same in double precision: ours must not be the farther one."""
import unittest
import warnings

import support
from support import needs_torch, torch

op_db = []
why = 'PyTorch is not installed'
if torch is not None:
    import expops.torch as answers
    try:
        with warnings.catch_warnings():
            warnings.simplefilter('ignore')
            from torch.testing._internal.common_methods_invocations import op_db
    except ImportError as missing:
        why = f"PyTorch's samples need a package that is not installed: {missing.name}"

TYPES = ('float32', 'float64', 'float16', 'bfloat16', 'int64', 'int8', 'uint8', 'bool', 'complex64')


def wide(value):
    if isinstance(value, torch.Tensor):
        return value.to(torch.complex128 if value.is_complex() else torch.float64) if value.dtype.is_floating_point or \
            value.is_complex() else value
    return value


def run(operator, sample, change=lambda value: value):
    given = change(sample.input)
    given = given.clone() if isinstance(given, torch.Tensor) else given
    try:
        return operator(given, *(change(value) for value in sample.args),
                        **{key: change(value) for key, value in sample.kwargs.items()})
    except (RuntimeError, TypeError, ValueError, IndexError) as error:
        return error


def covered_operators():
    covered = {full.split('::')[1].split('.')[0].rstrip('_') for full in answers.covered()}
    return [operator for operator in op_db if operator.aten_name in covered or operator.name in covered]


def samples(operator, device, names=TYPES):
    """(type, number, sample)"""
    for dtype in (getattr(torch, name) for name in names):
        if dtype in operator.supported_dtypes(device):
            torch.manual_seed(0)
            for number, sample in enumerate(operator.sample_inputs(device, dtype)):
                yield dtype, number, sample


def error_of(got, truth):
    return (wide(got) - truth).abs().nan_to_num().max()


@unittest.skipUnless(op_db, why)
@needs_torch
class Samples(unittest.TestCase):
    def judge(self, operator, sample, got, expected):
        if not isinstance(expected, torch.Tensor):
            self.assertIs(type(got), type(expected), got)
            return
        self.assertIsInstance(got, torch.Tensor, got)
        self.assertEqual((got.dtype, got.shape, got.stride()), (expected.dtype, expected.shape, expected.stride()))
        try:
            torch.testing.assert_close(got, expected, equal_nan=True)
        except AssertionError:
            truth = run(operator, sample, wide)
            self.assertTrue(torch.equal(got.isnan(), expected.isnan()))
            self.assertLessEqual(error_of(got, truth), error_of(expected, truth))

    def test_every_sample(self):
        operators = covered_operators()
        answers.reset_report()
        judged = 0
        for operator in operators:
            for dtype, number, sample in samples(operator, 'cpu'):
                with self.subTest(operator=operator.formatted_name, dtype=dtype, sample=number):
                    expected = run(operator, sample)
                    with answers.use():
                        got = run(operator, sample)
                    self.judge(operator, sample, got, expected)
                    judged += 1
        rows = answers.report().values()
        for full, row in answers.report().items():
            if row['aten']:
                print(f"{full}: {row['aten']} of {row['aten'] + row['expops']} passed on: {row['reasons']}")
        print(f"{judged} samples of {len(operators)} operators; {sum(row['expops'] for row in rows)} calls answered, "
              f"{sum(row['aten'] for row in rows)} passed on")
        self.assertGreater(judged, 3000)
        self.assertGreater(sum(row['expops'] for row in rows), 2000)

    def test_what_no_scope_includes_is_pytorchs(self):
        """Every call goes on to PyTorch's own kernel, with whatever arguments it has."""
        judged = 0
        for operator in covered_operators():
            for dtype, number, sample in samples(operator, 'cpu', ('float32', 'int64')):
                with self.subTest(operator=operator.formatted_name, dtype=dtype, sample=number):
                    expected = run(operator, sample)
                    with answers.use(include=[]):
                        got = run(operator, sample)
                    self.assertIs(type(got), type(expected), got)
                    if isinstance(expected, torch.Tensor):
                        torch.testing.assert_close(got, expected, rtol=0, atol=0, equal_nan=True)
                    judged += 1
        self.assertGreater(judged, 1000)


if __name__ == '__main__':
    support.main()
