#!/usr/bin/env python3
"""What stands before the first sample: how fast the program starts, how large it is, what building it costs."""

import argparse
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
from collections import defaultdict

import built
import machine
import measure
import sessions
import tables

# Seconds that a person does not notice.
HELP_LIMIT, SECOND_LIMIT = 0.010, 0.050
# The part of a build from which on a crate has a line of its own.
SHOWN = 0.01


def options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--runs', type=int, default=20)
    parser.add_argument('--build', action='store_true', help='build everything anew elsewhere, which takes minutes')
    parser.add_argument('--json', type=pathlib.Path, metavar='FILE')
    parser.add_argument('--markdown', action='store_true')
    built.add_options(parser)
    return parser.parse_args()


def starts(programs, folder, args):
    inputs = [str(path.relative_to(folder)) for path in programs.make_tracks(folder / 'in', 16, 1)]
    (folder / 'session.toml').write_text(sessions.race(inputs))
    bounce = [programs.stemwright, 'bounce', '.', '--no-cache', '--tail', '0', '--headroom',
              str(sessions.RACE_HEADROOM), '--quiet', '-o', 'out']
    jobs = [('--help', [programs.stemwright, '--help'], HELP_LIMIT),
            ("the race's session, of one second", bounce, SECOND_LIMIT)]
    rows, results = [], {}
    for name, command, limit in jobs:
        summary = measure.Summary([measure.run(command, folder, peak=False) for _ in range(args.runs)])
        median, (low, high) = summary.median('wall'), summary.spread('wall')
        rows.append([name, f'{median * 1000:.1f} ({low * 1000:.1f}–{high * 1000:.1f})',
                     f'{summary.median("cpu") * 1000:.1f}', f'{limit * 1000:.0f}', 'yes' if median < limit else 'no'])
        results[name] = [vars(cost) for cost in summary.costs]
    tables.show(f'starting, {args.runs} runs; median (least–most)',
                ['', 'wall ms', 'CPU ms', 'wanted below', 'is it'], rows, args.markdown)
    return results


def size(programs, markdown):
    rows = [['as built', f'{programs.stemwright.stat().st_size / 1e6:.2f}']]
    with tempfile.NamedTemporaryFile() as stripped:
        try:
            subprocess.run(['strip', '-o', stripped.name, programs.stemwright], check=True)
            rows.append(['stripped', f'{os.path.getsize(stripped.name) / 1e6:.2f}'])
        except OSError:
            tables.note('skipped: the size without symbols: no program strip')
    tables.show('the release binary', ['', 'MB'], rows, markdown)


def build(args):
    """A clean build into a folder of its own; what cargo says of every crate."""
    jobs = [f'-j{args.jobs}'] if args.jobs else []
    with tempfile.TemporaryDirectory(prefix='build-') as folder:
        # Downloading is not building.
        subprocess.run(['cargo', 'fetch', '--quiet', '--locked'], cwd=built.ROOT, check=True)
        print('building anew', file=sys.stderr)
        cost = measure.run(['cargo', 'build', '--release', '--timings', '--locked', '-p', 'stemwright', *jobs],
                           built.ROOT, {**os.environ, 'CARGO_TARGET_DIR': folder})
        page = (pathlib.Path(folder) / 'cargo-timings/cargo-timing.html').read_text()
    units = json.loads(re.search(r'UNIT_DATA = (\[.*?\]);\n', page, re.S)[1])
    crates = defaultdict(float)
    for unit in units:
        crates[f'{unit["name"]} {unit["version"]}'] += unit['duration']
    tables.note(f'A clean release build of {len(crates)} crates: {cost.wall:.0f} s of wall time, {cost.cpu:.0f} s of CPU '
                f'time, {cost.rss / 1e6:.0f} MB at most in one process'
                + (f', {args.jobs} jobs' if args.jobs else ''))
    total = sum(crates.values())
    shown = [(name, seconds) for name, seconds in sorted(crates.items(), key=lambda item: -item[1])
             if seconds >= SHOWN * total]
    others = total - sum(seconds for _, seconds in shown)
    rows = [[name, f'{seconds:.1f}', f'{seconds / total * 100:.1f} %']
            for name, seconds in [*shown, (f'{len(crates) - len(shown)} others', others)]]
    tables.show('what each crate costs, with its build scripts and macros; the last of ours has the link-time optimisation',
                ['crate', 's', 'of all'], rows, args.markdown)
    return {'wall': cost.wall, 'cpu': cost.cpu, 'crates': crates}


def main():
    args = options()
    programs = built.Programs(args)
    described = machine.describe()
    tables.note(machine.sentence(described))
    with tempfile.TemporaryDirectory(prefix='start-') as folder:
        results = starts(programs, pathlib.Path(folder), args)
    size(programs, args.markdown)
    built_anew = build(args) if args.build else None
    if args.json:
        args.json.write_text(json.dumps({'machine': described, 'runs': results, 'build': built_anew}, indent=2) + '\n')


if __name__ == '__main__':
    main()
