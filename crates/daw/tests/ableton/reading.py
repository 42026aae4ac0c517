"""A second reading of Ableton Live sets, from what is known of their XML, with nothing but Python's own library.

    python3 reading.py RATE SET...

One line of JSON a set. Frames are floating: the nearest whole one is meant. It shares no code with the reader that it is held against:
it walks the document by itself, integrates the tempo by itself and evaluates automation at places of its own choice.
"""

import bisect
import gzip
import json
import math
import sys
import xml.etree.ElementTree as ET

EARLY = -1e6
QUIET = 3.1623e-4


def val(node, path, default=None):
    """The `Value` of the first element at a path."""
    found = node.find(path) if node is not None else None
    return default if found is None else found.get("Value", default)


def num(node, path, default=0.0):
    try:
        number = float(val(node, path))
    except (TypeError, ValueError):
        return default
    return number if math.isfinite(number) else default


def truth(node, path, default=False):
    text = val(node, path)
    return default if text is None else text == "true"


def numeric(text):
    if text in ("true", "false"):
        return 1.0 if text == "true" else 0.0
    try:
        number = float(text)
    except (TypeError, ValueError):
        return None
    return number if math.isfinite(number) else None


class Song:
    """Beats to seconds and back: the tempo is straight over beats between breakpoints."""

    def __init__(self, start, points):
        # Of each stretch: beat, seconds, tempo at its start, tempo at its end, length (None is for ever).
        self.parts = []
        self.slack = 0.0
        beat, seconds, now = 0.0, 0.0, start
        last = None
        for at, bpm in points:
            bpm = min(max(bpm, 10.0), 1000.0)
            if at <= 0.0:
                now, last = bpm, (at, bpm)
                continue
            begin = now
            ramp = last is not None and last[0] < at
            end = bpm if ramp else now
            if ramp and last[0] < 0.0:
                begin = last[1] + (bpm - last[1]) * -last[0] / (at - last[0])
            length = at - beat
            if length > 0.0:
                self.parts.append((beat, seconds, begin, end, length))
                seconds += self.lasts(begin, end, length, length)
            if end != bpm:
                # A jump is put a millionth of a beat after the end of a ramp, and the ramp after it is so much shorter.
                self.slack += 1e-6 * 60.0 / min(end, bpm)
            beat, now, last = at, bpm, (at, bpm)
        self.parts.append((beat, seconds, now, now, None))

    @staticmethod
    def lasts(begin, end, length, part):
        if begin == end or part <= 0.0:
            return part * 60.0 / begin
        slope = (end - begin) / length
        return 60.0 / slope * math.log((begin + slope * part) / begin)

    def seconds(self, beat):
        index = max(bisect.bisect_right([part[0] for part in self.parts], beat) - 1, 0)
        at, seconds, begin, end, length = self.parts[index]
        return seconds + self.lasts(begin, end, length, beat - at)

    def beat(self, seconds):
        index = max(bisect.bisect_right([part[1] for part in self.parts], seconds) - 1, 0)
        at, start, begin, end, length = self.parts[index]
        after = seconds - start
        if begin == end or after <= 0.0:
            return at + after * begin / 60.0
        slope = (end - begin) / length
        return at + begin / slope * (math.exp(slope * after / 60.0) - 1.0)

    def steps(self, low, high):
        pairs = zip(self.parts, self.parts[1:])
        return [b[0] for a, b in pairs if low < b[0] < high and not a[2] == a[3] == b[2] == b[3]]

    def even(self, low, high):
        return not self.steps(low, high) and all(
            part[2] == part[3] for part in self.parts if part[0] < high and (part[4] is None or part[0] + part[4] > low))


class Moves:
    """Breakpoints of a parameter."""

    def __init__(self, events):
        points = []
        for event in events:
            at, value = numeric(event.get("Time")), numeric(event.get("Value"))
            if at is None or value is None:
                continue
            names = ("CurveControl1X", "CurveControl1Y", "CurveControl2X", "CurveControl2Y")
            bend = [numeric(event.get(name)) for name in names]
            points.append((at, value, None if None in bend else bend))
        points.sort(key=lambda point: point[0])
        early = [point for point in points if point[0] <= EARLY]
        self.points = [point for point in points if point[0] > EARLY]
        self.before = early[-1][1] if early else (self.points[0][1] if self.points else None)
        values = {point[1] for point in self.points} | {self.before}
        self.still = len(values) == 1
        self.any = self.before is not None

    def at(self, beat, value=lambda x: x):
        index = bisect.bisect_right([point[0] for point in self.points], beat)
        if index == 0:
            return value(self.before)
        a = self.points[index - 1]
        if index == len(self.points):
            return value(a[1])
        b = self.points[index]
        part = (beat - a[0]) / (b[0] - a[0])
        return value(a[1]) + (value(b[1]) - value(a[1])) * bent(a[2], part)


def bent(bend, x):
    if bend is None:
        return x
    x1, y1, x2, y2 = (min(max(c, 0.0), 1.0) for c in bend)
    low, high = 0.0, 1.0
    for _ in range(80):
        t = (low + high) / 2
        if 3 * (1 - t) ** 2 * t * x1 + 3 * (1 - t) * t * t * x2 + t ** 3 < x:
            low = t
        else:
            high = t
    t = (low + high) / 2
    return 3 * (1 - t) ** 2 * t * y1 + 3 * (1 - t) * t * t * y2 + t ** 3


def faded(value):
    return 0.0 if value <= QUIET else value


def panned(pan):
    """Left and right: sine curves, unity in the centre."""
    if pan == 0.0:
        return 1.0, 1.0
    angle = (min(max(pan, -1.0), 1.0) + 1.0) * math.pi / 4
    return math.sqrt(2) * math.cos(angle), math.sqrt(2) * math.sin(angle)


def balance(sides):
    left, right = (max(side, 0.0) for side in sides)
    if abs(left) < 1e-15:
        left = 0.0
    if abs(right) < 1e-15:
        right = 0.0
    most = max(left, right)
    return (0.0 if left == right else 1 - left / right if right > left else right / left - 1), most


class Set:
    def __init__(self, path, rate):
        raw = open(path, "rb").read()
        self.root = ET.fromstring(gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw)
        self.set = self.root.find("LiveSet")
        self.rate = rate
        self.envelopes = {}
        for envelope in self.set.iter("AutomationEnvelope"):
            events = envelope.find("Automation/Events")
            if events is not None:
                self.envelopes.setdefault(val(envelope, "EnvelopeTarget/PointeeId"), events)
        self.master = self.set.find("MasterTrack")
        if self.master is None:
            self.master = self.set.find("MainTrack")
        self.tempo()

    def moves(self, parameter):
        """What moves a parameter, or None where it stands still, and where it stands."""
        if parameter is None:
            return None, None
        target = parameter.find("AutomationTarget")
        events = self.envelopes.get(target.get("Id")) if target is not None else None
        if events is None:
            events = parameter.find("ArrangerAutomation/Events")
        manual = numeric(val(parameter, "Manual"))
        moves = Moves(events) if events is not None else None
        if moves is None or not moves.any:
            return None, manual
        # Live 8 does not say where a knob that moves was left: it stands where it begins.
        return (None, moves.before) if moves.still else (moves, moves.before if manual is None else manual)

    def tempo(self):
        mixer = self.main_mixer()
        mixer = mixer if mixer is not None else ET.Element("Mixer")
        moves, still = self.moves(mixer.find("Tempo"))
        self.bpm = still if moves is None and still is not None else 120.0 if moves is None else moves.before
        points = [] if moves is None else [(at, value) for at, value, _ in moves.points]
        self.song = Song(self.bpm, points)
        early = [value for at, value in points if at <= 0.0]
        self.first = early[-1] if early else self.bpm
        moves, still = self.moves(mixer.find("TimeSignature"))
        code = still if moves is None else moves.before
        early = [] if moves is None else [value for at, value, _ in moves.points if at <= 1e-6]
        code = early[-1] if early else code
        code = 201 if code is None else int(code)
        self.signature = [code % 99 + 1, 2 ** (code // 99)]

    def main_mixer(self):
        if self.master is None:
            return None
        # Live 8 has another name for it.
        mixers = [self.master.find(name + "/Mixer") for name in ("DeviceChain", "MasterChain")]
        return next((mixer for mixer in mixers if mixer is not None), None)

    def frames(self, seconds):
        return seconds * self.rate

    # Levels

    def places(self, *curves):
        """Frames at which automation is asked for: breakpoints (whole, exact) and places between them."""
        beats = sorted({point[0] for curve in curves if curve is not None for point in curve.points})
        asked = []
        for index, beat in enumerate(beats):
            near = index and self.frames(self.song.seconds(beat) - self.song.seconds(beats[index - 1])) < 2
            after = index + 1 < len(beats) and self.frames(self.song.seconds(beats[index + 1]) - self.song.seconds(beat)) < 2
            if not near and not after:
                asked.append((self.frames(self.song.seconds(beat)), beat, True))
            if index + 1 < len(beats):
                start, end = self.song.seconds(beat), self.song.seconds(beats[index + 1])
                if self.frames(end - start) > 16:
                    for part in (0.29, 0.5, 0.77):
                        frame = math.floor(self.frames(start + (end - start) * part))
                        asked.append((float(frame), self.song.beat(frame / self.rate), False))
        return asked

    def asked(self, value, *curves):
        return [[frame, value(beat), exact] for frame, beat, exact in self.places(*curves)]

    def levels(self, mixer, cross, is_master=False):
        out = {"gain": 1.0, "pan": 0.0, "mute": False, "solo": False, "automation": []}
        if mixer is None:
            return out
        volume, stands = self.moves(mixer.find("Volume"))
        pan, pan_stands = self.moves(mixer.find("Pan"))
        stands = 1.0 if stands is None else stands
        level = faded(stands) if volume is None else faded(stands)
        if is_master:
            pan, pan_stands = None, 0.0
        side = {0: -1, 2: 1}.get(self.moves(mixer.find("CrossFadeState"))[1], 0)
        by = 1.0 if side == 0 or abs(cross) < 1 or is_master else 1.0 if side == cross else 0.0
        fader = (lambda beat: volume.at(beat, faded)) if volume is not None else (lambda beat: faded(stands))
        out["moving"] = volume is not None or pan is not None
        if pan is None:
            place, most = balance(panned(pan_stands or 0.0))
            out["pan"], out["gain"] = place, level * by * most
            if volume is not None:
                out["automation"].append({"target": "gain", "at": self.asked(lambda b: fader(b) * by * most, volume)})
        else:
            two = lambda beat: balance(panned(pan.at(beat)))
            out["automation"].append({"target": "pan", "at": self.asked(lambda b: two(b)[0], pan)})
            out["automation"].append({"target": "gain", "at": self.asked(lambda b: fader(b) * by * two(b)[1], pan, volume)})
        speaker, on = self.moves(mixer.find("Speaker"))
        out["mute"] = on is not None and on < 0.5
        if speaker is not None and not is_master:
            out["automation"].append({"target": "mute", "at": [
                [self.frames(self.song.seconds(at)), 1.0 - speaker.at(at), True] for at, _, _ in speaker.points]})
        out["solo"] = truth(mixer, "SoloSink")
        return out

    # Clips

    def clips(self, track):
        if truth(track, "Freeze"):
            paths = ["DeviceChain/FreezeSequencer"]
        else:
            paths = ["DeviceChain/MainSequencer"]
            if track.tag == "AudioTrack" and val(track, "DeviceChain/MainSequencer/MonitoringEnum") == "0":
                return []
        found = []
        for path in paths:
            for clip in track.findall(path + "/Sample/ArrangerAutomation/Events/AudioClip"):
                if not truth(clip, "Disabled"):
                    found.append(clip)
        found.sort(key=lambda clip: num(clip, "CurrentStart"))
        out = []
        for index, clip in enumerate(found):
            joins = [index > 0 and abs(num(found[index - 1], "CurrentEnd") - num(clip, "CurrentStart")) < 1e-6,
                     index + 1 < len(found) and abs(num(found[index + 1], "CurrentStart") - num(clip, "CurrentEnd")) < 1e-6]
            out.extend(self.clip(clip, joins))
        return out

    def clip(self, clip, joins):
        start, end = num(clip, "CurrentStart"), num(clip, "CurrentEnd")
        loop = clip.find("Loop")
        low, high, on = num(loop, "LoopStart"), num(loop, "LoopEnd"), truth(loop, "LoopOn")
        warped = truth(clip, "IsWarped", True)
        rounds = []
        if warped and on and high > low:
            content, at = low + num(loop, "StartRelative"), start
            turn = 0
            first = start + (high - content)
            while at < end:
                upto = min(first + turn * (high - low), end)
                rounds.append((at, upto, content))
                at, content, turn = upto, low, turn + 1
        else:
            rounds.append((start, end, low))
        semitones = num(clip, "PitchCoarse") + num(clip, "PitchFine") / 100.0
        markers = sorted((float(m.get("BeatTime")), float(m.get("SecTime"))) for m in clip.findall("WarpMarkers/WarpMarker"))
        pieces = [self.piece(r, warped, semitones, markers, val(clip, "WarpMode", "0")) for r in rounds]
        length = self.song.seconds
        for piece in filter(None, pieces):
            piece["gain"] = faded(num(clip, "SampleVolume", 1.0))
            piece["file"] = self.file(clip)
            piece["fades"] = [0.0, 0.0]
        if truth(clip, "Fade") and pieces:
            own = [num(clip, "Fades/Fade%sLength" % side) for side in ("In", "Out")]
            usual = [truth(clip, "Fades/IsDefaultFade" + side) for side in ("In", "Out")]
            spans = [length(start + own[0]) - length(start), length(end) - length(end - own[1])]
            for side in (0, 1):
                span = spans[side] if own[side] > 0 else 0.004 if usual[side] and not joins[side] else 0.0
                if pieces[-side] is not None:
                    pieces[-side]["fades"][side] = self.frames(span)
        return [piece for piece in pieces if piece is not None]

    def piece(self, part, warped, semitones, markers, mode):
        start, end, content = part
        seconds = self.song.seconds
        if not warped:
            speed = 2.0 ** (semitones / 12.0)
            a, b = seconds(start), seconds(end)
            if content < 0:
                a, content = a - content / speed, 0.0
            if b <= a:
                return None
            points = [[a, content], [b, content + (b - a) * speed]]
            return self.placed(points, "follows", speed == 1.0)

        def inside(beat):
            index = min(max(bisect.bisect_right([m[0] for m in markers], beat), 1), len(markers) - 1)
            (b0, s0), (b1, s1) = markers[index - 1], markers[index]
            return s0 + (beat - b0) * (s1 - s0) / (b1 - b0)

        if inside(content) < 0:
            low, high = content, content + (end - start)
            if inside(high) <= 0:
                return None
            for _ in range(200):
                middle = (low + high) / 2
                low, high = (middle, high) if inside(middle) < 0 else (low, middle)
            start, content = start + high - content, high
        beats = {start, end} | {start + m[0] - content for m in markers} | set(self.song.steps(start, end))
        beats = sorted(beat for beat in beats if start <= beat <= end)
        points = [[seconds(beat), inside(content + beat - start)] for beat in beats]
        between = [(a + b) / 2 for a, b in zip(beats, beats[1:])]
        pitch = "follows" if mode == "3" else "kept"
        looks = points + [[seconds(beat), inside(content + beat - start)] for beat in between]
        drifts = [file - song for song, file in looks]
        long = points[-1][0] - points[0][0]
        own = (pitch == "follows" or semitones == 0.0) and max(drifts) - min(drifts) <= 1 / 44100 + 3e-7 * long
        out = self.placed(points, pitch, own)
        out["semitones"] = semitones
        out["between"] = [[self.frames(a), self.frames(b)] for a, b in looks[len(points):]]
        out["edge"] = abs(max(drifts) - min(drifts) - (1 / 44100 + 3e-7 * long)) < 1e-7
        return out

    def placed(self, points, pitch, own):
        points = [[self.frames(a), self.frames(b)] for a, b in points]
        return {"plain": own, "pitch": pitch, "semitones": 0.0, "points": points, "between": [], "edge": False}

    def file(self, clip):
        ref = clip.find("SampleRef/FileRef")
        name = val(ref, "Name", "")
        relative = ref.find("RelativePath")
        if relative is not None and relative.get("Value") is not None:
            return relative.get("Value")
        folders = [e.get("Dir") or ".." for e in relative] if relative is not None else []
        return "/".join(folders + [name])

    # The desk

    def read(self):
        tracks = [t for t in self.set.find("Tracks") if t.tag in ("AudioTrack", "MidiTrack", "GroupTrack", "ReturnTrack")]
        ids = {track.get("Id"): track for track in reversed(tracks)}
        names = {}
        for index, track in enumerate(tracks):
            name = val(track, "Name/EffectiveName") or val(track, "Name/UserName") or "Track %d" % (index + 1)
            name, number, plain = name.strip(), 2, name.strip()
            while name in names.values() or name == "master":
                name, number = "%s (%d)" % (plain, number), number + 1
            names[track] = name
        returns = [track for track in tracks if track.tag == "ReturnTrack"]
        pre = [node.get("Value") == "true" for node in self.set.findall("SendsPre/SendPreBool")]
        master = self.main_mixer()
        moves, cross = self.moves(master.find("CrossFade") if master is not None else None)
        cross = (moves.before if moves is not None else cross) or 0.0
        strips, buses = [], set(t for t in tracks if t.tag in ("GroupTrack", "ReturnTrack"))
        outputs = {}
        for track in tracks:
            target = val(track, "DeviceChain/AudioOutputRouting/Target", "AudioOut/GroupTrack")
            place = target.split("/", 1)[1]
            group = ids.get(val(track, "TrackGroupId", "-1"))
            if place in ("Master", "Main"):
                outputs[track] = (None, False)
            elif place == "GroupTrack":
                outputs[track] = (group, False)
            elif place.startswith("Track."):
                other = ids[place[6:].split("/")[0]]
                monitor = val(other, "DeviceChain/MainSequencer/MonitoringEnum", "1")
                heard = other in buses and other.tag != "AudioTrack" or monitor == "0"
                outputs[track] = (other, False) if heard else (None, True)
                if heard:
                    buses.add(other)
            else:
                outputs[track] = (None, True)
        for track in tracks:
            mixer = track.find("DeviceChain/Mixer")
            strip = self.levels(mixer, cross)
            output, only = outputs[track]
            strip.update(name=names[track], bus=track in buses, returns=track.tag == "ReturnTrack",
                         output=names[output] if output is not None else None, only=only, sends=[],
                         clips=self.clips(track) if track.tag in ("AudioTrack", "MidiTrack") else [])
            milliseconds = num(track, "TrackDelay/Value")
            by_samples = truth(track, "TrackDelay/IsValueSampleBased")
            strip["delay"] = milliseconds if by_samples else self.frames(milliseconds / 1000.0)
            for index, holder in enumerate(mixer.findall("Sends/TrackSendHolder") if mixer is not None else []):
                if val(holder, "EnabledByUser", "true") == "false" or val(holder, "Active", "true") == "false":
                    continue
                moves, still = self.moves(holder.find("Send"))
                if moves is None and faded(still or 0.0) == 0.0:
                    continue
                if moves is not None:
                    strip["automation"].append({"target": "send %d" % len(strip["sends"]), "at": self.asked(
                        lambda beat: moves.at(beat, faded), moves)})
                before = index < len(pre) and pre[index]
                strip["sends"].append({"to": names[returns[index]], "pre": before, "gain": faded(still or 0.0)})
            strips.append(strip)
        locators = self.set.findall("Locators/Locators/Locator")
        markers = sorted((self.frames(self.song.seconds(num(locator, "Time"))), val(locator, "Name") or "Locator %d" % number)
                         for number, locator in enumerate(locators, 1))
        return {
            "bpm": self.first, "signature": self.signature, "slack": self.song.slack * self.rate, "strips": strips,
            "seconds": [[beat, self.song.seconds(beat)] for beat in (1.0, 4.0, 7.7, 16.0, 63.1, 250.0)],
            "markers": markers, "master": self.levels(master, 0.0, True),
        }


if __name__ == "__main__":
    for name in sys.argv[2:]:
        print(json.dumps(Set(name, int(sys.argv[1])).read()))
