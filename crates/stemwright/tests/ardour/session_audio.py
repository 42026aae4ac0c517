"""Audio files of test sessions, and the points of fades as Ardour's editor stores them."""
import array
import math
import random
import struct
import sys


# ------------------------------------------------------------------- audio

def noise(n, seed, amp=0.25):
    r = random.Random(seed)
    return [amp * (2.0 * r.random() - 1.0) for _ in range(n)]


def sine(n, rate, hz, amp=0.5):
    return [amp * math.sin(2 * math.pi * hz * i / rate) for i in range(n)]


def ramp(n, lo=0.0, hi=0.9):
    return [lo + (hi - lo) * i / n for i in range(n)]


def const(n, v=0.5):
    return [v] * n


def impulses(n, every, amp=0.9):
    return [amp if i % every == 0 else 0.0 for i in range(n)]


def write_wav(path, channels, rate):
    """32-bit float WAV of equally long channels."""
    n = len(channels[0])
    buf = array.array("f", bytes(4 * n * len(channels)))
    for c, ch in enumerate(channels):
        buf[c::len(channels)] = array.array("f", ch)
    if sys.byteorder == "big":
        buf.byteswap()
    data = buf.tobytes()
    nch = len(channels)
    fmt = struct.pack("<HHIIHH", 3, nch, rate, rate * 4 * nch, 4 * nch, 32)
    fact = struct.pack("<I", n)
    body = (b"WAVE" + b"fmt " + struct.pack("<I", len(fmt)) + fmt
            + b"fact" + struct.pack("<I", 4) + fact
            + b"data" + struct.pack("<I", len(data)) + data)
    with open(path, "wb") as f:
        f.write(b"RIFF" + struct.pack("<I", len(body)) + body)


# -------------------------------------------------------------------- fades
# The points Ardour's own editor stores for its five shapes.  A reader needs
# none of this: it plays whatever points the file has.

SMALL = 1e-7


def fade_out_points(shape, n):
    """(points of the fade, points of the inverse that the layers below get)"""
    if shape == "Linear":
        pts = [(0, 1.0), (n, SMALL)]
    elif shape == "ConstantPower":
        pts = [(0, 1.0)]
        pts += [(int(n * i / 33), math.cos(i / 33 * math.pi / 2)) for i in range(1, 32)]
        pts += [(n, SMALL)]
    elif shape == "Fast":
        pts = _db_fade(n, -60)
    elif shape == "Slow":
        one, two = _db_fade(n, -1), _db_fade(n, -80)
        pts = []
        for k, ((t, g), (_, h)) in enumerate(zip(one, two)):
            w = k / len(one)
            pts.append((t, 10 ** (math.log10(g) * (1 - w) + math.log10(h) * w)))
    elif shape == "Symmetric":
        pts = [(0, 1.0), (n // 2, 0.6)]
        pts += [(int(n * (0.7 + 0.3 * i / 9)), 0.3 * 0.5 ** i) for i in range(2, 9)]
        pts += [(n, SMALL)]
    else:
        raise ValueError(shape)
    if shape in ("Fast", "Slow"):
        inv = [(t, math.sqrt(max(0.0, 1 - g * g))) for t, g in pts]
    else:
        inv = _reverse(pts)
    return pts, inv


def fade_in_points(shape, n):
    if shape == "ConstantPower":
        pts = [(0, SMALL)]
        pts += [(int(n * i / 33), math.sin(i / 33 * math.pi / 2)) for i in range(1, 32)]
        pts += [(n, 1.0)]
        return pts, _reverse(pts)
    pts = _reverse(fade_out_points(shape, n)[0])
    if shape in ("Fast", "Slow"):
        return pts, [(t, math.sqrt(max(0.0, 1 - g * g))) for t, g in pts]
    return pts, _reverse(pts)


def _db_fade(n, db, steps=32):
    return ([(0, 1.0)] + [(int(n * i / steps), 10 ** (db * i / steps / 20))
                          for i in range(1, steps - 1)] + [(n, SMALL)])


def _reverse(pts):
    n = pts[-1][0]
    return [(n - t, g) for t, g in reversed(pts)]
