"""Other programs that stretch time and keep pitch. Those under the GPL are run as programs and are no part of anything here."""

import pathlib
import shutil
import subprocess
import sys
from dataclasses import dataclass
from typing import Callable

from . import HERE, _number, _package, _program, _version

DEBIAN = ['ffmpeg', 'sox', 'rubberband-cli', 'time']
PYTHON = ['numpy', 'soundfile', 'python-stretch', 'bungee-python', 'librosa']
MANIFEST = '''
[package]
name = "stretch-peer"
version = "0.0.0"
edition = "2024"

[workspace]

[dependencies]
hound = "3"
timestretch = "0.16"

[profile.release]
lto = true
'''


@dataclass(frozen=True)
class Job:
    """A float WAV file that is to become `frames` long."""
    source: pathlib.Path
    target: pathlib.Path
    source_frames: int
    frames: int
    rate: int

    @property
    def speed(self):
        return self.source_frames / self.frames


@dataclass(frozen=True)
class Stretcher:
    name: str
    licence: str
    # Commands that do these jobs.
    commands: Callable
    missing: str = ''
    version: str = ''


def _each(command):
    return lambda jobs: [command(job) for job in jobs]


def rubberband():
    def row(name, engine):
        command = lambda job: ['rubberband', '-q', engine, '-T', f'{job.speed:.15g}', job.source, job.target]
        return Stretcher(name, 'GPL-2', _each(command), _program('rubberband'), _number('rubberband', '--version'))

    return [row('Rubber Band R2', '-2'), row('Rubber Band R3', '-3')]


def sox():
    command = lambda job: ['sox', '-D', '--single-threaded', job.source, job.target, 'tempo', f'{job.speed:.15g}']
    return Stretcher('sox tempo', 'GPL-2', _each(command), _program('sox'), _number('sox', '--version'))


def ffmpeg():
    command = lambda job: ['ffmpeg', '-nostdin', '-v', 'error', '-y', '-threads', '1', '-filter_threads', '1', '-i', job.source,
                           '-af', f'atempo={job.speed:.15g}', '-c:a', 'pcm_f32le', job.target]
    return Stretcher('ffmpeg atempo', 'LGPL-2.1', _each(command), _program('ffmpeg'), _number('ffmpeg', '-version'))


def _triples(jobs):
    return [part for job in jobs for part in (job.source, job.target, f'{job.speed:.15g}')]


def python(name, licence, library, module, package):
    commands = lambda jobs: [[sys.executable, HERE / 'stretch_by_python.py', library, *_triples(jobs)]]
    return Stretcher(name, licence, commands, _package(module, 'soundfile'), _version(package))


def timestretch(folder):
    """The crate has no program that keeps floats: ours is compiled here."""
    program, missing = folder / 'timestretch/target/release/stretch-peer', _program('cargo')
    if not missing:
        (folder / 'timestretch/src').mkdir(parents=True)
        (folder / 'timestretch/Cargo.toml').write_text(MANIFEST)
        shutil.copy(HERE / 'timestretch.rs', folder / 'timestretch/src/main.rs')
        # Not into the target folder of whoever measures.
        command = ['cargo', 'build', '--release', '--quiet', '--target-dir', 'target']
        done = subprocess.run(command, cwd=folder / 'timestretch', capture_output=True, text=True)
        missing = f'does not compile: {done.stderr.strip().splitlines()[0]}' if done.returncode else ''
    return Stretcher('timestretch', 'MIT', lambda jobs: [[program, *_triples(jobs)]], missing, '0.16')


def all_of_them(folder, only=None):
    """`only`: their names."""
    wanted = lambda name: only is None or name in only
    rows = [
        python('Signalsmith Stretch', 'MIT', 'signalsmith', 'python_stretch', 'python-stretch'),
        python('Bungee', 'MPL-2.0', 'bungee', 'bungee_python', 'bungee-python'),
        # Compiled only where it is wanted.
        *([timestretch(folder)] if wanted('timestretch') else []),
        *rubberband(),
        sox(),
        ffmpeg(),
        python('librosa', 'ISC', 'librosa', 'librosa', 'librosa'),
    ]
    return [row for row in rows if wanted(row.name)]
