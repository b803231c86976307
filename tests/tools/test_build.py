"""The build as its users meet it.

usage: test_build.py SOURCE_ROOT BUILD_ROOT PART
"""
import os
import re
import shutil
import stat
import subprocess
import sys
import tempfile

SKIP = 77


def run(*command, **more):
    print('+', ' '.join(command), flush=True)
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, **more)
    print(done.stdout, flush=True)
    return done


def clean_environment():
    return {key: value for key, value in os.environ.items() if not key.startswith('EXPOPS_')}


def test_repeated_build_does_nothing(_, build):
    """A build that is up to date runs no step: `sudo ninja install` must not compile as root."""
    if not shutil.which('ninja'):
        print('skipped: ninja is not installed')
        sys.exit(SKIP)
    first = run('ninja', '-C', build, '-n').stdout
    assert 'no work to do' in first, 'a build that was just built has work to do'


def test_without_cmocka(source, _):
    """Tests are an option that is on where CMocka is: without it the rest is built."""
    with tempfile.TemporaryDirectory(prefix='expops-build-') as scratch:
        wrapper = os.path.join(scratch, 'pkg-config')
        with open(wrapper, 'w', encoding='utf-8') as file:
            file.write('#!/bin/sh\ncase " $* " in *cmocka*) exit 1;; esac\nexec pkg-config "$@"\n')
        os.chmod(wrapper, os.stat(wrapper).st_mode | stat.S_IXUSR)
        native = os.path.join(scratch, 'native.ini')
        with open(native, 'w', encoding='utf-8') as file:
            file.write(f"[binaries]\npkgconfig = '{wrapper}'\ncmake = '/bin/false'\n")
        folder = os.path.join(scratch, 'build')
        done = run('meson', 'setup', '--native-file', native, folder, source, env=clean_environment())
        assert done.returncode == 0, 'a machine without CMocka cannot configure the build'
        assert re.search(r'tests\s*: NO', done.stdout), 'CMocka was found after all: nothing was tested'
        refused = run('meson', 'setup', '--native-file', native, '-Dtests=enabled', folder + '2', source,
                      env=clean_environment())
        assert refused.returncode and 'cmocka' in refused.stdout, 'tests were asked for, and their absence is silent'


def test_tools_can_be_run(source, _):
    """What begins with #! is started by its name, as the pages show it."""
    folder = os.path.join(source, 'tools')
    for name in sorted(os.listdir(folder)):
        path = os.path.join(folder, name)
        if os.path.isfile(path):
            with open(path, 'rb') as file:
                assert file.read(2) != b'#!' or os.access(path, os.X_OK), f'tools/{name} begins with #! and is not executable'


def test_umask_002(source, _):
    """Plugins of a clone that its group may write, as on Ubuntu, are loaded all the same; what lies above it is left alone."""
    with tempfile.TemporaryDirectory(prefix='expops-build-') as scratch:
        clone = os.path.join(scratch, 'clone')
        plugins = os.path.join(clone, 'build', 'test', 'backends')
        for folder in (plugins, os.path.join(clone, 'tools')):
            os.makedirs(folder)
        shutil.copy(os.path.join(source, 'tools', 'trust_build.sh'), os.path.join(clone, 'tools'))
        inside = [clone, os.path.join(clone, 'build'), os.path.join(clone, 'build', 'test'), plugins]
        for folder in [scratch, *inside]:
            os.chmod(folder, 0o775)
        assert run(os.path.join(clone, 'tools', 'trust_build.sh'), os.path.join(clone, 'build', 'test')).returncode == 0
        assert all(stat.S_IMODE(os.stat(folder).st_mode) == 0o755 for folder in inside)
        assert stat.S_IMODE(os.stat(scratch).st_mode) == 0o775


def test_guide_command(_, build):
    """The guide's command runs as it is written, with no variable but EXPOPS_BACKEND; a mistyped name fails."""
    program = os.path.join(build, 'tests', 'ops', 'test_operators')
    environment = clean_environment() | {'EXPOPS_BACKEND': 'cpu'}
    done = run(program, 'softplus/f32/random*', env=environment)
    assert done.returncode == 0 and '[       OK ] softplus/f32/random' in done.stdout
    mistyped = run(program, 'sofplus/*', env=environment)
    assert mistyped.returncode not in (0, SKIP) and 'no test' in mistyped.stdout


def main():
    source, build, part = sys.argv[1:]
    globals()['test_' + part](source, build)


if __name__ == '__main__':
    main()
