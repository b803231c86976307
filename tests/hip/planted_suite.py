"""Plants a fault into an operator's kernel on its way to hipRTC: the operator's own tests must fail, and without it pass.

usage: planted_suite.py TEST_OPERATORS FAULT
"""
import os
import subprocess
import sys

# What is replaced in kernels, the architecture, tests that reach it, and a part of what they must say.
FAULTS = {
    'wrong_constant': ('raised > 6 ? 6=>raised > 6 ? 6.001', 'gfx90a', 'relu6/f32/random*', 'gives 6.00'),
    'missing_barrier': ('__builtin_amdgcn_s_barrier();=>', 'gfx90a', 'amin/f32/rows*', 'a race with wave'),
    'store_out_of_bounds': ('vector * XK_VEC);\n=>vector * XK_VEC) + 4096;\n', 'gfx90a', 'abs/f32/random*',
                            'outside of any live allocation'),
    # Waves of 64 would need no barrier between their own lanes; here they have 32.
    'wave_of_64_assumed': ('gap) * step]);\n        xk_barrier();=>gap) * step]);\n        if (gap > 64)\n            xk_barrier();',
                           'gfx1030', 'amin/f32/rows*', 'a race with wave'),
}


def run(command, pattern, environment):
    done = subprocess.run([command, pattern], env=dict(os.environ, EXPOPS_CACHE='memory', **environment),
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    return done.returncode, done.stdout


def main():
    command, fault = sys.argv[1:]
    plant, arch, pattern, sentence = FAULTS[fault]
    status, output = run(command, pattern, {'EXPOPS_TEST_HIP_ARCH': arch})
    if status:
        print(output)
        return status
    status, output = run(command, pattern, {'EXPOPS_TEST_HIP_ARCH': arch, 'EXPOPS_TEST_HIP_PLANT': plant})
    noticed = status == 1 and sentence in output
    print(f'{fault}: {"noticed" if noticed else "NOT noticed"}')
    if not noticed:
        print(output)
    return not noticed


if __name__ == '__main__':
    sys.exit(main())
