"""The expops command as a user sees it: output, messages, exit status.

usage: test_command.py EXPOPS CRASHING_PLUGINS_FOLDER PART
"""
import json
import math
import os
import struct
import subprocess
import sys
import tempfile
import unittest

EXPOPS, CRASHING = (os.path.abspath(path) for path in sys.argv[1:3])
FINE, FAILED, USAGE = 0, 1, 2
NOISE = 'noise on standard output\n'  # of the crashing plugins; kept out of the report


def save(path, shape, values, descr='<f4', code='f', fortran=False):
    header = f"{{'descr': '{descr}', 'fortran_order': {fortran}, 'shape': {tuple(shape)!r}, }}"
    header += ' ' * (-(10 + len(header) + 1) % 64) + '\n'
    with open(path, 'wb') as file:
        file.write(b'\x93NUMPY\x01\x00' + struct.pack('<H', len(header)) + header.encode())
        file.write(struct.pack(f'<{len(values)}{code}', *values))


def load(path, code='f'):
    with open(path, 'rb') as file:
        data = file.read()
    length = struct.unpack('<H', data[8:10])[0]
    body = data[10 + length:]
    return data[10:10 + length].decode(), list(struct.unpack(f'<{len(body) // struct.calcsize(code)}{code}', body))


class Command(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix='expops-command-')
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.environment = dict(os.environ, EXPOPS_BACKEND='cpu', EXPOPS_CACHE_DIR=os.path.join(folder.name, 'cache'))

    def path(self, name):
        return os.path.join(self.folder, name)

    def run_command(self, *arguments, status=FINE, noise='', **environment):
        done = subprocess.run([EXPOPS, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                              env=self.environment | environment, cwd=self.folder, check=False)
        self.assertEqual(done.returncode, status, f'{arguments}: {done.stdout}{done.stderr}')
        if status == FINE:
            self.assertEqual(done.stderr.replace(noise, ''), '')
        self.assertEqual(bool(done.stderr), status != FINE or bool(noise))
        return done.stdout if status == FINE else done.stderr

    def refused(self, words, *arguments, status=USAGE, **environment):
        message = self.run_command(*arguments, status=status, **environment)
        self.assertTrue(message.startswith('expops: '), message)
        for word in words:
            self.assertIn(word, message)


class Looking(Command):
    def test_list(self):
        names = self.run_command('list', '--names').split()
        self.assertEqual(names, sorted(names))
        self.assertIn('silu', names)
        self.assertEqual(len(self.run_command('list').splitlines()), len(names))

    def test_info(self):
        text = self.run_command('info', 'softplus')
        for word in ('beta', 'threshold', 'default 20', 'f32', 'bf16'):
            self.assertIn(word, text)
        self.assertIn('mul', self.run_command('info', 'multiply'))

    def test_every_operator_has_info(self):
        for name in self.run_command('list', '--names').split():
            self.assertIn(name + ':', self.run_command('info', name))

    def test_help_and_version(self):
        self.assertIn('doctor', self.run_command('--help'))
        self.assertIn('expops 0.', self.run_command('--version'))
        for command in ('list', 'info', 'run', 'bench', 'doctor', 'cache'):
            self.assertIn('usage', self.run_command(command, '--help'))

    def test_wrong_usage(self):
        self.refused(['frobnicate'], 'frobnicate')
        self.refused(['no_such_operator'], 'info', 'no_such_operator')
        self.refused(['--wrong'], 'list', '--wrong')
        self.refused(['surplus'], 'list', 'surplus')
        self.refused(['info'], 'info')
        self.run_command(status=USAGE)

    def test_full_disk_is_a_failure(self):
        with open('/dev/full', 'w', encoding='utf-8') as full:
            done = subprocess.run([EXPOPS, 'list'], stdout=full, stderr=subprocess.PIPE, text=True, env=self.environment,
                                  check=False)
        self.assertEqual(done.returncode, FAILED)
        self.assertIn('could not be written', done.stderr)


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
            self.refused(['other', word, 'larger'], 'run', 'mul', 'x.npy', word, status=FAILED)
        self.refused(["'n'", 'larger'], 'run', 'eye', '--n', '9' * 20, status=FAILED)
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
        self.assertIn('largest difference from cpu:0: 0 ', self.run_command('run', 'silu', 'x.npy', '--check'))

    def test_mistakes_are_named(self):
        self.refused(['self', 'missing.npy'], 'run', 'silu', 'missing.npy', status=FAILED)
        self.refused(['self'], 'run', 'silu')
        self.refused(['z.npy'], 'run', 'mul', 'x.npy', 'x.npy', 'z.npy')
        self.refused(['approximate', 'wrong', 'tanh'], 'run', 'gelu', 'x.npy', '--approximate', 'wrong', status=FAILED)
        self.refused(['--bogus'], 'run', 'silu', 'x.npy', '--bogus', '1')
        self.refused(['beta', 'many'], 'run', 'softplus', 'x.npy', '--beta', 'many', status=FAILED)
        self.refused(['--beta'], 'run', 'softplus', 'x.npy', '--beta')
        self.refused(['no_such'], 'run', 'no_such', 'x.npy')
        self.refused(['no_such'], 'run', 'silu', 'x.npy', '--backend', 'no_such', status=FAILED)
        self.refused(['/nonexistent/y.npy'], 'run', 'silu', 'x.npy', '-o', '/nonexistent/y.npy', status=FAILED)

    def test_hostile_file(self):
        with open(self.path('h.npy'), 'wb') as file:
            file.write(b'\x93NUMPY\x01\x00\xff\xff{')
        self.refused(['self', 'h.npy'], 'run', 'silu', 'h.npy', status=FAILED)
        save(self.path('l.npy'), (2**40, 2**40), [1])
        self.refused(['self', 'l.npy'], 'run', 'silu', 'l.npy', status=FAILED)

    def test_library_errors_come_through(self):
        save(self.path('w.npy'), (2, 4), [0] * 8)
        self.refused(['mul', '(2, 3)', '(2, 4)'], 'run', 'mul', 'x.npy', 'w.npy', status=FAILED)


class Doctor(Command):
    def test_report(self):
        report = json.loads(self.run_command('doctor', '--json'))
        cpu = [c for c in report['candidates'] if c['name'] == 'cpu' and c['usable']]
        self.assertEqual(len(cpu), 1)
        self.assertEqual(cpu[0]['devices'][0]['device'], 'cpu:0')
        self.assertEqual(report['default'], {'device': 'cpu:0'})
        self.assertEqual(report['cache']['directory'], self.path('cache'))
        self.assertEqual(report['environment']['EXPOPS_BACKEND'], {'value': 'cpu', 'known': True})

    def test_unavailable_have_reasons(self):
        for candidate in json.loads(self.run_command('doctor', '--json'))['candidates']:
            if not candidate['usable']:
                self.assertTrue(candidate['reason'], candidate)
                self.assertNotEqual(candidate['cause'], 'NONE')

    def test_default_that_cannot_run(self):
        done = subprocess.run([EXPOPS, 'doctor', '--json'], stdout=subprocess.PIPE, text=True, check=False,
                              env=self.environment | {'EXPOPS_BACKEND': 'nonsense'})
        self.assertEqual(done.returncode, FAILED)
        self.assertIn('nonsense', json.loads(done.stdout)['default']['error'])

    def test_unknown_variable_is_shown(self):
        warning = 'expops warning: the environment variable EXPOPS_BACKENDS is not known; did you mean EXPOPS_BACKEND\n'
        text = self.run_command('doctor', noise=warning, EXPOPS_BACKENDS='cpu')
        self.assertIn('EXPOPS_BACKENDS=cpu   (not a variable', text)

    def test_crashing_plugins_are_named(self):
        plugins = [os.path.join(CRASHING, f'expops_{name}.so') for name in ('segfault', 'abort', 'exit')]
        where = ':'.join([*plugins, os.environ['EXPOPS_BACKEND_PATH']])
        report = json.loads(self.run_command('doctor', '--json', noise=NOISE, EXPOPS_BACKEND_PATH=where))
        reasons = {c['path']: (c['cause'], c['reason']) for c in report['candidates']}
        for plugin, how in zip(plugins, ('signal 11', 'signal 6', 'exit status 3')):
            self.assertEqual(reasons[plugin][0], 'CRASHED')
            self.assertIn(how, reasons[plugin][1])
        self.assertEqual(report['default'], {'device': 'cpu:0'})
        self.assertIn('signal 11', self.run_command('doctor', noise=NOISE, EXPOPS_BACKEND_PATH=where))


class Bench(Command):
    def test_table(self):
        text = self.run_command('bench', 'silu', '--shape', '64x64')
        self.assertIn('cpu:0', text)
        self.assertRegex(text, r'silu +[0-9.]+ us +[0-9.]+ GB/s')

    def test_json(self):
        rows = json.loads(self.run_command('bench', '--ops', 'silu,permute_copy,masked_fill', '--shape', '32x48', '--dtype',
                                           'bf16', '--json', '--no-first-calls'))
        self.assertEqual([row['operator'] for row in rows], ['silu', 'permute_copy', 'masked_fill'])
        for row in rows:
            self.assertEqual((row['dtype'], row['shape'], row['device']), ('bf16', '32x48', 'cpu:0'))
            self.assertGreater(row['gigabytes_a_second'], 0)
            self.assertGreater(row['copy_gigabytes_a_second'], 0)

    def test_bytes(self):
        """Of what is read and written: no tensor that gives only its shape, and one that is broadcast once."""
        output = 32 * 48 * 4
        wanted = {'silu': 2 * output, 'mul': 3 * output, 'glu': 1.5 * output, 'copy': 2 * output, 'prelu': 2 * output + 4 * 48,
                  'fill': output + 4, 'zero': output, 'zeros_like': output, 'new_ones': 4 * 48, 'amin': output + 4}
        rows = json.loads(self.run_command('bench', '--ops', ','.join(wanted), '--shape', '32x48', '--dtype', 'f32', '--json',
                                           '--no-first-calls'))
        self.assertEqual({row['operator']: row['bytes'] for row in rows}, wanted)
        save(self.path('row.npy'), (48,), range(48))
        for bytes_read, arguments in (0, ['eye', '--n', '32', '--m', '48']), (output + 4 * 48, ['mul', '--other', 'row.npy']):
            row = json.loads(self.run_command('bench', *arguments, '--shape', '32x48', '--json', '--no-first-calls'))[0]
            self.assertEqual(row['bytes'], output + bytes_read)

    def test_first_calls(self):
        row = json.loads(self.run_command('bench', 'softplus', '--beta', '2', '--shape', '16', '--json'))[0]
        self.assertGreater(row['cold_ms'], 0)
        self.assertGreater(row['disk_ms'], 0)
        self.assertGreater(row['memory_us'], 0)

    def test_every_operator_can_be_timed_once(self):
        for name in self.run_command('list', '--names').split():
            first, second = self.run_command('bench', name, '--shape', '8x8', '--first-call').split()
            self.assertGreater(float(first), 0)
            self.assertGreater(float(second), 0)

    def test_wrong_usage(self):
        self.refused(['0x3'], 'bench', 'silu', '--shape', '0x3')
        self.refused(['3x'], 'bench', 'silu', '--shape', '3x')
        self.refused(['f33'], 'bench', 'silu', '--dtype', 'f33')
        self.refused(['one operator'], 'bench')
        self.refused(['no_such'], 'bench', 'no_such')


class Cache(Command):
    def test_empty(self):
        self.assertEqual(self.run_command('cache', 'ls'), '')
        self.assertIn('entries   0', self.run_command('cache', 'stat'))
        self.assertIn('0 entries removed', self.run_command('cache', 'clear'))

    def test_none(self):
        self.assertIn("EXPOPS_CACHE is 'memory'", self.run_command('cache', 'stat', EXPOPS_CACHE='memory'))

    def test_read_only(self):
        self.run_command('cache', 'stat')
        self.run_command('cache', 'clear', status=FAILED, EXPOPS_CACHE='ro')

    def test_wrong_usage(self):
        self.refused(['destroy'], 'cache', 'destroy')
        self.refused(['ls, stat or clear'], 'cache')


if __name__ == '__main__':
    unittest.main(argv=[sys.argv[0], *sys.argv[3:]])
