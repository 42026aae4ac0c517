"""The session.toml documents that are measured."""

# The mix of the race's tracks peaks at +4.4 dBFS; a set that clips is refused.
RACE_HEADROOM = 5

BUS_CHAIN = '''
    [[bus.insert]]
    type = "compressor"
    threshold = -18.0
    ratio = 4.0
    attack_ms = 10.0
    release_ms = 100.0

    [[bus.insert]]
    type = "eq"
    bands = [
        { type = "low-shelf", freq = 120.0, gain = 2.0, q = 0.7 },
        { type = "bell", freq = 400.0, gain = -3.0, q = 1.0 },
        { type = "bell", freq = 2500.0, gain = 2.0, q = 1.2 },
        { type = "high-shelf", freq = 9000.0, gain = 1.5, q = 0.7 },
    ]
'''


def head(rate=44100):
    return f'[session]\nrate = {rate}\n'


def bus(name, output=None, stem=None, chain=''):
    keys = ''.join(f'{key} = "{value}"\n' for key, value in (('output', output), ('stem', stem)) if value)
    return f'\n[[bus]]\nname = "{name}"\n{keys}{chain}'


def track(name, output, file, more='', at=None):
    """`at`: where the file begins, again and again, in seconds."""
    places = f'    at = [{", ".join(f"{place:.1f}" for place in at)}]\n' if at else ''
    return (f'\n[[track]]\nname = "{name}"\noutput = "{output}"\n{more}\n'
            f'    [[track.clip]]\n    file = "{file}"\n{places}')


def race(files):
    """Sixteen tracks into four buses with a compressor and a four-band EQ each, and those into the master."""
    parts = [head()]
    parts += [bus(f'Bus {number}', stem=f'Bus {number}', chain=BUS_CHAIN) for number in range(4)]
    parts += [track(f'T{number:02}', f'Bus {number * 4 // len(files)}', file) for number, file in enumerate(files)]
    return ''.join(parts)
