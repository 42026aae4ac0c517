"""AAF by pyaaf2 (MIT): what a file says, and files that say what a test wants.

    with_pyaaf2.py dump FILE       JSON: tracks, clips, gains, fades, markers, timecode, by a walk of its own
    with_pyaaf2.py make FOLDER     files in FOLDER, and what they hold: JSON

Times are seconds as fractions ("1001/30000"). Nothing of the reader is used here.
"""

import json
import struct
import sys
from fractions import Fraction
from pathlib import Path
from urllib.parse import unquote

import aaf2

GAIN = {"9d2ea894-0968-11d3-8a38-0050040ef7d2", "9d2ea895-0968-11d3-8a38-0050040ef7d2"}
PAN = "9d2ea893-0968-11d3-8a38-0050040ef7d2"
COMBINER = "6b46dd7a-132d-4856-ab21-8b751d8462ec"
FACTORS = {"e4962321-2267-11d3-8a4c-0050040ef7d2", "47c00f7d-fb55-11d3-9ff7-0004ac969f50"}
PLACE = "e4962322-2267-11d3-8a4c-0050040ef7d2"
CURVE = "8134fc48-3bd6-4904-9520-7a6360cc7127"


def fraction(value):
    return Fraction(value.numerator, value.denominator)


def text(value):
    value = Fraction(value)
    return f"{value.numerator}/{value.denominator}"


def kind(component):
    return type(component).__name__


def length(component):
    return component.get("Length").value if component.get("Length") else 0


def named(thing, *names):
    for prop in thing.properties():
        if (prop.name or "").lower() in names:
            return prop.value
    return None


def tags(thing, *names):
    return {tag.name: tag.value for tag in named(thing, *names) or []}


def timecode_text(frames, fps, drop):
    """By counting: every number, one after another, without those that are dropped."""
    dropped = {30: 2, 60: 4}.get(fps, 0) if drop else 0
    minutes, rest = 0, frames
    while True:
        skip = dropped if minutes % 10 else 0
        if rest < 60 * fps - skip:
            break
        rest -= 60 * fps - skip
        minutes += 1
    rest += dropped if minutes % 10 else 0
    mark = ";" if drop else ":"
    return f"{minutes // 60:02}:{minutes % 60:02}:{rest // fps:02}{mark}{rest % fps:02}"


class Dump:
    def __init__(self, file):
        self.file = file
        self.media = {}
        tops = [mob for mob in file.content.compositionmobs() if mob.usage == "Usage_TopLevel"]
        self.mob = tops[0] if tops else next(iter(file.content.compositionmobs()))

    def everything(self):
        out = {"name": self.mob.name, "tracks": [], "markers": [], "timecode": None}
        for slot in self.mob.slots:
            segment = slot.segment
            rate = fraction(slot.edit_rate)
            if kind(segment) == "Timecode" and out["timecode"] is None:
                drop = bool(segment["Drop"].value)
                out["timecode"] = timecode_text(segment.start, segment.fps, drop)
            for part in getattr(segment, "components", []):
                if kind(part) == "DescriptiveMarker":
                    name = named(part, "commentmarkeruser") or ""
                    comment = part.get("Comment").value if part.get("Comment") else ""
                    out["markers"].append({"at": text(part["Position"].value / rate), "name": name, "comment": comment})
            if segment.media_kind in ("Sound", "LegacySound") and kind(slot) == "TimelineMobSlot":
                out["tracks"].append(self.track(slot, rate))
        out["markers"].sort(key=lambda marker: Fraction(marker["at"]))
        out["media"] = sorted(self.media.values(), key=lambda media: media["name"])
        return out

    def track(self, slot, rate):
        about = tags(slot, "timelinemobattributelist", "timelinemobslotattributes")
        self.clips, self.rate, pan = [], rate, None
        segment = slot.segment
        if kind(segment) == "OperationGroup" and str(segment.operation.auid) == PAN:
            pan = 2 * float(next(p for p in segment.parameters if str(p["Definition"].value) == PLACE).value) - 1
            segment = segment.segments[0]
        self.part(segment, Fraction(0), Fraction(length(segment)), {})
        return {
            "name": slot.name or "",
            "mute": bool(about.get("AudioMixerCompMute")),
            "solo": bool(about.get("AudioMixerCompSolo")),
            "pan": pan,
            "clips": self.clips,
        }

    def part(self, part, at, long, around):
        """A part that is heard from `at` on for `long` edit units."""
        what = kind(part)
        if what == "Sequence":
            self.sequence(part, at, around)
        elif what == "OperationGroup":
            operation = str(part.operation.auid)
            inner = dict(around)
            if operation in GAIN:
                for parameter in part.parameters:
                    if str(parameter["Definition"].value) not in FACTORS:
                        continue
                    if kind(parameter) == "ConstantValue":
                        inner["gain"] = inner.get("gain", 1.0) * float(parameter.value)
                    else:
                        points = [
                            [text((at + length(part) * fraction(point["Time"].value)) / self.rate), float(point.value)]
                            for point in parameter["PointList"].value
                        ]
                        inner["points"] = inner.get("points", []) + [points]
            if operation == COMBINER:
                for side, source in enumerate(part.segments):
                    self.part(source, at, long, {**inner, "into": side})
            else:
                self.part(part.segments[0], at, long, inner)
        elif what == "SourceClip":
            self.source(part, at, long, around, Fraction(0), self.rate, part)
        elif what == "Selector":
            self.part(part["Selected"].value, at, long, around)
        elif what not in ("Filler", "Timecode", "NestedScope"):
            raise SystemExit(f"no {what} is known")

    def sequence(self, sequence, at, around):
        parts = list(sequence.components)
        for index, part in enumerate(parts):
            if kind(part) == "Transition":
                at -= length(part)
                continue
            inner = dict(around)
            for place, side in ((index - 1, "fade_in"), (index + 1, "fade_out")):
                if 0 <= place < len(parts) and kind(parts[place]) == "Transition":
                    curve = [p for p in parts[place]["OperationGroup"].value.parameters if str(p["Definition"].value) == CURVE]
                    is_power = bool(curve) and curve[0].value == 1
                    inner[side] = [text(length(parts[place]) / self.rate), "equal-power" if is_power else "linear"]
            self.part(part, at, Fraction(length(part)), inner)
            at += length(part)

    def source(self, clip, at, long, around, offset, rate, first):
        """Follows a clip to its file: `offset` seconds into what it refers to."""
        offset += clip.start / rate
        mob = clip.mob
        if mob is None:
            return
        slot = next(slot for slot in mob.slots if slot.slot_id == clip.slot_id)
        rate = fraction(slot.edit_rate)
        descriptor = mob.get("EssenceDescription")
        if descriptor is not None:
            self.place(mob, slot, descriptor.value, at, long, around, offset)
            return
        sounds = [own for own in mob.slots if own.segment.media_kind in ("Sound", "LegacySound")]
        if len(sounds) > 1 and kind(mob) == "MasterMob":
            around = {**around, "lone": True}
        segment = slot.segment
        while kind(segment) in ("Sequence", "OperationGroup"):
            if kind(segment) == "OperationGroup":
                if str(segment.operation.auid) in GAIN:
                    for parameter in segment.parameters:
                        if str(parameter["Definition"].value) in FACTORS:
                            around = {**around, "gain": around.get("gain", 1.0) * float(parameter.value)}
                segment = segment.segments[0]
            else:
                segment = segment.components[0]
        self.source(segment, at, long, around, offset, rate, first)

    def place(self, mob, slot, descriptor, at, long, around, offset):
        locators = [locator["URLString"].value for locator in named(descriptor, "locator") or []]
        name = unquote(locators[0]).replace("\\", "/").rsplit("/", 1)[-1] if locators else None
        channels, rate = 1, Fraction(0)
        summary = descriptor.get("Summary")
        if summary is not None:
            head = bytes(bytearray(summary.value))
            at_fmt = head.index(b"fmt ") + 8
            channels, hertz = struct.unpack("<HI", head[at_fmt + 2 : at_fmt + 8])
            rate = Fraction(hertz)
        elif descriptor.get("Channels"):
            channels, rate = descriptor["Channels"].value, fraction(descriptor["AudioSamplingRate"].value)
        sounds = [own for own in mob.slots if own.segment.media_kind in ("Sound", "LegacySound")]
        channel = None
        if channels > 1 and (len(sounds) > 1 or "into" in around or around.get("lone")):
            channel = slot["PhysicalTrackNumber"].value - 1
        start, seconds = at / self.rate, long / self.rate
        if name:
            media = self.media.setdefault(name, {"name": name, "channels": channels, "rate": int(rate), "seconds": 0.0})
            media["seconds"] = max(media["seconds"], float(offset + seconds))
        self.clips.append({
            "at": text(start),
            "length": text(seconds),
            "source": text(offset),
            "file": name,
            "channel": channel,
            "into": around.get("into"),
            "gain": around.get("gain", 1.0),
            "points": around.get("points", []),
            "fade_in": around.get("fade_in"),
            "fade_out": around.get("fade_out"),
        })


def dump(path):
    with aaf2.open(path, "r") as file:
        return Dump(file).everything()


if __name__ == "__main__":
    if sys.argv[1] == "dump":
        print(json.dumps(dump(sys.argv[2])))
    else:
        sys.path.insert(0, str(Path(__file__).parent))
        import make_with_pyaaf2

        print(json.dumps(make_with_pyaaf2.make(Path(sys.argv[2]))))
