"""What goes on around calls and scopes: signals, pickles, other interpreters, autograd's bookkeeping, arrays that are more than memory."""
import copy
import gc
import inspect
import os
import pickle
import signal
import subprocess
import sys
import threading
import time
import unittest

import support
from support import expops, needs_numpy, needs_torch, numpy, torch

if torch is not None:
    import expops.torch as answers


class Functions(unittest.TestCase):
    def test_they_go_by_their_names(self):
        for function in (expops.sin, expops.relu_, expops.permute, expops.absolute):
            self.assertIs(pickle.loads(pickle.dumps(function)), function)
            self.assertIs(copy.deepcopy([function])[0], function)
        self.assertEqual((expops.relu_.__module__, expops.relu_.__qualname__), ('expops', 'relu_'))
        self.assertEqual(repr(expops.sin), '<built-in function sin>')

    def test_a_module_that_is_imported_anew_raises_the_same_exceptions(self):
        script = ('import sys, expops\nfirst = expops\n'
                  'for name in [name for name in sys.modules if name.startswith("expops")]: del sys.modules[name]\n'
                  'import expops\nassert expops is not first and expops.ShapeError is first.ShapeError\n'
                  'try: expops.eye(-1)\nexcept first.ShapeError: print("caught")')
        self.assertEqual(subprocess.run([sys.executable, '-c', script], check=True, text=True, stdout=subprocess.PIPE).stdout, 'caught\n')

    def test_other_interpreters_are_told(self):
        try:
            import _xxsubinterpreters as interpreters
        except ImportError:
            self.skipTest('this Python has no module for other interpreters')
        other = interpreters.create()
        with self.assertRaisesRegex(Exception, 'ImportError.*interpreter'):
            interpreters.run_string(other, 'import sys; sys.path[:] = %r; import expops' % sys.path)
        interpreters.destroy(other)
        self.assertRaises(expops.ShapeError, expops.eye, -1)


@needs_numpy
class Arguments(unittest.TestCase):
    def test_which_argument_is_wrong(self):
        x = numpy.ones(2, 'float32')
        for call, error, text in [(lambda: expops.sin(x, out=3), TypeError, 'sin: out: got int, expected a tensor'),
                                  (lambda: expops.sin(x, out=(x,)), TypeError, 'sin: out: got tuple'),
                                  (lambda: expops.cat([x, None]), TypeError, 'cat: tensors: got NoneType'),
                                  (lambda: expops.mul(x, x.astype('>f4')), BufferError, 'mul: other: .*byte order'),
                                  (lambda: expops.sin(x.astype('uint32')), expops.DtypeError, 'sin: self: .*32 bits')]:
            self.assertRaisesRegex(error, text, call)

    @needs_torch
    def test_which_number_or_word_is_wrong(self):
        """What Python, NumPy or torch say of it comes after the function and the argument."""
        x = numpy.ones((2, 3), 'f4')
        for call, error, text in [(lambda: expops.mul(x, 2**80), OverflowError, 'mul: other: '),
                                  (lambda: expops.sum(x, dim=2**80), OverflowError, 'sum: dim: '),
                                  (lambda: expops.sum(x, dim=numpy.array([0, 1])), TypeError, 'sum: dim: '),
                                  (lambda: expops.softplus(x, beta=numpy.ones(2)), (TypeError, ValueError), 'softplus: beta: '),
                                  (lambda: expops.info(None), TypeError, 'info: name: got NoneType'),
                                  (lambda: expops.set_backend(3), TypeError, 'set_backend: spec: got int'),
                                  (lambda: expops.set_backend('cpu\0x'), ValueError, 'set_backend: spec: has a null character')]:
            with self.assertRaisesRegex(error, '^' + text):
                call()
        read_only = numpy.ones(3)
        read_only.setflags(write=False)
        with self.assertRaisesRegex((expops.ArgumentError, BufferError), '^relu_: self: '):
            expops.relu_(read_only)

    def test_paths_that_are_no_text(self):
        """Folders of plugins whose names are bytes of no encoding are told about all the same."""
        command = "import expops, os; print([os.fsencode(c['path']) for c in expops.backends()])\n" \
                  "try: expops.sin(__import__('numpy').ones(3))\nexcept expops.Error as error: print(error)"
        path = b'/nowhere/\xff\xfe/expops_x.so'
        done = subprocess.run([sys.executable, '-c', command], env={**os.environb, b'EXPOPS_BACKEND_PATH': path, b'EXPOPS_BACKEND': b'x'},
                              check=True, capture_output=True)
        self.assertIn(repr(path).encode(), done.stdout)
        self.assertIn(b'\\xff', done.stdout.splitlines()[-1])

    @needs_numpy
    def test_backends_by_name(self):
        """The default device of whichever backends run here; where its memory is none of theirs, a call says so."""
        usual, x = expops.default_device(), numpy.float32([1, 2])
        usable = [candidate['name'] for candidate in expops.backends() if candidate['usable']]
        self.assertIn(usual.split(':')[0], usable)
        for name in usable:
            expops.set_backend(name)
            try:
                self.assertEqual(expops.default_device().split(':')[0], name)
                try:
                    numpy.testing.assert_allclose(expops.sin(x), numpy.sin(x), rtol=1e-6)
                except expops.DeviceError as refused:
                    self.assertNotEqual(name, 'cpu', refused)
            finally:
                expops.set_backend(None)
            command = 'import expops; print(expops.default_device())'
            done = subprocess.run([sys.executable, '-c', command], env={**os.environ, 'EXPOPS_BACKEND': name}, check=True, capture_output=True, text=True)
            self.assertEqual(done.stdout.split(':')[0], name)
        self.assertEqual(expops.default_device(), usual)

    def test_they_stand_where_pytorch_s_do(self):
        compared = 0
        for word in (word for name in expops.operators() for word in (name, *expops.info(name)['aliases'])):
            packet = getattr(torch.ops.aten, word, None)
            for overload in packet.overloads() if packet else ():
                ours = list(inspect.signature(getattr(expops, word)).parameters)
                schema = getattr(packet, overload)._schema
                theirs = [argument.name for argument in schema.arguments if not argument.kwarg_only]
                for argument in set(theirs) & set(ours):
                    self.assertEqual(ours.index(argument), theirs.index(argument), (word, overload, argument))
                    compared += 1
        self.assertGreater(compared, 800)

    def test_types_of_python(self):
        x = numpy.ones(2, 'float32')
        for dtype in (bool, int, float, complex):
            self.assertEqual(expops.sum(x, 0, dtype=dtype).dtype, numpy.dtype(dtype))

    def test_masks_are_not_lost_in_silence(self):
        masked = numpy.ma.masked_array([1.0, 2.0], [True, False])
        self.assertRaisesRegex(TypeError, 'mask', expops.sum, masked)
        self.assertEqual(expops.sum(masked.filled(0)), 2)


@needs_torch
class Autograd(unittest.TestCase):
    def test_memory_that_autograd_has_saved(self):
        """torch refuses to go on with what was overwritten since, whoever wrote it."""
        weight = torch.ones(3, requires_grad=True)
        for write in (expops.neg_, lambda saved: expops.neg(torch.ones(3), out=saved),
                      lambda saved: expops.relu(numpy.ones(3, 'float32'), out=saved)):
            saved = torch.ones(3)
            loss = (weight * saved).sum()
            write(saved)
            self.assertRaisesRegex(RuntimeError, 'modified by an inplace operation', loss.backward)
            self.assertEqual(saved._version, 1)

    def test_tensors_of_inference_have_no_count_of_writes(self):
        with torch.inference_mode():
            x = torch.ones(3)
        self.assertTrue(torch.equal(expops.neg_(x), -torch.ones(3)))

    def test_tangents_are_not_lost_in_silence(self):
        import torch.autograd.forward_ad as forward
        x = torch.randn(3)
        with forward.dual_level():
            dual = forward.make_dual(x, torch.ones(3))
            for tensor in (dual, dual[1:]):
                self.assertRaisesRegex(ValueError, 'tangent', expops.sin, tensor)
            with answers.use():
                torch.testing.assert_close(forward.unpack_dual(torch.sin(dual)).tangent, x.cos())
            self.assertTrue(torch.equal(expops.neg(x[1:]), -x[1:]))

    def test_negative_views_with_neighbours(self):
        whole = torch.randn(4, dtype=torch.complex64).conj().imag.as_strided((4,), (1,))
        self.assertTrue(whole.is_neg())
        for call in (lambda: expops.neg(whole), lambda: expops.neg(torch.ones(4), out=whole)):
            self.assertRaisesRegex(ValueError, 'resolve', call)


@needs_torch
class Scopes(unittest.TestCase):
    def is_on(self):
        answers.reset_report()
        torch.sin(torch.ones(2))
        return bool(answers.report())

    def test_a_signal_leaves_no_scope_behind(self):
        """It comes at every place there is between entering and leaving, and raises what nobody in between catches."""
        class Stop(Exception):
            pass

        def stop(*unused):
            raise Stop
        scope, stopped, end = answers.use(), 0, time.monotonic() + 1
        before = signal.signal(signal.SIGALRM, stop)
        try:
            while time.monotonic() < end:
                try:
                    signal.setitimer(signal.ITIMER_REAL, 0.0002)
                    while True:
                        with scope:
                            pass
                except Stop:
                    stopped += 1
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)
        self.assertGreater(stopped, 100)
        self.assertFalse(self.is_on())
        self.assertRaisesRegex(RuntimeError, 'no scope', scope.__exit__, None, None, None)

    def test_generators_that_end_in_any_order(self):
        def generate():
            with answers.use():
                yield
        first, second = generate(), generate()
        next(first), next(second)
        first.close()
        self.assertTrue(self.is_on())
        del second
        gc.collect()
        self.assertFalse(self.is_on())

    def test_a_scope_is_left_where_it_was_entered(self):
        refused = []

        def leave(scope):
            try:
                scope.__exit__(None, None, None)
            except RuntimeError as error:
                refused.append(str(error))
        with answers.use() as scope:
            thread = threading.Thread(target=leave, args=(scope,))
            thread.start()
            thread.join()
            self.assertTrue(self.is_on())
        self.assertFalse(self.is_on())
        self.assertRegex(refused[0], 'thread')


if __name__ == '__main__':
    support.main()
