"""The module's functions: forms, containers, errors, what they say about themselves. Judged by NumPy and PyTorch."""
import gc
import inspect
import keyword
import re
import sys
import threading
import time
import unittest
import weakref

import support
from support import expops, needs_numpy, needs_torch, numpy, torch


class Forms(unittest.TestCase):
    def test_every_operator_has_a_function_by_every_name(self):
        for name in expops.operators():
            for word in [name, *expops.info(name)['aliases']]:
                if word.isidentifier():
                    self.assertTrue(callable(getattr(expops, word)), word)

    def test_signatures_come_from_the_registry(self):
        signature = inspect.signature(expops.softplus)
        self.assertEqual(list(signature.parameters), ['self', 'beta', 'threshold', 'out'])
        self.assertEqual(signature.parameters['threshold'].default, 20)
        self.assertIs(signature.parameters['self'].default, inspect.Parameter.empty)
        for name in expops.operators():
            parameters = [parameter['name'] for parameter in expops.info(name)['parameters']]
            self.assertEqual(list(inspect.signature(getattr(expops, name)).parameters), [*parameters, 'out'], name)
        self.assertEqual(list(inspect.signature(expops.permute).parameters), ['self', 'dims'])
        self.assertNotIn('out', inspect.signature(expops.relu_).parameters)

    def test_stubs_are_python(self):
        stubs = expops.__file__.replace('.py', '.pyi')
        with open(stubs, encoding='utf-8') as file:
            text = file.read()
        compile(text, stubs, 'exec')
        for name in expops.operators():
            self.assertIn(f'\ndef {name}(', text)
            self.assertFalse(keyword.iskeyword(name))
        declared = set(re.findall(r'^(?:def|class) (\w+)', text, re.MULTILINE)) - {'SupportsDLPack'}
        self.assertEqual(declared, set(expops.__all__) - {'__version__'})
        for name, bases in re.findall(r'^class (\w+)\((.*)\)', text, re.MULTILINE):
            if name != 'SupportsDLPack':
                self.assertEqual([base.__name__ for base in getattr(expops, name).__bases__], bases.split(', '))

    @needs_numpy
    def test_a_default_is_taken_where_it_is_given(self):
        x = numpy.float32([[1, 2, 4]])
        for function in (expops.layer_norm, expops.rms_norm):
            signature = inspect.signature(function)
            given = {name: p.default for name, p in signature.parameters.items() if p.default is not inspect.Parameter.empty}
            self.assertIsNone(given['weight'])
            numpy.testing.assert_array_equal(function(x, [3], **given), function(x, [3]))

    def test_what_is_wrong_is_said(self):
        for call, error, text in [
                (lambda: expops.relu(), TypeError, "needs 'self'"),
                (lambda: expops.relu(1), TypeError, 'relu: self: got int, expected a tensor'),
                (lambda: expops.relu(None), TypeError, 'got NoneType'),
                (lambda: expops.relu('x'), TypeError, 'got str'),
                (lambda: expops.info('nonsense'), LookupError, 'nonsense'),
                (lambda: expops.info(3), TypeError, ''),
                (lambda: expops.set_backend('nonsense'), expops.Error, 'nonsense')]:
            with self.assertRaises(error) as caught:
                call()
            self.assertIn(text, str(caught.exception))


@needs_numpy
class NumPy(unittest.TestCase):
    def setUp(self):
        self.x = numpy.random.default_rng(1).standard_normal((3, 5)).astype('float32')

    def test_result_is_an_array(self):
        y = expops.sin(self.x)
        self.assertIs(type(y), numpy.ndarray)
        self.assertEqual(y.dtype, numpy.float32)
        numpy.testing.assert_allclose(y, numpy.sin(self.x), rtol=1e-6)

    def test_a_library_older_than_array_namespaces(self):
        """Its module makes the result: the type's, as of CuPy's arrays."""
        class Old:
            def __init__(self, array):
                self.array = array

            def __dlpack__(self, **words):
                return self.array.__dlpack__()

            def __dlpack_device__(self):
                return self.array.__dlpack_device__()
        Old.__module__ = 'numpy.of.old'
        y = expops.sin(Old(self.x))
        self.assertIs(type(y), numpy.ndarray)
        numpy.testing.assert_allclose(y, numpy.sin(self.x), rtol=1e-6)
        Old.__module__ = 'unittest'
        with self.assertRaisesRegex(TypeError, 'no __array_namespace__'):
            expops.sin(Old(self.x))

    def test_numbers_of_every_kind(self):
        for number in (2, 2.0, True, numpy.float32(2), numpy.int16(2), numpy.float64(2)):
            numpy.testing.assert_array_equal(expops.mul(self.x, number), self.x * numpy.float32(number))
        numpy.testing.assert_array_equal(expops.mul(self.x, 2j), self.x * numpy.complex64(2j))
        with self.assertRaises(OverflowError):
            expops.mul(self.x, 2**70)

    def test_in_place_and_out(self):
        x, out = self.x.copy(), numpy.empty_like(self.x)
        self.assertIs(expops.relu_(x), x)
        numpy.testing.assert_array_equal(x, numpy.maximum(self.x, 0))
        self.assertIs(expops.relu(self.x, out=out), out)
        numpy.testing.assert_array_equal(out, x)
        half = numpy.empty(self.x.shape, 'float16')
        expops.relu(self.x, out=half)
        numpy.testing.assert_array_equal(half, x.astype('float16'))

    def test_views(self):
        for view in (self.x.T, self.x[::2, ::-1], self.x[:0], self.x[1, 2], numpy.broadcast_to(self.x[0], (4, 5))):
            view = numpy.asarray(view)
            numpy.testing.assert_array_equal(expops.neg(view), -view)

    def test_read_only_arrays_are_read_only(self):
        self.x.flags.writeable = False
        numpy.testing.assert_array_equal(expops.neg(self.x), -self.x)
        with self.assertRaises(expops.Error):
            expops.neg_(self.x)
        with self.assertRaises(expops.Error):
            expops.neg(self.x.copy(), out=self.x)

    def test_without_a_tensor(self):
        numpy.testing.assert_array_equal(expops.eye(3, 4), numpy.eye(3, 4))
        self.assertEqual(expops.eye(2, dtype='int16').dtype, numpy.int16)
        self.assertEqual(expops.eye(2, dtype=numpy.dtype('float64')).dtype, numpy.float64)
        with self.assertRaisesRegex(TypeError, 'element type'):
            expops.eye(2, dtype='float31')

    def test_library_s_story(self):
        with self.assertRaises(expops.ShapeError) as caught:
            expops.mul(self.x, self.x[:2])
        self.assertIsInstance(caught.exception, ValueError)
        for part in ('mul', 'other', '(2, 5)', '(3, 5)'):
            self.assertIn(part, str(caught.exception))
        with self.assertRaises(expops.DtypeError) as caught:
            expops.gelu(self.x.astype('int32'))
        self.assertIsInstance(caught.exception, TypeError)
        with self.assertRaisesRegex(ValueError, "'none' or 'tanh'"):
            expops.gelu(self.x, approximate='tan')
        with self.assertRaises(expops.OverlapError):
            whole = numpy.zeros(6, 'float32')
            expops.neg(whole[:4], out=whole[2:])
        with self.assertRaises(expops.DtypeError):
            expops.mul(self.x, 1j, out=self.x)

    def test_choices_and_lists(self):
        self.assertFalse(numpy.array_equal(expops.gelu(self.x), expops.gelu(self.x, approximate='tanh')))
        numpy.testing.assert_array_equal(expops.amin(self.x, dim=1), self.x.min(1))
        numpy.testing.assert_array_equal(expops.amin(self.x, (0, 1), keepdim=True), self.x.min((0, 1), keepdims=True))
        numpy.testing.assert_array_equal(expops.permute_copy(self.x, [1, 0]), self.x.T)
        with self.assertRaises(TypeError):
            expops.amin(self.x, dim=1.5)
        with self.assertRaises(TypeError):
            expops.amin(self.x, dim=1, keepdim=1)

    def test_views_share_memory(self):
        view = expops.permute(self.x, [1, 0])
        self.assertTrue(numpy.shares_memory(view, self.x))
        numpy.testing.assert_array_equal(view, self.x.T)
        view[1, 2] = 9
        self.assertEqual(self.x[2, 1], 9)
        copied = expops.permute_copy(self.x, [1, 0])
        self.assertFalse(numpy.shares_memory(copied, self.x))
        numpy.testing.assert_array_equal(expops.reshape(self.x.T, (15,)), self.x.T.reshape(15))
        self.assertTrue(numpy.shares_memory(expops.view(self.x, [5, 3]), self.x))
        with self.assertRaisesRegex(expops.ShapeError, 'view: self.*reshape copies'):
            expops.view(self.x.T, [15])
        with self.assertRaises(expops.Error):
            expops.permute(self.x, [0])
        self.x.flags.writeable = False
        self.assertFalse(expops.permute(self.x, [1, 0]).flags.writeable)

    def test_views_keep_what_they_are_of(self):
        class Array(numpy.ndarray):
            pass
        x = self.x.view(Array)
        seen, expected = weakref.ref(x), self.x.T.copy()
        view = expops.permute(x, [1, 0])
        del x
        gc.collect()
        self.assertIsNotNone(seen())
        numpy.testing.assert_array_equal(view, expected)
        del view
        gc.collect()
        self.assertIsNone(seen())

    def test_nothing_is_kept(self):
        class Array(numpy.ndarray):
            pass
        x = self.x.view(Array)
        seen, before = weakref.ref(x), sys.getrefcount(x)
        for call in (lambda: expops.sin(x), lambda: expops.relu_(x), lambda: expops.mul(x, x, out=x)):
            for _ in range(50):
                call()
        for wrong in (lambda: expops.mul(x, numpy.zeros(4)), lambda: expops.gelu(x, approximate='no'),
                      lambda: expops.mul(x, 'x'), lambda: expops.sin(x, out=x[:1])):
            for _ in range(50):
                self.assertRaises(Exception, wrong)
        self.assertEqual(sys.getrefcount(x), before)
        del x, call, wrong
        gc.collect()
        self.assertIsNone(seen())

    def test_memory_does_not_grow(self):
        import resource
        x = numpy.zeros(1 << 18, 'float32')
        for _ in range(20):
            expops.neg(x)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        for _ in range(300):
            expops.neg(x)
        self.assertLess(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before, 20 << 10)  # of 300 MiB made

    def test_threads(self):
        wrong = []

        def work(seed):
            x = numpy.random.default_rng(seed).standard_normal(1000 + seed * 10000).astype('float32')
            for _ in range(40):
                if not numpy.array_equal(expops.neg(expops.relu(x)), -numpy.maximum(x, 0)):
                    wrong.append(seed)
        threads = [threading.Thread(target=work, args=(seed,)) for seed in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(wrong, [])


class Producer:
    """A tensor of no known library: DLPack's methods, nothing else, and of the time before version 1."""

    def __init__(self, array):
        self.array = array

    def __dlpack__(self, stream=None):
        return self.array.__dlpack__()

    def __dlpack_device__(self):
        return self.array.__dlpack_device__()


@needs_numpy
class Strangers(unittest.TestCase):
    def test_old_dlpack_is_read_and_written(self):
        x, out = numpy.array([-1, 2], 'float32'), numpy.empty(2, 'float32')
        expops.relu(Producer(x), out=Producer(out))
        numpy.testing.assert_array_equal(out, [0, 2])
        expops.relu_(Producer(x))
        numpy.testing.assert_array_equal(x, [0, 2])

    def test_a_producer_s_own_failure_is_passed_on(self):
        class Broken:
            def __dlpack__(self, **keywords):
                raise BufferError('not today')
        with self.assertRaisesRegex(BufferError, 'not today'):
            expops.relu(Broken())

        class Liar:
            def __dlpack__(self, **keywords):
                return 3
        with self.assertRaisesRegex(TypeError, 'capsule'):
            expops.relu(Liar())


@needs_torch
class Torch(unittest.TestCase):
    def test_recorded_answers(self):
        """PyTorch's recorded answers, through the functions: functional, out and in place."""
        compared = 0
        for name in ('softplus', 'gelu', 'mul', 'addcmul', 'rms_norm', 'amin', 'eq', 'sigmoid', 'lerp',
                     'masked_fill', '__rshift__', 'permute', 'hardtanh', 'glu', 'logical_not'):
            compared += self.compare(name, support.Recorded(name))
        self.assertGreater(compared, 500)

    def compare(self, name, recorded):
        function, compared = getattr(expops, name), 0
        for case in recorded.cases:
            args = [recorded.value(case['input']), *recorded.value(case['args'])]
            keywords = {key: recorded.value(value) for key, value in case['kwargs'].items()}
            expected = recorded.value(case['expect'])
            if not any(isinstance(value, torch.Tensor) for value in (*args, *keywords.values())):
                continue  # nothing says that the result is to be torch's
            with self.subTest(operator=name, case=case['case']):
                self.check(function(*args, **keywords), expected)
                if 'out' in inspect.signature(function).parameters:
                    out = torch.empty_like(expected)
                    self.assertIs(function(*args, **keywords, out=out), out)
                    self.check(out, expected)
            compared += 1
        return compared

    def check(self, got, expected):
        self.assertIs(type(got), torch.Tensor)
        self.assertEqual(got.dtype, expected.dtype)
        self.assertEqual(got.shape, expected.shape)
        torch.testing.assert_close(got, expected, equal_nan=True)

    def test_aliases_and_keywords(self):
        x = torch.randn(5)
        self.check(expops.absolute(x), x.abs())
        self.check(expops.relu(input=x), x.relu())
        self.check(expops.mul(other=2, self=x), x * 2)

    def test_memory_order_is_kept(self):
        x = torch.randn(2, 3, 4, 5).to(memory_format=torch.channels_last)
        self.assertEqual(expops.relu(x).stride(), x.relu().stride())
        self.assertTrue(torch.equal(expops.relu(x), x.relu()))
        self.assertEqual(expops.relu(x[:, :, ::2]).stride(), x[:, :, ::2].relu().stride())

    def test_views_share_memory(self):
        x = torch.randn(3, 4)
        for view, expected in ((expops.permute(x, [1, 0]), x.T), (expops.select(x, 0, 1), x[1]),
                               (expops.view_as_real(x.to(torch.complex64)), torch.view_as_real(x.to(torch.complex64)))):
            self.check(view, expected)
            self.assertEqual(view.stride(), expected.stride())
        expops.select(x, 1, 2).fill_(5)
        self.assertTrue(bool((x[:, 2] == 5).all()))

    def test_results_can_be_resized(self):
        """Their memory is torch's own, not handed over by DLPack."""
        self.assertEqual(expops.relu(torch.randn(3)).resize_(100).shape, (100,))

    def test_gradients_are_not_lost_in_silence(self):
        x = torch.randn(3, requires_grad=True)
        with self.assertRaisesRegex(ValueError, 'detach'):
            expops.relu(x)
        with torch.no_grad():
            self.check(expops.relu(x), x.relu())
        self.check(expops.relu(torch.nn.Parameter(x.detach(), requires_grad=False)), x.detach().relu())

    def test_lazy_views_are_refused(self):
        x = torch.randn(3, dtype=torch.complex64)
        for view in (x.conj(), x.conj().imag, x[:1].conj().imag):
            with self.assertRaisesRegex(ValueError, 'resolve'):
                expops.neg(view)
        self.check(expops.neg(x.conj().resolve_conj()), -x.conj())

    def test_tensors_without_memory_are_refused(self):
        from torch._subclasses import FakeTensorMode
        with FakeTensorMode():
            fake = torch.randn(3)
        for tensor in (fake, torch.empty(3, device='meta'), torch.zeros(3).to_sparse()):
            self.assertRaises(Exception, expops.relu, tensor)

    def test_nothing_is_kept(self):
        x = torch.randn(10)
        before = sys.getrefcount(x)
        for _ in range(100):
            expops.relu(x)
            expops.relu_(x)
            self.assertRaises(expops.ShapeError, expops.mul, x, torch.randn(3))
        self.assertEqual(sys.getrefcount(x), before)
        seen = weakref.ref(expops.relu(x))
        self.assertIsNone(seen())

    def test_other_threads_run_during_a_long_call(self):
        """The other thread runs only while this one lets go of the interpreter's lock, which nothing else makes it do."""
        x = torch.rand(1 << 20)
        out, ticks, over = torch.empty_like(x), [0], threading.Event()

        def tick():
            while not over.is_set():
                ticks[0] += 1
                time.sleep(0)
        interval = sys.getswitchinterval()
        thread = threading.Thread(target=tick)
        try:
            thread.start()
            sys.setswitchinterval(100)
            before = ticks[0]
            end = time.monotonic() + 20  # a busy machine may not run it at once
            while ticks[0] == before and time.monotonic() < end:
                expops.digamma(x, out=out)
            self.assertGreater(ticks[0], before)
        finally:
            sys.setswitchinterval(interval)
            over.set()
            thread.join()


if __name__ == '__main__':
    support.main()
