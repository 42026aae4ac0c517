"""Files that pyaaf2 writes, and what they hold, told from what they were made of and not by reading them."""

import io
import struct
import wave
from fractions import Fraction

import aaf2
from aaf2.auid import AUID
from aaf2.rational import AAFRational

RATES = {
    "23.976": (24000, 1001, 24, False),
    "24": (24, 1, 24, False),
    "25": (25, 1, 25, False),
    "29.97df": (30000, 1001, 30, True),
    "30": (30, 1, 30, False),
    "48000": (48000, 1, 30, False),
    "44100": (44100, 1, 25, False),
}
GAIN = AUID("9d2ea894-0968-11d3-8a38-0050040ef7d2")
PAN = AUID("9d2ea893-0968-11d3-8a38-0050040ef7d2")
DISSOLVE = AUID("0c3bea41-fc05-11d2-8a29-0050040ef7d2")
COMBINER = AUID("6b46dd7a-132d-4856-ab21-8b751d8462ec")
REVERB = AUID("11111111-2222-3333-4444-555555555555")
AMPLITUDE = AUID("e4962321-2267-11d3-8a4c-0050040ef7d2")
PLACE = AUID("e4962322-2267-11d3-8a4c-0050040ef7d2")
LEVEL = AUID("e4962320-2267-11d3-8a4c-0050040ef7d2")
LINEAR = AUID("5b6c85a4-0ede-11d3-80a9-006008143e6f")
SOUND = "sound"
TOP = "Usage_TopLevel"


def text(value):
    value = Fraction(value)
    return f"{value.numerator}/{value.denominator}"


def sample(frame, channel=0):
    """As the audio of the tests."""
    return (frame * 7 + channel * 11) % 20000


class Maker:
    def __init__(self, path, name, rate, timecode=0, drop=False, fps=25):
        self.file = aaf2.open(str(path), "w")
        f = self.file
        self.rate = rate
        data = f.dictionary.lookup_datadef(SOUND)
        for auid, title, inputs in (
            (GAIN, "Mono Audio Gain", 1), (PAN, "Mono Audio Pan", 1), (DISSOLVE, "Mono Audio Dissolve", 2),
            (COMBINER, "Audio Channel Combiner", 1), (REVERB, "Grand Hall", 1),
        ):
            definition = f.create.OperationDef(auid, title, "")
            definition.media_kind = SOUND
            definition["NumberInputs"].value = inputs
            f.dictionary.register_def(definition)
        for auid, title in ((AMPLITUDE, "Amplitude"), (PLACE, "Pan"), (LEVEL, "Level")):
            typedef = f.metadict.lookup_typedef("Rational")
            f.dictionary.register_def(f.create.ParameterDef(auid, title, "", typedef))
        f.dictionary.register_def(f.create.InterpolationDef(LINEAR, "LinearInterp", ""))
        self.mob = f.create.CompositionMob(name)
        self.mob.usage = TOP
        f.content.mobs.append(self.mob)
        slot = self.mob.create_timeline_slot(edit_rate=rate)
        slot["PhysicalTrackNumber"].value = 1
        code = f.create.Timecode(fps=fps, drop=drop)
        code.start = timecode
        code.length = 1
        slot.segment = code
        self.out = {"name": name, "tracks": [], "markers": [], "timecode": None, "media": []}

    def external(self, url, name, channels=1, rate=48000, slots=None):
        """A master of a WAV file outside; one slot a channel."""
        f = self.file
        source = f.create.SourceMob(name)
        descriptor = f.create.WAVEDescriptor()
        head = struct.pack("<4sI4s4sIHHIIHH4sI", b"RIFF", 36, b"WAVE", b"fmt ", 16, 1, channels, rate,
                           rate * 2 * channels, 2 * channels, 16, b"data", 0)
        descriptor["Summary"].value = head
        descriptor["SampleRate"].value = rate
        descriptor["Length"].value = 10 * rate
        locator = f.create.NetworkLocator()
        locator["URLString"].value = url
        descriptor["Locator"].append(locator)
        source.descriptor = descriptor
        f.content.mobs.append(source)
        return self.master(name, source, slots or channels, rate)

    def master(self, name, source, slots, rate):
        f = self.file
        master = f.create.MasterMob(name)
        f.content.mobs.append(master)
        for number in range(1, slots + 1):
            own = source.create_timeline_slot(edit_rate=rate)
            own.segment = f.create.SourceClip(start=0, length=10 * rate, media_kind=SOUND)
            own["PhysicalTrackNumber"].value = number
            slot = master.create_timeline_slot(edit_rate=rate)
            slot.segment = source.create_source_clip(own.slot_id, 0, 10 * rate, media_kind=SOUND)
            slot["PhysicalTrackNumber"].value = number
        return master

    def embedded(self, name, data, descriptor, rate):
        f = self.file
        source = f.create.SourceMob(name)
        source.descriptor = descriptor
        f.content.mobs.append(source)
        essence = f.create.EssenceData()
        essence.mob_id = source.mob_id
        f.content.essencedata.append(essence)
        stream = essence.open("w")
        stream.write(data)
        return self.master(name, source, 1, rate)

    def clip(self, master, start, length, slot=0):
        ids = [own.slot_id for own in master.slots]
        return master.create_source_clip(ids[slot], start, length, media_kind=SOUND)

    def group(self, operation, length, *inputs):
        group = self.file.create.OperationGroup(self.file.dictionary.lookup_operationdef(operation), length, SOUND)
        for part in inputs:
            group.segments.append(part)
        return group

    def constant(self, auid, over, under):
        definition = self.file.dictionary.lookup_parameterdef(auid)
        return self.file.create.ConstantValue(definition, AAFRational(over, under))

    def varying(self, auid, points):
        f = self.file
        value = f.create.VaryingValue()
        value["Definition"].value = auid
        value["Interpolation"].value = f.dictionary.lookup_interperlationdef(LINEAR)
        for (time, long), (over, under) in points:
            point = f.create.ControlPoint()
            point["Time"].value = AAFRational(time, long)
            point["ControlPointValue" if "ControlPointValue" in point else "Value"].value = AAFRational(over, under)
            value["PointList"].append(point)
        return value

    def filler(self, length):
        return self.file.create.Filler(SOUND, length)

    def sequence(self, parts, length):
        sequence = self.file.create.Sequence(media_kind=SOUND)
        for part in parts:
            sequence.components.append(part)
        sequence.length = length
        return sequence

    def track(self, name, segment, clips, pan=None, rate=None):
        slot = self.mob.create_timeline_slot(edit_rate=rate or self.rate)
        slot.name = name
        slot.segment = segment
        slot["PhysicalTrackNumber"].value = len(self.out["tracks"]) + 1
        self.out["tracks"].append({"name": name, "mute": False, "solo": False, "pan": pan, "clips": clips})

    def close(self):
        self.file.close()
        return self.out


def told(at, length, source, file, **more):
    clip = {"at": text(at), "length": text(length), "source": text(source), "file": file, "channel": None, "into": None,
            "gain": 1.0, "points": [], "fade_in": None, "fade_out": None}
    return {**clip, **more}


def media(name, channels=1, rate=48000, seconds=10.0, folder=""):
    return {"name": name, "channels": channels, "rate": rate, "seconds": seconds, "folder": folder}


def rates(folder):
    """One clip with a handle behind a gap, in every rate; drop-frame where there is."""
    from with_pyaaf2 import timecode_text

    made = []
    for name, (units, seconds, fps, drop) in RATES.items():
        rate = Fraction(units, seconds)
        path = folder / f"rate {name}.aaf"
        start = 107892 if drop else 3600 * fps
        maker = Maker(path, f"rate {name}", f"{units}/{seconds}", start, drop, fps)
        master = maker.external("a.wav", "a")
        gap, handle, long = (7, 5, 11) if units < 31000 else (units * 3 // 7, units // 11, units * 5 // 3)
        parts = [maker.filler(gap), maker.clip(master, handle, long)]
        clips = [told(gap / rate, long / rate, handle / rate, "a.wav")]
        maker.track("Audio", maker.sequence(parts, gap + long), clips)
        out = maker.close()
        out["media"] = [media("a.wav")]
        out["timecode"] = timecode_text(start, fps, drop)
        made.append({"file": path.name, "wanted": out})
    return made


def places(folder):
    """Audio outside: relative, moved, with percent signs, on a drive of Windows, in any script, on a share."""
    cases = [
        ("relative", "Audio%20Files/kick%20in.wav", "kick in.wav", "Audio Files"),
        ("moved", "file:///Volumes/Old%20Disk/Session/Audio%20Files/snare.wav", "snare.wav", "Audio Files"),
        ("windows", "file:///C%3A/Users/me/Desktop/hat.wav", "hat.wav", ""),
        ("backslashes", "D:\\Media\\bass.wav", "bass.wav", ""),
        ("localhost", "file://localhost/Users/me/keys.wav", "keys.wav", ""),
        ("share", "file://server/share/pad.wav", "pad.wav", "deep/er"),
        ("japanese", "file:///x/%E3%82%AD%E3%83%83%E3%82%AF.wav", "\u30ad\u30c3\u30af.wav", ""),
        ("plain japanese", "file:///x/\u30b9\u30cd\u30a2.wav", "\u30b9\u30cd\u30a2.wav", ""),
        ("russian", "file:///x/%d0%b1%d0%b0%d1%81.wav", "\u0431\u0430\u0441.wav", ""),
    ]
    path = folder / "places.aaf"
    maker = Maker(path, "\u66f2 / \u043f\u0435\u0441\u043d\u044f", "25/1", 90000, False, 25)
    rate = Fraction(25)
    for index, (name, url, file, where) in enumerate(cases):
        master = maker.external(url, name)
        parts = [maker.filler(index + 1), maker.clip(master, 0, 10)]
        clips = [told(Fraction(index + 1) / rate, Fraction(10) / rate, 0, file)]
        maker.track(f"{name} \u97f3", maker.sequence(parts, index + 11), clips)
    out = maker.close()
    out["media"] = [media(file, folder=where) for _, _, file, where in cases]
    out["timecode"] = "01:00:00:00"
    return [{"file": path.name, "wanted": out}]


def gains(folder):
    """Gains in gains, that stand and that move; a pan of a track; what is not known between them."""
    path = folder / "gains.aaf"
    maker = Maker(path, "gains", "24/1", 0, False, 24)
    rate = Fraction(24)
    master = maker.external("a.wav", "a")
    inner = maker.group(GAIN, 48, maker.clip(master, 12, 48))
    inner.parameters.append(maker.constant(AMPLITUDE, 1, 2))
    middle = maker.group(REVERB, 48, inner)
    outer = maker.group(GAIN, 48, middle)
    outer.parameters.append(maker.varying(AMPLITUDE, [((0, 48), (1, 4)), ((24, 48), (3, 2)), ((36, 48), (0, 1))]))
    last = maker.group(GAIN, 48, outer)
    last.parameters.append(maker.constant(AMPLITUDE, 3, 1))
    points = [[text(Fraction(10 + 48 * Fraction(time, 48)) / rate), float(value)]
              for time, value in ((0, Fraction(1, 4)), (24, Fraction(3, 2)), (36, 0))]
    clips = [told(10 / rate, 48 / rate, 12 / rate, "a.wav", gain=1.5, points=[points])]
    sequence = maker.sequence([maker.filler(10), last], 58)
    panned = maker.group(PAN, 58, sequence)
    panned.parameters.append(maker.constant(PLACE, 3, 4))
    maker.track("Gains", panned, clips, pan=0.5)
    out = maker.close()
    out["media"] = [media("a.wav")]
    out["timecode"] = "00:00:00:00"
    return [{"file": path.name, "wanted": out}]


def transitions(folder):
    """A fade-in, a cross-fade and a fade-out, at 23.976."""
    path = folder / "transitions.aaf"
    maker = Maker(path, "transitions", "24000/1001", 0, False, 24)
    rate = Fraction(24000, 1001)
    master = maker.external("a.wav", "a")

    def dissolve(length, cut):
        transition = maker.file.create.Transition(SOUND, length)
        transition["CutPoint"].value = cut
        group = maker.group(DISSOLVE, length)
        group.parameters.append(maker.varying(LEVEL, [((0, 1), (0, 1)), ((1, 1), (1, 1))]))
        transition["OperationGroup"].value = group
        return transition

    parts = [maker.filler(20), dissolve(6, 0), maker.clip(master, 10, 50), dissolve(8, 3), maker.clip(master, 100, 40),
             dissolve(12, 12), maker.filler(30)]
    fade = lambda frames: [text(frames / rate), "linear"]
    clips = [
        told(14 / rate, 50 / rate, 10 / rate, "a.wav", fade_in=fade(6), fade_out=fade(8)),
        told(56 / rate, 40 / rate, 100 / rate, "a.wav", fade_in=fade(8), fade_out=fade(12)),
    ]
    maker.track("Fades", maker.sequence(parts, 114), clips)
    out = maker.close()
    out["media"] = [media("a.wav")]
    out["timecode"] = "00:00:00:00"
    return [{"file": path.name, "wanted": out}]


def stereo(folder):
    """Two mono files, one stereo file, and its right side alone."""
    path = folder / "stereo.aaf"
    maker = Maker(path, "stereo", "48000/1", 0, False, 30)
    left, right = (maker.external(f"{side}.wav", side) for side in ("left", "right"))
    both = maker.external("both.wav", "both", channels=2)
    pair = maker.group(COMBINER, 4800, maker.clip(left, 100, 4800), maker.clip(right, 100, 4800))
    one = maker.group(COMBINER, 9600, maker.clip(both, 0, 9600, 0), maker.clip(both, 0, 9600, 1))
    clips = [
        told(0, Fraction(1, 10), Fraction(100, 48000), "left.wav", into=0),
        told(0, Fraction(1, 10), Fraction(100, 48000), "right.wav", into=1),
        told(Fraction(1, 10), Fraction(1, 5), 0, "both.wav", channel=0, into=0),
        told(Fraction(1, 10), Fraction(1, 5), 0, "both.wav", channel=1, into=1),
    ]
    maker.track("Stereo", maker.sequence([pair, one], 14400), clips)
    clips = [told(0, Fraction(1, 10), 0, "both.wav", channel=1)]
    maker.track("Right alone", maker.sequence([maker.clip(both, 0, 4800, 1)], 4800), clips)
    out = maker.close()
    out["media"] = [media("left.wav"), media("right.wav"), media("both.wav", channels=2)]
    out["timecode"] = "00:00:00:00"
    return [{"file": path.name, "wanted": out}]


def embedded(folder):
    """Audio inside: WAV, AIFF-C, plain samples."""
    path = folder / "embedded.aaf"
    maker = Maker(path, "embedded", "48000/1", 0, False, 30)
    f, frames = maker.file, 48000
    samples = [sample(frame) for frame in range(frames)]
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as out:
        out.setparams((1, 2, 48000, frames, "NONE", ""))
        out.writeframes(struct.pack(f"<{frames}h", *samples))
    descriptor = f.create.WAVEDescriptor()
    descriptor["Summary"].value = buffer.getvalue()[:44]
    descriptor["SampleRate"].value = 48000
    descriptor["Length"].value = frames
    wav = maker.embedded("in a/wav", buffer.getvalue(), descriptor, 48000)

    big = struct.pack(f">{frames}h", *samples)
    common = struct.pack(">HIH", 1, frames, 16) + bytes.fromhex("400ebb80000000000000") + b"NONE\x00\x00"
    chunks = b"AIFC" + b"FVER" + struct.pack(">II", 4, 0xA2805140)
    chunks += b"COMM" + struct.pack(">I", len(common)) + common
    chunks += b"SSND" + struct.pack(">III", len(big) + 8, 0, 0) + big
    descriptor = f.create.AIFCDescriptor()
    descriptor["Summary"].value = (b"FORM" + struct.pack(">I", len(chunks)) + chunks)[:64]
    descriptor["SampleRate"].value = 48000
    descriptor["Length"].value = frames
    aifc = maker.embedded("aifc", b"FORM" + struct.pack(">I", len(chunks)) + chunks, descriptor, 48000)

    descriptor = f.create.PCMDescriptor()
    descriptor["BlockAlign"].value = 2
    descriptor["AverageBPS"].value = 96000
    descriptor["Channels"].value = 1
    descriptor["QuantizationBits"].value = 16
    descriptor["AudioSamplingRate"].value = 48000
    descriptor["SampleRate"].value = 48000
    descriptor["Length"].value = frames
    pcm = maker.embedded("pcm", struct.pack(f"<{frames}h", *samples), descriptor, 48000)
    for name, master in (("in a_wav", wav), ("aifc", aifc), ("pcm", pcm)):
        file = name + (".aif" if name == "aifc" else ".wav")
        clips = [told(0, Fraction(1, 2), Fraction(1, 4), file)]
        maker.track(name, maker.sequence([maker.clip(master, 12000, 24000)], 24000), clips)
    out = maker.close()
    out["timecode"] = "00:00:00:00"
    return [{"file": path.name, "wanted": out}]


def make(folder):
    made = []
    for case in (rates, places, gains, transitions, stereo, embedded):
        made += case(folder)
    return made
