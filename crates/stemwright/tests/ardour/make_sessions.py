#!/usr/bin/env python3
"""Write small Ardour 7 sessions and let Ardour export their master bus.

The test `ardour` holds our own bounces against these exports.  Standard
library only; every byte of audio is computed here, so two runs give the same
files.  For each session OUT/NAME/ holds

    NAME.ardour                     the session
    interchange/NAME/audiofiles/    its audio
    ref.wav                         Ardour's own export of the master (32-bit float)

usage: make_sessions.py OUT [NAME ...]      (no NAME: all of them)
       --no-export   write the sessions only
       --list        say which sessions there are

Needs Debian's `ardour` (7.3) for the export: `ardour7-export`.
"""
import array
import math
import os
import random
import shutil
import struct
import subprocess
import sys
import xml.etree.ElementTree as ET

TICKS = 282_240_000          # superclock ticks per second (v7)
BAL = "http://ardour.org/plugin/panner_balance"
EQP = "http://ardour.org/plugin/panner_2in2out"


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


# ------------------------------------------------------------------ session

class Session:
    def __init__(self, out, name, rate=48000, seconds=6.0):
        self.dir = os.path.join(out, name)
        self.name, self.rate = name, rate
        self.end = int(seconds * rate)
        self.audio = os.path.join(self.dir, "interchange", name, "audiofiles")
        shutil.rmtree(self.dir, ignore_errors=True)
        for d in ("analysis", "dead", "export", "externals", "peaks", "plugins"):
            os.makedirs(os.path.join(self.dir, d))
        os.makedirs(self.audio)
        os.makedirs(os.path.join(self.dir, "interchange", name, "midifiles"))
        self.n = 1000
        # without the first of these the command-line tools refuse the file
        self.config = {"native-file-data-format": "FormatFloat",
                       "native-file-header-format": "WAVE", "use-region-fades": "1"}
        self.sources = ET.Element("Sources")
        self.routes = ET.Element("Routes")
        self.playlists = ET.Element("Playlists")
        self.groups = ET.Element("RouteGroups")
        self.vcas = ET.Element("VCAManager")
        self.lan = False         # master volume as a processor, not on the output
        self.vca_gain_ids = {}
        self.tempos = [dict(npm=120, enpm=120, type="Tempo::Constant", sclock=0, quarters="0:0")]
        self.order = 0
        self.ids = {}            # route name -> id
        self.master_args = {}
        self.pending = []        # routes are written last, when all targets are known

    def id(self):
        self.n += 1
        return str(self.n)

    def a(self, samples):
        """audio time of a sample number"""
        ticks = samples * TICKS
        assert ticks % self.rate == 0
        return "a%d" % (ticks // self.rate)

    # ---- media
    def source(self, fname, channels, rate=None, folder=None, split=False):
        """Write the audio and list it.  Returns (source ids, frames).

        folder: write there instead and list the absolute path
        split:  one mono file a channel (NAME%L.wav, NAME%R.wav)
        """
        where = folder or self.audio
        os.makedirs(where, exist_ok=True)
        rate = rate or self.rate
        if split:
            stem, ext = os.path.splitext(fname)
            files = [(stem + "%" + s + ext, [c]) for s, c in zip("LR", channels)]
        else:
            files = [(fname, channels)]
        ids = []
        for f, chans in files:
            path = os.path.join(where, f)
            write_wav(path, chans, rate)
            for c in range(len(chans)):
                ids.append(self.id())
                ET.SubElement(self.sources, "Source", {
                    "name": os.path.abspath(path) if folder else f, "take-id": "",
                    "type": "audio", "flags": "", "id": ids[-1], "channel": str(c),
                    "origin": "", "gain": "1", "natural-position": "a0"})
        return ids, len(channels[0])

    # ---- automation
    def alist(self, parent, what, style, events=None, state=None, domain="AudioTime"):
        e = ET.SubElement(parent, "AutomationList", {
            "automation-id": what, "id": self.id(), "interpolation-style": style,
            "time-domain": domain, "state": state or ("Play" if events else "Off")})
        if events:
            ET.SubElement(e, "events").text = "".join(
                "%s %r\n" % (t if isinstance(t, str) else self.a(t), float(v))
                for t, v in events)
        return e

    def control(self, parent, name, value, flags="", **more):
        e = ET.SubElement(parent, "Controllable", {
            "name": name, "id": self.id(), "flags": flags, "value": repr(value)})
        for k, v in more.items():
            e.set(k.replace("_", "-"), v)
        return e

    # ---- regions
    def playlist(self, name, owner, regions, suffix=""):
        pid = self.id()
        p = ET.SubElement(self.playlists, "Playlist", {
            "id": pid, "name": name + suffix, "type": "audio", "orig-track-id": owner,
            "pgroup-id": "", "shared-with-ids": "", "frozen": "0", "combine-ops": "0"})
        for i, kw in enumerate(regions):
            self.region(p, i, **kw)
        return pid

    def region(self, p, layer, src, at=0, start=0, length=None, gain=1.0, envelope=None,
               fade_in=None, fade_out=None, opaque=True, muted=False, at_beats=None,
               length_beats=None, stretch=1.0, name=None, inverse=True):
        """One region.  fade_*: (shape, length), None = off, "default" = Ardour's own."""
        ids, frames = src
        if length is None:
            length = frames - start
        where = self.a(at)[1:] if at_beats is None else None
        pos = "a" + where if where is not None else "b%d" % at_beats
        ln = self.a(length) if length_beats is None else "b%d" % length_beats
        r = ET.SubElement(p, "Region", {
            "name": name or "r%d" % layer, "muted": str(int(muted)), "opaque": str(int(opaque)),
            "locked": "0", "video-locked": "0", "automatic": "0", "whole-file": "0",
            "import": "0", "external": "0", "hidden": "0", "position-locked": "0",
            "valid-transients": "0", "start": self.a(start), "length": ln + "@" + pos,
            "sync-position": "a0", "ancestral-start": "a0", "ancestral-length": "a0@a0",
            "stretch": repr(stretch), "shift": "1", "sync-marked": "0", "left-of-split": "0",
            "right-of-split": "0", "layering-index": str(layer), "tags": "", "contents": "0",
            "region-group": "0", "envelope-active": str(int(bool(envelope))),
            "default-fade-in": str(int(fade_in == "default")),
            "default-fade-out": str(int(fade_out == "default")),
            "fade-in-active": str(int(fade_in is not None)),
            "fade-out-active": str(int(fade_out is not None)),
            "scale-amplitude": repr(gain), "id": self.id(), "type": "audio",
            "first-edit": "nothing"})
        for c, i in enumerate(ids):
            r.set("source-%d" % c, i)
        for c, i in enumerate(ids):
            r.set("master-source-%d" % c, i)
        r.set("channels", str(len(ids)))
        e = ET.SubElement(r, "Envelope")
        if envelope:
            self.alist(e, "envelope", "Linear", envelope, "Off")
        else:
            e.set("default", "yes")
        for tag, what, f, make in (("FadeIn", "fadein", fade_in, fade_in_points),
                                   ("FadeOut", "fadeout", fade_out, fade_out_points)):
            e = ET.SubElement(r, tag)
            if f is None or f == "default":
                e.set("default", "yes")
                continue
            pts, inv = make(*f)
            self.alist(e, what, "Curved", pts, "Off")
            if inverse:
                e = ET.SubElement(r, "Inverse" + tag)
                self.alist(e, what, "Curved", inv, "Off")

    # ---- groups
    def group(self, name, members, **props):
        g = ET.SubElement(self.groups, "RouteGroup", {
            "id": self.id(), "rgba": "0", "used-to-share-gain": "0", "name": name,
            "relative": "1", "active": "1", "hidden": "0", "gain": "1", "mute": "1",
            "solo": "1", "recenable": "1", "select": "1", "route-active": "1",
            "color": "1", "monitoring": "1", "group-master-number": "-1"})
        for k, v in props.items():
            g.set(k.replace("_", "-"), v)
        self.pending.append(("group", g, members))

    def vca(self, number, name, gain=1.0, mute=False, solo=False, masters=(), auto=None):
        v = ET.SubElement(self.vcas, "VCA", {"name": name, "number": str(number)})
        ET.SubElement(v, "PresentationInfo", {
            "order": str(900 + number), "flags": "VCA,OrderSet", "color": "0"})
        g = self.control(v, "gaincontrol", gain, "GainLike")
        self.vca_gain_ids[number] = g.get("id")
        if masters:
            e = ET.SubElement(g, "masters")
            for m in masters:
                ET.SubElement(e, "master", {"id": self.vca_gain_ids[m], "val-ctrl": "1",
                                            "val-master": "1"})
        self.control(v, "solo", float(solo), "Toggle,RealTime", self_solo=str(int(solo)),
                     soloed_by_upstream="0", soloed_by_downstream="0")
        self.control(v, "mute", float(mute), "Toggle,RealTime")
        a = ET.SubElement(v, "Automation")
        self.alist(a, "gain", "Exponential", auto)
        s = ET.SubElement(v, "Slavable")
        for m in masters:
            ET.SubElement(s, "Master", {"number": str(m)})

    # ---- routes
    def track(self, name, channels=2, regions=(), **kw):
        self.ids[name] = self.id()
        self.pending.append(("track", name, dict(channels=channels, regions=regions, **kw)))

    def bus(self, name, channels=2, **kw):
        self.ids[name] = self.id()
        self.pending.append(("bus", name, dict(channels=channels, **kw)))

    def _outs(self, name, kw):
        """[(port number, destination port)] of a route's outputs"""
        out = kw.get("out", "Master")
        n = kw.get("outs", 2)
        if out is None:
            return []
        if isinstance(out, list):
            return out
        return [(i + 1, "%s/audio_in %d" % (out, i + 1)) for i in range(n)]

    def _route(self, kind, name, feeds, channels=2, regions=(), out="Master", outs=2, gain=1.0,
               trim=1.0, pan=0.5, width=None, panner="", pan_bypassed=False, mute=False,
               mute_point="PostFader,Listen,Main", solo=False, iso=False, safe=False,
               phase="", active=True, gain_auto=None, gain_style="Exponential",
               trim_auto=None, pan_auto=None, width_auto=None, pan_domain="AudioTime",
               mute_auto=None, pre=(), post=(), vcas=(), disk="DiskIOPreFader",
               volume=1.0, gain_state=None, extra_playlist=None):
        r = ET.SubElement(self.routes, "Route", {
            "version": "7002", "id": self.ids[name], "name": name, "default-type": "audio",
            "strict-io": "1" if kind == "master" else "0"})
        if kind == "master":
            r.set("volume-applies-to-output", str(int(not self.lan)))
        for k, v in (("active", str(int(active))), ("denormal-protection", "0"),
                     ("meter-point", "MeterPostFader"), ("disk-io-point", disk),
                     ("meter-type", "MeterPeak")):
            r.set(k, v)
        if kind == "track":
            r.set("audio-playlist", self.playlist(name, self.ids[name], regions))
            r.set("saved-meter-point", "MeterPostFader")
            r.set("alignment-choice", "Automatic")
            r.set("mode", "Normal")
        flags = {"master": "MasterOut", "track": "AudioTrack", "bus": "AudioBus"}[kind]
        ET.SubElement(r, "PresentationInfo", {
            "order": str(self.order), "flags": flags + ",OrderSet", "color": "0"})
        self.order += 1
        rt = "Toggle,RealTime"
        up, down = self.solo_counts.get(name, (0, 0))
        self.control(r, "solo", float(solo), rt, self_solo=str(int(solo)),
                     soloed_by_upstream=str(up), soloed_by_downstream=str(down))
        self.control(r, "solo-iso", float(iso), rt, solo_isolated=str(int(iso)))
        self.control(r, "solo-safe", float(safe), "Toggle", solo_safe=str(int(safe)))
        io = ET.SubElement(r, "IO", {"name": name, "id": self.id(), "direction": "Input",
                                     "default-type": "audio"})
        for c in range(channels):
            port = "%s/audio_in %d" % (name, c + 1)
            p = ET.SubElement(io, "Port", {"type": "audio", "name": port})
            for f in feeds.get(port, ()):
                ET.SubElement(p, "Connection", {"other": f})
        io = ET.SubElement(r, "IO", {"name": name, "id": self.id(), "direction": "Output",
                                     "default-type": "audio"})
        for c in range(outs):
            p = ET.SubElement(io, "Port", {"type": "audio",
                                           "name": "%s/audio_out %d" % (name, c + 1)})
            if kind == "master":
                ET.SubElement(p, "Connection", {"other": "system:playback_%d" % (c + 1)})
            else:
                for n, to in self._outs(name, dict(out=out, outs=outs)):
                    if n == c + 1:
                        ET.SubElement(p, "Connection", {"other": to})
        ET.SubElement(r, "MuteMaster", {"mute-point": mute_point, "muted": str(int(mute))})
        self.control(r, "mute", float(mute), rt)
        # Ardour writes this bit set from the last channel to the first
        ph = (phase + "0" * channels)[:channels][::-1]
        self.control(r, "phase", float("1" in ph), "Toggle", phase_invert=ph)
        if kind == "master":
            self.control(r, "mastervolume", volume, "GainLike,NotAutomatable")
        a = ET.SubElement(r, "Automation")
        for w in ("solo", "solo-iso", "solo-safe", "phase"):
            self.alist(a, w, "Discrete")
        self.alist(a, "mute", "Discrete", mute_auto)
        self._pannable(r, pan, 1.0 if width is None else width, pan_auto, width_auto,
                       pan_domain)
        if kind == "track":
            self._proc(r, "recorder:" + name, "diskwriter").set("record-safe", "0")
            self._proc(r, "player:" + name, "diskreader")
        if kind == "bus":
            self._proc(r, "Return", "intreturn")
        self._proc(r, "Polarity", "polarity")
        t = self._proc(r, "Amp", "trim")
        self.alist(ET.SubElement(t, "Automation"), "trim", "Logarithmic", trim_auto)
        self.control(t, "trimcontrol", trim, "GainLike")
        for p in pre:
            p(self, r)
        t = self._proc(r, "Amp", "amp")
        self.alist(ET.SubElement(t, "Automation"), "gain", gain_style, gain_auto, gain_state)
        g = self.control(t, "gaincontrol", gain, "GainLike")
        if vcas:
            m = ET.SubElement(g, "masters")
            for number, val_ctrl, val_master in vcas:
                ET.SubElement(m, "master", {"id": self.vca_gain_ids[number],
                                            "val-ctrl": repr(val_ctrl),
                                            "val-master": repr(val_master)})
        for p in post:
            p(self, r)
        if kind == "master" and self.lan:
            t = self._proc(r, "LAN Amp", "main-volume")
            self.control(t, "mastervolume", volume, "GainLike,NotAutomatable")
        self._proc(r, "meter-" + name, "meter")
        t = self._proc(r, name, "main-outs")
        for k, v in (("own-input", "1"), ("own-output", "0"), ("output", name),
                     ("role", "Main")):
            t.set(k, v)
        ET.SubElement(t, "PannerShell", {"bypassed": str(int(pan_bypassed)),
                                         "user-panner": panner, "linked-to-route": "1"})
        s = ET.SubElement(r, "Slavable")
        for number, _, _ in vcas:
            ET.SubElement(s, "Master", {"number": str(number)})
        if kind == "track":
            self.control(r, "monitor", 0.0, "RealTime", monitoring="")
            self.control(r, "rec-safe", 0.0, rt)
            self.control(r, "rec-enable", 0.0, rt)

    def _solo(self):
        """name -> (soloed by upstream, by downstream): Ardour keeps these in the file
        and does not work them out again when it loads one"""
        to = {}
        own = []
        for kind, name, kw in self.pending:
            if kind in ("track", "bus"):
                to[name] = {d.split("/")[0] for _, d in self._outs(name, kw)}
                for p in list(kw.get("pre", ())) + list(kw.get("post", ())):
                    if hasattr(p, "target"):
                        to[name].add(p.target)
                if kw.get("solo"):
                    own.append(name)
        fro = {n: {m for m in to if n in to[m]} for n in to}

        def reach(n, graph):
            seen, todo = set(), [n]
            while todo:
                for m in graph.get(todo.pop(), ()):
                    if m not in seen and m != "Master":
                        seen.add(m)
                        todo.append(m)
            return seen
        counts = {}
        for n in own:
            for m in reach(n, to):
                counts[m] = (counts.get(m, (0, 0))[0] + 1, counts.get(m, (0, 0))[1])
            for m in reach(n, fro):
                counts[m] = (counts.get(m, (0, 0))[0], counts.get(m, (0, 0))[1] + 1)
        return counts

    def _proc(self, parent, name, kind, active=True):
        return ET.SubElement(parent, "Processor", {
            "id": self.id(), "name": name, "active": str(int(active)), "user-latency": "0",
            "use-user-latency": "0", "type": kind})

    def _pannable(self, parent, pan, width, pan_auto=None, width_auto=None,
                  domain="AudioTime"):
        p = ET.SubElement(parent, "Pannable")
        self.control(p, "pan-azimuth", pan)
        self.control(p, "pan-width", width)
        for w in ("pan-elevation", "pan-frontback", "pan-lfe"):
            self.control(p, w, 0.0)
        a = ET.SubElement(p, "Automation")
        # the five always share one state; the last one read decides
        st = "Play" if pan_auto or width_auto else "Off"
        self.alist(a, "pan-azimuth", "Linear", pan_auto, st, domain)
        self.alist(a, "pan-elevation", "Linear", None, st, domain)
        self.alist(a, "pan-width", "Linear", width_auto, st, domain)
        self.alist(a, "pan-frontback", "Linear", None, st, domain)
        self.alist(a, "pan-lfe", "Linear", None, st, domain)

    # ---- the file
    def save(self):
        root = ET.Element("Session", {
            "version": "7002", "name": self.name, "sample-rate": str(self.rate),
            "session-range-is-free": "1", "id-counter": "900000", "name-counter": "1",
            "event-counter": "0", "vca-counter": "1"})
        ET.SubElement(root, "ProgramVersion", {"created-with": "make_sessions",
                                               "modified-with": "make_sessions"})
        c = ET.SubElement(root, "Config")
        for k, v in self.config.items():
            ET.SubElement(c, "Option", {"name": k, "value": v})
        ET.SubElement(root, "Metadata")
        root.append(self.sources)
        ET.SubElement(root, "Regions")
        loc = ET.SubElement(root, "Locations")
        ET.SubElement(loc, "Location", {
            "id": self.id(), "name": "session", "start": "a0", "end": self.a(self.end),
            "flags": "IsSessionRange", "locked": "0", "timestamp": "0", "cue": "0"})
        ET.SubElement(root, "Bundles")
        root.append(self.vcas)
        self.ids["Master"] = self.id()
        feeds = {}
        for kind, name, kw in self.pending:
            if kind in ("track", "bus"):
                for n, to in self._outs(name, kw):
                    feeds.setdefault(to, []).append("%s/audio_out %d" % (name, n))
        self.solo_counts = self._solo()
        self._route("master", "Master", feeds, **self.master_args)
        for kind, name, kw in self.pending:
            if kind in ("track", "bus"):
                self._route(kind, name, feeds, **kw)
            else:
                name.set("routes", "".join(self.ids[m] + " " for m in kw))
        root.append(self.routes)
        root.append(self.playlists)
        ET.SubElement(root, "UnusedPlaylists")
        root.append(self.groups)
        t = ET.SubElement(root, "TempoMap", {"superclocks-per-second": str(TICKS)})
        ts = ET.SubElement(t, "Tempos")
        for k in self.tempos:
            d = {"npm": "120", "enpm": "120", "note-type": "4", "type": "Tempo::Constant",
                 "active": "1", "locked-to-meter": "0", "continuing": "0", "sclock": "0",
                 "quarters": "0:0", "bbt": "1|1|0", "omega": "0"}
            d.update({a: str(b) for a, b in k.items()})
            ET.SubElement(ts, "Tempo", d)
        ms = ET.SubElement(t, "Meters")
        ET.SubElement(ms, "Meter", {"note-value": "4", "divisions-per-bar": "4", "sclock": "0",
                                    "quarters": "0:0", "bbt": "1|1|0"})
        ET.SubElement(t, "MusicTimes")
        root.append(ET.Element("ControlProtocols"))
        ET.indent(root)
        ET.ElementTree(root).write(os.path.join(self.dir, self.name + ".ardour"),
                                   encoding="UTF-8", xml_declaration=True)

    def export(self, name="ref.wav"):
        """Ardour's bounce of the master bus over the session range."""
        export(self.dir, self.name, os.path.join(self.dir, name))


def export(folder, snapshot, wav, bits="float", limit=40, tries=5):
    """Run ardour7-export.  Now and then (1 in 10) it never starts to roll: kill and retry."""
    wav = os.path.abspath(wav)
    log = ""
    for _ in range(tries):
        if os.path.exists(wav):
            os.remove(wav)
        p = subprocess.Popen(["ardour7-export", "-b", bits, "-o", wav, folder, snapshot],
                             stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                             stderr=subprocess.STDOUT)
        try:
            log = p.communicate(timeout=limit)[0].decode("utf-8", "replace")
        except subprocess.TimeoutExpired:
            p.kill()
            p.communicate()
            continue
        if "* Done." in log and os.path.exists(wav):
            with open(wav + ".log", "w") as f:
                f.write(log)
            return
    raise SystemExit("no export of %s:\n%s" % (folder, log))


# ---------------------------------------------------------------- processors

def send(target, gain=1.0, active=True, pan=0.5, width=1.0, linked=True, bypassed=False,
         polarity=False, auto=None, panner=None, pan_auto=None, style="Exponential"):
    """An aux send; put it in a route's `pre` or `post` list."""
    def write(s, route):
        p = s._proc(route, target, "intsend", active)
        for k, v in (("own-input", "1"), ("own-output", "0"), ("output", ""), ("role", "Aux"),
                     ("bitslot", "1"), ("selfdestruct", "0"), ("target", s.ids[target]),
                     ("allow-feedback", "0")):
            p.set(k, v)
        a = ET.SubElement(p, "Automation")
        s.alist(a, "send", style, auto)
        sh = ET.SubElement(p, "PannerShell", {
            "bypassed": str(int(bypassed)), "user-panner": panner or "",
            "linked-to-route": str(int(linked))})
        if panner:
            ET.SubElement(sh, "Panner", {"uri": panner})
        if not linked:
            s._pannable(p, pan, width, pan_auto)
        s.control(p, "polarity-invert", float(polarity), "Toggle")
        s.control(p, "gaincontrol", gain, "GainLike,InlineControl")
    write.target = target
    return write


def lv2(uri, name, controls, count=1, channels=2, active=True, sinks=None, auto=None):
    """A plug-in.  controls: [(port index, symbol, name, value, flags)]."""
    def write(s, route):
        p = s._proc(route, name, "lv2", active)
        p.set("unique-id", uri)
        p.set("count", str(count))
        p.set("custom", "0")
        if auto:
            a = ET.SubElement(p, "Automation")
            for index, pts in auto.items():
                s.alist(a, "parameter-%d" % index, "Linear", pts)
        for tag, n in (("ConfiguredInput", channels), ("CustomSinks", sinks or channels),
                       ("ConfiguredOutput", channels)):
            ET.SubElement(ET.SubElement(p, tag), "Channels", {"type": "audio",
                                                              "count": str(n)})
        ET.SubElement(p, "PresetOutput")
        per = channels // count
        for k in range(count):
            for tag in ("InputMap", "OutputMap"):
                m = ET.SubElement(p, "%s-%d" % (tag, k))
                for c in range(per):
                    ET.SubElement(m, "Channelmap", {"type": "audio", "from": str(c),
                                                    "to": str(k * per + c)})
        ET.SubElement(p, "ThruMap")
        e = ET.SubElement(p, "lv2", {"last-preset-uri": "", "last-preset-label": "",
                                     "parameter-changed-since-last-preset": "0"})
        for _, symbol, _, value, _ in controls:
            ET.SubElement(e, "Port", {"symbol": symbol, "value": repr(value)})
        for index, symbol, label, value, flags in controls:
            s.control(p, label, value, flags, parameter=str(index), symbol=symbol)
    return write


def a_eq(channels=2, active=True, **set_):
    """ACE EQ; keywords are its port symbols."""
    ports = [("freql", "Frequency L", 160), ("gl", "Gain L", 0), ("freq1", "Frequency 1", 300),
             ("g1", "Gain 1", 0), ("bw1", "Bandwidth 1", 1), ("freq2", "Frequency 2", 1000),
             ("g2", "Gain 2", 0), ("bw2", "Bandwidth 2", 1), ("freq3", "Frequency 3", 2500),
             ("g3", "Gain 3", 0), ("bw3", "Bandwidth 3", 1), ("freq4", "Frequency 4", 6000),
             ("g4", "Gain 4", 0), ("bw4", "Bandwidth 4", 1), ("freqh", "Frequency H", 9000),
             ("gh", "Gain H", 0), ("master", "Master Gain", 0)]
    tog = [("filtogl", "Filter L"), ("filtog1", "Filter 1"), ("filtog2", "Filter 2"),
           ("filtog3", "Filter 3"), ("filtog4", "Filter 4"), ("filtogh", "Filter H"),
           ("enable", "Enable")]
    c = [(i, y, n, float(set_.get(y, v)), "") for i, (y, n, v) in enumerate(ports)]
    c += [(17 + i, y, n, float(set_.get(y, 1)), "Toggle") for i, (y, n) in enumerate(tog)]
    return lv2("urn:ardour:a-eq", "ACE EQ", c, count=channels, channels=channels,
               active=active, sinks=1)


def a_comp(channels=2, active=True, **set_):
    """ACE Compressor; keywords are its port symbols."""
    ports = [(0, "att", "Attack", 10), (1, "rel", "Release", 80), (2, "kn", "Knee", 0),
             (3, "rat", "Ratio", 4), (4, "thr", "Threshold", 0), (5, "mak", "Makeup", 0)]
    c = [(i, y, n, float(set_.get(y, v)), "") for i, y, n, v in ports]
    base = 9
    uri, label = "urn:ardour:a-comp#stereo", "ACE Compressor (stereo)"
    if channels == 1:
        uri, label = "urn:ardour:a-comp", "ACE Compressor"
    c += [(base, "sidech", "Sidechain", float(set_.get("sidech", 0)), "Toggle"),
          (base + 1, "enable", "Enable", float(set_.get("enable", 1)), "Toggle")]
    return lv2(uri, label, c, channels=channels, active=active, sinks=channels + 1)


# ------------------------------------------------------------------ sessions

SESSIONS = {}


def session(f):
    SESSIONS[f.__name__] = f
    return f


@session
def clips(out):
    """offsets, lengths, region gain, negative gain, envelopes, fader, trim, beats; no fades"""
    s = Session(out, "clips", seconds=6)
    s.tempos[0].update(npm=90, enpm=90)
    m = s.source("m.wav", [noise(144000, 1)])
    st = s.source("st.wav", [noise(144000, 2), noise(144000, 3)])
    lr = s.source("pair.wav", [noise(96000, 4), noise(96000, 5)], split=True)
    s.track("Mono", 1, [
        dict(src=m, at=0, length=40000),
        dict(src=m, at=48001, start=777, length=50001, gain=0.5),
        dict(src=m, at=120000, start=12345, length=60000, gain=-1.25)], gain=0.7)
    s.track("Stereo", 2, [
        dict(src=st, at=3001, start=77, length=90000,
             envelope=[(0, 1.0), (45000, 0.25), (45001, 1.5), (90000, 0.0)]),
        dict(src=st, at=100000, length=144000, gain=1.9, envelope=[(0, 0.0), (144000, 1.0)])],
        gain=0.25, trim=1.5)
    s.track("Pair", 2, [dict(src=lr, at=150000, start=1000, length=90000)], gain=1.7)
    s.track("MonoInStereo", 2, [dict(src=m, at=200000, length=50000)], gain=0.5)
    s.track("StereoInMono", 1, [dict(src=st, at=210000, length=50000)], gain=0.5)
    s.track("Silent", 2, [dict(src=st, at=0)], gain=0.0)
    s.track("Inactive", 2, [dict(src=st, at=0)], active=False)
    s.track("Nowhere", 2, [dict(src=st, at=0)], out=None)
    # what a stretched region says of itself: its file is the stretched one
    s.track("Stretched", 1, [dict(src=m, at=30000, length=20000, stretch=1.25)], gain=0.3)
    e = s.source("ext.wav", [noise(100000, 96)], folder=os.path.join(s.dir, "elsewhere"))
    s.track("Beats", 1, [dict(src=e, at_beats=1920, length=60000),
                         dict(src=e, at_beats=7000, length_beats=3333)], gain=0.4)
    return s


@session
def fades(out):
    """every shape in and out, several lengths, default fades, no inverse curves"""
    s = Session(out, "fades", seconds=8)
    one = s.source("noise.wav", [noise(384000, 7, 0.9)])
    for k, shape in enumerate(("Linear", "ConstantPower", "Symmetric", "Slow", "Fast")):
        s.track(shape, 1, [
            dict(src=one, at=0, length=100000, fade_in=(shape, 24000), fade_out=(shape, 30000)),
            dict(src=one, at=110000, start=100, length=100000, fade_in=(shape, 64),
                 fade_out=(shape, 1000)),
            dict(src=one, at=220000, length=60000, fade_in="default", fade_out="default"),
            dict(src=one, at=290000, length=90000, fade_in=(shape, 50000),
                 fade_out=(shape, 40000), gain=0.5,
                 envelope=[(0, 1.0), (30000, 0.5), (90000, 2.0)])],
            gain=0.15, pan=k / 4)
    return s


@session
def layers(out):
    """crossfades and layering: opaque, transparent, muted, three deep"""
    s = Session(out, "layers", seconds=8)
    a = s.source("a.wav", [noise(384000, 11), noise(384000, 12)])
    b = s.source("b.wav", [noise(384000, 13), noise(384000, 14)])
    c = s.source("c.wav", [noise(384000, 15), noise(384000, 16)])
    for k, (shape, n) in enumerate((("Linear", 8000), ("ConstantPower", 12000), ("Slow", 5000),
                                    ("Fast", 5000), ("Symmetric", 7000))):
        # the usual crossfade: the upper region fades in over the lower one's end
        s.track("x" + shape, 2, [
            dict(src=a, at=0, length=60000, fade_in="default", fade_out="default"),
            dict(src=b, at=60000 - n, length=60000, fade_in=(shape, n), fade_out="default"),
            # both fade
            dict(src=a, at=130000, length=60000, fade_in="default", fade_out=(shape, n)),
            dict(src=b, at=190000 - n, length=60000, fade_in=(shape, n), fade_out=(shape, n)),
            # an island over a long region
            dict(src=a, at=260000, length=110000, fade_in="default", fade_out="default"),
            dict(src=c, at=290000, length=40000, fade_in=(shape, n), fade_out=(shape, n))],
            gain=0.2)
    s.track("deep", 2, [
        dict(src=a, at=0, length=300000, fade_in="default", fade_out="default"),
        dict(src=b, at=50000, length=100000, opaque=False, fade_in="default", fade_out="default"),
        dict(src=c, at=100000, length=100000, fade_in=("Linear", 20000), fade_out=("Slow", 20000)),
        dict(src=b, at=220000, length=50000, muted=True, fade_in="default", fade_out="default"),
        dict(src=c, at=130000, length=20000, fade_in=None, fade_out=None, gain=0.5),
        dict(src=b, at=140000, length=150000, opaque=False, fade_in=("Fast", 3000),
             fade_out=("ConstantPower", 9000))], gain=0.5)
    s.track("noinverse", 2, [
        dict(src=a, at=0, length=100000, fade_in="default", fade_out="default"),
        dict(src=b, at=90000, length=100000, fade_in=("ConstantPower", 10000), inverse=False,
             fade_out=("ConstantPower", 10000))], gain=0.3)
    return s


@session
def pans(out):
    """mono panner; balance; 2in2out with widths; bypassed; one output; wide routes"""
    s = Session(out, "pans", seconds=6)
    m = s.source("m.wav", [noise(9000, 21)])
    st = s.source("st.wav", [noise(9000, 22), noise(9000, 23)])
    at = 0
    for p in (0.0, 0.1, 0.25, 0.5, 0.6, 0.9, 1.0):
        s.track("m%g" % p, 1, [dict(src=m, at=at)], pan=p)
        at += 10000
    for p in (0.0, 0.2, 0.5, 0.7, 1.0):
        s.track("b%g" % p, 2, [dict(src=st, at=at)], pan=p, panner=BAL)
        at += 10000
    s.track("def", 2, [dict(src=st, at=at)], pan=0.3)
    at += 10000
    for p, w in ((0.5, 1.0), (0.5, 0.5), (0.5, 0.0), (0.5, -1.0), (0.3, 0.5), (0.7, -0.4),
                 (0.1, 1.0), (0.0, 0.0), (0.8, 0.6)):
        s.track("w%g_%g" % (p, w), 2, [dict(src=st, at=at)], pan=p, width=w, panner=EQP)
        at += 10000
    s.track("byp", 2, [dict(src=st, at=at)], pan=0.0, pan_bypassed=True)
    at += 10000
    s.track("bypm", 1, [dict(src=m, at=at)], pan=0.0, pan_bypassed=True)
    at += 10000
    s.track("one", 2, [dict(src=st, at=at)], outs=1, out=[(1, "Master/audio_in 1")])
    at += 10000
    s.track("swap", 2, [dict(src=st, at=at)],
            out=[(1, "Master/audio_in 2"), (2, "Master/audio_in 1")])
    return s


@session
def sends(out):
    """aux sends before and after the fader, gains, send panners, nested busses"""
    s = Session(out, "sends", seconds=6)
    m = s.source("m.wav", [noise(288000, 31)])
    st = s.source("st.wav", [noise(288000, 32), noise(288000, 33)])
    s.track("pre", 1, [dict(src=m, length=40000)], gain=0.3, pan=0.2,
            pre=[send("FX", 0.5)], out=None)
    s.track("post", 1, [dict(src=m, at=50000, length=40000)], gain=0.3, pan=0.8,
            post=[send("FX", 0.5, linked=False, pan=0.1)])
    s.track("st", 2, [dict(src=st, at=100000, length=40000)], gain=0.6, pan=0.3,
            post=[send("FX", 1.0), send("Mono", 0.7), send("FX", 0.9, active=False)])
    s.track("stw", 2, [dict(src=st, at=150000, length=40000)], gain=0.6, pan=0.5,
            pre=[send("FX", 0.8, linked=False, pan=0.5, width=0.5, panner=EQP, polarity=True)])
    s.track("byp", 2, [dict(src=st, at=200000, length=40000)], gain=0.6, pan=0.2,
            pre=[send("FX", 0.8, bypassed=True)])
    s.track("mb", 1, [dict(src=m, at=250000, length=30000)], gain=0.5,
            out=[(1, "Sub/audio_in 1"), (2, "Sub/audio_in 2")], post=[send("Mono", 1.0)])
    s.bus("FX", 2, gain=0.8, pan=0.6)
    s.bus("Mono", 1, gain=0.5, pan=0.25)
    s.bus("Sub", 2, gain=0.9, trim=0.5, out=[(1, "Sub2/audio_in 1"), (2, "Sub2/audio_in 2")],
          post=[send("FX", 0.25)])
    s.bus("Sub2", 2, gain=1.5, pan=0.4, phase="11")
    return s


@session
def fader(out):
    """fader automation on constants: left exponential, right linear"""
    s = Session(out, "fader", seconds=6)
    m = s.source("m.wav", [const(288000, 0.1)])
    pts = [(0, 1.0), (48000, 0.1), (96000, 1.9), (96001, 0.5), (150000, 0.5), (200000, 0.0),
           (240000, 1.0)]
    s.track("exp", 1, [dict(src=m)], gain=0.2, gain_auto=pts, pan=0.0)
    s.track("lin", 1, [dict(src=m)], gain=0.2, gain_auto=pts, gain_style="Linear", pan=1.0)
    return s


@session
def panauto(out):
    """pan automation in audio time: mono, balance, 2in2out with a width that moves"""
    s = Session(out, "panauto", seconds=6)
    m = s.source("m.wav", [noise(288000, 51)])
    st = s.source("st.wav", [noise(288000, 52), noise(288000, 53)])
    pts = [(10016, 0.5), (60000, 0.0), (120000, 1.0), (250016, 0.2)]
    s.track("mono", 1, [dict(src=m)], gain=0.5, pan_auto=pts)
    s.track("bal", 2, [dict(src=st)], gain=0.25, pan_auto=pts)
    s.track("eqp", 2, [dict(src=st)], gain=0.25, pan_auto=pts, panner=EQP,
            width_auto=[(0, 1.0), (200000, -0.5)])
    return s


@session
def mutes(out):
    """mute points, polarity, safe; sends of muted tracks"""
    s = Session(out, "mutes", seconds=6)
    m = s.source("m.wav", [noise(30000, 61)])
    st = s.source("st.wav", [noise(30000, 62), noise(30000, 63)])
    s.track("muted", 2, [dict(src=st, at=0)], mute=True)
    s.track("mutedpre", 2, [dict(src=st, at=40000)], mute=True, pre=[send("FX", 0.5)],
            post=[send("FX", 0.25)])
    s.track("mutepre", 2, [dict(src=st, at=80000)], mute=True, pre=[send("FX", 0.5)],
            post=[send("FX", 0.25)], mute_point="PreFader,PostFader,Listen,Main")
    s.track("mutemain", 2, [dict(src=st, at=120000)], mute=True, pre=[send("FX", 0.5)],
            post=[send("FX", 0.25)], mute_point="Main")
    s.track("pol", 2, [dict(src=st, at=160000)], phase="10")
    s.track("pol1", 1, [dict(src=m, at=200000)], phase="1", pan=0.3)
    s.track("post", 2, [dict(src=st, at=240000)], disk="DiskIOPostFader", gain=0.1, trim=0.5)
    s.bus("FX", 2)
    s.bus("MutedBus", 2, mute=True)
    return s


@session
def solos(out):
    """one soloed track; a soloed bus's feeders; isolated and safe tracks"""
    s = Session(out, "solos", seconds=6)
    st = s.source("st.wav", [noise(30000, 71), noise(30000, 72)])
    s.track("plain", 2, [dict(src=st, at=0)])
    s.track("solo", 2, [dict(src=st, at=40000)], solo=True, post=[send("FX", 0.5)],
            out=[(1, "Sub/audio_in 1"), (2, "Sub/audio_in 2")])
    s.track("iso", 2, [dict(src=st, at=80000)], iso=True)
    s.track("solomute", 2, [dict(src=st, at=120000)], solo=True, mute=True)
    s.track("insub", 2, [dict(src=st, at=160000)],
            out=[(1, "Sub/audio_in 1"), (2, "Sub/audio_in 2")])
    s.track("insolobus", 2, [dict(src=st, at=200000)],
            out=[(1, "SoloBus/audio_in 1"), (2, "SoloBus/audio_in 2")])
    s.track("sendonly", 2, [dict(src=st, at=240000)], out=None, post=[send("SoloBus", 0.5)])
    s.bus("Sub", 2)
    s.bus("FX", 2)
    s.bus("SoloBus", 2, solo=True)
    return s


@session
def vcas(out):
    """VCAs (nested, muted), groups, master fader, trim and volume"""
    s = Session(out, "vcas", seconds=6)
    st = s.source("st.wav", [noise(40000, 81), noise(40000, 82)])
    s.vca(1, "V1", gain=0.5)
    s.vca(2, "V2", gain=0.8, masters=[1])
    s.vca(3, "V3", mute=True)
    s.track("one", 2, [dict(src=st, at=0)], gain=0.9, vcas=[(1, 1.0, 1.0)])
    s.track("two", 2, [dict(src=st, at=50000)], gain=0.9, vcas=[(2, 1.0, 1.0)])
    s.track("both", 2, [dict(src=st, at=100000)], gain=0.9,
            vcas=[(1, 1.0, 1.0), (2, 1.0, 1.0)])
    s.track("offset", 2, [dict(src=st, at=150000)], gain=0.9, vcas=[(1, 0.9, 0.25)])
    s.track("muted", 2, [dict(src=st, at=200000)], gain=0.9, vcas=[(3, 1.0, 1.0)])
    s.group("G", ["one", "two"])
    s.master_args = dict(gain=0.7, volume=1.5, trim=0.9)
    return s


@session
def fx(out):
    """ACE EQ, which sounds first, and ACE Compressor; active, bypassed"""
    s = Session(out, "fx", seconds=6)   # a session called "plugins" would not load
    st = s.source("st.wav", [noise(60000, 101), noise(60000, 102)])
    s.track("eq", 2, [dict(src=st, at=0)], pre=[a_eq(2, g1=6.0, freq1=500.0, bw1=2.0, gl=-3.0)])
    s.track("eqoff", 2, [dict(src=st, at=70000)], pre=[a_eq(2, active=False, g1=6.0)])
    s.track("comp", 2, [dict(src=st, at=140000)], pre=[a_comp(2, thr=-20.0, rat=4.0)])
    s.track("compoff", 2, [dict(src=st, at=210000)],
            pre=[a_comp(2, active=False, thr=-20.0, rat=4.0)])
    return s


def aged(s, version):
    """Rewrite a saved session the way versions 3-5 (3002) or 6 (6000) wrote it: sample
    numbers for times, and for 3-5 Diskstream, yes/no and the only stereo panner."""
    path = os.path.join(s.dir, s.name + ".ardour")
    root = ET.parse(path).getroot()
    root.set("version", str(version))
    per = TICKS // s.rate

    def plain(t):
        assert t[0] == "a"
        return str(int(t[1:]) // per)
    for e in root.iter():
        e.attrib.pop("time-domain", None)
        if e.tag == "events":
            w = e.text.split()
            e.text = "".join("%s %s\n" % (plain(t), v) for t, v in zip(w[0::2], w[1::2]))
        elif e.tag == "Location":
            for k in ("start", "end"):
                e.set(k, plain(e.get(k)))
            e.set("position-lock-style", "AudioTime")
        elif e.tag == "Source":
            e.attrib.pop("natural-position")
        elif e.tag == "Region":
            ln, at = e.get("length").split("@")
            e.set("position", plain(at))
            e.set("length", plain(ln))
            e.set("positional-lock-style", "AudioTime")
            for k in ("start", "sync-position", "ancestral-start"):
                e.set(k, plain(e.get(k)))
            e.set("ancestral-length", e.get("length"))
    names = {p.get("id"): p.get("name") for p in root.iter("Playlist")}
    for r in root.iter("Route"):
        r.attrib.pop("version")
        if version < 6000:
            for e in r.findall("Processor"):
                if e.get("type") in ("diskreader", "diskwriter", "polarity"):
                    r.remove(e)
            for c in list(r.findall("Controllable")):
                if c.get("name") == "phase":
                    r.set("phase-invert", c.get("phase-invert"))
                    r.remove(c)
                if c.get("name") == "solo":
                    for k in ("self-solo", "soloed-by-upstream", "soloed-by-downstream"):
                        r.set(k, c.attrib.pop(k))
            if r.get("audio-playlist"):
                n = len([i for i in r.findall("IO") if i.get("direction") == "Input"][0])
                ET.SubElement(r, "Diskstream", {
                    "flags": "Recordable", "playlist": names[r.attrib.pop("audio-playlist")],
                    "name": r.get("name"), "id": s.id(), "speed": "1.000000",
                    "capture-alignment": "Automatic", "channels": str(n)})
            for sh in r.iter("PannerShell"):
                sh.attrib.pop("user-panner")
                for k in list(sh):
                    sh.remove(k)
    t = root.find("TempoMap")
    t.clear()
    ET.SubElement(t, "Tempo", {"start": "1|1|0", "beats-per-minute": "120.000000",
                               "note-type": "4.000000", "movable": "no"})
    ET.SubElement(t, "Meter", {"start": "1|1|0", "note-type": "4.000000",
                               "divisions-per-bar": "4.000000", "movable": "no"})
    ET.indent(root)
    ET.ElementTree(root).write(path, encoding="UTF-8", xml_declaration=True)


def old(out, name, version):
    s = Session(out, name, seconds=4)
    m = s.source("m.wav", [noise(144000, 111)])
    st = s.source("st.wav", [noise(144000, 112), noise(144000, 113)])
    s.track("Mono", 1, [
        dict(src=m, at=5000, start=200, length=50000, gain=0.5, fade_in=("Slow", 3000),
             fade_out=("Linear", 2000)),
        dict(src=m, at=60001, length=80000, fade_in="default", fade_out="default")],
        gain=0.7, pan=0.2)
    s.track("Stereo", 2, [dict(src=st, at=20000, length=120000, fade_in=("ConstantPower", 999),
                               fade_out="default")],
            gain=0.5, pan=0.4, width=0.5, phase="10")
    s.aged = version
    return s


@session
def old3(out):
    """a session as versions 3 to 5 wrote it"""
    return old(out, "old3", 3002)


@session
def old6(out):
    """a session as version 6 wrote it"""
    return old(out, "old6", 6000)


def main(argv):
    opts = [a for a in argv if a.startswith("--")]
    args = [a for a in argv if not a.startswith("--")]
    if "--list" in opts:
        for name, f in SESSIONS.items():
            print("%-12s %s" % (name, f.__doc__))
        return
    if not args:
        raise SystemExit(__doc__)
    for name in args[1:] or SESSIONS:
        s = SESSIONS[name](args[0])
        s.save()
        if hasattr(s, "aged"):
            aged(s, s.aged)
        if "--no-export" not in opts:
            s.export()
        print(name)


if __name__ == "__main__":
    main(sys.argv[1:])
