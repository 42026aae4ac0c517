"""The machine that figures are from: without it they mean nothing."""

import os
import platform
import re
import subprocess


def _first(path, pattern):
    try:
        with open(path) as file:
            found = re.search(pattern, file.read(), re.M)
    except OSError:
        return None
    return found and found[1].strip()


def _said(*command):
    try:
        done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    except OSError:
        return None
    lines = (done.stdout or done.stderr).strip().splitlines()
    return lines[0] if done.returncode == 0 and lines else None


def describe():
    memory = _first('/proc/meminfo', r'^MemTotal:\s*(\d+)')
    processor = _first('/proc/cpuinfo', r'^model name\s*:\s*(.*)$') or platform.processor() or platform.machine()
    model = [_first('/proc/cpuinfo', rf'^{key}\s*:\s*(.*)$') for key in ('cpu family', 'model')]
    if all(model):
        processor += f' (family {model[0]}, model {model[1]})'
    return {
        'cpu': processor,
        'cores': os.cpu_count(),
        'memory_gb': round(int(memory) * 1024 / 1e9, 1) if memory else None,
        'system': f'{platform.system()} {platform.release()} {platform.machine()}',
        'rustc': _said('rustc', '--version'),
        'python': platform.python_version(),
    }


def sentence(machine=None):
    machine = machine or describe()
    memory = f', {machine["memory_gb"]:.0f} GB' if machine['memory_gb'] else ''
    load = f'{os.getloadavg()[0]:.1f}'
    return (f'{machine["cpu"]}, {machine["cores"]} cores{memory}, {machine["system"]}, {machine["rustc"]}; '
            f'load before it began {load}')
