"""The expops command as a user sees it: output, messages, exit status."""
import json
import os
import re
import subprocess
import sys
import unittest

from command import CRASHING, Command, EXPOPS, FAILED, USAGE

NOISE = 'noise on standard output\n'  # of the crashing plugins; kept out of the report


class Looking(Command):
    def test_list(self):
        names = self.run_command('list', '--names').split()
        self.assertEqual(names, sorted(names))
        self.assertIn('silu', names)
        self.assertEqual(len(self.run_command('list').splitlines()), len(names))

    def test_list_for_programs(self):
        operators = json.loads(self.run_command('list', '--json'))
        self.assertEqual([one['name'] for one in operators], self.run_command('list', '--names').split())
        softplus = next(one for one in operators if one['name'] == 'softplus')
        self.assertEqual([(p['name'], p['kind'], p['default']) for p in softplus['parameters']],
                         [('self', 'tensor', None), ('beta', 'number', 1), ('threshold', 'number', 20)])
        self.assertEqual((softplus['dtypes'], softplus['bound']['f16']), (['f16', 'bf16', 'f32', 'f64'], 1))
        self.assertEqual((softplus['parameters'][0]['samples']['low'], softplus['parameters'][0]['dtypes']), (-30, []))

    def test_list_says_what_ints_stand_for(self):
        ints = {one['name']: [p['samples']['ints'] for p in one['parameters']] for one in json.loads(self.run_command('list', '--json'))}
        self.assertEqual((ints['rms_norm'][1], ints['permute'][1], ints['as_strided'][1:3], ints['sum'][1]),
                         ('row', 'order', ['shape', 'strides'], 'dims'))

    def test_list_says_what_needs_double_arithmetic(self):
        needs = {one['name']: one['double_arithmetic'] for one in json.loads(self.run_command('list', '--json'))}
        self.assertEqual((needs['silu'], needs['mul'], needs['__rshift__']), (['f64'], ['f64', 'c128'], []))
        self.assertEqual(needs['permute'], [])  # moves elements as bits, whatever they are

    def test_list_says_which_tensors_have_types_of_their_own(self):
        masked = next(one for one in json.loads(self.run_command('list', '--json')) if one['name'] == 'masked_fill')
        self.assertEqual([p['dtypes'] for p in masked['parameters']], [[], ['bool'], []])

    def test_info(self):
        text = self.run_command('info', 'softplus')
        for word in ('beta', 'threshold', 'default 20', 'f32', 'bf16'):
            self.assertIn(word, text)
        self.assertIn('mul', self.run_command('info', 'multiply'))
        text = self.run_command('info', 'rms_norm') + self.run_command('info', 'eye')
        self.assertNotIn('default', text.replace('defaults', ''))  # what only the operator knows is no 0

    def test_every_operator_has_info(self):
        for name in self.run_command('list', '--names').split():
            self.assertIn(name + ':', self.run_command('info', name))

    def test_help_and_version(self):
        self.assertIn('doctor', self.run_command('--help'))
        self.assertIn('expops 0.', self.run_command('--version'))
        for command in ('list', 'info', 'run', 'bench', 'doctor', 'cache', 'new', 'help'):
            self.assertIn('usage: expops ' + command, self.run_command('help', command))
            self.assertIn(f'\n  {command} ', self.run_command('help'))
            if command != 'help':
                self.assertEqual(self.run_command(command, '--help'), self.run_command('help', command))

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
                self.assertTrue(candidate['remedy'], candidate)
                self.assertNotEqual(candidate['cause'], 'NONE')

    def test_places_are_listed_once(self):
        """However often a file is named, by whatever path."""
        places = os.environ['EXPOPS_BACKEND_PATH'].split(':')
        link = self.path('link')
        os.symlink(next(place for place in places if os.path.basename(place) == 'cpu'), link)
        where = ':'.join(places + places + [link])
        candidates = json.loads(self.run_command('doctor', '--json', EXPOPS_BACKEND_PATH=where))['candidates']
        files = [os.path.realpath(c['path']) for c in candidates]
        self.assertEqual(sorted(set(files)), sorted(files))
        self.assertIn('cpu', [c['name'] for c in candidates if c['usable']])

    def test_paths_are_any_bytes(self):
        """The report for programs is JSON all the same, and says which bytes they are."""
        path = os.fsdecode(b'/nowhere/\xff\xc3(\xe2\x82\xac\xed\xa0\x80.so')
        where = path + ':' + os.environ['EXPOPS_BACKEND_PATH']
        done = subprocess.run([EXPOPS, 'doctor', '--json'], stdout=subprocess.PIPE, check=True, env=self.environment | {'EXPOPS_BACKEND_PATH': where})
        reasons = {candidate['path']: candidate['reason'] for candidate in json.loads(done.stdout.decode())['candidates']}
        self.assertIn(path, reasons)
        self.assertIn(path, reasons[path])

    def test_places_that_nobody_named_are_not_listed(self):
        """A build folder has no plugins beside its library; that is a fault only where nothing else says where they are."""
        beside = [c for c in json.loads(self.run_command('doctor', '--json'))['candidates'] if c['origin'] == 'beside the library']
        self.assertEqual(beside, [])
        environment = {name: value for name, value in self.environment.items() if name != 'EXPOPS_BACKEND_PATH'}
        done = subprocess.run([EXPOPS, 'doctor', '--json'], stdout=subprocess.PIPE, text=True, check=False, env=environment)
        beside = [(c['origin'], c['cause']) for c in json.loads(done.stdout)['candidates']]
        self.assertEqual((done.returncode, beside), (FAILED, [('beside the library', 'NOT_FOUND')]))

    def test_cause_reason_and_remedy_are_told_apart(self):
        folder = self.path('no_such_place')
        text = self.run_command('doctor', EXPOPS_BACKEND_PATH=folder + ':' + os.environ['EXPOPS_BACKEND_PATH'])
        part = text[text.index('no_such_place'):]
        for line in (r'^no_such_place +has no backends$', r'^ +place +' + re.escape(folder), r'^ +from +EXPOPS_BACKEND_PATH$',
                     r'^ +cause +NOT_FOUND$', r'^ +reason +.*No such file', r'^ +remedy +Install'):
            self.assertRegex(part, re.compile(line, re.M))

    def test_default_that_cannot_run(self):
        done = subprocess.run([EXPOPS, 'doctor', '--json'], stdout=subprocess.PIPE, text=True, check=False,
                              env=self.environment | {'EXPOPS_BACKEND': 'nonsense'})
        self.assertEqual(done.returncode, FAILED)
        error = json.loads(done.stdout)['default']['error']
        self.assertIn('nonsense', error)
        self.assertNotIn('expops doctor', error)

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
