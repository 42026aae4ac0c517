#!/usr/bin/env python3
"""Time-stretching beside other programs and libraries: what becomes of signals that are known, and what it costs.

    python3 -m venv VENV && VENV/bin/pip install numpy soundfile python-stretch bungee-python librosa
    sudo apt-get install ffmpeg sox rubberband-cli time
    VENV/bin/python bench/stretch.py --markdown

Ours is `stemwright bounce` of a session of one clip with a warp. Every signal is written at six speeds; tables show the worst
of them. `as it should be` is the signal written anew at that length: what the measures read of a perfect stretcher. A constant
latency is taken out of places (the median of all hits of a file) and shown. What is missing is skipped, and says so.
"""

import argparse
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

import soundfile

import built
import machine
import measure
import tables
from peers import stretchers
from stretched import RATE, SIGNALS, music

SPEEDS = (0.5, 0.8, 0.97, 1.03, 1.25, 2.0)
COST_SPEED = 0.8
OURS, CONTROL, PLAIN = 'Stemwright', 'as it should be', 'Stemwright, the same without a warp'
# Measure of a signal: what it is called, and digits shown.
MEASURES = {
    'spurious': ('{}: what is no tone, dB', 1),
    'level': ('{}: level off, dB', 2),
    'worst': ('{}: off at most, ms', 2),
    'median': ('{}: off, median, ms', 2),
    'early': ('{}: heard before a hit, dB', 1),
    'lost': ('{}: lost, of 14', 0),
    'softer': ('{}: peaks lower by, dB', 1),
    'repeats': ('{}: repeats itself within 50 ms, %', 0),
    'between': ('{}: left + 2 · right, dB', 0),
    'latency': ('{}: latency taken out, ms', 1),
}
# Of these either way is wrong.
SIGNED = ('level', 'latency', 'softer')
# Neither does algebra of whole files; pools would only cost them time.
ENVIRONMENT = {**os.environ, 'OMP_NUM_THREADS': '1', 'OPENBLAS_NUM_THREADS': '1', 'NUMBA_NUM_THREADS': '1'}


def options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--runs', type=int, default=3, help='of the cost')
    parser.add_argument('--seconds', type=float, default=300, help='length of what the cost is taken of')
    parser.add_argument('--music', type=pathlib.Path, nargs='*', default=[], metavar='FILE', help='cost of these too, by ffmpeg')
    parser.add_argument('--only', nargs='*', help='these programs, and ours')
    parser.add_argument('--skip', choices=['quality', 'cost'])
    parser.add_argument('--json', type=pathlib.Path, metavar='FILE', help='every speed, every run')
    parser.add_argument('--markdown', action='store_true')
    built.add_options(parser)
    return parser.parse_args()


def session(job, warped):
    warp = f'    warp = [["0 frames", "0 frames"], ["{job.frames} frames", "{job.source_frames} frames"]]\n'
    return (f'[session]\nrate = {job.rate}\n\n[[track]]\nname = "Clip"\nstem = "Clip"\n\n'
            f'    [[track.clip]]\n    file = "{job.source}"\n{warp if warped else ""}')


def ours(programs, name, warped=True):
    """Writes the stem beside the target, where it is `result`."""
    def commands(jobs):
        found = []
        for job in jobs:
            document = job.target.with_suffix('.toml')
            document.write_text(session(job, warped))
            found.append([programs.stemwright, 'bounce', document, '--format', 'wav32f', '--tail', '0', '--no-cache', '--no-measure',
                          '--headroom', '0', '--threads', '1', '--force', '--quiet', '-o', job.target.with_suffix('')])
        return found
    return stretchers.Stretcher(name, 'MIT or Apache-2.0', commands)


def result(job):
    """The stretched sound, where it was written; `None` where it was not."""
    stems = sorted(job.target.with_suffix('').glob('*Clip*.wav'))
    file = stems[0] if stems else job.target
    return soundfile.read(file, dtype='float32', always_2d=True)[0] if file.exists() else None


def job_of(folder, name, sound, speed, target):
    source = folder / f'{name}.wav'
    if not source.exists():
        soundfile.write(source, sound, RATE, subtype='FLOAT')
    return stretchers.Job(source, folder / f'{target}.wav', len(sound), round(len(sound) / speed), RATE)


def quality(rows, folder):
    """{program: {'worst': {(signal, measure): value}, 'speeds': …, 'length': frames off, 'exact': whether speed 1 is}}"""
    sources = [signal.made(1) for signal in SIGNALS]
    results = {}
    for row in rows:
        print(f'quality: {row.name}', file=sys.stderr)
        where = folder / row.name.replace(' ', '-')
        where.mkdir()
        names = [(number, speed) for number in range(len(SIGNALS)) for speed in (*SPEEDS, 1.0)]
        jobs = [job_of(where, f's{number}', sources[number], speed, f's{number}-{speed}') for number, speed in names]
        for command in row.commands(jobs):
            done = subprocess.run([str(part) for part in command], env=ENVIRONMENT, capture_output=True, text=True)
            if done.returncode > 1:
                tables.note(f'failed: {row.name}: {done.stderr.strip()[-300:]}')
        sounds = {name: result(job) for name, job in zip(names, jobs)}
        results[row.name] = judged(sounds, sources)
        shutil.rmtree(where)
    made = {(number, speed): signal.made(round(len(sources[number]) / speed) / len(sources[number]))
            for number, signal in enumerate(SIGNALS) for speed in (*SPEEDS, 1.0)}
    results[CONTROL] = judged(made, sources)
    return results


def judged(sounds, sources):
    speeds, lengths, exact = {}, [], True
    for (number, speed), sound in sounds.items():
        frames = round(len(sources[number]) / speed)
        if sound is None:
            exact = False
        elif speed == 1.0:
            exact &= sound.shape == sources[number].shape and bool((sound == sources[number]).all())
        else:
            lengths.append(abs(len(sound) - frames))
            for what, value in SIGNALS[number].measure(sound, frames / len(sources[number])).items():
                speeds.setdefault((SIGNALS[number].name, what), {})[speed] = float(value)
    return {'speeds': speeds, 'length': max(lengths, default=None), 'exact': exact}


def report_quality(results, markdown):
    names = list(results)
    rows = [['length off at most, frames', *(result['length'] for result in results.values())],
            ['speed 1 is the file, bit by bit', *('yes' if result['exact'] else 'no' for result in results.values())]]
    for key in results[CONTROL]['speeds']:
        title, digits = MEASURES[key[1]]
        values = [result['speeds'].get(key) for result in results.values()]
        worst = [max(each.values(), key=abs if key[1] in SIGNED else None) if each else None for each in values]
        rows.append([title.format(key[0]), *('–' if value is None else f'{value:.{digits}f}' for value in worst)])
    speeds = ', '.join(str(speed) for speed in SPEEDS)
    tables.show(f'the worst of the speeds {speeds}; less is better, of levels, latencies and peaks what is nearer to 0',
                ['', *names], rows, markdown)


def cost(rows, folder, name, sound, runs, markdown):
    frames = round(len(sound) / COST_SPEED)
    job = stretchers.Job(folder / f'{name}.wav', folder / 'out.wav', len(sound), frames, RATE)
    soundfile.write(job.source, sound, RATE, subtype='FLOAT')
    os.sync()
    costs, off = {row.name: [] for row in rows}, {}
    for number in range(runs):
        for row in rows:
            print(f'run {number + 1} of {runs}: {name}: {row.name}', file=sys.stderr)
            [command] = row.commands([job])
            try:
                costs[row.name].append(measure.run(command, folder, ENVIRONMENT))
                off[row.name] = len(result(job)) - frames
            except measure.Failed as failure:
                tables.note(f'failed: {row.name}: {failure}')
            job.target.unlink(missing_ok=True)
            shutil.rmtree(job.target.with_suffix(''), ignore_errors=True)
    summaries = {name: measure.Summary(each) for name, each in costs.items() if each}
    seconds = len(sound) / RATE
    lines = [[each, summary.shown('cpu'), f'{seconds / summary.median("cpu"):.0f}', summary.megabytes(),
              '' if each == PLAIN else f'{off[each]:+d}' if off[each] else '0']
             for each, summary in sorted(summaries.items(), key=lambda item: item[1].median('cpu'))]
    headers = ['', 'CPU s', '× real time', 'peak MB', 'length off, frames']
    tables.show(f'{name}: {seconds:.0f} s of stereo at speed {COST_SPEED}; median (least–most)', headers, lines, markdown)
    return {each: [vars(cost) for cost in summary.costs] for each, summary in summaries.items()}


def decoded(file, folder):
    target = folder / 'decoded.wav'
    subprocess.run(['ffmpeg', '-nostdin', '-v', 'error', '-y', '-i', file, '-ac', '2', '-ar', str(RATE), '-c:a', 'pcm_f32le', target],
                   check=True)
    return soundfile.read(target, dtype='float32', always_2d=True)[0]


def main():
    args = options()
    programs = built.Programs(args)
    described = machine.describe()
    tables.note(machine.sentence(described))
    with tempfile.TemporaryDirectory(prefix='stretch-') as name:
        folder = pathlib.Path(name)
        peers = stretchers.all_of_them(folder, args.only)
        for row in peers:
            if row.missing:
                tables.note(f'skipped: {row.name}: {row.missing}')
        peers = [row for row in peers if not row.missing]
        tables.note('; '.join(f'{row.name}: {row.version} ({row.licence})' for row in peers))
        report = {'machine': described, 'versions': {row.name: row.version for row in peers}}
        if args.skip != 'quality':
            results = quality([ours(programs, OURS), *peers], folder)
            report_quality(results, args.markdown)
            report['quality'] = {name: {**each, 'speeds': {f'{signal}: {what}': by for (signal, what), by in each['speeds'].items()}}
                                 for name, each in results.items()}
        if args.skip != 'cost':
            rows = [ours(programs, OURS), ours(programs, PLAIN, warped=False), *peers]
            report['cost'] = {'music': cost(rows, folder, 'music made here', music(args.seconds), args.runs, args.markdown)}
            for file in args.music:
                report['cost'][file.name] = cost(rows, folder, file.stem, decoded(file, folder), args.runs, args.markdown)
    if args.json:
        args.json.write_text(json.dumps(report, indent=2) + '\n')


if __name__ == '__main__':
    main()
