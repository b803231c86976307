"""The package as it is installed: its files, and that it works from another place with the environment of nobody.

usage: test_package.py BUILD_ROOT PACKAGE_PATH
"""
import os
import shutil
import subprocess
import sys
import tempfile

SCRIPT = '''
import expops
usable = [candidate["name"] for candidate in expops.backends() if candidate["usable"]]
assert "cpu" in usable, expops.backends()
assert expops.info("absolute")["name"] == "abs"
assert len(expops.operators()) > 50
'''


def main(build, package_path):
    with tempfile.TemporaryDirectory() as root:
        package = shutil.copytree(os.path.join(package_path, 'expops'), os.path.join(root, 'expops'),
                                  ignore=lambda folder, names: [name for name in names if name.endswith('.p')])
        for name in ('__init__.py', '__init__.pyi', '__main__.py', 'torch.py', 'py.typed'):
            assert os.path.isfile(os.path.join(package, name)), name
        os.mkdir(os.path.join(package, 'backends'))
        shutil.copy(os.path.join(build, 'backends', 'cpu', 'expops_cpu.so'), os.path.join(package, 'backends'))
        environment = {'PATH': os.environ['PATH'], 'PYTHONPATH': root, 'LD_LIBRARY_PATH': os.path.join(build, 'core')}
        subprocess.run([sys.executable, '-c', SCRIPT], check=True, cwd=root, env=environment)
        done = subprocess.run([sys.executable, '-m', 'expops', 'list'], check=True, cwd=root, env=environment, text=True,
                              stdout=subprocess.PIPE)
        assert 'softplus' in done.stdout.split()


main(*sys.argv[1:])
