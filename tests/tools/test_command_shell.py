"""What surrounds the command: completion, the manual page, new operators."""
import os
import shutil
import subprocess
import sys
import unittest

from command import Command, EXPOPS, FAILED, FINE, save

COMPLETION = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'tools', 'completion')


class Shells(Command):
    def complete(self, *words):
        return self.run_command('complete', *words).split()

    def test_words(self):
        self.assertIn('doctor', self.complete(''))
        self.assertIn('softplus', self.complete('run', ''))
        self.assertIn('--all', self.complete('bench', ''))
        found = self.complete('run', 'gelu', '')
        self.assertIn('--approximate', found)
        self.assertIn('--out-dtype', found)
        self.assertIn('FILES', found)
        self.assertIn('--normalized-shape', self.complete('bench', 'rms_norm', ''))
        self.assertEqual(self.complete('run', 'gelu', '--approximate', ''), ['none', 'tanh'])
        self.assertIn('bf16', self.complete('bench', 'gelu', '--dtype', ''))
        self.assertEqual(self.complete('run', 'gelu', '-o', ''), ['FILES'])
        self.assertIn('clear', self.complete('cache', ''))
        self.assertEqual(self.complete('nonsense', ''), [])

    def shell(self, shell, script):
        if not shutil.which(shell):
            self.skipTest(f'{shell} is not installed')
        done = subprocess.run([shell, '-c', script, shell, EXPOPS, COMPLETION], stdout=subprocess.PIPE, text=True,
                              cwd=self.folder, env=self.environment, check=True)
        return done.stdout.split()

    def test_bash(self):
        save(self.path('x.npy'), (1,), [1])
        script = 'source "$2/expops.bash"; COMP_WORDS=("$1" %s); COMP_CWORD=%d; _expops; printf "%%s\\n" "${COMPREPLY[@]}"'
        self.assertEqual(self.shell('bash', script % ('run softpl', 2)), ['softplus'])
        self.assertEqual(self.shell('bash', script % ('run gelu x', 3)), ['x.npy'])
        self.assertEqual(self.shell('bash', script % ('run gelu --appr', 3)), ['--approximate'])

    def test_zsh(self):
        script = ('compadd() { shift; print -l -- "${(@P)1}"; }; _files() { print FILES; }; compdef() { : }; '
                  'words=("$1" run "%s"); CURRENT=3; PREFIX="%s"; source "$2/_expops"')
        self.assertIn('softplus', self.shell('zsh', script % ('softpl', 'softpl')))
        self.assertIn('--output', self.shell('zsh', script % ('--o', '--o')))

    def test_man_page(self):
        page = self.run_command('man')
        for words in ('.TH EXPOPS 1', '.SS "expops bench', 'EXIT STATUS', r'\-\-no\-first\-calls', 'rms_norm'):
            self.assertIn(words, page)
        if not shutil.which('groff'):
            self.skipTest('groff, which would say what is wrong with it, is not installed')
        done = subprocess.run(['groff', '-man', '-Tutf8', '-ww', '-z'], input=page, stderr=subprocess.PIPE, text=True, check=True)
        self.assertEqual(done.stderr, '')


class New(Command):
    def setUp(self):
        super().setUp()
        for folder in ('ops', 'core'):
            os.mkdir(self.path(folder))
        with open(self.path('core/operator.h'), 'w', encoding='utf-8'):
            pass

    def test_templates(self):
        for kind in ('unary', 'binary', 'reduce', 'map', 'window', 'recipe'):
            self.assertIn(f'ops/my_{kind}.c', self.run_command('new', f'my_{kind}', f'--{kind}'))
            with open(self.path(f'ops/my_{kind}.c'), encoding='utf-8') as file:
                text = file.read()
            self.assertIn(f'OPERATOR(my_{kind})', text)
            self.assertIn(f'.name = "my_{kind}"', text)
            self.assertNotIn('NAME', text)
        checker = os.path.join(os.path.dirname(os.path.abspath(__file__)), '../../tools/check_operators.py')
        done = subprocess.run([sys.executable, checker, self.path('ops')], stderr=subprocess.PIPE, text=True, check=False)
        self.assertEqual((done.returncode, done.stderr), (FINE, ''))

    def test_wrong_usage(self):
        self.refused(['--unary'], 'new', 'mine')
        self.refused(['--unary'], 'new', 'mine', '--unary', '--map')
        self.refused(['My'], 'new', 'My', '--unary')
        self.refused(['silu', 'already'], 'new', 'silu', '--unary')
        self.refused(['elsewhere', '--source'], 'new', 'mine', '--unary', '--source', 'elsewhere', status=FAILED)
        self.run_command('new', 'mine', '--unary')
        self.refused(['mine.c', 'exists'], 'new', 'mine', '--map', status=FAILED)


if __name__ == '__main__':
    unittest.main(argv=[sys.argv[0], *sys.argv[3:]])
