"""Kernels of expops.torch for unboxed calls: each way an argument is passed, each form, what goes on, and a torch where that is not known."""
import os
import platform
import subprocess
import sys
import threading
import unittest
from unittest import mock

import support
from support import needs_torch, torch

if torch is not None:
    from expops import _unboxed
    try:
        import expops.torch as answers
        if 'EXPOPS_TEST_BOXED' in os.environ:
            _unboxed.learn = lambda key: False
        answers.covered()
    except NotImplementedError as missing:
        print(f'skipped: {missing}')
        raise SystemExit(77) from None


def everywhere():
    class Everywhere:
        def __enter__(self):
            answers.enable()

        def __exit__(self, *failure):
            answers.disable()
    return Everywhere()


def calls():
    """{overload: a call}, of every form and every way to pass an argument."""
    x, y = torch.linspace(-2, 2, 12).reshape(3, 4), torch.linspace(1, 3, 12).reshape(3, 4)
    return {
        'aten::sin': lambda: torch.sin(x), 'aten::sin_': lambda: x.clone().sin_(), 'aten::sin.out': lambda: torch.sin(x, out=torch.empty(3, 4)),
        'aten::mul.Tensor': lambda: x * y, 'aten::mul_.Tensor': lambda: x.clone().mul_(y),
        'aten::clamp_min': lambda: torch.clamp_min(x, 0.5), 'aten::eq.Scalar': lambda: torch.eq(x, 2), 'aten::ne.Scalar': lambda: torch.ne(x, True),
        'aten::softplus': lambda: torch.nn.functional.softplus(x, 2, 3), 'aten::elu': lambda: torch.nn.functional.elu(x, 0.5),
        'aten::_softmax': lambda: torch.softmax(x, -1), 'aten::_log_softmax': lambda: torch.log_softmax(x, 0),
        'aten::cat': lambda: torch.cat([x, y, x], -2), 'aten::cat.out': lambda: torch.cat([x, y], out=torch.empty(6, 4)),
        'aten::stack': lambda: torch.stack([x, y], 1), 'aten::where.self': lambda: torch.where(x > 0, x, y),
        'aten::lerp.Scalar': lambda: torch.lerp(x, y, 0.25), 'aten::masked_fill.Scalar': lambda: x.masked_fill(x > 0, 7),
        'aten::masked_fill_.Scalar': lambda: x.clone().masked_fill_(x > 0, 7), 'aten::mse_loss': lambda: torch.nn.functional.mse_loss(x, y),
        'aten::gather': lambda: x.gather(1, torch.tensor([[3, -4 + 4], [0, 1]])), 'aten::fill_.Scalar': lambda: x.clone().fill_(1 + 0j),
    }


@needs_torch
class Unboxed(unittest.TestCase):
    def setUp(self):
        answers.reset_report()

    def test_calls_come_so_where_registers_are_known(self):
        version = tuple(int(word) for word in torch.__version__.split('.')[:2])
        known = answers._TRIED[0] <= version <= answers._TRIED[1] and sys.platform == 'linux' and platform.machine() == 'x86_64'
        self.assertEqual(answers._takes_unboxed, known and 'EXPOPS_TEST_BOXED' not in os.environ)
        unboxed = {overload.full for overload in answers._all() if overload.unboxed[1]}
        wanted = {'aten::sin', 'aten::sin_', 'aten::mul.out', 'aten::clamp_min', 'aten::_softmax', 'aten::cat', 'aten::cat.out', 'aten::stack'}
        self.assertEqual(wanted & unboxed, wanted if answers._takes_unboxed else set())

    def test_each_form_and_each_way_to_pass_an_argument(self):
        for context in (answers.use, everywhere):
            for full, call in calls().items():
                with self.subTest(full):
                    answers.reset_report()
                    expected = call()
                    with context():
                        got = call()
                    torch.testing.assert_close(got, expected)
                    if full in answers.covered():
                        self.assertEqual(answers.report()[full]['expops'], 1)

    def test_what_is_written_is_what_is_returned(self):
        for context in (answers.use, everywhere):
            x, out = torch.ones(3), torch.empty(3)
            with context():
                self.assertIs(x.sin_(), x)
                self.assertIs(torch.sin(x, out=out), out)

    def test_what_goes_on_goes_as_it_came(self):
        x = torch.linspace(0, 1, 4).to_mkldnn() if torch.backends.mkldnn.is_available() else torch.ones(4)
        small, grown = torch.ones(2, 2), torch.empty(1)
        many = [torch.full((2,), float(i)) for i in range(70)]
        for context in (answers.use, everywhere):
            answers.reset_report()
            with context():
                torch.testing.assert_close(torch.cat(many), torch.arange(70.).repeat_interleave(2))
                self.assertEqual(torch.sin(small, out=grown.resize_(1)).shape, (2, 2))
                self.assertEqual(x.relu().to_dense().shape, (4,) if x.layout == torch._mkldnn else x.shape)
            self.assertEqual(answers.report()['aten::cat']['reasons'], {'other': 1})
            self.assertEqual(answers.report()['aten::sin.out']['reasons'], {'shape': 1})

    def test_what_is_not_included_goes_on_in_every_form(self):
        with answers.use(include=[]):
            got = {full: call() for full, call in calls().items()}
        for full, call in calls().items():
            torch.testing.assert_close(got[full], call(), rtol=0, atol=0)
        self.assertFalse(any(row['expops'] for row in answers.report().values()))

    def test_errors_of_torch_pass_through(self):
        x = torch.ones(2, 3)
        for context in (answers.use, everywhere):
            with context():
                for _ in range(3):
                    with self.assertRaises(RuntimeError):
                        torch.cat([x, torch.ones(2, 4)], 0)
                    with self.assertRaises(IndexError):
                        torch.softmax(x, 5)
                torch.testing.assert_close(torch.sin(x), torch.full((2, 3), 1.).sin())

    def test_a_kernel_in_python_below(self):
        """It has no function for unboxed calls."""
        library = torch.library.Library('aten', 'IMPL')
        library.impl('erfinv', lambda x: x + 100, 'CPU', allow_override=True)
        try:
            with answers.use(include=['sin']):
                self.assertEqual(torch.erfinv(torch.zeros(2)).tolist(), [100, 100])
        finally:
            library._destroy()

    def test_several_threads(self):
        wrong = []

        def work():
            for context in (answers.use(), answers.use(include=['cat'])):
                with context:
                    for i in range(100):
                        x = torch.full((3,), float(i))
                        if not torch.equal(torch.cat([x, x + 1]), torch.tensor([i, i, i, i + 1, i + 1, i + 1.])):
                            wrong.append(i)
        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(wrong, [])

    def test_a_torch_without_the_functions(self):
        """A name that torch has not: the call comes boxed, and nothing is taken for granted."""
        with mock.patch.object(_unboxed, '_symbol', lambda schema, ways: '_ZN2at4_ops4none10redispatchEv'):
            self.assertEqual(_unboxed.look_up(torch.ops.aten.sin.default._schema), ('', None))
            self.assertFalse(_unboxed.learn(answers._SCOPE_KEY))

    @unittest.skipIf('EXPOPS_TEST_BOXED' in os.environ, 'it is this one')
    def test_a_torch_where_it_is_not_known(self):
        done = subprocess.run([sys.executable, '-W', 'ignore', __file__], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              env={**os.environ, 'EXPOPS_TEST_BOXED': '1'}, text=True, timeout=200)
        self.assertEqual(done.returncode, 0, done.stdout)


if __name__ == '__main__':
    support.main()
