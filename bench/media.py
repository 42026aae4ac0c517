#!/usr/bin/env python3
"""Reading, resampling and encoding, beside ffmpeg, flac and sox: CPU time of whole processes on one thread.

The music is the master of examples/song, or `--file` of 24 bits. What is missing is skipped, and says so.
"""

import argparse
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import wave

import built
import machine
import measure
import tables

OTHER_RATE = 44100


def options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--runs', type=int, default=5)
    parser.add_argument('--file', type=pathlib.Path, help='another WAV file of 24 bits')
    parser.add_argument('--json', type=pathlib.Path, metavar='FILE')
    parser.add_argument('--markdown', action='store_true')
    built.add_options(parser)
    return parser.parse_args()


def ffmpeg(*arguments):
    return ['ffmpeg', '-nostdin', '-v', 'error', '-y', '-threads', '1', *arguments]


def decoded_by_ffmpeg(file, as_it_comes, *filters):
    """To nothing, in the samples that its decoder makes, so that it converts nothing."""
    return ffmpeg('-i', file, *filters, '-c:a', as_it_comes, '-f', 'null', '-')


def jobs(media):
    """(title, [(name, command, file it writes)]), ours first."""
    rate = str(OTHER_RATE)
    hz = f'-af aresample={rate}'
    return [
        ('decoding FLAC', [
            ('stemwright', [media, 'decode', 'music.flac'], None),
            ('flac -t', ['flac', '-s', '-t', 'music.flac'], None),
            ('ffmpeg', decoded_by_ffmpeg('music.flac', 'pcm_s32le'), None),
        ]),
        ('decoding AAC', [
            ('stemwright', [media, 'decode', 'music.m4a'], None),
            ('ffmpeg', decoded_by_ffmpeg('music.m4a', 'pcm_f32le'), None),
        ]),
        ('reading 24-bit WAV', [
            ('stemwright', [media, 'decode', 'music.wav'], None),
            ('ffmpeg', decoded_by_ffmpeg('music.wav', 'pcm_s32le'), None),
        ]),
        (f'resampling 24-bit WAV to {rate} Hz', [
            ('stemwright', [media, 'resample', 'music.wav', rate], None),
            ('ffmpeg, its default', decoded_by_ffmpeg('music.wav', 'pcm_f64le', *hz.split()), None),
            ('ffmpeg, soxr 28 bits',
             decoded_by_ffmpeg('music.wav', 'pcm_f64le', *f'{hz}:resampler=soxr:precision=28'.split()), None),
            ('sox rate -v', ['sox', '-D', '--single-threaded', 'music.wav', '-n', 'rate', '-v', rate], None),
        ]),
        ('encoding FLAC of 24 bits', [
            ('stemwright', [media, 'encode', 'music.wav', 'out.flac'], 'out.flac'),
            *((f'flac -{level}', ['flac', '-s', '-f', f'-{level}', '-o', 'out.flac', 'music.wav'], 'out.flac')
              for level in (0, 5, 8)),
            *((f'ffmpeg, level {level}', ffmpeg('-i', 'music.wav', '-compression_level', str(level), 'out.flac'), 'out.flac')
              for level in (5, 8)),
        ]),
    ]


def make(programs, folder, file):
    """music.wav, music.flac and music.m4a; how long they are, in seconds."""
    if file:
        shutil.copy(file, folder / 'music.wav')
    else:
        print('printing the example song', file=sys.stderr)
        subprocess.run([programs.stemwright, 'bounce', built.ROOT / 'examples/song', '-o', folder / 'song', '--quiet',
                        '--no-cache'], check=True)
        os.replace(folder / 'song/00_MASTER.wav', folder / 'music.wav')
        shutil.rmtree(folder / 'song')
    # With the encoder that is there; decoding costs the same.
    if shutil.which('flac'):
        subprocess.run(['flac', '-s', '-5', '-o', 'music.flac', 'music.wav'], cwd=folder, check=True)
    else:
        subprocess.run([programs.media, 'encode', 'music.wav', 'music.flac'], cwd=folder, check=True)
    if shutil.which('ffmpeg'):
        subprocess.run(ffmpeg('-i', 'music.wav', '-c:a', 'aac', '-b:a', '256k', 'music.m4a'), cwd=folder, check=True)
    with wave.open(str(folder / 'music.wav')) as music:
        return music.getnframes() / music.getframerate(), music.getframerate()


def table(title, job, folder, seconds, args):
    found = []
    for name, command, _ in job:
        if not shutil.which(command[0]):
            tables.note(f'skipped: {title}: no program {command[0]}')
        elif 'music.m4a' in command and not (folder / 'music.m4a').exists():
            tables.note(f'skipped: {title}: no ffmpeg to make AAC with')
        else:
            found.append(name)
    costs, sizes = {name: [] for name in found}, {}
    for _ in range(args.runs):
        for name, command, output in job:
            if name in found:
                costs[name].append(measure.run(command, folder))
            if name in found and output:
                sizes[name] = (folder / output).stat().st_size / (folder / 'music.wav').stat().st_size
    results = {name: measure.Summary(each) for name, each in costs.items()}
    if not results:
        return {}
    ours = results['stemwright'].median('cpu')
    rows = [[name, summary.shown('cpu', 3), f'{seconds / summary.median("cpu"):.0f}', summary.megabytes(),
             f'{summary.median("cpu") / ours:.2f}', *([f'{sizes[name] * 100:.1f} %'] if sizes else [])]
            for name, summary in results.items()]
    headers = ['', 'CPU s', '× real time', 'peak MB', 'CPU / ours', *(['of the WAV'] if sizes else [])]
    tables.show(f'{title}, {seconds:.0f} s of stereo; median (least–most)', headers, rows, args.markdown)
    return {name: [vars(cost) for cost in summary.costs] for name, summary in results.items()}


def main():
    args = options()
    programs = built.Programs(args)
    described = machine.describe()
    tables.note(machine.sentence(described))
    with tempfile.TemporaryDirectory(prefix='media-') as name:
        folder = pathlib.Path(name)
        seconds, rate = make(programs, folder, args.file and args.file.resolve())
        tables.note(f'The music is at {rate} Hz. Ours hashes what it encodes, and waits for the disk; the others do not wait.')
        results = {title: table(title, job, folder, seconds, args) for title, job in jobs(programs.media)}
    if args.json:
        args.json.write_text(json.dumps({'machine': described, 'seconds': seconds, 'runs': results}, indent=2) + '\n')


if __name__ == '__main__':
    main()
