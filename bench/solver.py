#!/usr/bin/env python3
"""What it costs to say why a sum does not null: `stemwright check` on sets of more and more stems, and on a longer one.

Each set is measured three times in turn: against a mix that is its sum, where nothing is to be explained; against one in which two of
its stems are late and louder, which can be put right; and against one in which a stem is missing, where every explanation is tried.
What the second and third cost more than the first is the solver's.
"""

import argparse
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

import built
import machine
import measure
import sessions
import tables

RATE = 48000
# Longer tracks are repeated, for the sake of the disk.
FILE_SECONDS = 300
# Sixty-four tracks of stemwright-tracks stay below full scale with it.
GAIN = -24.0
MIXES = ('as it is', 'late and louder', 'missing')


def options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--runs', type=int, default=3)
    parser.add_argument('--stems', type=int, nargs='*', default=[8, 16, 32, 64])
    parser.add_argument('--seconds', type=float, default=60, help='length of these sets')
    parser.add_argument('--long', type=float, default=300, metavar='SECONDS', help='length of a set of eight; 0 for none')
    parser.add_argument('--json', type=pathlib.Path, metavar='FILE', help='every single run')
    parser.add_argument('--markdown', action='store_true')
    built.add_options(parser)
    return parser.parse_args()


def session(inputs, folder, changed):
    """All tracks into the master, each a stem of its own; `changed`: gain in dB and delay in seconds of some, `None` of what is out."""
    parts = [sessions.head(RATE)]
    for number, file in enumerate(inputs):
        gain, late = changed.get(number, (0.0, 0.0)) or (None, 0.0)
        if gain is not None:
            name = f'Stem {number + 1:02}'
            parts += [sessions.bus(name, stem=name),
                      sessions.track(f'T{number:02}', name, file.relative_to(folder), f'gain = {GAIN + gain}\n')]
            parts[-1] += f'    at = [{late:.6f}]\n' if late else ''
    return ''.join(parts)


def bounce(programs, folder, text, to):
    (folder / 'session.toml').write_text(text)
    subprocess.run([programs.stemwright, 'bounce', folder, '--no-cache', '--tail', '0', '--quiet', '-o', to], check=True)


def make_sets(programs, folder, stems, seconds):
    """One folder of stems, and the mixes; the mixes by name."""
    print(f'making {stems} stems of {seconds:g} s', file=sys.stderr)
    inputs = programs.make_tracks(folder / 'in', stems, min(seconds, FILE_SECONDS), RATE, '24')
    changes = {'as it is': {}, 'late and louder': {1: (0.0, 0.003), stems - 2: (3.1, 0.0)}, 'missing': {}}
    mixes = {}
    for name, changed in changes.items():
        printed = folder / 'printed'
        bounce(programs, folder, session(inputs, folder, changed), printed)
        mix = next(file for file in printed.glob('*.wav') if 'mix' in file.stem.lower())
        mixes[name] = folder / f'{name}.wav'
        shutil.move(mix, mixes[name])
        if not (folder / 'set').exists():
            (folder / 'set').mkdir()
            for file in sorted(printed.glob('*Stem*.wav')):
                shutil.move(file, folder / 'set' / file.name)
        shutil.rmtree(printed)
    # The stem that the third mix has and the set has not: the set of that mix is one short.
    (folder / 'short').mkdir()
    for file in sorted((folder / 'set').iterdir())[:-1]:
        os.link(file, folder / 'short' / file.name)
    shutil.rmtree(folder / 'in')
    os.sync()
    return mixes


def measured(programs, stems, seconds, runs):
    """The costs by mix."""
    with tempfile.TemporaryDirectory(prefix='solver-') as name:
        folder = pathlib.Path(name)
        mixes = make_sets(programs, folder, stems, seconds)
        costs = {mix: [] for mix in MIXES}
        for number in range(runs):
            for mix in MIXES:
                print(f'run {number + 1} of {runs}: {stems} stems of {seconds:g} s, {mix}', file=sys.stderr)
                audio_set = folder / ('short' if mix == 'missing' else 'set')
                command = [programs.stemwright, 'check', audio_set, '--mix', mixes[mix]]
                if number == 0:
                    said = subprocess.run([*command, '--json'], capture_output=True, text=True)
                    why = (json.loads(said.stdout)['sum'].get('solution') or {}).get('causes')
                    tables.note(f'{stems} stems of {seconds:g} s, {mix}: {why}')
                costs[mix].append(measure.run([*command, '--quiet'], folder, status_counts=False))
        return {mix: measure.Summary(each) for mix, each in costs.items()}


def report(results, markdown):
    rows = []
    for (stems, seconds), by_mix in results.items():
        plain = by_mix['as it is']
        for mix, summary in by_mix.items():
            more = summary.median('cpu') - plain.median('cpu')
            rows.append([f'{stems} × {seconds:g} s', mix, summary.shown('cpu'), summary.shown('wall'), f'{more:.1f}', summary.megabytes()])
    tables.show('why a sum does not null; median (least–most)',
                ['stems', 'the mix', 'CPU s', 'wall s', 'CPU s of the solver', 'peak MB'], rows, markdown)


def main():
    args = options()
    programs = built.Programs(args)
    described = machine.describe()
    tables.note(machine.sentence(described))
    sizes = [(stems, args.seconds) for stems in args.stems] + ([(8, args.long)] if args.long else [])
    results = {size: measured(programs, *size, args.runs) for size in sizes}
    report(results, args.markdown)
    if args.json:
        runs = {f'{stems} x {seconds:g} s, {mix}': [vars(cost) for cost in summary.costs]
                for (stems, seconds), by_mix in results.items() for mix, summary in by_mix.items()}
        args.json.write_text(json.dumps({'machine': described, 'runs': runs}, indent=2) + '\n')


if __name__ == '__main__':
    main()
