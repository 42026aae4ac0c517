"""The race as a session of Ardour 7, for its export tool, which runs without a sound card or a display."""

import itertools
import os
import pathlib
import subprocess
import xml.etree.ElementTree as ET

RATE = 44100
# Its unit of time.
TICKS = 282_240_000


def make(folder, inputs, seconds, environment):
    """A session `race` in the folder, its tracks hard links to the inputs."""
    for home in environment.values():
        os.makedirs(home, exist_ok=True)
    script = pathlib.Path(__file__).with_suffix('.lua')
    subprocess.run(['ardour7-lua', script], check=True, capture_output=True, stdin=subprocess.DEVNULL,
                   env={**os.environ, **environment, 'RACE_FOLDER': str(folder)})
    audio = folder / 'interchange' / folder.name / 'audiofiles'
    for number, file in enumerate(inputs):
        os.link(folder.parent / file, audio / f't{number:02}.wav')
    path = folder / 'race.ardour'
    document = ET.parse(path)
    complete(document.getroot(), len(inputs), int(seconds * RATE) * TICKS // RATE)
    document.write(path)


def complete(session, tracks, length):
    """Adds what the script left out: files, regions, the range that is exported, and who feeds whom."""
    numbers = itertools.count(1_000_000)
    new = lambda: str(next(numbers))
    each = tracks // 4
    playlists = {playlist.get('name'): playlist for playlist in session.find('Playlists')}
    for route in session.find('Routes'):
        name = route.get('name')
        if name == 'Master':
            connect(route, 'Input', [f'bus{bus}' for bus in range(4)], 'out')
        elif name.startswith('bus'):
            first = int(name[3:]) * each
            connect(route, 'Input', [f't{track:02}' for track in range(first, first + each)], 'out')
        else:
            connect(route, 'Input', [], 'out')
            connect(route, 'Output', [f'bus{int(name[1:]) // each}'], 'in')
            sources = [new(), new()]
            for channel, source in enumerate(sources):
                ET.SubElement(session.find('Sources'), 'Source', {
                    'name': f'{name}.wav', 'type': 'audio', 'flags': '', 'id': source, 'channel': str(channel),
                    'origin': '', 'gain': '1', 'take-id': '', 'natural-position': 'a0'})
            ET.SubElement(playlists[name], 'Region', {
                'name': name, 'type': 'audio', 'id': new(), 'start': 'a0', 'length': f'a{length}@a0', 'opaque': '1',
                'channels': '2', 'source-0': sources[0], 'source-1': sources[1], 'master-source-0': sources[0],
                'master-source-1': sources[1], 'fade-in-active': '0', 'fade-out-active': '0'})
    ET.SubElement(session.find('Locations'), 'Location', {
        'id': new(), 'name': 'session', 'start': 'a0', 'end': f'a{length}', 'flags': 'IsSessionRange', 'locked': '0'})
    session.set('id-counter', new())


def connect(route, direction, others, way):
    ports = next(io for io in route.findall('IO') if io.get('direction') == direction).findall('Port')
    for channel, port in enumerate(ports, 1):
        for connection in port.findall('Connection'):
            port.remove(connection)
        for other in others:
            ET.SubElement(port, 'Connection', {'other': f'{other}/audio_{way} {channel}'})
