#!/usr/bin/env python3
"""Detectors of defects beside those of other programs, on the same files: hits, misses and false alarms a minute.

The files are written by `cargo test -p stemwright-check --test forensics seeded_files` (real stems of the example and, where it is
there, of the material; clean, and with one kind of defect each). Ours: `stemwright check FILE`. Theirs: essentia's detectors (ClickDetector,
GapsDetector, SaturationDetector, HumDetector; `pip install essentia soundfile`) with their defaults, and ffmpeg's `silencedetect` and
`astats`. What is missing is skipped, and says so.
"""

import argparse
import collections
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import built
import tables

# Within so many seconds of the place a find counts, as in tests/evidence.toml; theirs are looked at more kindly: they give times of frames.
NEAR, KIND = 0.010, 0.100
OURS = {'click': ['click'], 'discontinuity': ['discontinuity', 'click'], 'drop-out': ['drop-out'], 'hum': ['hum'],
        'clipping': ['clipping']}


def ours(stemwright, folder):
    def look(file):
        said = subprocess.run([stemwright, 'check', file, '--json'], capture_output=True, text=True, cwd=folder)
        found = collections.defaultdict(list)
        for finding in json.loads(said.stdout)['findings']:
            if finding['severity'] != 'note':
                found[finding['code']].append(finding.get('frame', 0) / 48000)
        return found
    return look


def essentia():
    try:
        import essentia
        import essentia.standard as es
        import soundfile
    except ImportError:
        print('skipped: essentia or soundfile is missing', file=sys.stderr)
        return {}
    essentia.log.warningActive = essentia.log.infoActive = False

    def framed(make, frame, hop, times):
        def look(file):
            sound, rate = soundfile.read(file, dtype='float32', always_2d=True)
            found = []
            for channel in sound.T:
                detector = make(es, rate, frame, hop)
                for part in es.FrameGenerator(channel, frameSize=frame, hopSize=hop, startFromZero=True):
                    found.extend(times(detector, part))
            return found
        return look

    def hum(file):
        sound, rate = soundfile.read(file, dtype='float32', always_2d=True)
        found = []
        for channel in sound.T:
            found += list(es.HumDetector(sampleRate=rate)(channel)[3])
        return found

    click = framed(lambda es, rate, frame, hop: es.ClickDetector(sampleRate=rate, frameSize=frame, hopSize=hop), 512, 256,
                   lambda detector, part: list(detector(part)[0]))
    jump = framed(lambda es, rate, frame, hop: es.DiscontinuityDetector(frameSize=frame, hopSize=hop), 512, 256,
                  lambda detector, part: [0.0] * len(detector(part)[0]))
    gaps = framed(lambda es, rate, frame, hop: es.GapsDetector(sampleRate=rate, frameSize=frame, hopSize=hop), 2048, 1024,
                  lambda detector, part: list(detector(part)[0]))
    flat = framed(lambda es, rate, frame, hop: es.SaturationDetector(sampleRate=rate, frameSize=frame, hopSize=hop), 512, 256,
                  lambda detector, part: list(detector(part)[0]))
    return {'click': ('essentia ClickDetector', click), 'discontinuity': ('essentia DiscontinuityDetector', jump),
            'drop-out': ('essentia GapsDetector', gaps), 'clipping': ('essentia SaturationDetector', flat),
            'hum': ('essentia HumDetector', hum)}


def ffmpeg():
    if not shutil.which('ffmpeg'):
        print('skipped: no ffmpeg', file=sys.stderr)
        return {}

    def said(file, filters):
        command = ['ffmpeg', '-hide_banner', '-nostats', '-i', file, '-af', filters, '-f', 'null', '-']
        return subprocess.run(command, capture_output=True, text=True).stderr

    def gaps(file):
        return [float(at) for at in re.findall(r'silence_start: ([-\d.]+)', said(file, 'silencedetect=n=-90dB:d=0.002'))]

    def flat(file):
        factor = [float(x) for x in re.findall(r'Flat factor: ([\d.]+)', said(file, 'astats'))]
        return [0.0] if any(x > 0 for x in factor) else []

    return {'drop-out': ('ffmpeg silencedetect (-90 dB, 2 ms)', gaps), 'clipping': ('ffmpeg astats, flat factor', flat)}


def score(look, cases, class_, near):
    """Hits of how many, and what else was found, by minutes of sound."""
    hits = of = alarms = 0
    minutes = 0.0
    for case in cases:
        if case['class'] not in (class_, 'clean'):
            continue
        found = sorted(look(case))
        minutes += case['seconds'] / 60
        places = [place / case['rate'] for place in case['places']]
        if case['class'] == class_:
            of += 1
            whole = not places or class_ in ('hum', 'clipping', 'discontinuity')
            hits += bool(found) if whole else any(abs(at - place) <= near for at in found for place in places)
            if not whole:
                alarms += sum(all(abs(at - place) > near for place in places) for at in found)
        else:
            alarms += len(found)
    return hits, of, alarms / minutes


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--markdown', action='store_true')
    parser.add_argument('--files', type=pathlib.Path, help='where seeded files are, or are to stay')
    built.add_options(parser)
    args = parser.parse_args()
    programs = built.Programs(args)
    with tempfile.TemporaryDirectory() as name:
        folder = args.files or pathlib.Path(name)
        if not (folder / 'truth.json').exists():
            print('writing files', file=sys.stderr)
            folder.mkdir(parents=True, exist_ok=True)
            subprocess.run(['cargo', 'test', '-q', '-p', 'stemwright-check', '--test', 'forensics', 'seeded_files'], cwd=built.ROOT,
                           env={**os.environ, 'STEMWRIGHT_SEEDED_FILES': str(folder.resolve())}, check=True,
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        cases = json.loads((folder / 'truth.json').read_text())
        for case in cases:
            case['path'] = str(folder / case['file'])
            case['seconds'] = os.path.getsize(case['path']) / (2 * 3 * case['rate'])
        known = {}

        def by_us(class_):
            def look(case):
                if case['file'] not in known:
                    known[case['file']] = ours(programs.stemwright, folder)(case['path'])
                return [at for code in OURS[class_] for at in known[case['file']][code]]
            return look

        rows = []
        theirs = [essentia(), ffmpeg()]
        for class_ in OURS:
            hits, of, alarms = score(by_us(class_), cases, class_, NEAR)
            rows.append([class_, 'stemwright check', f'{hits}/{of}', f'{alarms:.2f}'])
            for peers in theirs:
                if class_ in peers:
                    title, look = peers[class_]
                    hits, of, alarms = score(lambda case: look(case['path']), cases, class_, KIND)
                    rows.append([class_, title, f'{hits}/{of}', f'{alarms:.2f}'])
        sound = sum(case['seconds'] for case in cases) / 60
        tables.show(f'{len(cases)} files, {sound:.0f} minutes; without a mix', ['defect', 'program', 'found', 'false alarms a minute'],
                    rows, args.markdown)


if __name__ == '__main__':
    main()
