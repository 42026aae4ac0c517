"""What an Ardour 7 session is: routes, processors, and the export of its master bus by `ardour7-export`."""
import os
import shutil
import subprocess
import xml.etree.ElementTree as ET

from session_audio import fade_in_points, fade_out_points, write_wav

TICKS = 282_240_000          # superclock ticks per second (v7)
BAL = "http://ardour.org/plugin/panner_balance"
EQP = "http://ardour.org/plugin/panner_2in2out"


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
