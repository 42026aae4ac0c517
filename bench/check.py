#!/usr/bin/env python3
"""Checking a set: eight stems, the mix and the master, 24-bit stereo at 48 kHz, beside programs that measure such files.

`stemwright check` does everything that it does (loudness, true peak, every detector of defects, the sum against the mix, hashes);
the others measure loudness and true peak of the same ten files, one after the other, and compare nothing. `…, a stem is missing` is
the same set without one of its stems and without its documents, so the solver has to say why the rest does not null. All run in
turn, again and again, so that a busy minute of the machine hits all of them. A longer set shows how memory grows with length. `--install` gets
the other programs. What is missing is skipped, and says so.
"""

import argparse
import json
import math
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import built
import machine
import measure
import sessions
import tables
from peers import Peer, install_debian, loudness

RATE = 48000
STEMS = 8
# Tracks are as long, so that a set of that length holds nothing twice: what was heard before is no new peak, and a meter may skip
# it. Longer sets repeat it, for the sake of the disk.
FILE_SECONDS = 300
# Eight tracks of stemwright-tracks stay below full scale with it.
GAIN = -14.0
MEASURING = 'stemwright, measuring alone'
REFERENCES = (loudness.FFMPEG, loudness.LIBRARY)


def options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--runs', type=int, default=5)
    parser.add_argument('--seconds', type=float, default=300, help='length of the set, up to 300')
    parser.add_argument('--long', type=float, default=1200, metavar='SECONDS',
                        help='length of the longer set, a multiple of 300; 0 for none')
    parser.add_argument('--only', help='only rows whose names match this expression')
    parser.add_argument('--install', action='store_true', help='get the other programs first, with apt-get')
    parser.add_argument('--json', type=pathlib.Path, metavar='FILE', help='every single run')
    parser.add_argument('--markdown', action='store_true')
    built.add_options(parser)
    return parser.parse_args()


def without_a_stem(folder):
    """The set beside it that does not null: links to the same files, but for one stem."""
    wrong = folder / 'wrong'
    wrong.mkdir()
    for file in sorted((folder / 'set').glob('*.wav')):
        if not file.name.startswith('03'):
            os.link(file, wrong / file.name)
    return wrong


def make_set(programs, folder, seconds):
    """Bounces a session of eight tracks, each a stem; the files of the set."""
    print(f'making a set of {seconds:g} s', file=sys.stderr)
    inputs = programs.make_tracks(folder / 'in', STEMS, min(seconds, FILE_SECONDS), RATE, '24')
    places = [float(at) for at in range(0, math.ceil(seconds), FILE_SECONDS)]
    parts = [sessions.head(RATE)]
    for number, file in enumerate(inputs):
        name = f'Stem {number + 1}'
        parts += [sessions.bus(name, stem=name),
                  sessions.track(f'T{number}', name, file.relative_to(folder), f'gain = {GAIN}\n', places)]
    (folder / 'session.toml').write_text(''.join(parts))
    subprocess.run([programs.stemwright, 'bounce', folder, '--no-cache', '--tail', '0', '--quiet', '-o', folder / 'set'],
                   check=True)
    shutil.rmtree(folder / 'in')
    os.sync()
    return sorted((folder / 'set').glob('*.wav'))


class Check:
    """`stemwright check`, where this one has it."""

    def __init__(self, programs):
        self.program = programs.stemwright
        said = subprocess.run([self.program, 'check', '--help'], capture_output=True, text=True)
        self.help = said.stdout if said.returncode == 0 else ''
        self.missing = '' if self.help else 'this stemwright has no command check'

    def row(self, name, audio_set, *flags):
        unknown = [flag for flag in flags if flag.startswith('--') and flag not in self.help]
        missing = self.missing or (f'check does not know {unknown[0]}' if unknown else '')
        # Its status also tells what it found, so it is not held against the run; `proven` looks at what it says.
        return Peer(name, '', [self.program, 'check', audio_set, *flags], missing, status_counts=False)

    def rows(self, audio_set):
        return [self.row('stemwright check', audio_set, '--quiet'),
                self.row('stemwright check --json', audio_set, '--json'),
                self.row('stemwright check, 1 thread', audio_set, '--quiet', '--threads', '1')]

    def proven(self, audio_set, files):
        """That it checks these files, before its time is taken."""
        said = subprocess.run([self.program, 'check', audio_set, '--json'], capture_output=True, text=True)
        report = json.loads(said.stdout)
        if not report['ok'] or len(report['files']) != files:
            sys.exit(f'stemwright check saw {len(report["files"])} of {files} files: {said.stderr or report.get("error")}')


def ours(check, programs, folder, files):
    if not check.missing:
        check.proven(folder / 'set', len(files))
    wrong = check.row('stemwright check, a stem is missing', without_a_stem(folder), '--quiet')
    return [*check.rows(folder / 'set'), wrong, Peer(MEASURING, '', [programs.media, 'measure', *files])]


def chosen(rows, args):
    return [row for row in rows if not row.missing and (not args.only or re.search(args.only, row.name))]


def measured(rows, runs, folder):
    """Every row in turn; the results by name."""
    costs = {row.name: [] for row in rows}
    for number in range(runs):
        for row in rows:
            print(f'run {number + 1} of {runs}: {row.name}', file=sys.stderr)
            try:
                costs[row.name].append(measure.run(row.command, folder, status_counts=row.status_counts))
            except measure.Failed as failure:
                tables.note(f'failed: {row.name}: {failure}')
    return {name: measure.Summary(each) for name, each in costs.items() if each}


def ratio(results, summary, reference, what):
    return f'{summary.median(what) / results[reference].median(what):.2f}' if reference in results else ''


def report(results, seconds, files, markdown):
    rows = []
    for name, summary in sorted(results.items(), key=lambda item: item[1].median('cpu')):
        rows.append([name, summary.shown('cpu'), summary.shown('wall'), summary.megabytes(),
                     *(ratio(results, summary, reference, what) for reference in REFERENCES for what in ('cpu', 'wall')),
                     f'{seconds / summary.median("wall"):.0f}'])
    headers = ['', 'CPU s', 'wall s', 'peak MB',
               *(f'{title} / {reference}' for reference in REFERENCES for title in ('CPU', 'wall')), '× real time']
    tables.show(f'{files} files of {seconds:g} s; median (least–most)', headers, rows, markdown)


def report_length(lengths, markdown):
    """What grows with length, and what must not: of the rows that were measured at every length."""
    rows = []
    for name in lengths[max(lengths)]:
        for seconds, results in sorted(lengths.items()):
            if name in results:
                summary = results[name]
                rows.append([name, f'{seconds / 60:g}', summary.shown('cpu'), summary.shown('wall'),
                             f'{summary.median("cpu") / seconds * 60:.3f}', f'{summary.median("rss") / 1e6:.1f}'])
    tables.show('length of the set', ['', 'minutes', 'CPU s', 'wall s', 'CPU s a minute', 'peak MB'], rows, markdown)


def race(check, programs, seconds, args):
    """The results of the set of the first length, and how many files it has."""
    with tempfile.TemporaryDirectory(prefix='check-') as name:
        folder = pathlib.Path(name)
        files = make_set(programs, folder, seconds)
        rows = [*ours(check, programs, folder, files), *loudness.all_of_them(folder, files)]
        for row in rows:
            if row.missing:
                tables.note(f'skipped: {row.name}: {row.missing}')
        rows = chosen(rows, args)
        versions = {row.name: row.version for row in rows if row.version}
        if versions:
            tables.note('; '.join(f'{name}: {version}' for name, version in versions.items()))
        results = measured(rows, args.runs, folder)
    report(results, seconds, len(files), args.markdown)
    return results, versions


def longer(check, programs, seconds, args):
    """Ours on a longer set."""
    with tempfile.TemporaryDirectory(prefix='check-') as name:
        folder = pathlib.Path(name)
        files = make_set(programs, folder, seconds)
        return measured(chosen(ours(check, programs, folder, files), args), args.runs, folder)


def main():
    args = options()
    if args.install:
        install_debian(loudness.DEBIAN)
    programs = built.Programs(args)
    described = machine.describe()
    tables.note(machine.sentence(described))
    check = Check(programs)
    results, versions = race(check, programs, args.seconds, args)
    lengths = {args.seconds: results}
    if args.long:
        lengths[args.long] = longer(check, programs, args.long, args)
        report_length(lengths, args.markdown)
    if args.json:
        runs = {f'{seconds:g} s': {name: [vars(cost) for cost in summary.costs] for name, summary in results.items()}
                for seconds, results in lengths.items()}
        args.json.write_text(json.dumps({'machine': described, 'versions': versions, 'runs': runs}, indent=2) + '\n')


if __name__ == '__main__':
    main()
