"""Checks who knows whom: core/ and ops/ hold no vendor's word, core/ and backends/ name no operator, and which leaf something is of,
core/ asks in that leaf's own files.

usage: check_layering.py SOURCE_ROOT
"""
import os
import re
import sys

VENDOR_WORDS = ('cuda', 'nvidia', 'nvrtc', 'nvcc', 'ptx', 'cubin', 'hopper', 'hip', 'hiprtc', 'hipcc', 'rocm', 'amd',
                'amdgpu', 'amdhip', 'gfx', 'hsaco', 'opencl', 'ocl', 'pocl', 'oclgrind', 'cl_mem', 'vulkan', 'spirv', 'intel', 'metal')
# A word may be part of an identifier (cuda_open, EXPOPS_CUDA, sm90), but not of another word (ship, lamd).
VENDOR = re.compile(r'(?i:(?<![a-z])(?:lib)?(' + '|'.join(VENDOR_WORDS) + r')(?![a-z])|(?<![a-z0-9])sm_?\d\d)'
                    r'|\b(?:(?:cu|hip|cl|nvrtc|hiprtc)[A-Z][a-z]\w*|CU[a-z]+)')

# What may stand there all the same: DLPack's own names, and examples in the comments of public headers.
ALLOWED = {
    'core/include/expops/tensor.h': r'EXPOPS_DL_\w+|cl_mem|OpenCL device',
    'core/include/expops/backend.h': r'"[^"]*"|CUstream|hipStream_t|cl_command_queue',
    'core/include/expops/device.h': r'"cuda(:0)?"',
    'core/base/env.inc': r'\(NVRTC, .*|\(HIPRTC, .*',
}

LEAF = re.compile(r'(?:[=!]=|\bcase)\s*EXPOPS_FAMILY_\w+')
OF_LEAVES = re.compile(r'core/(?:specialize/(?:variant|rows)_\w+|draft/rows)\.c')

SOURCES = ('.c', '.h', '.inc', '.py', '.in')
OPERATOR = re.compile(r'^OPERATOR\((\w+)\)', re.MULTILINE)
COMMENT = re.compile(r'/\*.*?\*/|//[^\n]*', re.DOTALL)


def files_below(root, folder):
    for path, folders, names in os.walk(os.path.join(root, folder)):
        folders[:] = [name for name in folders if name != '__pycache__']
        for name in sorted(names):
            if name.endswith(SOURCES):
                full = os.path.join(path, name)
                with open(full, encoding='utf-8') as file:
                    yield os.path.relpath(full, root), file.read()


def operator_names(root):
    return sorted({name for _, text in files_below(root, 'ops') for name in OPERATOR.findall(text)})


def without_comments(text):
    return COMMENT.sub(lambda found: re.sub(r'[^\n]', ' ', found.group()), text)


def search(path, text, pattern, what):
    for match in pattern.finditer(text):
        line = text.count('\n', 0, match.start()) + 1
        yield f"{path}:{line}: {what} '{match.group()}'"


def vendor_findings(root):
    for folder in ('core', 'ops'):
        for path, text in files_below(root, folder):
            if path in ALLOWED:
                text = re.sub(ALLOWED[path], '', text)
            yield from search(path, text, VENDOR, "a vendor's word,")


def name_pattern(names):
    """Quoted or as a symbol; a name of several words, such as masked_fill, also alone: nothing else is called so."""
    any_name = '|'.join(names)
    several = '|'.join(name for name in names if '_' in name)
    return re.compile(rf'"({any_name})"|\bexpops_(operator_)?({any_name})\b' + (rf'|\b({several})\b' if several else ''))


def operator_findings(root, names):
    if not names:
        return
    pattern = name_pattern(names)
    for folder in ('core', 'backends'):
        for path, text in files_below(root, folder):
            yield from search(path, without_comments(text), pattern, "an operator's name,")


def leaf_findings(root):
    for path, text in files_below(root, 'core'):
        if not OF_LEAVES.fullmatch(path):
            yield from search(path, text, LEAF, "which leaf it is,")


def main():
    root = sys.argv[1]
    names = operator_names(root)
    findings = list(vendor_findings(root)) + list(operator_findings(root, names)) + list(leaf_findings(root))
    for finding in findings:
        print(finding)
    print(f'{len(findings)} findings, {len(names)} operators')
    sys.exit(1 if findings or not names else 0)


if __name__ == '__main__':
    main()
