"""Makes a folder of AMD's device library: the installed one, and the one constant that it lacks for newer targets.

usage: bitcode.py CLANG INSTALLED_FOLDER FOLDER STAMP"""
import pathlib
import subprocess
import sys

TARGETS = {"942": 9402, "1100": 11000, "1200": 12000}

clang, installed, folder, stamp = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3]), pathlib.Path(sys.argv[4])
folder.mkdir(exist_ok=True)
for library in installed.glob("*.bc"):
    link = folder / library.name
    if not link.exists():
        link.symlink_to(library)
for target, version in TARGETS.items():
    declared = "const __attribute__((address_space(4))) unsigned __oclc_ISA_version"
    subprocess.run([clang, "--target=amdgcn-amd-amdhsa", "-nogpulib", "-emit-llvm", "-O1", "-x", "c", "-c", "-", "-o",
                    folder / f"oclc_isa_version_{target}.bc"],
                   input=f"extern {declared};\n{declared} = {version};\n", text=True, check=True)
stamp.touch()
