"""The module in an interpreter without a global lock, where there is one: compiled for it, imported without bringing the lock back, and
called by threads at once. EXPOPS_TEST_FREE_THREADED names the interpreter, else PATH may have a python3.14t or python3.13t. With the
interpreter that runs this, the same threads run in any case.

usage: test_free_threaded.py SOURCE_ROOT BUILD_ROOT COMPILER SOURCES...
"""
import os
import shutil
import subprocess
import sys
import tempfile

ASK = 'import sysconfig; print(sysconfig.get_paths()["include"], sysconfig.get_config_var("EXT_SUFFIX"))'
HERE = os.path.dirname(os.path.abspath(__file__))


def find_interpreter():
    named = os.environ.get('EXPOPS_TEST_FREE_THREADED')
    return named or shutil.which('python3.14t') or shutil.which('python3.13t')


def build(python, package, source, build_root, compiler, sources):
    include, suffix = subprocess.run([python, '-c', ASK], check=True, stdout=subprocess.PIPE, text=True).stdout.split()
    includes = [include, *(os.path.join(source, *path) for path in (['core'], ['core', 'include'])),
                *(os.path.join(build_root, *path) for path in (['core'], ['core', 'include']))]
    subprocess.run([compiler, '-shared', '-fPIC', '-O1', '-std=gnu11', '-fexceptions', '-fvisibility=hidden', *('-I' + path for path in includes),
                    *sources, '-L' + os.path.join(build_root, 'core'), '-lexpops', '-ldl', '-lm', '-o',
                    os.path.join(package, '_core' + suffix)], check=True)


def run_threads(python, build_root, path):
    environment = {'PATH': os.environ['PATH'], 'PYTHONPATH': path, 'LD_LIBRARY_PATH': os.path.join(build_root, 'core'),
                   'EXPOPS_BACKEND_PATH': os.path.join(build_root, 'backends', 'cpu')}
    subprocess.run([python, os.path.join(HERE, 'threads_script.py')], check=True, env=environment)


def main(source, build_root, compiler, *sources):
    built = os.path.join(build_root, 'bindings', 'python')
    run_threads(sys.executable, build_root, built)
    python = find_interpreter()
    if not python:
        print('skipped: there is no free-threaded interpreter (python3.14t, python3.13t); with the global lock the threads ran')
        sys.exit(77)
    with tempfile.TemporaryDirectory() as path:
        package = shutil.copytree(os.path.join(built, 'expops'), os.path.join(path, 'expops'),
                                  ignore=lambda folder, names: [name for name in names if not name.endswith('.py')])
        build(python, package, source, build_root, compiler, [os.path.join(build_root, name) for name in sources])
        run_threads(python, build_root, path)


main(*sys.argv[1:])
