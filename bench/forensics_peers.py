#!/usr/bin/env python3
"""Defects put into real stems, beside other programs that look for such: hits, misses, false alarms a minute.

`cargo test -p stemwright-check --test forensics seeded_files` writes the files, with `STEMWRIGHT_SEEDED_FILES` naming a folder
(here one that goes away). Ours gets each file alone, as the others do, and no mix. Others: essentia's detectors, as their
examples use them (`pip install essentia`, best in a virtual environment whose python runs this), and ffmpeg. What is missing is
skipped, and says so.
"""

import argparse
import collections
import importlib.util
import json
import os
import pathlib
import re
import shutil
import struct
import subprocess
import sys
import tempfile

import tables

HERE = pathlib.Path(__file__).resolve().parent
# A place counts where it is within 30 ms: the frames of the others are that long.
NEAR = 0.03


def options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--stemwright', default='target/release/stemwright', type=pathlib.Path)
    parser.add_argument('--files', type=pathlib.Path, help='a folder with truth.json, instead of making one')
    parser.add_argument('--markdown', action='store_true')
    return parser.parse_args()


def seconds(clock):
    """Of 1:02.345."""
    total = 0.0
    for part in clock.split(':'):
        total = 60 * total + float(part)
    return total


class Ours:
    """`stemwright check` of one file. Places, or [None] where a class has none."""
    CODES = {'click': ['click'], 'discontinuity': ['discontinuity', 'click'], 'drop-out': ['drop-out'], 'hum': ['hum'],
             'clipping': ['clipped']}

    def __init__(self, program):
        self.program = program
        self.missing = '' if program.exists() else f'no program {program}'
        self.said = {}

    def hear(self, file, class_):
        if file not in self.said:
            done = subprocess.run([self.program, 'check', file, '--json'], capture_output=True, text=True)
            self.said[file] = json.loads(done.stdout)['findings']
        found = []
        for finding in self.said[file]:
            if finding['code'] not in self.CODES[class_] or finding['severity'] == 'note':
                continue
            if class_ in ('hum', 'clipping'):
                return [None]
            for place in finding['place'].split(', '):
                more = re.fullmatch(r'and (\d+) more', place)
                # Of those it counts and does not name none can be right.
                found += [float('inf')] * int(more[1]) if more else [seconds(place)]
        return found


def wav(file):
    """Rate, channels, and the bytes of 24-bit samples; Python's own reader knows no extensible heads."""
    data = pathlib.Path(file).read_bytes()
    at, found = 12, {}
    while at + 8 <= len(data):
        size = struct.unpack_from('<I', data, at + 4)[0]
        found[data[at:at + 4]] = data[at + 8:at + 8 + size]
        at += 8 + size + size % 2
    channels, rate = struct.unpack_from('<2xHI', found[b'fmt '])
    return rate, channels, found[b'data']


def samples(file):
    import numpy
    rate, channels, data = wav(file)
    integers = numpy.frombuffer(data, dtype=numpy.uint8).reshape(-1, 3)
    values = (integers[:, 0].astype(numpy.int32) | integers[:, 1].astype(numpy.int32) << 8
              | integers[:, 2].astype(numpy.int8).astype(numpy.int32) << 16)
    return rate, (values.reshape(-1, channels) / 2**23).astype(numpy.float32)


class Essentia:
    """A detector that takes frames and tells starts and ends in seconds, of either channel."""

    def __init__(self, name, frame, hop, **settings):
        self.name, self.frame, self.hop, self.settings = name, frame, hop, settings
        self.missing = '' if importlib.util.find_spec('essentia') else 'no Python package essentia'

    def hear(self, file, class_):
        import essentia
        import essentia.standard as standard
        essentia.log.infoActive = essentia.log.warningActive = False
        rate, planes = samples(file)
        places = []
        for channel in range(planes.shape[1]):
            plane = essentia.array(planes[:, channel])
            # Some count samples, with the hop, and others seconds with the rate.
            known = {'frameSize': self.frame, 'hopSize': self.hop, 'sampleRate': rate, **self.settings}
            parameters = getattr(standard, self.name)().parameterNames()
            detector = getattr(standard, self.name)(**{key: known[key] for key in known if key in parameters})
            for frame in standard.FrameGenerator(plane, frameSize=self.frame, hopSize=self.hop, startFromZero=True):
                said = detector(frame)
                starts = said[0]
                if self.name == 'DiscontinuityDetector':
                    # Samples from the first of the frame.
                    place = getattr(self, 'place', 0)
                    starts = [(place * self.hop + start) / rate for start in starts]
                    self.place = place + 1
                places += [float(start) for start in starts]
            self.place = 0
        return [None] if class_ == 'clipping' and places else merged(places)


class EssentiaHum:
    def __init__(self):
        self.missing = '' if importlib.util.find_spec('essentia') else 'no Python package essentia'

    def hear(self, file, class_):
        import essentia
        import essentia.standard as standard
        rate, planes = samples(file)
        # The file is as long as one of its windows: shorter ones are asked for.
        detector = standard.HumDetector(sampleRate=rate, timeWindow=5, minimumDuration=2)
        _, frequencies, _, starts, _ = detector(essentia.array(planes.mean(axis=1)))
        mains = [hz for hz in frequencies for of in (50, 60) if abs(hz - of * max(1, round(hz / of))) < 1]
        return [None] if mains else []


class Ffmpeg:
    def __init__(self, graph, pattern, filewise=False):
        self.graph, self.pattern, self.filewise = graph, re.compile(pattern), filewise
        self.missing = '' if shutil.which('ffmpeg') else 'no program ffmpeg'

    def hear(self, file, class_):
        done = subprocess.run(['ffmpeg', '-nostdin', '-hide_banner', '-nostats', '-i', file, '-af', self.graph,
                               '-f', 'null', '-'], capture_output=True, text=True)
        values = [float(value) for value in self.pattern.findall(done.stderr)]
        return ([None] if any(values) else []) if self.filewise else merged(values)


def merged(places):
    """One of those that are within 30 ms."""
    kept = []
    for place in sorted(places):
        if not kept or place - kept[-1] > NEAR:
            kept.append(place)
    return kept


def detectors(program):
    ours = Ours(program)
    return [
        ('click', 'stemwright check', ours),
        ('click', 'essentia ClickDetector', Essentia('ClickDetector', 512, 256)),
        ('discontinuity', 'stemwright check', ours),
        ('discontinuity', 'essentia DiscontinuityDetector', Essentia('DiscontinuityDetector', 512, 256)),
        ('discontinuity', 'essentia ClickDetector', Essentia('ClickDetector', 512, 256)),
        ('drop-out', 'stemwright check', ours),
        ('drop-out', 'essentia GapsDetector', Essentia('GapsDetector', 2048, 256)),
        ('drop-out', 'essentia GapsDetector, 1 ms', Essentia('GapsDetector', 2048, 256, minimumTime=1)),
        ('drop-out', 'ffmpeg silencedetect, 10 ms', Ffmpeg('silencedetect=noise=-90dB:duration=0.01', r'silence_start: ([\d.]+)')),
        ('drop-out', 'ffmpeg silencedetect, 1 ms', Ffmpeg('silencedetect=noise=-90dB:duration=0.001', r'silence_start: ([\d.]+)')),
        ('hum', 'stemwright check', ours),
        ('hum', 'essentia HumDetector', EssentiaHum()),
        ('clipping', 'stemwright check', ours),
        ('clipping', 'essentia SaturationDetector', Essentia('SaturationDetector', 512, 256)),
        ('clipping', 'ffmpeg astats, flat factor', Ffmpeg('astats', r'Flat factor: ([\d.]+)', filewise=True)),
    ]


def minutes(folder, entries):
    total = 0.0
    for entry in entries:
        rate, channels, data = wav(folder / entry['file'])
        total += len(data) / (3 * channels * rate) / 60
    return total


def score(folder, detector, class_, seeded, clean):
    """Hits, seeded, alarms beside them, alarms of clean files."""
    hits = of = beside = 0
    for entry in seeded:
        found = detector.hear(folder / entry['file'], class_)
        if not entry['places']:
            hits, of = hits + bool(found), of + 1
            continue
        places = [place / entry['rate'] for place in entry['places']]
        hit = [place for place in places if any(abs(place - at) <= NEAR for at in found)]
        hits, of = hits + len(hit), of + len(places)
        # A gap has an end, up to 60 ms after.
        beside += sum(not any(-NEAR <= at - place <= NEAR + 0.06 for place in places) for at in found)
    alarms = sum(len(detector.hear(folder / entry['file'], class_)) for entry in clean)
    return hits, of, beside, alarms


def report(folder, program, markdown):
    truth = collections.defaultdict(list)
    for entry in json.loads((folder / 'truth.json').read_text()):
        truth[entry['class']].append(entry)
    rows = []
    for class_, name, detector in detectors(program):
        if detector.missing:
            tables.note(f'skipped: {name}: {detector.missing}')
            continue
        print(f'{class_}: {name}', file=sys.stderr)
        seeded, clean = truth[class_], truth['clean']
        try:
            hits, of, beside, alarms = score(folder, detector, class_, seeded, clean)
        except (RuntimeError, TypeError, ValueError) as error:
            tables.note(f'skipped: {name}: {error}')
            continue
        placed = any(entry['places'] for entry in seeded)
        rows.append([class_, name, f'{hits}/{of}', of - hits,
                     f'{beside / minutes(folder, seeded):.2f}' if placed else '–', f'{alarms / minutes(folder, clean):.2f}'])
    headers = ['', '', 'hits', 'misses', 'false alarms a minute, seeded', 'clean']
    tables.show(f'{len(truth["clean"])} stems, {minutes(folder, truth["clean"]):.1f} minutes', headers, rows, markdown)


def main():
    args = options()
    program = args.stemwright.resolve()
    if args.files:
        report(args.files, program, args.markdown)
        return
    with tempfile.TemporaryDirectory(prefix='forensics-') as name:
        subprocess.run(['cargo', 'test', '-q', '-p', 'stemwright-check', '--test', 'forensics', 'seeded_files'],
                       cwd=HERE.parent, env={**os.environ, 'STEMWRIGHT_SEEDED_FILES': name}, check=True, stdout=sys.stderr)
        report(pathlib.Path(name), program, args.markdown)


if __name__ == '__main__':
    main()
