#!/usr/bin/env python3
"""Turns a text file into a C array: embed.py SYMBOL in.h out.c gives `const char SYMBOL[]`, NUL at the end."""
import sys


def embed(symbol, text):
    data = text + b'\0'
    rows = [', '.join(str(byte) for byte in data[at:at + 24]) for at in range(0, len(data), 24)]
    return f'extern const char {symbol}[];\nconst char {symbol}[] = {{\n    ' + ',\n    '.join(rows) + ',\n};\n'


def main():
    symbol, source, target = sys.argv[1:4]
    with open(source, 'rb') as file:
        text = file.read()
    if max(text, default=0) > 127 or 0 in text:
        sys.exit(f'{source}: not plain ASCII text')
    with open(target, 'w', encoding='ascii') as file:
        file.write(embed(symbol, text))


if __name__ == '__main__':
    main()
