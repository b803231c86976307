"""The check of circles and doors on small trees: it must find what it is for and leave the rest alone.

usage: FILE TOOLS_FOLDER C_COMPILER...
"""
import os
import subprocess
import sys
import tempfile
import unittest

TOOLS, COMPILER = sys.argv[1], sys.argv[2:]
del sys.argv[1:]
KNOWN = ('specialize.c', 'specialize_flat.c', 'specialize_pointwise.c', 'specialize_rows.c')


def write(root, files):
    for name, text in files.items():
        os.makedirs(os.path.join(root, os.path.dirname(name)), exist_ok=True)
        with open(os.path.join(root, name), 'w', encoding='utf-8') as file:
            file.write(text)


def archive(root, sources):
    """As the build names objects: after the source's path from core/."""
    objects = []
    for name in sources:
        objects.append(os.path.join(root, os.path.relpath(name, 'core').replace('/', '_') + '.o'))
        subprocess.run([*COMPILER, '-c', '-I' + os.path.join(root, 'core'), os.path.join(root, name), '-o', objects[-1]], check=True)
    library = os.path.join(root, 'libcore.a')
    subprocess.run(['ar', 'rcT', library, *objects], check=True)
    return library


def findings(files, left_out=()):
    """Exit status and findings for a tree of these files, of which some are in no library."""
    with tempfile.TemporaryDirectory() as root:
        write(root, {'core/base/alone.c': 'int alone;'} | files)
        names = sorted({'core/base/alone.c'} | files.keys())
        library = archive(root, [name for name in names if name.endswith('.c') and name.startswith('core/') and name not in left_out])
        done = subprocess.run([sys.executable, os.path.join(TOOLS, 'check_circles.py'), root, library], text=True,
                              stdout=subprocess.PIPE, check=False)
    return done.returncode, done.stdout.splitlines()[:-1]


class Circles(unittest.TestCase):
    def assert_found(self, files, *words, **more):
        status, found = findings(files, **more)
        self.assertEqual((status, len(found)), (1, 1), found)
        for word in words:
            self.assertIn(word, found[0])

    def test_clean_tree(self):
        self.assertEqual(findings({
            'core/call.c': '#include "backend/device.h"\nint call(void) { return open_it(); }',
            'core/backend/device.h': 'int open_it(void);\n',
            'core/backend/device.c': '#include "inside.h"\n#include "device.h"\nint open_it(void) { return INSIDE; }',
            'core/backend/inside.h': '#include "base/error.h"\n#define INSIDE ERROR\n',
            'core/base/error.h': '#define ERROR 1\n',
            'tools/doctor.c': '#include "backend/doctor.h"\n',
            'core/backend/doctor.h': '',
            'tests/look.c': '#include "backend/inside.h"\n',
        }), (0, []))

    def test_calls_in_a_circle(self):
        self.assert_found({
            'core/a.c': 'int b(void); int a(void) { return b(); }',
            'core/base/b.c': 'int c(void); int b(void) { return c(); }',
            'core/c.c': 'int a(void); int c(void) { return a(); }',
        }, 'files use each other: a.c, base/b.c, c.c')

    def test_a_variable_ties_as_a_call_does(self):
        self.assert_found({
            'core/a.c': 'extern int b; int a(void) { return b; }',
            'core/b.c': 'int a(void); int b = 1; int c(void) { return a(); }',
        }, 'a.c, b.c')

    def test_a_name_that_both_have_for_themselves_ties_nothing(self):
        self.assertEqual(findings({
            'core/a.c': 'static int help(void) { return 1; } int a(void) { return help(); }',
            'core/b.c': 'static int help(void) { return 2; } int a(void); int b(void) { return a() + help(); }',
        }), (0, []))

    def test_headers_in_a_circle(self):
        self.assert_found({'core/a.h': '#ifndef A\n#define A\n#include "b.h"\n#endif\n',
                           'core/b.h': '#ifndef B\n#define B\n  # include "a.h"\n#endif\n'}, 'a.h, b.h')

    def test_folders_in_a_circle(self):
        self.assert_found({'core/base/a.h': '#include "plan.h"\n', 'core/plan.h': '#include "base/b.h"\n', 'core/base/b.h': ''},
                          'folders include each other: base, core')

    def test_internal_header(self):
        for path in ('core/call.c', 'core/base/call.c'):
            self.assert_found({path: '#include "cache/internal.h"\nint own;', 'core/cache/internal.h': ''}, path[5:], 'cache/internal.h')
        self.assert_found({'core/call.c': '#include "backend/doctor.h"\nint own;', 'core/backend/doctor.h': ''}, 'backend/doctor.h')

    def test_internal_header_outside_of_core(self):
        for path in ('tools/x.c', 'backends/cpu/x.c', 'ops/x.c'):
            self.assert_found({path: '#include "backend/loader.h"\n', 'core/backend/loader.h': ''}, path, 'backend/loader.h')

    def test_a_file_that_no_library_holds(self):
        self.assert_found({'core/a.c': 'int a;'}, 'a.c', 'do not hold', left_out=['core/a.c'])


if __name__ == '__main__':
    unittest.main()
