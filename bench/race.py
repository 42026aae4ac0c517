#!/usr/bin/env python3
"""The race: sixteen stereo tracks into four buses (compressor and four-band EQ) and the master, five files of 24 bits.

Ours beside the others on the same files in one run, one after the other again and again, so that a busy minute of the
machine hits all of them. `--install` gets the other programs. What is missing is skipped, and says so.
"""

import argparse
import json
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
import peers
import sessions
import tables

RATE = 44100
# Both are the same program; the faster one is what we compare with.
REFERENCES = ('pedalboard, streaming 65536', 'pedalboard, streaming 8192')
COPYING = 'copying'
LEAN = 'stemwright, no measuring'
# These do not make the folder that they write into.
PREPARED = ('ffmpeg', 'Ardour, master only')
# How close to plain copying a bounce without measuring should come, in CPU time.
LIMIT = 1.5


def options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--runs', type=int, default=5)
    parser.add_argument('--seconds', type=float, default=180, help='length of the tracks')
    parser.add_argument('--only', help='only rows whose names match this expression')
    parser.add_argument('--install', action='store_true', help='get the other programs first, with apt-get and pip')
    parser.add_argument('--install-ardour', action='store_true', help='get Ardour as well, which is large')
    parser.add_argument('--syncs', action='store_true', help='count with strace how often each waits for the disk')
    parser.add_argument('--json', type=pathlib.Path, metavar='FILE', help='every single run')
    parser.add_argument('--markdown', action='store_true')
    built.add_options(parser)
    return parser.parse_args()


def ours(programs, inputs):
    def row(name, *flags):
        folder = re.sub(r'\W+', '-', name)
        command = [programs.stemwright, 'bounce', '.', '--no-cache', '--tail', '0', '--headroom',
                   str(sessions.RACE_HEADROOM), '--quiet', '-o', f'out/{folder}', *flags]
        unknown = [flag for flag in flags if flag.startswith('--') and not programs.knows(flag)]
        missing = f'this stemwright does not know {unknown[0]}' if unknown else ''
        # Mix, master and four stems; the others write no mix apart from the master.
        return peers.Peer(name, folder, command, missing, outputs=6)

    copy = peers.Peer(COPYING, 'copying', [programs.copy, 'out/copying', *inputs])
    return [
        row(LEAN, '--no-measure', '--threads', '1'),
        row('stemwright, full default', '--threads', '1'),
        row('stemwright, no measuring, 2 threads', '--no-measure', '--threads', '2'),
        row('stemwright, full default, 2 threads', '--threads', '2'),
        copy,
    ]


class Race:
    def __init__(self, folder, rows, seconds):
        self.folder, self.rows = folder, rows
        # What the samples alone take; headers come on top.
        self.bytes = int(seconds * RATE) * 6

    def start(self, row, command=None):
        """One run into an empty folder, with nothing of the run before still on its way to the disk."""
        out = self.folder / 'out'
        shutil.rmtree(out, ignore_errors=True)
        out.mkdir()
        if row.name in PREPARED:
            (out / row.folder).mkdir()
        os.sync()
        environment = {**os.environ, **row.environment}
        cost = measure.run(command or row.command, self.folder, environment, status_counts=row.status_counts)
        sizes = [path.stat().st_size for path in (out / row.folder).iterdir() if path.suffix == '.wav']
        if len(sizes) != row.outputs or min(sizes) < 0.99 * self.bytes:
            raise measure.Failed(f'wrote files of {sizes} bytes, where {row.outputs} of {self.bytes} were due')
        return cost

    def attempt(self, what, row, command=None):
        print(f'{what}: {row.name}', file=sys.stderr)
        try:
            return self.start(row, command)
        except measure.Failed as failure:
            tables.note(f'failed: {row.name}: {failure}')
            return None

    def syncs(self, row):
        """How often it waits for the disk; outside of all measurements, because strace slows it down."""
        log = self.folder / 'syncs'
        strace = ['strace', '-f', '-qq', '-e', 'trace=fsync,fdatasync,syncfs,sync,msync', '-o', log]
        if not self.attempt('counting syncs', row, [*strace, *row.command]):
            return ''
        return len(re.findall(r'^\d+ +\w+\(', log.read_text(), re.M))

    def run(self, runs):
        costs = {row.name: [] for row in self.rows}
        for number in range(runs):
            for row in self.rows:
                cost = self.attempt(f'run {number + 1} of {runs}', row)
                costs[row.name] += [cost] if cost else []
        return {name: measure.Summary(each) for name, each in costs.items() if each}


def ratios(summary, reference):
    if not reference:
        return ['', '']
    return [f'{summary.median(what) / reference.median(what):.2f}' for what in ('cpu', 'wall')]


def report(results, syncs, seconds, markdown):
    reference = min((results[name] for name in REFERENCES if name in results),
                    key=lambda summary: summary.median('cpu'), default=None)
    rows = []
    for name, summary in sorted(results.items(), key=lambda item: item[1].median('cpu')):
        rows.append([name, summary.shown('cpu'), summary.shown('wall'), summary.megabytes(), *ratios(summary, reference),
                     f'{seconds / summary.median("wall"):.0f}', *([syncs.get(name, '')] if syncs else [])])
    headers = ['', 'CPU s', 'wall s', 'peak MB', 'CPU / pedalboard', 'wall / pedalboard', '× real time',
               *(['syncs'] if syncs else [])]
    tables.show(f'16 tracks of {seconds:g} s, 4 buses, 5 files; median (least–most)', headers, rows, markdown)
    if COPYING in results:
        copying = results[COPYING].median('cpu')
        wanted = LIMIT * copying
        for name in (LEAN, 'stemwright, full default'):
            if name in results:
                cpu = results[name].median('cpu')
                tables.note(f'{name}: {cpu / copying:.2f} × the CPU time of copying; {cpu / wanted:.2f} × the limit of '
                            f'{LIMIT} × copying ({wanted:.2f} s)')


def main():
    args = options()
    if args.install or args.install_ardour:
        peers.install(args.install_ardour)
    programs = built.Programs(args)
    described = machine.describe()
    tables.note(machine.sentence(described))
    with tempfile.TemporaryDirectory(prefix='race-') as name:
        folder = pathlib.Path(name)
        print('making the tracks', file=sys.stderr)
        inputs = [str(path.relative_to(folder)) for path in programs.make_tracks(folder / 'in', 16, args.seconds)]
        (folder / 'session.toml').write_text(sessions.race(inputs))
        rows = [*ours(programs, inputs), *peers.all_of_them(folder, inputs, args.seconds)]
        if args.only:
            rows = [row for row in rows if re.search(args.only, row.name)]
        for row in rows:
            if row.missing:
                tables.note(f'skipped: {row.name}: {row.missing}')
        race = Race(folder, [row for row in rows if not row.missing], args.seconds)
        versions = {row.name: row.version for row in race.rows if row.version}
        if versions:
            tables.note('; '.join(f'{name}: {version}' for name, version in versions.items()))
        syncs = {}
        if args.syncs and not shutil.which('strace'):
            tables.note('skipped: counting syncs: no program strace')
        elif args.syncs:
            syncs = {row.name: race.syncs(row) for row in race.rows}
        results = race.run(args.runs)
    report(results, syncs, args.seconds, args.markdown)
    if args.json:
        runs = {name: [vars(cost) for cost in summary.costs] for name, summary in results.items()}
        args.json.write_text(json.dumps({'machine': described, 'versions': versions, 'seconds': args.seconds,
                                         'syncs': syncs, 'runs': runs}, indent=2) + '\n')


if __name__ == '__main__':
    main()
