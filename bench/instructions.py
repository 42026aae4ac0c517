#!/usr/bin/env python3
"""A guard of speed without a clock: counts the instructions of fixed jobs under valgrind, and holds them against
bench/instructions.toml, within 3 %.

More than that fails. Less asks for `--bless`, which writes the figures of this run, so that what was won is kept.
Valgrind shows programs a processor with AVX2 and without AVX-512, so the count is of that path on every machine that has it.
It hardly depends on the machine otherwise, but on the compiler: under another rustc than that of the file nothing fails.
"""

import argparse
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib

import built
import sessions
import tables

FILE = pathlib.Path(__file__).with_suffix('.toml')
TOLERANCE = 0.03
# Two runs of one program must agree far better, or the guard would guard nothing.
REPEATABLE = 0.001


def options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--bless', action='store_true', help='write the counts of this run into bench/instructions.toml')
    parser.add_argument('--twice', action='store_true', help='count each job twice, and fail where the counts differ')
    parser.add_argument('--markdown', action='store_true')
    built.add_options(parser)
    return parser.parse_args()


def shared():
    """What lanes cost most: a reverb that everything is sent to, and a limiter, a saturation and a side-chain on shared buses."""
    send = '\n    [[track.send]]\n    to = "Hall"\n    gain = -12.0\n'
    saturation = '\n    [[bus.insert]]\n    type = "saturation"\n    drive = 6.0\n'
    ducked = ('\n    [[bus.insert]]\n    type = "compressor"\n    key = "T0"\n    threshold = -30.0\n    ratio = 4.0\n'
              '    attack_ms = 5.0\n    release_ms = 120.0\n')
    parts = [
        sessions.head(),
        sessions.bus('All', chain=ducked),
        *(sessions.bus(f'Stem {number}', output='All', stem=f'Stem {number}') for number in range(4)),
        '\n[[return]]\nname = "Hall"\n'
        '\n    [[return.insert]]\n    type = "reverb"\n    decay = 1.8\n'
        + saturation.replace('[[bus.', '[[return.'),
        *(sessions.track(f'T{number}', f'Stem {number}', f'in/t{number:02}.wav', send) for number in range(4)),
        '\n[master]\n\n    [[master.insert]]\n    type = "limiter"\n    ceiling = -1.0\n    gain = 3.0\n',
    ]
    return ''.join(parts)


def folder_of_files():
    """Files of two kinds at another rate, resampled, and a set of FLAC."""
    tracks = [sessions.track(f'T{kind}{number}', kind, f'{kind}/t{number:02}.{kind}')
              for kind in ('wav', 'flac') for number in range(2)]
    return ''.join([sessions.head(48000), sessions.bus('wav'), sessions.bus('flac'), *tracks])


# name → (what makes its files, its session, what the bounce is told)
JOBS = {
    'race': (lambda programs, folder: programs.make_tracks(folder / 'in', 16, 4),
             lambda: sessions.race([f'in/t{number:02}.wav' for number in range(16)]), []),
    'shared': (lambda programs, folder: programs.make_tracks(folder / 'in', 4, 3), shared, ['--through-master']),
    'media': (lambda programs, folder: (programs.make_tracks(folder / 'wav', 2, 4, 44100, '24'),
                                        programs.make_tracks(folder / 'flac', 2, 4, 44100, 'flac')),
              folder_of_files, ['--format', 'flac24']),
}


def count(programs, folder, flags):
    """Instructions of one bounce on one thread."""
    shutil.rmtree(folder / 'out', ignore_errors=True)
    command = ['valgrind', '--tool=cachegrind', '--cache-sim=no', '--cachegrind-out-file=/dev/null',
               programs.stemwright, 'bounce', '.', '-o', 'out', '--quiet', '--threads', '1', '--no-cache', '--tail', '0',
               '--headroom', str(sessions.RACE_HEADROOM), *flags]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, stdin=subprocess.DEVNULL,
                          env={'PATH': os.environ['PATH'], 'LC_ALL': 'C'})
    found = re.search(r'I +refs: +([\d,]+)', done.stderr)
    if done.returncode != 0 or not found:
        sys.exit(f'{folder.name}: status {done.returncode}\n{done.stdout}{done.stderr}')
    return int(found[1].replace(',', ''))


def counted(programs, args):
    counts = {}
    for name, (make, session, flags) in JOBS.items():
        print(f'counting {name}', file=sys.stderr)
        with tempfile.TemporaryDirectory(prefix='count-') as temporary:
            folder = pathlib.Path(temporary) / name
            folder.mkdir()
            make(programs, folder)
            (folder / 'session.toml').write_text(session())
            counts[name] = count(programs, folder, flags)
            if args.twice:
                again = count(programs, folder, flags)
                apart = abs(again / counts[name] - 1)
                tables.note(f'{name}: two runs are {apart:.6%} apart')
                if apart > REPEATABLE:
                    sys.exit(f'{name}: {counts[name]} and {again} instructions: the count cannot be relied on')
    return counts


def write(counts, rustc):
    lines = ['# Instructions of fixed jobs, written by `python3 bench/instructions.py --bless`.',
             f'rustc = "{rustc}"', '', '[counts]', *(f'{name} = {counts[name]:_}' for name in counts)]
    FILE.write_text('\n'.join(lines) + '\n')


def judge(counts, kept, strict, markdown):
    """Whether all is well; a table of what was and is."""
    rows, worse, better = [], [], []
    for name, now in counts.items():
        before = kept.get(name)
        change = now / before - 1 if before else None
        rows.append([name, f'{now / 1e6:,.1f}', f'{before / 1e6:,.1f}' if before else '',
                     f'{change * 100:+.2f} %' if before else ''])
        if change is None or change < -TOLERANCE:
            better.append(name)
        elif change > TOLERANCE:
            worse.append(name)
    tables.show('instructions, in millions', ['job', 'now', 'kept', 'change'], rows, markdown)
    if worse and strict:
        tables.note(f'{", ".join(worse)}: more than {TOLERANCE:.0%} slower. If what it buys is worth it, say so in the commit, '
                    'and run python3 bench/instructions.py --bless')
    if better and strict:
        tables.note(f'{", ".join(better)}: faster, or new. Run python3 bench/instructions.py --bless to keep it')
    return not worse or not strict


def main():
    args = options()
    if not shutil.which('valgrind'):
        tables.note('skipped: counting instructions: no program valgrind')
        return
    if not re.search(r'\bavx2\b', pathlib.Path('/proc/cpuinfo').read_text()):
        tables.note('skipped: counting instructions: the kept counts are of a processor with AVX2')
        return
    programs = built.Programs(args)
    rustc = subprocess.run(['rustc', '--version'], capture_output=True, text=True, check=True).stdout.strip()
    counts = counted(programs, args)
    kept = tomllib.loads(FILE.read_text()) if FILE.exists() else {'rustc': rustc, 'counts': {}}
    if args.bless:
        write(counts, rustc)
    strict = kept['rustc'] == rustc and not args.bless
    if kept['rustc'] != rustc:
        tables.note(f'The kept counts are of {kept["rustc"]}, this is {rustc}: nothing fails.')
    if not judge(counts, kept['counts'], strict, args.markdown):
        sys.exit(1)


if __name__ == '__main__':
    main()
