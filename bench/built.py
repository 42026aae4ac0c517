"""The programs that are measured, built as they are released."""

import json
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent


def add_options(parser):
    parser.add_argument('--binary', type=pathlib.Path, help='another stemwright than that of this checkout')
    parser.add_argument('--jobs', type=int, help='jobs of cargo')
    parser.add_argument('--programs', type=pathlib.Path, metavar='FOLDER',
                        help='take the programs from there as they are, and build nothing')


class Programs:
    """`stemwright` itself, and the small programs of bench/programs."""

    def __init__(self, options):
        self.folder = options.programs.resolve() if options.programs else build(options.jobs)
        self.stemwright = (options.binary or self.folder / 'stemwright').resolve()
        self.copy = self.folder / 'stemwright-copy'
        self.media = self.folder / 'stemwright-media'
        self._tracks = self.folder / 'stemwright-tracks'

    def make_tracks(self, folder, count, seconds, rate=44100, kind='float'):
        subprocess.run([self._tracks, folder, str(count), str(seconds), str(rate), kind], check=True)
        return sorted(pathlib.Path(folder).iterdir())

    def knows(self, flag):
        said = subprocess.run([self.stemwright, 'bounce', '--help'], capture_output=True, text=True, check=True)
        return flag in said.stdout


def build(jobs):
    """The folder that they are built into."""
    command = ['cargo', 'build', '--release', '--quiet', '-p', 'stemwright-bench', '-p', 'stemwright']
    print('building', file=sys.stderr)
    subprocess.run([*command, *([f'-j{jobs}'] if jobs else [])], cwd=ROOT, check=True)
    return target() / 'release'


def target():
    said = subprocess.run(['cargo', 'metadata', '--no-deps', '--format-version', '1'], cwd=ROOT, check=True,
                          capture_output=True, text=True)
    return pathlib.Path(json.loads(said.stdout)['target_directory'])
