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
import os
import sys
import xml.etree.ElementTree as ET

from session_audio import const, noise
from session_file import BAL, EQP, Session, TICKS, a_comp, a_eq, export, send

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
