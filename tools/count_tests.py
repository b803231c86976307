"""Counts what ran, case by case, and prints it as one line.

usage: count_tests.py [--failed-builds N] TESTLOG.json...

A CMocka binary counts by its cases; one that fails beside them (a crash, a leak) counts as one failure more. Any other
test counts as one. A log that is missing counts as one failure.
"""
import json
import re
import sys

LINE = re.compile(r'^\[\s*(RUN|OK|SKIPPED)\s*\]\s', re.MULTILINE)
PASSED, FAILED, SKIPPED = range(3)


def count_cases(test):
    """(passed, failed, skipped) by what a CMocka binary printed, or None for another kind of test."""
    text = (test.get('stdout') or '') + '\n' + (test.get('stderr') or '')
    found = LINE.findall(text)
    runs, passed, skipped = (found.count(word) for word in ('RUN', 'OK', 'SKIPPED'))
    if not runs:
        return None
    return [passed, max(runs - passed - skipped, 0), skipped]


def count_test(test):
    result = test['result']
    counts = count_cases(test)
    if result in ('OK', 'EXPECTEDFAIL'):
        return counts or [1, 0, 0]
    if result == 'SKIP':
        return counts or [0, 0, 1]
    counts = counts or [0, 0, 0]
    if not counts[FAILED]:
        counts[FAILED] = 1
    return counts


def read_log(path):
    total = [0, 0, 0]
    try:
        with open(path, encoding='utf-8') as file:
            tests = [json.loads(line) for line in file if line.strip()]
    except OSError:
        print(f'{path} is missing: its tests did not run')
        return [0, 1, 0]
    for test in tests:
        counts = count_test(test)
        if counts[FAILED]:
            print(f'failed: {test["name"]} ({test["result"]}, {counts[FAILED]} cases)')
        total = [a + b for a, b in zip(total, counts)]
    if not tests:
        print(f'{path} holds no test')
        total[FAILED] += 1
    return total


def main():
    paths = sys.argv[1:]
    total = [0, 0, 0]
    if paths[:1] == ['--failed-builds']:
        total[FAILED] = int(paths[1])
        paths = paths[2:]
    for path in paths:
        total = [a + b for a, b in zip(total, read_log(path))]
    print(f'{total[PASSED]} passed, {total[FAILED]} failed, {total[SKIPPED]} skipped')
    sys.exit(1 if total[FAILED] or not total[PASSED] else 0)


if __name__ == '__main__':
    main()
