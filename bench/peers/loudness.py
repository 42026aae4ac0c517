"""Other programs that measure the files of a set, one file after the other and on one thread."""

import shlex
import shutil
import subprocess

from . import HERE, Peer, _number, _program

DEBIAN = ['ffmpeg', 'sox', 'time', 'gcc', 'libc6-dev', 'libebur128-dev', 'libsndfile1-dev']
FFMPEG = 'ffmpeg ebur128'
LIBRARY = 'libebur128'


def _each(name, files, command, version):
    """`command` for each file, by a shell, which costs a thousandth of a second."""
    program = command[0]
    lines = [shlex.join([part.replace('FILE', str(file)) for part in command]) for file in files]
    return Peer(name, '', ['sh', '-ec', '\n'.join(lines)], _program(program), version)


def _ffmpeg(name, files, graph):
    command = ['ffmpeg', '-nostdin', '-hide_banner', '-nostats', '-threads', '1', '-filter_threads', '1', '-i', 'FILE',
               '-af', graph, '-f', 'null', '-']
    return _each(name, files, command, _number('ffmpeg', '-version'))


def _library(folder, files):
    """libebur128 has no program of its own: ours is compiled here."""
    program, missing = folder / 'loudness', _program('cc')
    if not missing:
        command = ['cc', '-O3', '-o', program, HERE / 'loudness.c', '-lebur128', '-lsndfile', '-lm']
        done = subprocess.run(command, capture_output=True, text=True)
        missing = f'does not compile: {done.stderr.strip().splitlines()[0]}' if done.returncode else ''
    version = _number('pkg-config', '--modversion', 'libebur128') if shutil.which('pkg-config') else ''
    return [Peer(LIBRARY, '', [program, *files], missing, version),
            Peer(f'{LIBRARY}, no maxima of M and S', '', [program, '-q', *files], missing)]


def all_of_them(folder, files):
    return [
        *_library(folder, files),
        _ffmpeg(FFMPEG, files, 'ebur128=peak=true'),
        _ffmpeg('ffmpeg ebur128, no true peak', files, 'ebur128'),
        _ffmpeg('ffmpeg astats', files, 'astats'),
        _each('sox stats', files, ['sox', '--single-threaded', 'FILE', '-n', 'stats'], _number('sox', '--version')),
    ]
