"""tools/check_operators.py: what is right passes, and each typical mistake is named at its line.

usage: test_check_operators.py SOURCE_ROOT
"""
import glob
import os
import subprocess
import sys
import tempfile
import unittest

ROOT = os.path.abspath(sys.argv[1])
SOFTPLUS = '''#include "operator.h"

OPERATOR(mine) = {
    .name = "mine",
    .doc = "What it does.",
    .source = "torch.mine",
    .dtypes = FLOATING,
    .parameters = { TENSOR("self"), NUMBER("beta", DEFAULT(1)), NUMBER("threshold", DEFAULT(20)) },
};

#ifdef XK
KERNEL(xk_t self, xk_t beta, xk_t threshold)
{
    return self * beta > threshold ? self : xk_exp(self * beta) + XK_C(0.5);
}
#endif

#ifdef EXPOPS_REFERENCE
REFERENCE(long double self, long double beta, long double threshold)
{
    return self * beta > threshold ? self : expl(self * beta) + 0.5L;
}
#endif
'''


def template(kind):
    with open(os.path.join(ROOT, 'tools', 'templates', kind + '.c'), encoding='utf-8') as file:
        return file.read().replace('NAME', 'mine')


class CheckOperators(unittest.TestCase):
    def check(self, text, name='mine.c'):
        with tempfile.TemporaryDirectory(prefix='expops-check-') as folder:
            path = os.path.join(folder, name)
            with open(path, 'w', encoding='utf-8') as file:
                file.write(text)
            done = subprocess.run([sys.executable, os.path.join(ROOT, 'tools', 'check_operators.py'), path], cwd=folder,
                                  stderr=subprocess.PIPE, text=True, check=False)
        self.assertEqual(bool(done.stderr), done.returncode != 0)
        return done.stderr

    def finds(self, before, after, at, *words, text=SOFTPLUS):
        """The mistake is found where `at` first stands, and nothing else is."""
        self.assertIn(before, text)
        wrong = text.replace(before, after, 1)
        found = self.check(wrong)
        line = wrong[:wrong.index(at)].count('\n') + 1
        self.assertRegex(found, rf'^mine\.c:{line}: error: ')
        self.assertEqual(found.count('error:'), 1, found)
        for word in words:
            self.assertIn(word, found)

    def test_what_is_right_passes(self):
        self.assertEqual(self.check(SOFTPLUS), '')
        for kind in ('unary', 'binary', 'reduce', 'map', 'window', 'recipe'):
            self.assertEqual(self.check(template(kind)), '')

    def test_names(self):
        self.finds('.name = "mine"', '.name = "nine"', 'OPERATOR(', '.name must be "mine"', '"nine"')
        self.assertIn('yours.c:3: error: the file is called yours.c', self.check(SOFTPLUS, 'yours.c'))
        self.assertIn('mine.c:1: error: no line begins with OPERATOR(', self.check(SOFTPLUS.replace('OPERATOR', ' OPERATOR')))

    def test_missing_fields(self):
        for field in ('doc', 'source', 'dtypes'):
            self.finds(f'    .{field} = ', f'    // .{field} = ', 'OPERATOR(', f'.{field} is missing')

    def test_a_number_before_a_tensor(self):
        self.finds('NUMBER("threshold", DEFAULT(20))', 'TENSOR("threshold")', '.parameters', "'threshold'",
                   "after the number 'beta'")
        self.finds('"threshold", DEFAULT(20)', '"beta"', '.parameters', "two parameters 'beta'")

    def test_doubles(self):
        for literal in ('0.5', '1.', '.5', '1e3', '2.5e-3'):
            self.finds('XK_C(0.5)', literal, literal + ';', f'XK_C({literal})')
        for fine in ('0.5f', '1e3f', 'XK_C(1e-3)', 'XK_C(0.5 * 3.0)', '5', '0x1ep', '/* 0.5 */ 1'):
            self.assertEqual(self.check(SOFTPLUS.replace('XK_C(0.5)', fine)), '', fine)
        branches = '#if XK_F64\n#define HALF 0.5\n#else\n#define HALF 0.5f\n#endif\nKERNEL('
        self.assertEqual(self.check(SOFTPLUS.replace('KERNEL(', branches)), '')
        self.finds('KERNEL(', branches.replace('XK_F64', 'XK_F32 || XK_F64'), '#define HALF 0.5\n', 'XK_C(0.5)')
        self.assertIn('a.kernel.h:2: error: 0.5 is a double', self.check('/* 0.25 */\nXK_FN xk_t half(void) { return 0.5; }\n',
                                                                          'a.kernel.h'))

    def test_the_c_library(self):
        for name in ('exp', 'expf', 'fabs', 'log1p', 'pow'):
            self.finds('xk_exp(', name + '(', name + '(', f"{name} is the C library's")
        self.assertEqual(self.check(SOFTPLUS.replace('xk_exp(', 'XK_MATH(exp)(')), '')

    def test_words_of_the_dialect(self):
        self.finds('xk_exp(', 'xk_expp(', 'xk_expp(', 'there is no xk_expp; did you mean xk_exp')
        self.assertEqual(self.check(SOFTPLUS.replace('KERNEL(', 'XK_FN xk_t xk_mine(xk_t x)\n{\n    return x;\n}\n\nKERNEL(', 1)
                                    .replace('xk_exp(z)', 'xk_exp(xk_mine(z))')), '')

    def test_missing_parts(self):
        self.finds('#ifdef XK\n', '#ifdef XL\n', 'OPERATOR(', 'no kernel')
        self.finds('#ifdef EXPOPS_REFERENCE', '#ifdef EXPOPS', 'OPERATOR(', 'nothing would prove it right')
        self.finds('REFERENCE(long', 'REFERENZ(long', 'REFERENZ', 'no REFERENCE')
        self.finds('KERNEL(', 'KERNAL(', 'KERNAL', 'no KERNEL')

    def test_rows(self):
        rows = template('map')
        self.finds('xk_acc xk_settle(xk_acc a, xk_t n, xk_t eps)', 'xk_acc xk_settle(xk_acc a, xk_t eps)', 'XK_FN xk_acc xk_settle',
                   'xk_settle takes 2', 'eps', text=rows)
        self.finds('xk_map(xk_t x, xk_acc scale)', 'xk_map(xk_t x, xk_t y, xk_acc scale)', 'XK_FN xk_r xk_map',
                   'xk_map takes 3', text=rows)
        self.finds('xk_combine', 'xk_merge', 'typedef', 'no xk_combine', text=rows)
        self.finds('ROW_REFERENCE', 'REFERENCE(long double self)', 'REFERENCE(', 'no ROW_REFERENCE', text=rows)

    def test_windows(self):
        window = template('window')
        alone = window.replace('#include "added.kernel.h"\n\n', '')
        self.assertEqual(self.check(alone), '')
        self.finds('WINDOW\n{', 'WINDOWS\n{', '/* The elements from', 'no WINDOW', text=alone)
        self.finds('ROW_REFERENCE', 'REFERENCE(long double self)', 'REFERENCE(', 'no ROW_REFERENCE', text=window)

    def test_drafts(self):
        """A map along one dimension hands no numbers on."""
        along = template('map').replace('expops_draft_map(d, d->op, &out, walked)', 'expops_draft_map_along(d, 1)')
        self.finds('EXPOPS_TRY(expops_view_last', ' EXPOPS_TRY(expops_view_last', 'expops_draft_map_along', "'eps' is a number",
                   text=along)

    def test_the_library_keeps_the_rules(self):
        self.assertTrue(glob.glob(os.path.join(ROOT, 'ops', '*.c')))
        done = subprocess.run([sys.executable, os.path.join(ROOT, 'tools', 'check_operators.py'), os.path.join(ROOT, 'ops')],
                              check=False)
        self.assertEqual(done.returncode, 0)


class Templates(unittest.TestCase):
    def test_definitions_compile(self):
        """As the build would compile them; tools/check_operator.sh runs their tests."""
        for kind in ('unary', 'binary', 'reduce', 'map', 'window', 'recipe'):
            command = ['cc', '-std=gnu11', '-fsyntax-only', '-Wall', '-Werror', '-x', 'c', '-',
                       '-I' + os.path.join(ROOT, 'core'), '-I' + os.path.join(ROOT, 'core', 'include')]
            done = subprocess.run(command, input=template(kind), stderr=subprocess.PIPE, text=True, check=False)
            self.assertEqual(done.returncode, 0, f'{kind}: {done.stderr}')


if __name__ == '__main__':
    unittest.main(argv=sys.argv[:1])
