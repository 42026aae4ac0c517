"""pedalboard: OUT CHUNK IN…, in pieces of CHUNK frames, or with 0 each bus as one array."""

import os
import sys

from pedalboard import Compressor, HighShelfFilter, LowShelfFilter, PeakFilter, Pedalboard
from pedalboard.io import AudioFile

RATE = 44100
out, chunk, inputs = sys.argv[1], int(sys.argv[2]), sys.argv[3:]
each = len(inputs) // 4


def board():
    return Pedalboard([
        Compressor(threshold_db=-18, ratio=4, attack_ms=10, release_ms=100),
        LowShelfFilter(120, 2, 0.7),
        PeakFilter(400, -3, 1.0),
        PeakFilter(2500, 2, 1.2),
        HighShelfFilter(9000, 1.5, 0.7),
    ])


def writer(name):
    return AudioFile(f'{out}/{name}.wav', 'w', RATE, 2, bit_depth=24)


def streaming():
    readers = [AudioFile(name) for name in inputs]
    boards = [board() for _ in range(4)]
    writers = [writer(f'bus{number}') for number in range(4)]
    master = writer('master')
    for at in range(0, readers[0].frames, chunk):
        mix = None
        for number in range(4):
            block = None
            for reader in readers[number * each:][:each]:
                piece = reader.read(min(chunk, reader.frames - at))
                if block is None:
                    block = piece
                else:
                    block += piece
            block = boards[number](block, RATE, reset=False)
            writers[number].write(block)
            if mix is None:
                mix = block.copy()
            else:
                mix += block
        master.write(mix)
    for file in [*writers, master, *readers]:
        file.close()


def whole():
    mix = None
    for number in range(4):
        block = None
        for name in inputs[number * each:][:each]:
            with AudioFile(name) as file:
                piece = file.read(file.frames)
            if block is None:
                block = piece
            else:
                block += piece
        block = board()(block, RATE)
        with writer(f'bus{number}') as file:
            file.write(block)
        if mix is None:
            mix = block
        else:
            mix += block
    with writer('master') as file:
        file.write(mix)


os.makedirs(out, exist_ok=True)
streaming() if chunk else whole()
