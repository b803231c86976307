"""The layering check on small trees: it must find what it is for and leave the rest alone. usage: FILE TOOLS_FOLDER"""
import os
import subprocess
import sys
import tempfile
import unittest

TOOLS = sys.argv.pop(1)
OPERATOR = 'OPERATOR(masked_fill) = { 0 };\nOPERATOR(exp) = { 0 };\n'


def findings(**files):
    """Exit status and findings for a tree of these files; __ in a name is a /."""
    with tempfile.TemporaryDirectory() as root:
        for name, text in ({'ops__all.c': OPERATOR} | files).items():
            folder, stem = name.split('__')
            stem = stem if '.' in stem else stem + '.c'
            os.makedirs(os.path.join(root, folder), exist_ok=True)
            with open(os.path.join(root, folder, stem), 'w', encoding='utf-8') as file:
                file.write(text)
        done = subprocess.run([sys.executable, os.path.join(TOOLS, 'check_layering.py'), root], text=True,
                              stdout=subprocess.PIPE, check=False)
    return done.returncode, done.stdout.splitlines()[:-1]


class Layering(unittest.TestCase):
    def test_clean_tree(self):
        self.assertEqual(findings(core__a='int expops_find(void); /* masked_fill would be one */',
                                  backends__b='double y = exp(x); int cuda_open;'), (0, []))

    def test_vendor_words(self):
        for text in ('int cuda_open;', '/* for AMD only */', 'EXPOPS_HIP', '"libOpenCL.so"', 'cuLaunchKernel();', 'CUstream s;',
                     'sm_90', 'int nvrtcCompile;', 'gfx90a', '#define XCUDA 1\nint cuda;'):
            for folder in ('core', 'ops'):
                status, found = findings(**{folder + '__x': text})
                self.assertEqual((status, len(found)), (1, 1), (folder, text, found))

    def test_words_within_words(self):
        for text in ('relationship ship chip', 'current cut_rows cubic', 'metallic', 'lamdba', 'intelligible', 'small_20'):
            self.assertEqual(findings(core__x='/* ' + text + ' */'), (0, []), text)

    def test_operator_names(self):
        for text in ('"exp"', '"masked_fill"', 'expops_operator_exp', 'expops_exp(x)', 'int masked_fill;'):
            for folder in ('core', 'backends'):
                status, found = findings(**{folder + '__x': text})
                self.assertEqual((status, len(found)), (1, 1), (folder, text, found))

    def test_leaves(self):
        for text in ('if (leaf->family == EXPOPS_FAMILY_MAP)', 'a != EXPOPS_FAMILY_WINDOW', 'case EXPOPS_FAMILY_SELECT:'):
            self.assertEqual(len(findings(**{'core/run__plan': text})[1]), 1, text)
            self.assertEqual(findings(**{'core/specialize__variant_rows': text}), (0, []), text)
        self.assertEqual(findings(**{'core/draft__window': 'expops_draft_leaf(draft, EXPOPS_FAMILY_WINDOW);'}), (0, []))

    def test_line_is_right(self):
        self.assertIn('core/x.c:3:', findings(core__x='\n\nint cuda;')[1][0])

    def test_no_operators_is_a_failure(self):
        self.assertEqual(findings(**{'ops__all.c': ''})[0], 1)


if __name__ == '__main__':
    unittest.main()
