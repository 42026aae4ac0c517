#!/usr/bin/env python3
"""What reading and bouncing sessions of DAWs costs: many clips, many points of automation.

One session of 50 tracks is written as session.toml, and from that as DAWproject, REAPER project and (by this script) Ardour
session; then `session show` reads each, and `bounce` prints some. The music is as long however many clips it is cut into.
"""

import argparse
import json
import pathlib
import sys
import tempfile

import built
import machine
import measure
import sessions
import tables

RATE, TRACKS, SECONDS = 48000, 50, 60
TICKS = 282_240_000


def options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--runs', type=int, default=3, help='of which the median counts')
    parser.add_argument('--quick', action='store_true', help='small sessions, one run')
    parser.add_argument('--json', type=pathlib.Path, metavar='FILE')
    parser.add_argument('--markdown', action='store_true')
    built.add_options(parser)
    args = parser.parse_args()
    if args.quick:
        args.runs = 1
    return args


def document(clips, points):
    """A session.toml of so many clips, one after the other, and points of fader automation, in all."""
    parts = [sessions.head(RATE)]
    each = max(1, clips // TRACKS)
    length = SECONDS / each
    for track in range(TRACKS):
        part = f'\n[[track]]\nname = "T{track:02}"\ngain = -20.0\n'
        for clip in range(each):
            part += (f'\n    [[track.clip]]\n    file = "in/t00.wav"\n    at = {clip * length:.6f}\n'
                     f'    from = {(clip * 7 % 20) * 0.01:.2f}\n    length = {length * 0.98:.6f}\n'
                     '    fade_in = "5 ms"\n    fade_out = "5 ms"\n')
        if points:
            many = points // TRACKS
            listed = ', '.join(f'[{n * SECONDS / many:.6f}, {-(n * 7 % 13) - 14:.1f}]' for n in range(many))
            part += f'\n    [[track.automation]]\n    param = "gain"\n    shape = "factor"\n    points = [{listed}]\n'
        parts.append(part)
    return ''.join(parts)


def ardour(clips, points):
    """The same as an Ardour session of version 7, without fades."""
    each = max(1, clips // TRACKS)
    length = SECONDS / each
    many = points // TRACKS if points else 0
    ticks = lambda seconds: f'a{round(seconds * RATE) * (TICKS // RATE)}'
    source = f'<Source name="t00.wav" type="audio" id="1" channel="0" origin="" gain="1"/>'
    playlists, routes = [], []
    for track in range(TRACKS):
        regions = ''.join(
            f'<Region name="r" muted="0" opaque="0" id="{1000 + track * each + clip}" type="audio" '
            f'start="{ticks(clip * 7 % 20 * 0.01)}" length="{ticks(length * 0.98)}@{ticks(clip * length)}" '
            f'scale-amplitude="1" channels="1" source-0="1" master-source-0="1" default-fade-in="0" default-fade-out="0" '
            f'fade-in-active="0" fade-out-active="0" envelope-active="0" layering-index="{clip}"/>' for clip in range(each))
        playlists.append(f'<Playlist id="{500 + track}" name="T{track}" type="audio" orig-track-id="{track + 10}">'
                         f'{regions}</Playlist>')
        events = '\n'.join(f'{ticks(n * SECONDS / many)} {10 ** ((-(n * 7 % 13) - 14) / 20):.9f}' for n in range(many))
        moves = (f'<Automation><AutomationList automation-id="gain" id="{9000 + track}" interpolation-style="Linear" '
                 f'state="Play"><events>{events}</events></AutomationList></Automation>' if many else '')
        routes.append(
            f'<Route id="{track + 10}" name="T{track}" default-type="audio" active="1" audio-playlist="{500 + track}">'
            f'<IO name="T{track}" direction="Input" default-type="audio"><Port type="audio" name="T{track}/audio_in 1"/></IO>'
            f'<IO name="T{track}" direction="Output" default-type="audio">'
            f'<Port type="audio" name="T{track}/audio_out 1"><Connection other="Master/audio_in 1"/></Port>'
            f'<Port type="audio" name="T{track}/audio_out 2"><Connection other="Master/audio_in 2"/></Port></IO>'
            f'<Processor id="{3000 + track}" name="Fader" type="amp" active="1">'
            f'<Controllable name="gaincontrol" id="{4000 + track}" value="0.1"/>{moves}</Processor></Route>')
    master = ('<Route id="2" name="Master" default-type="audio" active="1" flags="MasterOut">'
              '<IO name="Master" direction="Input" default-type="audio"><Port type="audio" name="Master/audio_in 1"/>'
              '<Port type="audio" name="Master/audio_in 2"/></IO></Route>')
    return (f'<?xml version="1.0" encoding="UTF-8"?>\n<Session version="7002" name="many" sample-rate="{RATE}">'
            f'<Sources>{source}</Sources><Routes>{master}{"".join(routes)}</Routes>'
            f'<Playlists>{"".join(playlists)}</Playlists></Session>')


def main():
    args = options()
    programs = built.Programs(args)
    print(machine.sentence())
    results = {}
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        programs.make_tracks(folder / 'in', 1, SECONDS + 1, RATE)
        audio = folder / 'interchange' / 'many' / 'audiofiles'
        audio.mkdir(parents=True)
        (audio / 't00.wav').symlink_to(folder / 'in' / 't00.wav')

        def write(clips, points):
            (folder / 'many.toml').write_text(document(clips, points))
            for ending in ('rpp', 'dawproject'):
                convert = [programs.stemwright, 'session', 'convert', 'many.toml', f'many.{ending}', '--force', '-q',
                           '--fail-on', 'error']
                (folder / f'many.{ending}').unlink(missing_ok=True)
                measure.run(convert, folder, status_counts=False)
            (folder / 'many.ardour').write_text(ardour(clips, points))

        def cost(what, command):
            print(what, file=sys.stderr)
            costs = [measure.run(command, folder, status_counts=False) for _ in range(args.runs)]
            results[what] = [vars(cost) for cost in costs]
            return measure.Summary(costs)

        kinds = ('toml', 'dawproject', 'rpp', 'ardour')
        write(*((1000, 10_000) if args.quick else (10_000, 100_000)))
        rows = []
        for ending in kinds:
            summary = cost(f'show many.{ending}', [programs.stemwright, 'session', 'show', f'many.{ending}', '--json'])
            size = (folder / f'many.{ending}').stat().st_size / 1e6
            rows.append([ending, f'{size:.1f}', summary.shown('cpu'), summary.megabytes()])
        tables.show('reading 10⁴ clips and 10⁵ points' if not args.quick else 'reading 10³ clips and 10⁴ points',
                    ['document', 'MB', 'CPU s', 'peak MB'], rows, args.markdown)

        rows = []
        for clips in ([100, 1000] if args.quick else [100, 1000, 10_000]):
            write(clips, 0)
            row = [f'{clips}']
            for ending in kinds:
                command = [programs.stemwright, 'bounce', f'many.{ending}', '-o', 'out', '--no-cache', '--threads', '1',
                           '--headroom', '20', '--force', '-q', '--tail', '0']
                row.append(f'{cost(f"bounce {clips} {ending}", command).median("cpu"):.2f}')
            rows.append(row)
        tables.show(f'bouncing {TRACKS} tracks of {SECONDS} s, CPU seconds', ['clips', *kinds], rows, args.markdown)
    if args.json:
        args.json.write_text(json.dumps({'machine': machine.describe(), 'results': results}, indent=1))


if __name__ == '__main__':
    main()
