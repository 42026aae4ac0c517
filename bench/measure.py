"""What a process costs: CPU time, wall time, peak memory."""

import os
import shutil
import statistics
import subprocess
import tempfile
import time
from dataclasses import dataclass


@dataclass(frozen=True)
class Cost:
    cpu: float   # seconds, user and system, of the process and all that it started
    wall: float  # seconds
    rss: int     # bytes, the largest of its processes


class Failed(Exception):
    """A measured program that did not do its work, with what it said."""


def _gnu_time():
    path = shutil.which('time')
    return path if path and b'GNU' in subprocess.run([path, '--version'], capture_output=True).stdout else None


# A forked child inherits the peak of the process that forked it, here Python with 10 MB and more. GNU time is small, so
# what it says of its child is the child's own; without it, small programs show this floor.
_TIME = _gnu_time()


def run(command, folder=None, environment=None, peak=True, status_counts=True):
    """Runs it to its end with its output thrown away. `peak=False` starts it directly, for what takes milliseconds;
    `status_counts=False` takes a program for well that dies, and leaves it to the caller to look at what it wrote."""
    command = [str(part) for part in command]
    with tempfile.NamedTemporaryFile('r+') as report, tempfile.TemporaryFile('w+') as said:
        timed = bool(peak and _TIME)
        if timed:
            command = [_TIME, '-q', '-f', '%M', '-o', report.name, *command]
        start = time.perf_counter()
        child = subprocess.Popen(command, cwd=folder, env=environment, stdin=subprocess.DEVNULL,
                                 stdout=subprocess.DEVNULL, stderr=said)
        _, status, usage = os.wait4(child.pid, 0)
        wall = time.perf_counter() - start
        child.returncode = os.waitstatus_to_exitcode(status)
        if status_counts and child.returncode != 0:
            said.seek(0)
            raise Failed(f'status {child.returncode}: {said.read().strip()[-2000:]}')
        kilobytes = int(report.read().split()[-1]) if timed else usage.ru_maxrss
        return Cost(usage.ru_utime + usage.ru_stime, wall, kilobytes * 1024)


@dataclass(frozen=True)
class Summary:
    """Several runs of the same thing."""
    costs: list

    def median(self, what):
        return statistics.median(getattr(cost, what) for cost in self.costs)

    def spread(self, what):
        values = [getattr(cost, what) for cost in self.costs]
        return min(values), max(values)

    def shown(self, what, digits=2):
        low, high = self.spread(what)
        return f'{self.median(what):.{digits}f} ({low:.{digits}f}–{high:.{digits}f})'

    def megabytes(self):
        return f'{self.median("rss") / 1e6:.0f}'
