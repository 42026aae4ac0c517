"""The other programs of the race: sixteen tracks, four buses with a compressor and a four-band EQ, and the master.

Each is given the least work that it can do the job with, and one thread where it has the choice.
"""

import importlib.util
import os
import pathlib
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from importlib import metadata

HERE = pathlib.Path(__file__).resolve().parent

DEBIAN = ['ffmpeg', 'sox', 'flac', 'time', 'strace']
PYTHON = ['numpy', 'soundfile', 'pedalboard', 'dawdreamer']
# Large (a desktop program with its libraries), so only where it is asked for.
ARDOUR = ['ardour']


@dataclass(frozen=True)
class Peer:
    name: str
    folder: str                 # what it writes into, below `out`
    command: list
    missing: str = ''           # why it cannot run here
    version: str = ''
    outputs: int = 5
    environment: dict = field(default_factory=dict)
    # Whether a status other than 0 means that the work was not done.
    status_counts: bool = True


def install_debian(packages):
    administrator = [] if os.geteuid() == 0 else ['sudo']
    subprocess.run([*administrator, 'apt-get', 'update', '-qq'], check=True)
    subprocess.run([*administrator, 'apt-get', 'install', '-y', '-qq', '--no-install-recommends', *packages],
                   check=True, env={**os.environ, 'DEBIAN_FRONTEND': 'noninteractive'}, stdout=subprocess.DEVNULL)


def install(with_ardour):
    install_debian([*DEBIAN, *(ARDOUR if with_ardour else [])])
    subprocess.run([sys.executable, '-m', 'pip', 'install', '--quiet', '--break-system-packages', *PYTHON], check=True)


def _package(*names):
    missing = [name for name in names if importlib.util.find_spec(name) is None]
    return f'no Python package {missing[0]}' if missing else ''


def _version(name):
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return ''


def _program(name):
    return '' if shutil.which(name) else f'no program {name}'


def _number(*command):
    """The version in what a program says of itself."""
    if not shutil.which(command[0]):
        return ''
    done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    found = re.search(r'\d+(\.\d+)+', done.stdout + done.stderr)
    return found[0] if found else ''


# Neither does algebra; the pools of numpy's would only cost them time.
_ONE_THREAD = {'OMP_NUM_THREADS': '1', 'OPENBLAS_NUM_THREADS': '1'}


def python_peers(inputs):
    def peer(name, folder, package, script, *arguments):
        command = [sys.executable, HERE / script, f'out/{folder}', *arguments, *inputs]
        return Peer(name, folder, command, _package(package, 'numpy'), _version(package), environment=_ONE_THREAD)

    script = 'pedalboard_bounce.py'
    return [
        peer('pedalboard, streaming 65536', 'pedalboard-65536', 'pedalboard', script, '65536'),
        peer('pedalboard, streaming 8192', 'pedalboard-8192', 'pedalboard', script, '8192'),
        peer('pedalboard, whole files', 'pedalboard-whole', 'pedalboard', script, '0'),
        peer('DawDreamer', 'dawdreamer', 'dawdreamer', 'dawdreamer_bounce.py'),
    ]


def sox(inputs):
    """A pass for each bus, and one more over what they wrote, because it has one output only."""
    chain = ('compand 0.01,0.1 -90,-90,-18,-18,0,-13.5 '
             'bass 2 120 0.7q equalizer 400 1q -3 equalizer 2500 1.2q 2 treble 1.5 9000 0.7q')
    out, each = 'out/sox', len(inputs) // 4
    lines = [f'mkdir -p {out}']
    for number in range(4):
        files = ' '.join(f'-v 1 {file}' for file in inputs[number * each:][:each])
        lines.append(f'sox -D --single-threaded -m {files} -b 24 -e signed-integer {out}/bus{number}.wav {chain}')
    files = ' '.join(f'-v 1 {out}/bus{number}.wav' for number in range(4))
    lines.append(f'sox -D --single-threaded -m {files} -b 24 -e signed-integer {out}/master.wav')
    return Peer('sox', 'sox', ['sh', '-ec', '\n'.join(lines)], _program('sox'), _number('sox', '--version'))


def ffmpeg(inputs):
    each, graph = len(inputs) // 4, []
    for number in range(4):
        pads = ''.join(f'[{k}:a]' for k in range(number * each, (number + 1) * each))
        graph.append(f'{pads}amix=inputs={each}:normalize=0,'
                     'acompressor=threshold=0.125:ratio=4:attack=10:release=100:makeup=1,'
                     'lowshelf=f=120:g=2:t=q:w=0.7,equalizer=f=400:t=q:w=1:g=-3,equalizer=f=2500:t=q:w=1.2:g=2,'
                     f'highshelf=f=9000:g=1.5:t=q:w=0.7,asplit=2[b{number}][m{number}]')
    graph.append('[m0][m1][m2][m3]amix=inputs=4:normalize=0[m]')
    command = ['ffmpeg', '-v', 'error', '-y', '-threads', '1', '-filter_complex_threads', '1']
    for file in inputs:
        command += ['-i', file]
    command += ['-filter_complex', ';'.join(graph)]
    for pad, name in [('b0', 'bus0'), ('b1', 'bus1'), ('b2', 'bus2'), ('b3', 'bus3'), ('m', 'master')]:
        command += ['-map', f'[{pad}]', '-c:a', 'pcm_s24le', f'out/ffmpeg/{name}.wav']
    return Peer('ffmpeg', 'ffmpeg', command, _program('ffmpeg'), _number('ffmpeg', '-version'))


def ardour(folder, inputs, seconds):
    """Its export tool writes the master bus only."""
    from . import ardour_session
    missing = _program('ardour7-export') or _program('ardour7-lua')
    version = _number('ardour7-export', '--version')
    # What it would remember of itself is not for the home of whoever measures.
    homes = {name: str(folder / 'ardour-home') for name in ('XDG_CONFIG_HOME', 'XDG_CACHE_HOME', 'HOME')}
    if not missing:
        ardour_session.make(folder / 'ardour', inputs, seconds, homes)
    command = ['ardour7-export', '-b', '24', '-o', folder / 'out/ardour/master.wav', folder / 'ardour', 'race']
    return Peer('Ardour, master only', 'ardour', command, missing, version, outputs=1, environment=homes,
                # Version 7.3 now and then frees something twice when it ends, long after the file is whole.
                status_counts=False)


def all_of_them(folder, inputs, seconds):
    return [*python_peers(inputs), sox(inputs), ffmpeg(inputs), ardour(folder, inputs, seconds)]
