#!/usr/bin/env python3
"""What is wrong in an operator's file is an error of the build at that line.

  test_definitions.py ROOT WRITTEN INCLUDE SOURCE... -- COMPILER...     WRITTEN: where the build writes headers; the last as
tools/cpu_stubs.py takes them
"""
import os
import subprocess
import sys
import tempfile
import unittest

SPLIT = sys.argv.index('--')
ROOT, WRITTEN, INCLUDE, *SOURCES = sys.argv[1:SPLIT]
COMPILER = sys.argv[SPLIT + 1:]
sys.path.insert(0, os.path.join(ROOT, 'tools'))
from cpu_stubs import flags, make_program  # noqa: E402  pylint: disable=wrong-import-position

POINTWISE = '''#include "operator.h"
#define BIG_FLOATS (1u << EXPOPS_DTYPE_F32 | 1u << EXPOPS_DTYPE_F64)
OPERATOR(odd) = {
    .name = "odd",
    .dtypes = BIG_FLOATS,
    .parameters = { TENSOR("self"), OPERAND("other"), NUMBER("beta"), CHOICE("way", "one", "two", "three") },
};
#ifdef XK
KERNEL(xk_t self, xk_t other, xk_t beta)
{
    return self * other + beta + XK_CHOICE;
}
#endif
#ifdef EXPOPS_REFERENCE
REFERENCE(long double self, long double other, long double beta, long double way)
{
    return self * other + beta + way;
}
#endif
'''
KERNEL = 'KERNEL(xk_t self, xk_t other, xk_t beta)'
REFERENCE = 'REFERENCE(long double self, long double other, long double beta, long double way)'

ROWS = '''#include "operator.h"
OPERATOR(odd) = {
    .name = "odd",
    .family = EXPOPS_FAMILY_MAP,
    .dtypes = 1u << EXPOPS_DTYPE_F32,
    .parameters = { TENSOR("self"), TENSOR("weight"), NUMBER("eps") },
    .samples = { { 0, 1 }, { 0, 1, .row = 1 } },
};
#ifdef XK
typedef struct {
    xk_t sum;
} xk_acc;
XK_FN xk_acc xk_identity(void) { return (xk_acc){ 0 }; }
XK_FN xk_acc xk_lift(xk_t self) { return (xk_acc){ self }; }
XK_FN xk_acc xk_combine(xk_acc a, xk_acc b) { return (xk_acc){ a.sum + b.sum }; }
XK_FN xk_acc xk_settle(xk_acc a, xk_t n, xk_t eps) { return (xk_acc){ a.sum / n + eps }; }
XK_FN xk_r xk_map(xk_t self, xk_t weight, xk_acc row) { return self * weight * row.sum; }
#endif
'''


def line_of(text, part):
    return next(number for number, line in enumerate(text.splitlines(), 1) if part in line)


class Definitions(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.shared = tempfile.TemporaryDirectory()  # pylint: disable=consider-using-with
        cls.addClassCleanup(cls.shared.cleanup)
        subprocess.run([*COMPILER, *flags(INCLUDE), '-c', *SOURCES], check=True, cwd=cls.shared.name)
        cls.objects = [os.path.join(cls.shared.name, name) for name in os.listdir(cls.shared.name)]

    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()  # pylint: disable=consider-using-with
        self.ops = os.path.join(self.folder.name, 'ops')
        os.mkdir(self.ops)

    def tearDown(self):
        self.folder.cleanup()

    def path(self, *names):
        return os.path.join(self.folder.name, *names)

    def run_program(self, *arguments):
        return subprocess.run([self.program, *arguments], check=True, capture_output=True, text=True).stdout

    def define(self, text):
        """Compiles the definition; returns the compiler's complaints."""
        with open(self.path('ops', 'odd.c'), 'w', encoding='utf-8') as file:
            file.write(text)
        made, self.program = make_program(self.folder.name, self.ops, INCLUDE, self.objects, COMPILER, capture_output=True, text=True)
        return made.stderr

    def compile(self, name, *more):
        """Compiles a stub as the build does; returns the compiler's complaints."""
        command = [*COMPILER, *flags(INCLUDE), f'-I{ROOT}/tests/ops', f'-I{WRITTEN}', *more, '-O1', '-c', self.path(name), '-o', self.path('o')]
        made = subprocess.run(command, check=False, capture_output=True, text=True)
        self.assertEqual(made.returncode != 0, 'error:' in made.stderr)
        return made.stderr

    def kernel(self, text):
        self.assertEqual(self.define(text), '')
        names = self.run_program('names').split()
        with open(self.path('touched'), 'w', encoding='utf-8'):
            pass
        self.run_program('cpu', self.ops, self.folder.name, 'base', self.path('touched'), *names)
        return self.compile(names[0], '-DCPU_LEVEL=base')

    def reference(self, text):
        self.assertEqual(self.define(text), '')
        self.run_program('references', self.ops, self.folder.name)
        return self.compile('odd.reference.c', '-DEXPOPS_REFERENCE')

    def refused(self, complaints, text, part):
        """Some error stands at the line that has `part`."""
        places = [line for line in complaints.splitlines() if 'error:' in line]
        self.assertTrue(any(f'ops/odd.c:{line_of(text, part)}:' in line for line in places), complaints)

    def test_right_definitions(self):
        self.assertEqual(self.kernel(POINTWISE), '')
        self.assertEqual(self.reference(POINTWISE), '')
        self.assertEqual(self.kernel(ROWS), '')

    def test_types_of_an_authors_own_set(self):
        self.assertEqual(self.define(POINTWISE), '')
        self.assertEqual(self.run_program('names').split(),
                         [f'odd.{dtype}.{choice}.c' for dtype in ('f32', 'f64') for choice in range(3)])

    def test_changed_types_configure_anew(self):
        self.define(POINTWISE)
        os.mkdir(self.path('out'))
        made = subprocess.run([self.program, 'cpu', self.ops, self.path('out'), 'base', self.path('ops', 'odd.c'), 'odd.f32.0.c'],
                              check=False, capture_output=True, text=True)
        self.assertEqual((made.returncode, os.listdir(self.path('out'))), (1, []))
        self.assertIn('build once more', made.stderr)

    def test_unknown_set(self):
        text = POINTWISE.replace('= BIG_FLOATS', '= BIG_FLOTS')
        self.refused(self.define(text), text, '= BIG_FLOTS')

    def test_kernel(self):
        for wrong in ('(xk_t self, xk_t other)', '(xk_t self, xk_t other, xk_t beta, xk_t more)', '(void)',
                      '(xk_t other, xk_t self, xk_t beta)', '(xk_t self, xk_t other, int beta)'):
            with self.subTest(wrong):
                text = POINTWISE.replace(KERNEL, 'KERNEL' + wrong)
                self.refused(self.kernel(text), text, 'KERNEL' + wrong)

    def test_drafted_kernel(self):
        """Takes what its draft gives it."""
        text = POINTWISE.replace('OPERATOR(odd)', 'static expops_status draft(expops_draft *d) { return EXPOPS_OK; }\nOPERATOR(odd)')
        text = text.replace('.name', '.draft = draft, .name')
        self.assertEqual(self.kernel(text.replace('xk_t self, xk_t other', 'xk_t other, xk_t self, xk_t gate')), '')
        self.assertEqual(self.reference(text), '')
        wrong = text.replace(REFERENCE, 'REFERENCE(long double self)')
        self.refused(self.reference(wrong), wrong, 'REFERENCE(long double self)')

    def test_kernel_missing(self):
        text = POINTWISE.replace(KERNEL, 'XK_FN xk_t other(xk_t self, xk_t other, xk_t beta)')
        complaints = self.kernel(text)
        self.assertIn('KERNEL_IS_MISSING', complaints)
        self.refused(complaints, text, 'XK_FN xk_t other')

    def test_reference(self):
        for wrong in ('(long double self)', '(long double self, long double other, long double way, long double beta)',
                      '(long double self, long double other, long double beta, int way)'):
            with self.subTest(wrong):
                text = POINTWISE.replace(REFERENCE, 'REFERENCE' + wrong)
                self.refused(self.reference(text), text, 'REFERENCE' + wrong)

    def test_rows(self):
        for right, wrong in (('xk_lift(xk_t self)', 'xk_lift(xk_t self, int weight)'),
                             ('xk_t n, xk_t eps)', 'int n)'), ('xk_t weight, xk_acc row)', 'xk_acc row, xk_t weight)'),
                             ('xk_identity(void)', 'xk_identity(xk_t self)'), ('(xk_acc a, xk_acc b)', '(xk_acc a, xk_t b)')):
            with self.subTest(wrong):
                text = ROWS.replace(right, wrong)
                self.refused(self.kernel(text), text, wrong)

    def test_row_function_missing(self):
        text = ROWS.replace('xk_map(', 'xk_mapped(')
        complaints = self.kernel(text)
        self.assertIn('odd.c', complaints)
        self.refused(complaints, text, 'typedef struct')


if __name__ == '__main__':
    unittest.main(argv=sys.argv[:1])
