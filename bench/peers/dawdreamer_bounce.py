"""DawDreamer: OUT IN…, the graph of the race from arrays; it has no streaming."""

import os
import sys

import dawdreamer
import numpy
import soundfile

RATE = 44100
out, inputs = sys.argv[1], sys.argv[2:]
each = len(inputs) // 4
engine = dawdreamer.RenderEngine(RATE, 512)
graph, ends, frames = [], [], 0


def add(processor, sources):
    graph.append((processor, sources))
    return processor.get_name()


for bus in range(4):
    names = []
    for number in range(bus * each, (bus + 1) * each):
        samples, _ = soundfile.read(inputs[number], dtype='float32', always_2d=True)
        frames = len(samples)
        player = engine.make_playback_processor(f'track{number}', numpy.ascontiguousarray(samples.T))
        names.append(add(player, []))
    end = add(engine.make_add_processor(f'bus{bus}', [1.0] * each), names)
    end = add(engine.make_compressor_processor(f'compressor{bus}', -18.0, 4.0, 10.0, 100.0), [end])
    bands = [('low_shelf', 120.0, 0.7, 2.0), ('band', 400.0, 1.0, -3.0), ('band', 2500.0, 1.2, 2.0),
             ('high_shelf', 9000.0, 0.7, 1.5)]
    for number, (kind, hz, q, gain) in enumerate(bands):
        # Its 'band' has no gain; a shelf costs the same.
        kind = 'low_shelf' if kind == 'band' else kind
        band = engine.make_filter_processor(f'eq{bus}{number}', kind, hz, q, 10 ** (gain / 20))
        end = add(band, [end])
    ends.append(end)
add(engine.make_add_processor('master', [1.0] * 4), ends)
engine.load_graph(graph)
for processor, _ in graph:
    processor.record = processor.get_name() in ends
engine.render(frames / RATE)
os.makedirs(out, exist_ok=True)
soundfile.write(f'{out}/master.wav', engine.get_audio().T, RATE, subtype='PCM_24')
for bus, name in enumerate(ends):
    soundfile.write(f'{out}/bus{bus}.wav', engine.get_audio(name).T, RATE, subtype='PCM_24')
