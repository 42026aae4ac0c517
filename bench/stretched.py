"""Signals that are known at every length, and what is measured of them when they were stretched.

`Signal.made(longer)` writes a signal as a perfect stretcher would, so that every measure has a control: what it reads of that.
Measures are those of `crates/stretch/tests/quality.rs`.
"""

from dataclasses import dataclass
from typing import Callable

import numpy

RATE = 48000
# Of tones, in which what is no tone is looked for.
STEADY = 12000
# Before and after a hit, in which it is looked for, and in which its energy is compared.
NEAR, AROUND, SURELY_BEFORE = RATE // 20, RATE // 50, RATE * 3 // 1000
# Of a hit's peak, in dB: lower, it counts as lost.
LOST = -12


@dataclass(frozen=True)
class Signal:
    name: str
    made: Callable          # of how many times as long: frames × 2
    measure: Callable       # of the stretched sound and that: {measure: value}


def decibels(power):
    return 10 * numpy.log10(max(power, 1e-30))


def both(channel):
    return numpy.stack([channel, channel], axis=1).astype(numpy.float32)


def length(seconds, longer):
    return round(round(seconds * RATE) * longer)


def sines(partials, frames):
    time = numpy.arange(frames) / RATE
    return sum(level * numpy.sin(2 * numpy.pi * hz * time + 1.3 * n) for n, (hz, level) in enumerate(partials))


def unexplained(sound, rows):
    """What is left of a sound when these are taken out as well as may be, in dB of it."""
    weights = numpy.linalg.solve(rows.T @ rows, rows.T @ sound)
    return decibels(numpy.sum((sound - rows @ weights)**2) / max(numpy.sum(sound**2), 1e-30))


def spurious(sound, frequencies):
    angles = 2 * numpy.pi * numpy.outer(numpy.arange(len(sound)) / RATE, frequencies)
    return unexplained(sound, numpy.concatenate([numpy.sin(angles), numpy.cos(angles)], axis=1))


def tones(name, partials):
    frequencies = [hz for hz, _ in partials]

    def measure(sound, longer):
        edge = int(0.25 * RATE * longer)
        steady = sound[edge:len(sound) - edge, 0].astype(float)
        middle = steady[len(steady) // 2:][:STEADY]
        return {'spurious': spurious(middle, frequencies),
                'level': decibels(numpy.mean(steady**2)) - decibels(sum(level**2 / 2 for _, level in partials))}

    return Signal(name, lambda longer: both(sines(partials, length(2, longer))), measure)


VIBRATO_HZ, VIBRATO = 5.5, 0.03     # ±50 cents
VOICE = [(n, 0.2 / n) for n in range(1, 21)]


def vibrato(longer, at):
    """The phase of the voice's first partial, in turns, at these seconds of the stretched sound."""
    slow = VIBRATO_HZ / longer
    return 220 * (at - VIBRATO * numpy.cos(2 * numpy.pi * slow * at) / (2 * numpy.pi * slow))


def voice():
    def made(longer):
        phase = 2 * numpy.pi * vibrato(longer, numpy.arange(length(2, longer)) / RATE)
        return both(sum(level * numpy.sin(n * phase + 1.3 * n) for n, level in VOICE))

    def measure(sound, longer):
        middle = sound[len(sound) // 2:, 0].astype(float)[:STEADY]

        def left(late, every=1):
            frames = numpy.arange(0, len(middle), every)
            turns = vibrato(longer, (len(sound) // 2 + frames - late) / RATE)
            # Of partials the powers of the first one.
            partials = numpy.cumprod(numpy.tile(numpy.exp(2j * numpy.pi * turns), (len(VOICE), 1)), axis=0)
            return unexplained(middle[::every], numpy.concatenate([partials.real, partials.imag]).T)

        # A constant latency is no fault: up to 120 ms are tried, then ever finer.
        best = min(range(-5760, 5761, 240), key=lambda late: left(late, 4))
        for step in (80, 25, 8, 2, 0.5):
            best = min((best + step * way for way in range(-3, 4)), key=lambda late: left(late, 4))
        return {'spurious': left(best)}

    return Signal('voice with vibrato', made, measure)


NOTES = [220 * 2**([0, 4, 7, 12, 16][note % 5] / 12) for note in range(16)]


def notes():
    """Sixteenths at 120 beats a minute, each of two partials, with an attack of 5 ms."""
    def made(longer):
        whole = length(2, longer)
        sound, begins = numpy.zeros(whole), [round(note * whole / 16) for note in range(17)]
        for hz, begin, end in zip(NOTES, begins, begins[1:]):
            at = numpy.arange(end - begin)
            rise = numpy.minimum(1, numpy.minimum(at / 240, (end - begin - at) / 240))
            phase = 2 * numpy.pi * hz * at / RATE
            sound[begin:end] = rise * (0.3 * numpy.sin(phase) + 0.1 * numpy.sin(3 * phase))
        return both(sound)

    def measure(sound, longer):
        each = 6000 * longer
        parts = [sound[int((note + 0.35) * each):int((note + 0.75) * each), 0].astype(float) for note in range(2, 14)]
        return {'spurious': max(spurious(part, [hz, 3 * hz]) for part, hz in zip(parts, NOTES[2:]))}

    return Signal('sixteenth notes', made, measure)


PLACES = [9000 + i * 12500 + i * i * 613 % 3000 for i in range(14)]


def drum(number):
    noise = numpy.random.default_rng(number).uniform(-1, 1, 6000)
    return [0.9, 0.5, 0.7][number % 3] * numpy.exp(-numpy.arange(6000) / 900) * noise


def click(_):
    return numpy.array([0.2, -0.7, 1.0, -0.5, 0.3])


PAD = [(220.0, 0.06), (277.2, 0.05), (329.6, 0.05)]


def hits(name, sound_of, pad=()):
    def made(longer):
        whole = length(4, longer)
        sound = sines(pad, whole) if pad else numpy.zeros(whole)
        for number, place in enumerate(PLACES):
            begin, hit = round(place * longer), sound_of(number)
            sound[begin:begin + len(hit)] += hit[:whole - begin]
        return both(sound)

    def measure(sound, longer):
        wanted = numpy.array([round(place * longer) for place in PLACES])
        sound = sound[:, 0].astype(float)
        latency = late(sound, made(longer)[:, 0].astype(float))
        places = numpy.array([begin(sound, place + latency) for place in wanted]) - wanted
        latency = int(numpy.median(places))
        off = numpy.abs(places - latency) / RATE * 1000
        padded = numpy.concatenate([numpy.zeros(RATE), sound, numpy.zeros(RATE)])
        peaks, early = [], []
        for number, at in enumerate(wanted + latency + RATE):
            hit = sound_of(number)
            early.append(decibels(numpy.sum(padded[at - AROUND:at - SURELY_BEFORE]**2)) - decibels(numpy.sum(hit**2)))
            peaks.append(decibels(numpy.max(padded[at - AROUND:at + AROUND]**2)) - decibels(numpy.max(hit**2)))
        found = {'worst': off.max(), 'median': numpy.median(off), 'latency': latency / RATE * 1000,
                 'softer': -numpy.median(peaks), 'lost': sum(peak < LOST for peak in peaks)}
        return found if pad else {**found, 'early': max(early)}

    return Signal(name, made, measure)


def late(sound, ideal):
    """A constant latency, within 0.1 s: where the loudness of 5 ms goes along best with that of the ideal one, to a millisecond."""
    each, most = RATE // 1000, 100
    count = max(len(sound), len(ideal)) // each + 1

    def loud(sound):
        padded = numpy.zeros(count * each)
        padded[:len(sound)] = sound
        return numpy.convolve(numpy.sqrt(numpy.mean(padded.reshape(-1, each)**2, axis=1)), numpy.hanning(7)[1:-1], 'same')

    sound, ideal = numpy.pad(loud(sound), most), loud(ideal)
    return max(range(-most, most + 1), key=lambda lag: sound[most + lag:][:count] @ ideal) * each


def begin(sound, near):
    """Where a hit begins: the first frame near it that is half as loud as it gets."""
    first = max(near - NEAR, 0)
    loud = numpy.abs(sound[first:near + NEAR])
    return first + int(numpy.argmax(loud > loud.max() / 2)) if len(loud) else near


def noise():
    def made(longer):
        return both(numpy.random.default_rng(7).normal(0, 0.1, length(4, longer)))

    def measure(sound, longer):
        middle = sound[len(sound) // 4:, 0].astype(float)[:RATE]
        spectrum = numpy.abs(numpy.fft.rfft(middle, 2 * len(middle)))**2
        alike = numpy.fft.irfft(spectrum)[:len(middle)]
        return {'level': decibels(numpy.mean(middle**2)) - decibels(0.01),
                'repeats': 100 * numpy.max(numpy.abs(alike[RATE // 1000:RATE // 20])) / alike[0]}

    return Signal('noise', made, measure)


def stereo():
    """The right channel is half of the left one, inverted."""
    def made(longer):
        frames = length(2, longer)
        left = sines([(196.0, 0.4), (587.3, 0.2), (2093.0, 0.1)], frames)
        left += 0.01 * numpy.random.default_rng(9).uniform(-1, 1, frames)
        left = left.astype(numpy.float32)
        return numpy.stack([left, numpy.float32(-0.5) * left], axis=1)

    def measure(sound, longer):
        left, right = sound.T.astype(float)
        return {'between': decibels(numpy.sum((left + 2 * right)**2) / max(numpy.sum(left**2), 1e-30))}

    return Signal('stereo', made, measure)


CHORD = [(261.63, 0.2), (329.63, 0.2), (392.0, 0.2), (523.25, 0.15), (2637.0, 0.1), (7040.0, 0.05)]

SIGNALS = [
    tones('tone of 55 Hz', [(55, 0.5)]),
    tones('tone of 110 Hz', [(110, 0.5)]),
    tones('tone of 997 Hz', [(997, 0.5)]),
    tones('tone of 9,001.3 Hz', [(9001.3, 0.5)]),
    tones('chord, 62 Hz apart', CHORD),
    tones('chord, 31 Hz apart', [(hz / 2, level) for hz, level in CHORD]),
    tones('30 harmonics of 146.8 Hz', [(146.83 * n, 0.3 / n) for n in range(1, 31)]),
    voice(),
    notes(),
    hits('drums', drum),
    hits('drums over a pad', drum, PAD),
    hits('clicks', click),
    noise(),
    stereo(),
]


def music(seconds):
    """Chords, a bass and drums, at 120 beats a minute, wide."""
    beat, frames = RATE // 2, round(seconds * RATE)
    random = numpy.random.default_rng(1)
    bar, bars = 4 * beat, []
    for root in (110.0, 87.31, 130.81, 98.0):
        at = numpy.arange(bar) / RATE
        chord = numpy.stack([sum(numpy.sin(2 * numpy.pi * root * ratio * n * at + side * n) / n for n in range(1, 9)
                                 for ratio in (2, 2.52, 3)) for side in (0.0, 1.0)], axis=1)
        sound = 0.04 * chord + 0.2 * numpy.sin(numpy.pi * root * at)[:, None]
        for step in range(16):
            hit = numpy.exp(-numpy.arange(beat // 4) / (2000 if step % 4 == 0 else 500))[:, None]
            sound[step * beat // 4:][:beat // 4] += 0.3 * hit * random.uniform(-1, 1, (beat // 4, 2))
        bars.append(sound)
    song = numpy.concatenate(bars).astype(numpy.float32)
    return numpy.resize(song, (frames, 2))
