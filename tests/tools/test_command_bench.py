"""expops bench: what it prints, and how it compares."""
import csv
import json
import os
import pty
import subprocess
import sys
import unittest

from command import Command, EXPOPS, FAILED, save


class Bench(Command):
    def test_table(self):
        text = self.run_command('bench', 'silu', '--shape', '64x64')
        self.assertIn('cpu:0', text)
        self.assertRegex(text, r'silu +64x64 +[0-9.]+ us +[0-9.]+ GB/s')

    def test_json(self):
        rows = json.loads(self.run_command('bench', '--ops', 'silu,permute_copy,masked_fill', '--shape', '32x48', '--dtype',
                                           'bf16', '--json', '--no-first-calls'))
        self.assertEqual([row['operator'] for row in rows], ['silu', 'permute', 'masked_fill'])
        for row in rows:
            self.assertEqual((row['dtype'], row['shape'], row['device']), ('bf16', '32x48', 'cpu:0'))
            self.assertGreater(row['gigabytes_a_second'], 0)
            self.assertGreater(row['copy_gigabytes_a_second'], 0)

    def bench(self, *arguments, **more):
        return self.run_command('bench', *arguments, '--shape', '16x16,64x64', '--no-first-calls', **more)

    def test_csv(self):
        rows = list(csv.DictReader(self.bench('--ops', 'silu,mul', '--csv').splitlines()))
        self.assertEqual([(row['operator'], row['shape']) for row in rows],
                         [('silu', '16x16'), ('silu', '64x64'), ('mul', '16x16'), ('mul', '64x64')])
        for row in rows:
            self.assertGreater(float(row['gigabytes_a_second']), 0)
            self.assertEqual((row['error'], row['cold_ms'], row['earlier_microseconds']), ('', '', ''))
        self.assertEqual(float(rows[3]['bytes']), 3 * 64 * 64 * 4)

    def test_compare(self):
        earlier = json.loads(self.bench('silu', '--json'))
        for row, microseconds in zip(earlier, (1e-6, 1e9)):
            row['microseconds'] = microseconds
        with open(self.path('earlier.json'), 'w', encoding='utf-8') as file:
            json.dump(earlier[:1], file)
        lines = self.bench('silu', '--compare', 'earlier.json').splitlines()
        self.assertRegex(lines[1], 'earlier +faster')
        self.assertRegex(lines[2], r'silu +16x16 .* 0\.0 us +0\.00 ')
        self.assertRegex(lines[3], r'silu +64x64 .*/s +[0-9.]+ +- +- ')
        self.refused(['1 of 2', '1.5'], 'bench', 'silu', '--shape', '16x16,64x64', '--no-first-calls', '--compare', 'earlier.json',
                     '--slower', '1.5', status=FAILED)
        with open(self.path('earlier.json'), 'w', encoding='utf-8') as file:
            json.dump(earlier[1:], file)
        rows = json.loads(self.bench('silu', '--json', '--compare', 'earlier.json', '--slower', '1.5'))
        self.assertEqual([row.get('earlier_microseconds') for row in rows], [None, 1e9])

    def test_plot(self):
        matplotlib = not subprocess.run(['python3', '-c', 'import matplotlib'], capture_output=True, check=False).returncode
        if not matplotlib:
            refused = self.run_command('bench', 'silu', '--plot', 'p.svg', '--shape', '16', '--no-first-calls', status=FAILED)
            self.assertIn('matplotlib is not installed', refused)
            self.skipTest('matplotlib is not installed')
        self.bench('--ops', 'silu,mul', '--plot', 'p.svg')
        with open(self.path('p.svg'), encoding='utf-8') as file:
            text = file.read()
        for label in ('<svg', 'silu', 'mul', 'copy', 'GB/s', 'elements'):
            self.assertIn(label, text)

    def test_progress_keeps_its_line(self):
        """On a terminal: one line that is overwritten, and nothing of the processes that time first calls."""
        terminal, end = pty.openpty()
        environment = self.environment | {'EXPOPS_BACKENDS': 'cpu'}  # each process would warn of that
        with subprocess.Popen([EXPOPS, 'bench', '--ops', 'silu,mul', '--shape', '16'], stdout=subprocess.PIPE, stderr=end,
                              env=environment, text=True) as process:
            os.close(end)
            rows = process.stdout.read().splitlines()
        shown = b''
        try:
            while block := os.read(terminal, 4096):
                shown += block
        except OSError:  # how a terminal ends
            pass
        os.close(terminal)
        self.assertEqual(len(rows), 4)
        self.assertEqual(shown.count(b'EXPOPS_BACKENDS is not known'), 1)
        progress = shown.split(b'\n')[-1]
        self.assertEqual(progress.split(b'\r\x1b[K')[1:], [b'[1/2] silu', b'', b'[2/2] mul', b'', b''])

    def test_bytes(self):
        """Of what is read and written: no tensor that gives only its shape, and one that is broadcast once."""
        output = 32 * 48 * 4
        wanted = {'silu': 2 * output, 'mul': 3 * output, 'glu': 1.5 * output, 'copy': 2 * output, 'prelu': 2 * output + 4,
                  'fill': output + 4, 'zero': output, 'zeros_like': output, 'new_ones': output, 'amin': output + 4, 'stack': 4 * output}
        rows = json.loads(self.run_command('bench', '--ops', ','.join(wanted), '--shape', '32x48', '--dtype', 'f32', '--json',
                                           '--no-first-calls'))
        self.assertEqual({row['operator']: row['bytes'] for row in rows}, wanted)
        save(self.path('row.npy'), (48,), range(48))
        for bytes_read, arguments in (0, ['eye', '--n', '32', '--m', '48']), (output + 4 * 48, ['mul', '--other', 'row.npy']):
            row = json.loads(self.run_command('bench', *arguments, '--shape', '32x48', '--json', '--no-first-calls'))[0]
            self.assertEqual(row['bytes'], output + bytes_read)
        row = json.loads(self.run_command('bench', 'cat', '--tensors', 'row.npy,row.npy,row.npy', '--json', '--no-first-calls'))[0]
        self.assertEqual((row['bytes'], row['tensors']), (2 * 3 * 4 * 48, 3))

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
        self.refused(['no_such'], 'bench', '--ops', 'silu,no_such')
        self.refused(['beta', 'x'], 'bench', 'softplus', '--beta', 'x', '--shape', '4')
        self.refused(['--json', '--csv'], 'bench', 'silu', '--json', '--csv')
        self.refused(['--slower', 'fast'], 'bench', 'silu', '--slower', 'fast')
        self.refused(['--compare'], 'bench', 'silu', '--slower', '2')
        self.refused(['missing.json'], 'bench', 'silu', '--compare', 'missing.json', '--shape', '4', status=FAILED)


if __name__ == '__main__':
    unittest.main(argv=[sys.argv[0], *sys.argv[3:]])
