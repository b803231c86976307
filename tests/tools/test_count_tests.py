"""The counter of test cases: every kind of outcome is counted as what it is. usage: FILE TOOLS_FOLDER"""
import json
import os
import subprocess
import sys
import tempfile
import unittest

TOOLS = sys.argv.pop(1)


def count(*tests, more=()):
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, 'testlog.json')
        with open(path, 'w', encoding='utf-8') as file:
            for result, text in tests:
                file.write(json.dumps({'name': 'x', 'result': result, 'stdout': text, 'stderr': ''}) + '\n')
        done = subprocess.run([sys.executable, os.path.join(TOOLS, 'count_tests.py'), *more, path], text=True,
                              stdout=subprocess.PIPE, check=False)
    return done.returncode, done.stdout.splitlines()[-1]


GOOD = '[ RUN      ] a\n[       OK ] a\n[ RUN      ] b\n[  SKIPPED ] b\n'


class Counting(unittest.TestCase):
    def test_cases(self):
        self.assertEqual(count(('OK', GOOD)), (0, '1 passed, 0 failed, 1 skipped'))
        self.assertEqual(count(('FAIL', GOOD + '[ RUN      ] c\n[  FAILED  ] c\n')), (1, '1 passed, 1 failed, 1 skipped'))

    def test_crash_within_a_case(self):
        self.assertEqual(count(('FAIL', GOOD + '[ RUN      ] c\n')), (1, '1 passed, 1 failed, 1 skipped'))

    def test_failure_beside_the_cases(self):
        self.assertEqual(count(('FAIL', GOOD)), (1, '1 passed, 1 failed, 1 skipped'))
        self.assertEqual(count(('TIMEOUT', ''), ('OK', '')), (1, '1 passed, 1 failed, 0 skipped'))

    def test_whole_tests(self):
        self.assertEqual(count(('OK', ''), ('SKIP', 'no device'), ('OK', 'fine')), (0, '2 passed, 0 failed, 1 skipped'))

    def test_nothing_ran(self):
        self.assertEqual(count()[0], 1)
        self.assertEqual(count(('SKIP', ''))[0], 1)

    def test_missing_log_and_builds(self):
        self.assertEqual(count(('OK', ''), more=('--failed-builds', '2')), (1, '1 passed, 2 failed, 0 skipped'))
        self.assertEqual(count(('OK', ''), more=('/proc/absent/log',)), (1, '1 passed, 1 failed, 0 skipped'))


if __name__ == '__main__':
    unittest.main()
