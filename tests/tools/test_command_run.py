"""expops run: files, arguments, results."""
import math
import os
import struct
import subprocess
import sys
import unittest
import zipfile

from command import CRASHING, Command, EXPOPS, FAILED, FINE, USAGE, load, save


class Running(Command):
    def setUp(self):
        super().setUp()
        self.values = [-4, -1, -0.5, 0, 0.5, 3]
        save(self.path('x.npy'), (2, 3), self.values)

    def test_result(self):
        text = self.run_command('run', 'silu', 'x.npy', '-o', 'y.npy')
        self.assertIn('silu on cpu:0: shape (2, 3), f32', text)
        header, values = load(self.path('y.npy'))
        self.assertIn("'<f4'", header)
        for x, y in zip(self.values, values):
            self.assertAlmostEqual(y, x / (1 + math.exp(-x)), places=6)

    def test_kernels_for_elsewhere(self):
        null = {'EXPOPS_BACKEND_PATH': os.path.join(CRASHING, 'expops_null.so')}
        target = ('run', 'softmax', 'x.npy', '--dim', '1', '--backend', 'null', '--target')
        self.assertIn('null:elsewhere, 9 compute units', self.run_command(*target, 'elsewhere', '--compute-units=9', **null))
        self.assertIn('f32, elsewhere', self.run_command('cache', 'ls', **null))
        self.refused(['compute-units', "'0'"], *target, 'elsewhere', '--compute-units', '0', **null)
        self.refused(['--backend'], 'run', 'silu', 'x.npy', '--target', 'sm_90')
        self.refused(['that are there'], 'run', 'silu', 'x.npy', '--backend', 'cpu', '--target', 'x', status=FAILED)

    def test_numbers_and_attributes(self):
        self.run_command('run', 'mul', 'x.npy', '-2.5', '-o', 'y.npy')
        self.assertEqual(load(self.path('y.npy'))[1], [x * -2.5 for x in self.values])
        self.run_command('run', 'softplus', 'x.npy', '--beta=2', '--threshold', '1', '--output', 'y.npy')
        for x, y in zip(self.values, load(self.path('y.npy'))[1]):
            self.assertAlmostEqual(y, x if 2 * x > 1 else math.log1p(math.exp(2 * x)) / 2, places=5)

    def test_b10_numbers_have_pythons_forms(self):
        save(self.path('i.npy'), (2,), [1, 2], '<i4', 'i')
        for word in ('0x10', '-0X1f', '0b11', '0o17', '1_000', '0x_ff', '+5', '007'):
            self.assertIn('i32', self.run_command('run', 'mul', 'i.npy', word, '-o', 'y.npy'))
            number = int(word, 10 if word == '007' else 0)
            self.assertEqual(load(self.path('y.npy'), 'i')[1], [number, 2 * number], word)
        for word in ('1e3', '1_0.5e0_1', '5.', '.5', '-Infinity', 'inf', '2E-2'):
            self.assertIn('f32', self.run_command('run', 'mul', 'i.npy', word, '-o', 'y.npy'))
            expected = struct.pack('2f', float(word), 2 * float(word))
            self.assertEqual(load(self.path('y.npy'))[1], list(struct.unpack('2f', expected)), word)
        for word in ('1+2j', '2j', '-1e1-.5J', '0-2.5e1j'):
            self.assertIn('c64', self.run_command('run', 'mul', 'i.npy', word, '-o', 'y.npy'))
            self.assertEqual(load(self.path('y.npy'))[1][:2], [complex(word).real, complex(word).imag])
        self.run_command('run', 'mul', 'i.npy', 'nan', '-o', 'y.npy')
        self.assertTrue(all(map(math.isnan, load(self.path('y.npy'))[1])))
        self.assertIn('(16, 3)', self.run_command('run', 'eye', '--n', '0x10', '--m', '3'))

    def test_b10_numbers_that_cannot_be_held(self):
        for word in ('99999999999999999999', '-9223372036854775809', '0x8000000000000000', '1e400', '1+1e400j'):
            self.refused(['other', word, 'larger'], 'run', 'mul', 'x.npy', word)
        self.refused(["'n'", 'larger'], 'run', 'eye', '--n', '9' * 20)
        self.run_command('run', 'mul', 'x.npy', '9223372036854775807')
        for word in ('0x', '1__0', '_1', '1_', '1e', '+', '0b2', '1+j2', 'nane'):  # names of files, which are not there
            self.refused(['other', word, 'cannot be opened'], 'run', 'mul', 'x.npy', word, status=FAILED)

    def test_a1_results_no_memory_can_hold(self):
        for size in ('4294967296', '2147483648', '9223372036854775807'):
            self.refused(['eye', size, 'bytes'], 'run', 'eye', '--n', size, '-o', 'e.npy', status=FAILED)
        # 2^62 bytes of the result's own type can be counted, of the one asked for they cannot
        self.refused(['output', '2^63'], 'run', 'eye', '--n', '1073741824', '--out-dtype', 'c128', status=FAILED)
        self.assertFalse(os.path.exists(self.path('e.npy')))
        self.run_command('run', 'eye', '--n', '0', '--m', '9223372036854775807', '-o', 'e.npy')
        self.assertIn('(0, 9223372036854775807)', self.run_command('run', 'silu', 'e.npy'))
        save(self.path('wide.npy'), (0, 2**62, 4), [])
        self.assertIn('f32', self.run_command('run', 'amin', 'wide.npy', '--dim', '1,2'))

    def test_promotion(self):
        save(self.path('i.npy'), (3,), [1, 2, 3], '<i4', 'i')
        self.assertIn('i32', self.run_command('run', 'mul', 'i.npy', '2', '-o', 'y.npy'))
        self.assertEqual(load(self.path('y.npy'), 'i')[1], [2, 4, 6])
        self.assertIn('f32', self.run_command('run', 'mul', 'i.npy', '2.5', '-o', 'y.npy'))
        self.assertEqual(load(self.path('y.npy'))[1], [2.5, 5, 7.5])
        self.assertIn('f64', self.run_command('run', 'mul', 'i.npy', '2.5', '--out-dtype', 'f64', '-o', 'y.npy'))
        self.assertEqual(load(self.path('y.npy'), 'd')[1], [2.5, 5, 7.5])

    def test_lists_of_tensors(self):
        """Words one after the other, or with commas by name."""
        save(self.path('b.npy'), (2, 3), [1, 2, 3, 4, 5, 6])
        x, b = self.values, [1, 2, 3, 4, 5, 6]
        self.assertIn('(2, 2, 3)', self.run_command('run', 'stack', 'x.npy', 'b.npy', '--dim', '1', '-o', 'y.npy'))
        self.assertEqual(load(self.path('y.npy'))[1], x[:3] + b[:3] + x[3:] + b[3:])
        self.run_command('run', 'cat', '--tensors', 'x.npy,b.npy,x.npy', '-o', 'y.npy')
        self.assertEqual(load(self.path('y.npy'))[1], x + b + x)
        self.refused(['stack', 'item 1', 'shape (3,)'], 'run', 'stack', 'x.npy', self.vector('c.npy'), status=FAILED)
        self.refused(["'tensors'", 'missing'], 'run', 'cat')
        self.refused(["'tensors'", 'no.npy', 'opened'], 'run', 'cat', 'x.npy', 'no.npy', status=FAILED)
        self.refused(["'tensors'", 'more than 64'], 'run', 'cat', '--tensors', ','.join(['x.npy'] * 65), status=FAILED)

    def vector(self, name):
        save(self.path(name), (3,), [1, 2, 3])
        return name

    def test_results_whose_size_is_found_out(self):
        """What lies behind the elements that were selected was never written, and is nobody's business."""
        save(self.path('m.npy'), (2, 3), [1, 0, 0, 0, 1, 1], '|b1', 'b')
        text = self.run_command('run', 'masked_select', 'x.npy', 'm.npy', '-o', 'y.npy')
        self.assertIn('out: shape (3), f32', text)
        self.assertEqual(load(self.path('y.npy'))[1], [-4, 0.5, 3])
        self.assertIn('count: shape (), i64\nvalues  3\n', self.run_command('run', 'masked_select', 'x.npy', 'm.npy'))

    def test_lists_of_numbers(self):
        save(self.path('s.npy'), (1, 2, 3), [1, 2, 3, 4, 5, 6])
        self.assertIn('(1, 4, 5)', self.run_command('run', 'reflection_pad2d', 's.npy', '--padding', '1,1,1,1', '-o', 'y.npy'))
        self.assertEqual(load(self.path('y.npy'))[1], [5, 4, 5, 6, 5, 2, 1, 2, 3, 2] * 2)
        self.assertIn('(1, 2, 3)', self.run_command('run', 'reflection_pad2d', 's.npy', '--padding=-1,1,0,0', '-o', 'y.npy'))
        self.assertEqual(load(self.path('y.npy'))[1], [2, 3, 2, 5, 6, 5])

    def test_fortran_order(self):
        save(self.path('f.npy'), (2, 3), [1, 4, 2, 5, 3, 6], fortran=True)
        save(self.path('c.npy'), (2, 3), [1, 2, 3, 4, 5, 6])
        self.run_command('run', 'mul', 'f.npy', 'c.npy', '-o', 'y.npy')
        self.assertEqual(load(self.path('y.npy'))[1], [1, 4, 9, 16, 25, 36])

    def test_bf16(self):
        save(self.path('b.npy'), (2,), [0x3fc0, 0xc000], '<V2', 'H')  # 1.5, -2
        self.assertIn('bf16', self.run_command('run', 'mul', 'b.npy', '2', '-o', 'y.npy'))
        header, values = load(self.path('y.npy'), 'H')
        self.assertEqual(values, [0x4040, 0xc080])
        self.assertIn('<V2', header)

    def test_empty_and_scalar(self):
        save(self.path('e.npy'), (0, 3), [])
        self.assertIn('(0, 3)', self.run_command('run', 'silu', 'e.npy', '-o', 'y.npy', '--check'))
        save(self.path('s.npy'), (), [3.0])
        self.assertIn('shape ()', self.run_command('run', 'neg', 's.npy', '-o', 'y.npy'))
        self.assertEqual(load(self.path('y.npy'))[1], [-3])

    def test_check(self):
        """Whatever there is a reference for: elements, rows, moves, numbers, strided inputs, every type of the output."""
        save(self.path('f.npy'), (3, 2), self.values, fortran=True)
        save(self.path('b.npy'), (2,), [0x3fc0, 0xc000], '<V2', 'H')
        for words in (['silu', 'x.npy'], ['mul', 'x.npy', '0.1'], ['mul', 'f.npy', 'f.npy'],
                      ['rms_norm', 'x.npy', '--normalized-shape', '3'],
                      ['amin', 'f.npy', '--dim', '0'], ['permute_copy', 'f.npy', '--dims', '1,0'],
                      ['softplus', 'b.npy', '--beta', '2'], ['eq', 'x.npy', '0.5'],
                      ['silu', 'x.npy', '--out-dtype', 'f16'], ['gelu', 'x.npy', '--approximate', 'tanh']):
            self.assertIn('checked: every element', self.run_command('run', *words, '--check'))

    def test_check_finds_what_is_off(self):
        """On a backend that computes nothing: the output is what memory held before."""
        refused = self.run_command('run', 'silu', 'x.npy', '--check', '-o', 'y.npy', status=FAILED, EXPOPS_BACKEND='null',
                                   EXPOPS_BACKEND_PATH=os.path.join(CRASHING, 'expops_null.so'))
        self.assertRegex(refused, r'element 4, self=0.5 gives \S+, not 0\.3112')
        self.assertRegex(refused, r'[56] of 6 elements are off by more than 4 units in the last place')
        self.assertFalse(os.path.exists(self.path('y.npy')))

    def test_check_without_a_reference(self):
        save(self.path('c.npy'), (1,), [1, 2], '<c8')
        self.refused(['nothing to check it by', 'complex'], 'run', 'neg', 'c.npy', '--check', status=FAILED)
        self.refused(['nothing to check it by', 'lists'], 'run', 'stack', 'x.npy', 'x.npy', '--check', '-o', 'y.npy', status=FAILED)

    def test_view(self):
        text = self.run_command('run', 'neg', 'x.npy').splitlines()
        self.assertEqual(text[1:], ['values  4 1 0.5 -0 -0.5 -3', 'min -3, max 4, NaN 0'])
        save(self.path('n.npy'), (9,), [5, math.nan, -1, 2, 2, 2, 7, math.inf, math.nan])
        text = self.run_command('run', 'positive', 'n.npy').splitlines()
        self.assertEqual(text[1:], ['values  5 nan -1 ... 7 inf nan', 'min -1, max inf, NaN 2'])
        save(self.path('i.npy'), (2,), [2**63 - 1, 2**63 - 2], '<i8', 'q')
        text = self.run_command('run', 'positive', 'i.npy').splitlines()
        self.assertEqual(text[2], 'min 9223372036854775806, max 9223372036854775807, NaN 0')
        for letter, kind, values in ('u2', 'H', [1, 65535]), ('i2', 'h', [-2, 300]), ('u1', 'B', [3, 255]), ('i1', 'b', [-128, 5]):
            save(self.path('w.npy'), (2,), values, ('|' if letter[1] == '1' else '<') + letter, kind)
            text = self.run_command('run', 'positive', 'w.npy').splitlines()
            self.assertEqual(text[1:], [f'values  {values[0]} {values[1]}', f'min {min(values)}, max {max(values)}, NaN 0'])
        save(self.path('c.npy'), (2,), [1, 2, math.nan, 0], '<c8')
        self.assertEqual(self.run_command('run', 'positive', 'c.npy').splitlines()[1:], ['values  1+2j nan+0j', 'NaN 1'])
        self.assertEqual(len(self.run_command('run', 'neg', 'x.npy', '-o', 'y.npy').splitlines()), 1)

    def test_big_endian(self):
        with open(self.path('b.npy'), 'wb') as file:
            save(file.name, (3,), [], '>f4')
        with open(self.path('b.npy'), 'ab') as file:
            file.write(struct.pack('>3f', 1, -2, 3.5))
        self.run_command('run', 'neg', 'b.npy', '-o', 'y.npy', '--big-endian')
        with open(self.path('y.npy'), 'rb') as file:
            data = file.read()
        self.assertIn(b"'>f4'", data)
        self.assertEqual(struct.unpack('>3f', data[-12:]), (-1, 2, -3.5))

    def test_writes_fortran_order(self):
        self.run_command('run', 'neg', 'x.npy', '-o', 'y.npy', '--fortran-order')
        header, values = load(self.path('y.npy'))
        self.assertIn("'fortran_order': True", header)
        self.assertEqual(values, [4, 0, 1, -0.5, 0.5, -3])
        self.run_command('run', 'neg', 'y.npy', '-o', 'z.npy')
        self.assertEqual(load(self.path('z.npy'))[1], self.values)

    def pipe(self, data, *arguments):
        return subprocess.run([EXPOPS, *arguments], input=data, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              env=self.environment, cwd=self.folder, check=False)

    def test_standard_streams(self):
        with open(self.path('x.npy'), 'rb') as file:
            data = file.read()
        done = self.pipe(data, 'run', 'neg', '-', '-o', '-')
        self.assertEqual((done.returncode, done.stderr), (FINE, b''))
        self.assertEqual(done.stdout[:6], b'\x93NUMPY')
        self.assertEqual(struct.unpack('<6f', done.stdout[128:]), tuple(-x for x in self.values))
        done = self.pipe(data + data, 'run', 'mul', '-', '-', '-o', '-')
        self.assertEqual(struct.unpack('<6f', done.stdout[128:]), tuple(x * x for x in self.values))
        for sent, words in ((data + data, 'more than'), (data[:-1], '23 follow'), (b'', 'no further')):
            done = self.pipe(sent, 'run', 'neg', '-')
            self.assertEqual(done.returncode, FAILED)
            self.assertIn(words, done.stderr.decode())

    def test_archives(self):
        refusal = self.pipe(b'', 'run', 'neg', 'missing.npz').stderr.decode()
        if 'without libzip' in refusal:
            self.skipTest('this expops was built without libzip')
        save(self.path('o.npy'), (1,), [10])
        with zipfile.ZipFile(self.path('two.npz'), 'w', zipfile.ZIP_DEFLATED) as archive:
            archive.write(self.path('o.npy'), 'other.npy')
            archive.write(self.path('x.npy'), 'self.npy')
        self.run_command('run', 'mul', 'two.npz', 'two.npz', '-o', 'y.npy')
        self.assertEqual(load(self.path('y.npy'))[1], [10 * x for x in self.values])
        self.run_command('run', 'neg', 'two.npz:other', '-o', 'y.npz')
        with zipfile.ZipFile(self.path('y.npz')) as archive:
            self.assertEqual(archive.namelist(), ['out.npy'])
            self.assertEqual(struct.unpack('<f', archive.read('out.npy')[-4:]), (-10,))
        self.assertIn('values  10', self.run_command('run', 'neg', 'y.npz'))  # the only one, whatever its name
        with open(self.path('two.npz'), 'rb') as file:
            self.assertEqual(self.pipe(file.read(), 'run', 'neg', '-').returncode, FINE)
        self.refused(['two.npz', "'third'", 'other, self'], 'run', 'neg', 'two.npz:third', status=FAILED)
        self.refused(['two.npz', '2 arrays'], 'run', 'rms_norm', 'two.npz', '--normalized-shape', '3', status=FAILED)
        self.refused(['x.npz'], 'run', 'neg', 'x.npz', status=FAILED)
        with open(self.path('broken.npz'), 'wb') as file:
            file.write(b'PK\3\4 not an archive')
        self.refused(['broken.npz'], 'run', 'neg', 'broken.npz', status=FAILED)

    def test_names_of_attributes(self):
        for name in ('--normalized-shape', '--normalized_shape', '--normalized-shape=3'):
            words = [name] if '=' in name else [name, '3']
            self.assertIn('(2, 3)', self.run_command('run', 'rms_norm', 'x.npy', *words))
        for words, shape in ((['--keepdim'], '(2, 1)'), (['--keepdim=true'], '(2, 1)'), (['--keepdim', 'false'], '(2)'),
                             (['--keepdim=0'], '(2)'), ([], '(2)')):
            self.assertIn('shape ' + shape, self.run_command('run', 'amin', *words, 'x.npy', '--dim', '1'))
        text = self.run_command('run', 'rms_norm', '--help')
        self.assertIn('--normalized-shape', text)

    def test_suggestions(self):
        self.refused(["'silu'"], 'run', 'SiLU', 'x.npy')
        self.refused(["'silu'"], 'run', 'sillu', 'x.npy')
        self.refused(["'silu'"], 'info', 'siluu')
        self.refused(["'silu'"], 'bench', 'siul')
        self.refused(["'--threshold'", 'expops run softplus --help'], 'run', 'softplus', 'x.npy', '--treshold', '2')
        self.refused(["'doctor'"], 'docter')
        self.assertNotIn('did you mean', self.run_command('info', 'qqqqqqqq', status=USAGE))

    def test_mistakes_are_named(self):
        self.refused(['self', 'missing.npy'], 'run', 'silu', 'missing.npy', status=FAILED)
        self.refused(['self'], 'run', 'silu')
        self.refused(['z.npy'], 'run', 'mul', 'x.npy', 'x.npy', 'z.npy')
        self.refused(['approximate', 'wrong', 'tanh'], 'run', 'gelu', 'x.npy', '--approximate', 'wrong')
        self.refused(['--bogus'], 'run', 'silu', 'x.npy', '--bogus', '1')
        self.refused(['beta', 'many'], 'run', 'softplus', 'x.npy', '--beta', 'many')
        self.refused(['keepdim', 'maybe'], 'run', 'amin', 'x.npy', '--keepdim=maybe')
        self.refused(['dim', '0;1'], 'run', 'amin', 'x.npy', '--dim', '0;1')
        self.refused(['f33'], 'run', 'silu', 'x.npy', '--out-dtype', 'f33')
        self.refused(['--beta'], 'run', 'softplus', 'x.npy', '--beta')
        self.refused(['no_such'], 'run', 'no_such', 'x.npy')
        self.refused(['no_such'], 'run', 'silu', 'x.npy', '--backend', 'no_such', status=FAILED)
        missing = self.path('missing/y.npy')
        self.refused([missing], 'run', 'silu', 'x.npy', '-o', missing, status=FAILED)

    def test_hostile_file(self):
        with open(self.path('h.npy'), 'wb') as file:
            file.write(b'\x93NUMPY\x01\x00\xff\xff{')
        self.refused(['self', 'h.npy'], 'run', 'silu', 'h.npy', status=FAILED)
        save(self.path('l.npy'), (2**40, 2**40), [1])
        self.refused(['self', 'l.npy'], 'run', 'silu', 'l.npy', status=FAILED)

    def test_library_errors_come_through(self):
        save(self.path('w.npy'), (2, 4), [0] * 8)
        self.refused(['mul', '(2, 3)', '(2, 4)'], 'run', 'mul', 'x.npy', 'w.npy', status=FAILED)


if __name__ == '__main__':
    unittest.main(argv=[sys.argv[0], *sys.argv[3:]])
