"""`pip install .`, from the sources to a script in a virtual environment that has nothing else but NumPy. Compiles everything
anew the first time, so it is part of the deep tests; EXPOPS_TEST_WHEEL=1 asks for it too.

usage: test_wheel.py SOURCE_ROOT BUILD_ROOT DEEP
"""
import glob
import os
import subprocess
import sys
import tempfile
import venv

SCRIPT = '''
import numpy, expops
x = numpy.linspace(-3, 3, 100, dtype='float32')
y = expops.softplus(x, beta=2)
numpy.testing.assert_allclose(y, numpy.log1p(numpy.exp(2 * x.astype('float64'))) / 2, rtol=1e-6)
print(expops.default_device(), type(y), len(expops.operators()))
'''
OFFLINE = ('No matching distribution', 'Could not find a version', 'connection broken', 'Temporary failure')


def skip(reason):
    print('skipped:', reason)
    sys.exit(77)


def run(*command, **keywords):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, **keywords)
    if done.returncode and any(words in done.stdout for words in OFFLINE):
        skip('pip reaches no index: ' + done.stdout.strip().splitlines()[-1])
    assert done.returncode == 0, done.stdout[-4000:]
    return done.stdout


def main(source, build, deep):
    if deep != 'true' and not os.environ.get('EXPOPS_TEST_WHEEL'):
        skip('a wheel compiles everything anew: -Ddeep_tests=true, or EXPOPS_TEST_WHEEL=1')
    with tempfile.TemporaryDirectory() as root:
        venv.create(root, with_pip=True)
        python = os.path.join(root, 'bin', 'python')
        run(python, '-m', 'pip', 'wheel', '--no-deps', '--wheel-dir', root,
            '-Cbuild-dir=' + os.path.join(build, 'wheel'), source)
        wheel, = glob.glob(os.path.join(root, 'expops-*-abi3-*.whl'))
        run(python, '-m', 'pip', 'install', wheel, 'numpy')
        clean = {'PATH': os.path.join(root, 'bin') + ':/usr/bin:/bin', 'HOME': root}
        said = run(python, '-c', SCRIPT, cwd=root, env=clean)
        assert said.startswith('cpu'), said
        assert 'softplus' in run(python, '-m', 'expops', 'list', cwd=root, env=clean).split()
        print(os.path.basename(wheel), os.path.getsize(wheel), 'bytes;', said.strip())


main(*sys.argv[1:])
