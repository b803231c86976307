#!/usr/bin/env python3
"""Writes text files, one after the other, as a C string: embed.py SYMBOL in.h... out.c"""
import sys


def literal(line):
    text = line.replace("\\", "\\\\").replace('"', '\\"').replace("\t", "\\t").replace("??", "?\\?")
    return f'    "{text}\\n"\n'


def main():
    symbol, *sources, target = sys.argv[1:]
    lines = []
    for source in sources:
        with open(source, encoding="ascii") as file:
            lines += file.read().splitlines()
    with open(target, "w", encoding="ascii") as file:
        file.write(f"extern const char {symbol}[];\nconst char {symbol}[] =\n")
        file.writelines(literal(line) for line in lines)
        file.write("    ;\n")


if __name__ == "__main__":
    main()
