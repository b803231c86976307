"""What the tests of the expops command share. A test is run as: TEST.py EXPOPS PLUGINS_FOLDER PART"""
import os
import struct
import subprocess
import sys
import tempfile
import unittest

EXPOPS, CRASHING = (os.path.abspath(path) for path in sys.argv[1:3])
FINE, FAILED, USAGE = 0, 1, 2


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
