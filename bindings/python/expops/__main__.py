"""python -m expops [list | info NAME | doctor]: what the library says about itself."""
import sys

import expops


def show_doctor():
    for candidate in expops.backends():
        state = 'runs' if candidate['usable'] else candidate['cause']
        print(f"{candidate['name']:8} {state:20} {candidate['path']}")
        for key in ('reason', 'hint'):
            if candidate[key]:
                print(f'         {candidate[key]}')


def show_info(name):
    for key, value in expops.info(name).items():
        print(f'{key}: {value}')


def main(arguments):
    if arguments[:1] == ['list']:
        print(*expops.operators(), sep='\n')
    elif arguments[:1] == ['info'] and len(arguments) == 2:
        show_info(arguments[1])
    elif arguments in ([], ['doctor']):
        show_doctor()
    else:
        sys.exit(__doc__)


if __name__ == '__main__':
    main(sys.argv[1:])
