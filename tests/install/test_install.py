"""Installs this build into an empty directory and uses it from outside: pkg-config, CMake, the command.

usage: test_install.py SOURCE_ROOT BUILD_ROOT PREFIX LIBDIR PART
"""
import glob
import math
import os
import re
import shutil
import struct
import subprocess
import sys
import tempfile

SKIP = 77


def run(*command, **more):
    print('+', ' '.join(command), flush=True)
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **more)
    print(done.stdout, flush=True)
    return done


def must(*command, **more):
    done = run(*command, **more)
    if done.returncode:
        sys.exit(f'{command[0]} failed with exit status {done.returncode}')
    return done.stdout


def need(tool):
    if not shutil.which(tool):
        print(f'skipped: {tool} is not installed')
        sys.exit(SKIP)


def check_output(text):
    """The numbers a consumer printed, against silu computed here."""
    rows = re.findall(r'silu\((\S+)\) = (\S+)', text)
    assert len(rows) == 8, f'expected 8 results, got {len(rows)}'
    for x, y in rows:
        expected = float(x) / (1 + math.exp(-float(x)))
        assert abs(float(y) - expected) < 2e-6, f'silu({x}) is {expected}, not {y}'
    assert 'silu on cpu:0' in text


class Installed:
    def __init__(self, source, build, prefix, libdir, scratch):
        must('meson', 'install', '-C', build, '--no-rebuild', '--quiet', '--destdir', scratch)
        self.root = scratch + prefix
        self.libdir = os.path.join(self.root, libdir)
        self.source = os.path.join(source, 'docs/examples/consumer')
        self.build = build
        self.environment = {key: value for key, value in os.environ.items() if not key.startswith('EXPOPS_')}
        self.environment |= {
            'EXPOPS_BACKEND': 'cpu',
            'EXPOPS_CACHE': 'memory',
            'LD_LIBRARY_PATH': self.libdir,
            'PKG_CONFIG_PATH': os.path.join(self.libdir, 'pkgconfig'),
        }

    def pkg_config(self, *arguments):
        return must('pkg-config', f'--define-variable=prefix={self.root}', *arguments, 'expops',
                    env=self.environment).strip()


def test_pkg_config(installed, scratch):
    need('pkg-config')
    program = os.path.join(scratch, 'consumer')
    flags = installed.pkg_config('--cflags', '--libs').split()
    must('cc', '-Wall', '-Wextra', '-Werror', os.path.join(installed.source, 'consumer.c'), *flags, '-o', program)
    check_output(must(program, env=installed.environment))
    plugins = installed.pkg_config('--variable=backenddir')
    assert os.path.exists(os.path.join(plugins, 'expops_cpu.so')), f'no expops_cpu.so in {plugins}'
    abi = installed.pkg_config('--variable=abi')
    assert os.path.exists(os.path.join(installed.libdir, f'libexpops.so.{abi}'))


def test_cmake(installed, scratch):
    need('cmake')
    tree = os.path.join(scratch, 'cmake-build')
    where = '-DCMAKE_PREFIX_PATH=' + installed.root
    must('cmake', '-S', installed.source, '-B', tree, where)
    must('cmake', '--build', tree)
    check_output(must(os.path.join(tree, 'consumer'), env=installed.environment))
    newer = os.path.join(scratch, 'newer')
    shutil.copytree(installed.source, newer)
    lists = os.path.join(newer, 'CMakeLists.txt')
    with open(lists, encoding='utf-8') as file:
        text = file.read()
    with open(lists, 'w', encoding='utf-8') as file:
        file.write(text.replace('expops 0.1', 'expops 99.0'))
    refused = run('cmake', '-S', newer, '-B', os.path.join(scratch, 'newer-build'), where)
    assert refused.returncode and '99.0' in refused.stdout, 'a version that is not there was accepted'


def test_command(installed, scratch):
    program = os.path.join(installed.root, 'bin', 'expops')
    environment = dict(installed.environment)
    del environment['LD_LIBRARY_PATH']  # the command must find its library without help
    assert 'silu' in must(program, 'list', '--names', env=environment).split()
    assert 'cpu:0' in must(program, 'doctor', env=environment)
    for path in ('bin/expops-plot', 'share/man/man1/expops.1', 'share/bash-completion/completions/expops',
                 'share/zsh/site-functions/_expops'):
        assert os.path.getsize(os.path.join(installed.root, path)), path
    assert os.access(os.path.join(installed.root, 'bin', 'expops-plot'), os.X_OK)


def build_program(installed, scratch, name, *libraries):
    """tests/install/NAME.c, linked with nothing of the library."""
    program = os.path.join(scratch, name)
    must('cc', '-Wall', '-Wextra', '-Werror', '-I' + os.path.join(installed.root, 'include'),
         os.path.join(os.path.dirname(os.path.abspath(__file__)), name + '.c'), '-o', program, '-ldl', '-pthread', *libraries)
    return program


def test_unload(installed, scratch):
    """Threads that used the library end after it was closed; it is opened again and again."""
    program = build_program(installed, scratch, 'unload')
    must(program, os.path.join(installed.libdir, 'libexpops.so.0'), env=installed.environment)


def opens(program, library, where, environment, **more):
    """A device opened by a library named so from there; the path of the plugin that it is of."""
    done = must(program, library, env=environment, cwd=where, **more)
    return re.search('^cpu from (.*)$', done, re.MULTILINE).group(1)


def test_moved(installed, scratch):
    """The plugins are those beside the real library, wherever it lies and however it is named."""
    program = build_program(installed, scratch, 'open_device')
    libdir = os.path.relpath(installed.libdir, installed.root)
    environment = {key: value for key, value in installed.environment.items() if key != 'LD_LIBRARY_PATH'}
    other = os.path.join(scratch, 'other', 'place')
    shutil.copytree(installed.root, other, symlinks=True)
    folder = os.path.join(other, libdir)
    abi = os.path.basename(glob.glob(os.path.join(folder, 'expops', 'backends-*'))[0])
    plugin = os.path.join(folder, 'expops', abi, 'expops_cpu.so')
    links = os.path.join(scratch, 'links')
    os.mkdir(links)
    os.symlink(os.path.join(folder, 'libexpops.so.0'), os.path.join(links, 'libexpops.so.0'))
    assert opens(program, os.path.join(folder, 'libexpops.so.0'), '/', environment) == plugin
    assert opens(program, './libexpops.so.0', folder, environment) == plugin
    assert opens(program, '../libexpops.so.0', os.path.join(folder, 'expops'), environment) == plugin
    assert opens(program, os.path.join(links, 'libexpops.so.0'), '/', environment) == plugin
    assert opens(program, 'libexpops.so.0', other, environment | {'LD_LIBRARY_PATH': libdir}) == plugin
    assert opens(program, 'libexpops.so.0', links, environment | {'LD_LIBRARY_PATH': '.'}) == plugin
    report = must(os.path.join(other, 'bin', 'expops'), 'doctor', env=environment, cwd='/')
    assert report.count('expops_cpu.so') == 1 and plugin in report, 'the command does not use, or lists twice, what was moved'
    os.rename(os.path.join(folder, 'expops'), os.path.join(folder, 'elsewhere'))
    refused = run(program, './libexpops.so.0', env=environment, cwd=folder)
    assert refused.returncode and 'beside it there is no folder of plugins' in refused.stdout
    assert f'plugins were looked for in {folder}' in refused.stdout


def test_cplusplus(installed, scratch):
    need('c++')
    main = os.path.join(scratch, 'main.cpp')
    with open(main, 'w', encoding='utf-8') as file:
        file.write('#include <expops/expops.h>\n'  # all that a caller needs
                   'int main() { expops_cache_stats s; return expops_find("silu") && !expops_cache_get_stats(&s) ? 0 : 1; }\n')
    program = os.path.join(scratch, 'main')
    flags = installed.pkg_config('--cflags', '--libs').split()
    must('c++', '-std=c++17', '-Wall', '-Wextra', '-Werror', main, *flags, '-o', program)
    must(program, env=installed.environment)


def test_packages(installed, scratch):
    """The Debian package in a root of its own, where it runs; the source archive, which configures, and where tests are deep is
    built and tested."""
    for tool in 'git', 'dpkg-deb', 'dpkg-shlibdeps', 'xz':
        need(tool)
    source = os.path.join(installed.source, '../../..')
    if run('git', '-C', source, 'rev-parse', 'HEAD').returncode:
        print('skipped: these sources are no git repository')
        sys.exit(SKIP)
    archive, package = must(os.path.join(source, 'tools/package.sh'), os.path.join(scratch, 'packages'), installed.build,
                            env=installed.environment).split()
    root = os.path.join(scratch, 'clean')
    os.makedirs(os.path.join(root, 'var/lib/dpkg/updates'))
    with open(os.path.join(root, 'var/lib/dpkg/status'), 'w', encoding='utf-8'):
        pass
    must('dpkg', f'--root={root}', '--force-not-root', '--force-depends', f'--log={root}/log', '-i', package)
    prefix = root + installed.root.removeprefix(os.path.join(scratch, 'destination'))
    program = prefix + '/bin/expops'
    for path in ('doc/expops/copyright', 'doc/expops/changelog.gz', 'man/man1/expops.1.gz', 'man/man1/expops-plot.1.gz',
                 'bash-completion/completions/expops', 'zsh/vendor-completions/_expops'):
        assert os.path.exists(os.path.join(prefix, 'share', path)), f'the package lacks {path}'
    for name, text in ('shlibs', 'libexpops 0 expops'), ('triggers', 'ldconfig'):
        assert text in must('dpkg-deb', '--info', package, name), f'the package does not say {text}'
    with open(os.path.join(scratch, 'x.npy'), 'wb') as file:
        header = b"{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }".ljust(117) + b'\n'
        file.write(b'\x93NUMPY\x01\x00' + struct.pack('<H', len(header)) + header + struct.pack('<2f', -1, 2))
    environment = {key: value for key, value in installed.environment.items() if key != 'LD_LIBRARY_PATH'}
    assert 'values  1 -2' in must(program, 'run', 'neg', os.path.join(scratch, 'x.npy'), env=environment)
    version = re.search(r"version: '(.*)'", must('head', '-3', os.path.join(source, 'meson.build'))).group(1)
    assert f'expops {version}' in must(program, '--version', env=environment), 'the headers have another version than the build'
    must('dpkg', f'--root={root}', '--force-not-root', f'--log={root}/log', '-r', 'expops')
    left = [os.path.join(folder, name) for folder, _, names in os.walk(root) for name in names]
    assert all(path.startswith((f'{root}/var/lib/dpkg/', f'{root}/log')) for path in left), f'a removed package leaves {left}'

    must('tar', '-xpf', archive, '-C', scratch)
    unpacked = os.path.join(scratch, 'expops-' + version)
    assert not os.stat(unpacked).st_mode & 0o022, 'unpacked by root, the archive is a folder that others may write'
    build = os.path.join(scratch, 'from-archive')
    deep = os.environ.get('EXPOPS_TEST_DEEP') == '1'
    must('meson', 'setup', build, unpacked, '-Dtests=' + ('enabled' if deep else 'disabled'), '-Dpython=disabled')
    if deep:
        must('ninja', '-C', build)
        suites = [word for suite in ('support', 'core', 'cache', 'loader', 'tools') for word in ('--suite', suite)]
        must('meson', 'test', '-C', build, '--no-rebuild', *suites)


def test_backend(installed, scratch):
    """The skeleton plugin, built outside of the tree, keeps the contract and computes."""
    need('make')
    need('/usr/bin/cc')
    folder = os.path.join(scratch, 'backend')
    shutil.copytree(os.path.join(installed.source, '../backend'), folder, ignore=shutil.ignore_patterns('*.o', '*.so', '*.inc'))
    os.chmod(folder, 0o755)
    environment = installed.environment | {
        'EXPOPS_BACKEND': 'cc',
        'EXPOPS_BACKEND_PATH': os.path.join(folder, 'expops_cc.so'),
        'EXPOPS_CACHE': 'rw',
        'EXPOPS_CACHE_DIR': os.path.join(scratch, 'cache'),
        'EXPOPS_TEST_DEPTH': '0',
    }
    must('make', '-C', folder, 'CFLAGS=-Werror', f'PKG_CONFIG=pkg-config --define-variable=prefix={installed.root}',
         env=environment, umask=0o022)
    tests = os.path.join(installed.build, 'tests')
    output = must(os.path.join(tests, 'conformance/test_conformance'), env=environment)
    assert output.count('[       OK ]') >= 22, 'most of the suite was left out'
    for pattern in 'gelu/*/random*', 'rms_norm/f32/rows*', 'amin/*/special*', 'stack/golden/1@*':
        assert '[       OK ]' in must(os.path.join(tests, 'ops/test_operators'), pattern, env=environment)


def test_first_program(installed, scratch):
    """The first program of README, word for word, and the same in C++."""
    examples = os.path.join(installed.source, '../first')
    flags = installed.pkg_config('--cflags', '--libs').split()
    with open(os.path.join(installed.source, '../../../README.md'), encoding='utf-8') as file:
        block = re.search('```c\n(.*?)```', file.read(), re.DOTALL).group(1)
    with open(os.path.join(examples, 'first.c'), encoding='utf-8') as file:
        assert block == file.read(), 'README shows another program than docs/examples/first/first.c'
    for compiler, standard, source in (('cc', 'c11', 'first.c'), ('c++', 'c++17', 'first.cpp')):
        need(compiler)
        program = os.path.join(scratch, source + '.out')
        must(compiler, '-std=' + standard, '-Wall', '-Wextra', '-Werror', os.path.join(examples, source), *flags, '-o', program)
        results = [float(word) for word in must(program, env=installed.environment).split()]
        expected = [x / (1 + math.exp(-x)) for x in (-1, 0, 1)]
        assert len(results) == 3 and all(abs(a - b) < 1e-5 for a, b in zip(results, expected)), results


def main():
    source, build, prefix, libdir, part = sys.argv[1:]
    need('meson')
    with tempfile.TemporaryDirectory(prefix='expops-install-') as scratch:
        destination = os.path.join(scratch, 'destination')
        installed = Installed(source, build, prefix, libdir, destination)
        globals()['test_' + part](installed, scratch)


if __name__ == '__main__':
    main()
