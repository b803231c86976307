"""python -m expops [list | info NAME | doctor | torch]: what the library says about itself; `torch`: which overloads of
PyTorch's operators expops.torch answers, and why it leaves the others to ATen."""
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


def show_torch():
    import expops.torch
    covered, others = expops.torch.covered(), expops.torch.not_covered()
    print(f'{len(covered)} overloads are answered:', *covered, sep='\n  ')
    print(f'{len(others)} of the same operators are not:')
    for full, why in others.items():
        print(f'  {full}: {why}')
    unknown = expops.torch.of_other_operators()
    print(f'{len(unknown)} are of operators that this library has not:', *unknown, sep='\n  ')


def main(arguments):
    if arguments[:1] == ['list']:
        print(*expops.operators(), sep='\n')
    elif arguments[:1] == ['info'] and len(arguments) == 2:
        show_info(arguments[1])
    elif arguments == ['torch']:
        show_torch()
    elif arguments in ([], ['doctor']):
        show_doctor()
    else:
        sys.exit(__doc__)


if __name__ == '__main__':
    main(sys.argv[1:])
