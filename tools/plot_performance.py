#!/usr/bin/env python3
"""Draws what docs/performance/gpu-pointwise.md has on record: operators' bandwidth as a share of a copy's, beside PyTorch's. The
picture in README is made of it; it needs matplotlib.

usage: plot_performance.py docs/performance/gpu-pointwise.md OUT.svg
"""
import sys

HEADING, TYPES = '## Against PyTorch and a copy', ('f32', 'bf16')


def rows_of(path):
    """(operator, {type: (share of copy, PyTorch's time over ours)}) of the table below HEADING."""
    with open(path, encoding='utf-8') as file:
        lines = file.read().partition(HEADING)[2].splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith('| operator'))
    columns = [cell.strip() for cell in lines[start].strip('|').split('|')]
    for line in lines[start + 2:]:
        if not line.startswith('|'):
            return
        cells = [cell.strip() for cell in line.strip('|').split('|')]
        yield cells[0].rstrip('*'), {kind: tuple(float(cell) for cell in cells[columns.index(kind) + 1:columns.index(kind) + 3])
                                     for kind in TYPES}


def draw(rows, path):
    import matplotlib
    matplotlib.use('Agg')
    matplotlib.rcParams.update({'svg.hashsalt': 'expops', 'svg.fonttype': 'none'})
    from matplotlib import pyplot
    figure, panels = pyplot.subplots(len(TYPES), sharex=True, figsize=(10, 6.4), layout='constrained')
    rows.sort(key=lambda row: row[1][TYPES[-1]][1], reverse=True)
    places = range(len(rows))
    for axes, kind in zip(panels, TYPES):
        ours = [row[1][kind][0] for row in rows]
        theirs = [row[1][kind][0] / row[1][kind][1] for row in rows]
        axes.axhline(1, color='0.6', linewidth=1)
        axes.vlines(places, theirs, ours, color='0.85', linewidth=3, zorder=1)
        axes.plot(places, ours, 'o', color='tab:blue', markersize=4, label='expops', zorder=3)
        axes.plot(places, theirs, 'D', color='tab:orange', markersize=3, label='PyTorch', zorder=2)
        axes.set(ylim=(0, 1.15), xlim=(-1, len(rows)), ylabel=f'{kind}, bandwidth / copy')
        axes.grid(axis='y', alpha=0.3)
    panels[0].legend(loc='lower right')
    panels[0].set_title('Bandwidth at 256 MiB on one NVIDIA H100, as a share of a device-to-device copy')
    panels[-1].set_xticks(list(places), [row[0] for row in rows], rotation=90, fontsize=6)
    figure.savefig(path, metadata={'Date': None})


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    draw(list(rows_of(sys.argv[1])), sys.argv[2])


if __name__ == '__main__':
    main()
