#!/usr/bin/env python3
"""How cost grows with a session: tracks, stems, lanes, length, automation, shared effects, and what threads save.

Each table is one session of which one number changes, printed on one thread, with a straight line fitted through its CPU
time: `a + b·n`. Growth that is not linear shows as an exponent other than 1 and as distance from the line.
"""

import argparse
import json
import math
import os
import pathlib
import shutil
import sys
import tempfile

import built
import machine
import measure
import sessions
import tables

RATE = 44100
# Files that all tracks share, again and again: what is measured does not depend on how many there are, the disk does.
FILES, FILE_SECONDS = 8, 30

# Such as a shared bus might have. Lanes cost most where a unit runs on each of them.
EFFECTS = {
    'nothing': '',
    'compressor and EQ': sessions.BUS_CHAIN,
    'reverb': '\n    [[bus.insert]]\n    type = "reverb"\n    decay = 1.8\n    mix = 0.3\n',
    'limiter': '\n    [[bus.insert]]\n    type = "limiter"\n    ceiling = -6.0\n    gain = 6.0\n',
    'saturation': '\n    [[bus.insert]]\n    type = "saturation"\n    drive = 6.0\n',
}


def options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--runs', type=int, default=3, help='of which the median counts')
    parser.add_argument('--quick', action='store_true', help='small sessions, one run')
    parser.add_argument('--only', nargs='+', metavar='TABLE', choices=list(TABLES), help=', '.join(TABLES))
    parser.add_argument('--json', type=pathlib.Path, metavar='FILE')
    parser.add_argument('--markdown', action='store_true')
    built.add_options(parser)
    args = parser.parse_args()
    if args.quick:
        args.runs = 1
    return args


def session(tracks, stems, seconds, lanes=0, chain=None, points=0):
    """Tracks in stems, each with a compressor and a four-band EQ; the first `lanes` of the stems go through a shared bus."""
    parts = [sessions.head(RATE)]
    if lanes:
        parts.append(sessions.bus('Shared', chain=sessions.BUS_CHAIN if chain is None else chain))
    parts += [sessions.bus(f'Stem {number}', output='Shared' if number < lanes else None, stem=f'Stem {number}',
                           chain=sessions.BUS_CHAIN) for number in range(stems)]
    for number in range(tracks):
        more = f'gain = {-3.0 - number % 7}\npan = {(number % 5 - 2) / 4}\n'
        places = [float(at) for at in range(0, math.ceil(seconds), FILE_SECONDS)]
        part = sessions.track(f'T{number:03}', f'Stem {number % stems}', f'in/t{number % FILES:02}.wav', more, places)
        if points and number == 0:
            part += automation(points, seconds)
        parts.append(part)
    return ''.join(parts)


def automation(points, seconds):
    step = seconds / points
    listed = ', '.join(f'[{number * step:.6f}, {-(number * 7 % 13):.1f}]' for number in range(points))
    return f'\n    [[track.automation]]\n    param = "gain"\n    points = [{listed}]\n'


class Bench:
    def __init__(self, programs, folder, args):
        self.programs, self.folder, self.args = programs, folder, args
        self.results = {}

    def cost(self, name, document, threads=1):
        (self.folder / 'session.toml').write_text(document)
        print(name, file=sys.stderr)
        # 40 dB leave room for any number of tracks, and change nothing that is computed.
        command = [self.programs.stemwright, 'bounce', '.', '--no-cache', '--tail', '0', '--headroom', '40', '--quiet',
                   '--threads', str(threads), '-o', 'out']
        costs = []
        for _ in range(self.args.runs):
            shutil.rmtree(self.folder / 'out', ignore_errors=True)
            os.sync()
            costs.append(measure.run(command, self.folder))
        shutil.rmtree(self.folder / 'out')
        self.results[name] = [vars(cost) for cost in costs]
        return measure.Summary(costs)

    def grow(self, title, unit, numbers, document):
        """A table over `numbers`, with what one more costs."""
        found = [(number, self.cost(f'{title}: {number}', document(number))) for number in numbers]
        rows, before = [], None
        for number, summary in found:
            cpu = summary.median('cpu')
            more = (cpu - before[1]) / (number - before[0]) * 1000 if before else None
            rows.append([f'{number:g}', f'{cpu:.2f}', f'{summary.median("wall"):.2f}', summary.megabytes(),
                         f'{more:.3g}' if more is not None else ''])
            before = (number, cpu)
        tables.show(title, [unit, 'CPU s', 'wall s', 'peak MB', 'CPU ms for one more'], rows, self.args.markdown)
        tables.note(line([(number, summary.median('cpu')) for number, summary in found], unit))


def line(points, unit):
    """The least squares of relative distances, so that small sessions count as much as large ones."""
    weights = [1 / cpu ** 2 for _, cpu in points]
    total = sum(weights)
    x = sum(w * n for w, (n, _) in zip(weights, points)) / total
    y = sum(w * cpu for w, (_, cpu) in zip(weights, points)) / total
    slope = (sum(w * (n - x) * (cpu - y) for w, (n, cpu) in zip(weights, points))
             / sum(w * (n - x) ** 2 for w, (n, _) in zip(weights, points)))
    start = y - slope * x
    worst = max(abs((start + slope * n) / cpu - 1) for n, cpu in points)
    (n0, _), (n1, c1) = points[0], points[-1]
    # The exponent of what comes on top of the fitted start, from the second half of the table.
    middle = points[len(points) // 2 - 1] if len(points) > 3 else points[0]
    exponent = ''
    if slope > 0 and middle[1] > start and c1 > start and middle[0] > 0:
        power = math.log((c1 - start) / (middle[1] - start)) / math.log(n1 / middle[0])
        exponent = f', grows with the power {power:.2f} from {middle[0]:g} to {n1:g}'
    return (f'{start:.3f} s + {slope * 1000:.3g} ms × {unit} ({n0:g} to {n1:g}): at most {worst * 100:.0f} % from the line'
            f'{exponent}')


def tracks(bench, quick):
    seconds = 30 if quick else 300
    bench.grow(f'tracks, of {seconds} s, in 8 stems', 'tracks', [8, 16, 32] if quick else [25, 50, 100, 200],
               lambda number: session(number, 8, seconds))


def stems(bench, quick):
    seconds = 30 if quick else 60
    bench.grow(f'stems, of 32 tracks of {seconds} s', 'stems', [1, 4, 16] if quick else [1, 2, 4, 8, 16, 32],
               lambda number: session(32, number, seconds))


def lanes(bench, quick):
    seconds = 30 if quick else 60
    bench.grow(f'lanes of a shared bus with a compressor and a four-band EQ, 32 tracks of {seconds} s in 32 stems', 'lanes',
               [1, 8, 32] if quick else [1, 2, 4, 8, 16, 32], lambda number: session(32, 32, seconds, lanes=number))


def length(bench, quick):
    bench.grow('length, of 8 tracks in 2 stems', 'seconds', [30, 60, 120] if quick else [30, 60, 300, 900, 3600],
               lambda number: session(8, 2, number))


def automated(bench, quick):
    seconds = 30 if quick else 300
    bench.grow(f'automation points of a fader, 2 tracks of {seconds} s', 'points',
               [1_000, 10_000] if quick else [1_000, 10_000, 100_000],
               lambda number: session(2, 2, seconds, points=number))


def effects(bench, quick):
    seconds, count = (30, 4) if quick else (120, 16)
    rows, plain = [], None
    for name, chain in EFFECTS.items():
        summary = bench.cost(f'shared bus: {name}', session(count, count, seconds, lanes=count, chain=chain))
        cpu = summary.median('cpu')
        plain = cpu if plain is None else plain
        # The bus itself is one signal more: the whole, which is the mix.
        each = (cpu - plain) / (count + 1) / seconds * 60 * 1000
        rows.append([name, f'{cpu:.2f}', f'{summary.median("wall"):.2f}', summary.megabytes(),
                     f'{each:.0f}' if chain else ''])
    tables.show(f'one insert on a bus that {count} stems of {seconds} s share',
                ['insert', 'CPU s', 'wall s', 'peak MB', 'CPU ms a minute and signal'], rows, bench.args.markdown)


def threads(bench, quick):
    seconds = 30 if quick else 180
    numbers = [1, 2] + [number for number in (4, 8, 16) if number <= (os.cpu_count() or 1)]
    rows, alone = [], None
    for number in numbers:
        summary = bench.cost(f'threads: {number}', session(32, 8, seconds, lanes=8), threads=number)
        wall = summary.median('wall')
        alone = alone or wall
        rows.append([number, f'{summary.median("cpu"):.2f}', f'{wall:.2f}', summary.megabytes(), f'{alone / wall:.2f} ×'])
    tables.show(f'threads, 32 tracks of {seconds} s in 8 stems that share a bus',
                ['threads', 'CPU s', 'wall s', 'peak MB', 'as fast as one'], rows, bench.args.markdown)


TABLES = {'tracks': tracks, 'stems': stems, 'lanes': lanes, 'length': length, 'automation': automated,
          'effects': effects, 'threads': threads}


def main():
    args = options()
    programs = built.Programs(args)
    described = machine.describe()
    tables.note(machine.sentence(described))
    with tempfile.TemporaryDirectory(prefix='growth-') as name:
        folder = pathlib.Path(name)
        programs.make_tracks(folder / 'in', FILES, FILE_SECONDS, RATE, '24')
        bench = Bench(programs, folder, args)
        for table in args.only or TABLES:
            TABLES[table](bench, args.quick)
    if args.json:
        args.json.write_text(json.dumps({'machine': described, 'runs': bench.results}, indent=2) + '\n')


if __name__ == '__main__':
    main()
