//! Every mistake that a session.toml can hold: each is named with its place, and its hint, followed, makes it valid.

use std::path::Path;
use stemwright_core::Session;
use stemwright_daw::{SessionError, SessionFile};

fn parse(text: &str) -> Result<Session, SessionError> {
    SessionFile::parse(Path::new("songs/session.toml"), text.to_owned()).map(|file| file.session)
}

/// A mistake. The document is [`BASE`] and then `text`, in which ‹…› is the place that the error must name (and mark,
/// if it is within a line).
struct Mistake {
    text: &'static str,
    message: &'static str,
    hint: &'static str,
    /// What someone who follows the hint writes in place of ‹…›; `?`: the word of "did you mean `word`?".
    then: &'static str,
}

const BASE: &str = "[session]\nrate = 48000\n[[bus]]\nname = \"Größe\"\n[[return]]\nname = \"Reverb\"\n";

const fn mistake(text: &'static str, message: &'static str, hint: &'static str, then: &'static str) -> Mistake {
    Mistake { text, message, hint, then }
}

#[rustfmt::skip]
const MISTAKES: &[Mistake] = &[
    // Keys.
    mistake("[[track]]\nname = \"A\"\n‹gian› = 1.0", "does not know the key `gian`", "did you mean `gain`?", "?"),
    mistake("[[track]]\nname = \"A\"\n‹zzzzz› = 1.0", "does not know the key `zzzzz`", "it knows: name, clip", "pan"),
    mistake("[song]\n‹tittle› = \"x\"", "[song] does not know the key `tittle`", "did you mean `title`?", "?"),
    mistake("[‹mastre›]\ngain = 0.0", "does not know the key `mastre`", "did you mean `master`?", "?"),
    mistake("[[‹tracks›]]\nname = \"A\"", "does not know the key `tracks`", "did you mean `track`?", "?"),
    mistake("[[track]]\nname = \"A\"\n[[track.insert]]\ntype = \"compressor\"\n‹treshold› = -20.0",
        "does not know the key `treshold`", "did you mean `threshold`?", "?"),
    mistake("[[track]]\nname = \"A\"\n[[track.insert]]\ntype = \"eq\"\nbands = [{ type = \"high-pass\", ‹gain› = 1, freq = 30 }]",
        "does not know the key `gain`", "it knows: type, freq, slope, q", "q"),
    mistake("[[track]]\nname = \"A\"\n[[track.send]]\nto = \"Reverb\"\n‹tab› = \"pre\"", "does not know the key `tab`", "did you mean `tap`?", "?"),
    // Missing fields.
    mistake("‹[[track]]›\ngain = 0.0", "[[track]] has no `name`", "write `name = \"Kick\"`", "[[track]]\nname = \"Kick\""),
    mistake("[[track]]\nname = \"A\"\n‹[[track.clip]]›", "[[track.clip]] has no `file`", "write `file = \"audio/kick.wav\"`",
        "[[track.clip]]\nfile = \"audio/kick.wav\""),
    mistake("[[track]]\nname = \"A\"\n‹[[track.insert]]›", "has no `type`", "write `type = \"eq\"`", "[[track.insert]]\ntype = \"eq\""),
    mistake("[[track]]\nname = \"A\"\n‹[[track.insert]]›\ntype = \"delay\"", "has no `time`", "write `time = \"1/8\"`",
        "[[track.insert]]\ntime = \"1/8\""),
    mistake("[[track]]\nname = \"A\"\n[[track.insert]]\ntype = \"eq\"\nbands = [‹{ type = \"bell\" }›]", "has no `freq`",
        "write `freq = 300.0`", "{ type = \"bell\", freq = 300.0 }"),
    mistake("[[track]]\nname = \"A\"\n‹[[track.send]]›", "has no `to`", "write `to = \"Reverb\"`", "[[track.send]]\nto = \"Reverb\""),
    mistake("[[track]]\nname = \"A\"\n‹[[track.automation]]›\nparam = \"gain\"", "has no `points`",
        "write `points = [[\"1|1\", -12.0], [\"5|1\", 0.0]]`", "[[track.automation]]\npoints = [[\"1|1\", -12.0], [\"5|1\", 0.0]]"),
    mistake("‹[[section]]›\nname = \"x\"", "[[section]] has no `start`", "write `start = \"17|1\"`", "[[section]]\nstart = \"17|1\""),
    mistake("‹[[stem]]›", "[[stem]] has no `name`", "write `name = \"Drums\"`", "[[stem]]\nname = \"Drums\""),
    // Types.
    mistake("[[track]]\nname = \"A\"\ngain = ‹\"loud\"›", "`gain` must be a number", "write a number up to 60 dB, or -inf", "-6"),
    mistake("[[track]]\nname = \"A\"\nmute = ‹1›", "`mute` must be true or false", "write true or false", "true"),
    mistake("[[track]]\nname = ‹7›", "`name` must be text", "in quotes", "\"7\""),
    mistake("[song]\ntitle = ‹7›", "`title` must be text", "in quotes", "\"7\""),
    mistake("[[track]]\nname = \"A\"\npan_law = ‹3›", "`pan_law` must be text", "one of \"constant-power\", \"compromise\"", "\"linear\""),
    mistake("track = ‹3›", "`track` must be tables", "write [[track]]", "[{ name = \"A\" }]"),
    mistake("stem = [‹3›]", "`stem` must hold tables", "write [[stem]]", "{ name = \"A\" }"),
    mistake("song = ‹3›", "`song` must be a table", "write [song]", "{ title = \"A\" }"),
    mistake("[[track]]\nname = \"A\"\n[[track.automation]]\nparam = \"gain\"\npoints = ‹3›", "`points` must be a list", "in brackets",
        "[[\"1|1\", 3.0]]"),
    mistake("[[track]]\nname = \"A\"\n[[track.automation]]\nparam = \"gain\"\npoints = [‹3›]", "`points` must be a list", "in brackets",
        "[\"1|1\", 3.0]"),
    // Ranges.
    mistake("[[track]]\nname = \"A\"\ngain = ‹60.5›", "`gain` is 60.5 dB", "up to 60 dB, or -inf", "60"),
    mistake("[[track]]\nname = \"A\"\ngain = ‹nan›", "`gain` is NaN dB", "up to 60 dB, or -inf", "0"),
    mistake("[[track]]\nname = \"A\"\npan = ‹-1.01›", "`pan` is -1.01", "from -1 to 1", "-1"),
    mistake("[song]\nbpm = ‹0›", "`bpm` is 0 beats a minute", "from 10 to 1000", "10"),
    mistake("[song]\ntuning = ‹99999999999999999999›", "`tuning` must be a number", "from 220 to 880 Hz", "440"),
    mistake("[[track]]\nname = \"A\"\n[[track.insert]]\ntype = \"eq\"\nbands = [{ type = \"bell\", freq = ‹24000› }]",
        "`freq` is 24000 Hz", "from 5 to 23520 Hz", "23520"),
    mistake("[[track]]\nname = \"A\"\n[[track.insert]]\ntype = \"eq\"\nbands = [{ type = \"bell\", freq = 100, q = ‹0› }]",
        "`q` is 0", "from 0.1 to 40", "0.1"),
    mistake("[[track]]\nname = \"A\"\n[[track.insert]]\ntype = \"eq\"\nbands = [{ type = \"low-pass\", freq = 100, slope = ‹18› }]",
        "`slope` is 12 or 24", "write 12 or 24", "24"),
    mistake("[[track]]\nname = \"A\"\n[[track.insert]]\ntype = \"compressor\"\nratio = ‹0.5›", "`ratio` is 0.5", "from 1 to inf", "inf"),
    mistake("[[track]]\nname = \"A\"\n[[track.insert]]\ntype = \"delay\"\ntime = 1\nfeedback = ‹1.0›", "`feedback` is 1", "from 0 to 0.98", "0.98"),
    mistake("[[track]]\nname = \"A\"\n[[track.insert]]\ntype = \"limiter\"\nceiling = ‹0.5›", "`ceiling` is 0.5 dBTP", "from -40 to 0 dBTP", "0"),
    mistake("[[track]]\nname = \"A\"\n[[track.insert]]\ntype = \"limiter\"\nlook_ahead_ms = ‹0.1›", "`look_ahead_ms` is 0.1 ms", "from 0.25 to 20 ms", "0.25"),
    mistake("[[track]]\nname = \"A\"\n[[track.insert]]\ntype = \"gate\"\nthreshold = ‹1›", "`threshold` is 1 dBFS", "from -100 to 0 dBFS", "0"),
    mistake("[[track]]\nname = \"A\"\n[[track.insert]]\ntype = \"expander\"\nratio = ‹0.9›", "`ratio` is 0.9", "from 1 to inf", "1"),
    mistake("[[track]]\nname = \"A\"\n[[track.insert]]\ntype = \"de-esser\"\nfreq = ‹21601›", "`freq` is 21601 Hz", "from 500 to 21600 Hz", "21600"),
    mistake("[[track]]\nname = \"A\"\n[[track.insert]]\ntype = \"saturation\"\nasymmetry = ‹1›", "`asymmetry` is 1", "from 0 to 0.9", "0.9"),
    mistake("[[track]]\nname = \"A\"\n[[track.insert]]\ntype = \"width\"\nwidth = ‹-1›", "`width` is -1", "from 0 to 2", "0"),
    mistake("[[track]]\nname = \"A\"\n[[track.insert]]\ntype = \"reverb\"\ndecay = ‹0›", "`decay` is 0 seconds", "from 0.1 to 30 seconds", "0.1"),
    mistake("[[track]]\nname = \"A\"\n[[track.insert]]\ntype = \"gate\"\nkey = ‹\"Revreb\"›",
        "there is no track, bus or return called `Revreb`", "did you mean `Reverb`?", "?"),
    mistake("[[track]]\nname = \"A\"\n[[track.automation]]\nparam = \"pan\"\npoints = [[\"1|1\", ‹2›]]", "`points` is 2", "from -1 to 1", "1"),
    // Names.
    mistake("[[track]]\nname = \"A\"\noutput = ‹\"Grösse\"›", "there is no bus or return called `Grösse`", "did you mean `Größe`?", "?"),
    mistake("[[track]]\nname = \"A\"\noutput = ‹\"Nowhere at all\"›", "no bus or return called", "there are: Größe, Reverb", "\"Reverb\""),
    mistake("[[track]]\nname = \"A\"\n[[track.send]]\nto = ‹\"reverb\"›", "no bus or return called `reverb`", "did you mean `Reverb`?", "?"),
    mistake("[[track]]\nname = \"Kick\"\n[[track]]\nname = \"A\"\n[[track.send]]\nto = ‹\"Kick\"›", "`Kick` is a track",
        "name the bus", "\"Reverb\""),
    mistake("[[track]]\nname = \"Kick\"\n[[track]]\nname = \"A\"\noutput = ‹\"Kick\"›", "`Kick` is a track", "name the bus", "\"Reverb\""),
    mistake("[[track]]\nname = \"A\"\n[[track.insert]]\ntype = \"compressor\"\nkey = ‹\"Revreb\"›",
        "there is no track, bus or return called `Revreb`", "did you mean `Reverb`?", "?"),
    mistake("[[return]]\nname = ‹\"Größe\"›", "another track, bus or return called `Größe`", "another name", "\"B\""),
    mistake("[[track]]\nname = \"A\"\n[[track]]\nname = ‹\"A\"›", "another track, bus or return called `A`", "another name", "\"B\""),
    mistake("[[stem]]\nname = \"A\"\n[[stem]]\nname = ‹\"A\"›", "another [[stem]] called `A`", "another name", "\"B\""),
    mistake("[[bus]]\nname = ‹\"master\"›", "`master` is the name of the master", "another name", "\"Mix\""),
    mistake("[[track]]\nname = ‹\" \"›", "`name` is empty", "give it a name", "\"A\""),
    mistake("[[track]]\nname = \"A\"\nstem = ‹\"\"›", "`stem` is empty", "name the stem", "\"Drums\""),
    mistake("[[track]]\nname = \"A\"\nrole = ‹\"drum\"›", "`role` cannot be \"drum\"", "\"drums\"", "\"drums\""),
    mistake("[[track]]\nname = \"A\"\npolarity = ‹\"flipped\"›", "`polarity` cannot be", "\"normal\", \"inverted\"", "\"inverted\""),
    // Times.
    mistake("[[section]]\nname = \"x\"\nstart = ‹\"soon\"›", "`start` is not a position", "write \"17|3\"", "\"17|3\""),
    mistake("[[section]]\nname = \"x\"\nstart = ‹\"1|0.5\"›", "`start` is not a position", "seconds such as 12.5", "12.5"),
    mistake("[[section]]\nname = \"x\"\nstart = ‹\"0:61\"›", "`start` is not a position", "\"1:23.456\"", "\"1:23.456\""),
    mistake("[[section]]\nname = \"x\"\nstart = ‹1e9›", "`start` is not a position", "\"96000 frames\"", "\"96000 frames\""),
    mistake("[[track]]\nname = \"A\"\n[[track.clip]]\nfile = \"a\"\nat = [0, ‹true›]", "`at` is not a position", "write \"17|3\"", "\"17|3\""),
    mistake("[[track]]\nname = \"A\"\n[[track.clip]]\nfile = \"a\"\nlength = ‹\"2|1\"›", "`length` is not a length", "write \"2 bars\"", "\"2 bars\""),
    mistake("[[track]]\nname = \"A\"\n[[track.clip]]\nfile = \"a\"\nfade_in = ‹-1›", "`fade_in` is not a length", "\"10 ms\"", "\"10 ms\""),
    mistake("[[track]]\nname = \"A\"\n[[track.clip]]\nfile = \"a\"\nfrom = ‹\"3\"›", "`from` is not a length", "\"3 beats\"", "\"3 beats\""),
    mistake("[song]\ntime_signature = ‹\"4/5\"›", "`time_signature` is not one", "\"4/4\" or \"6/8\"", "\"6/8\""),
    mistake("[song]\ntime_signature = ‹\"0/4\"›", "`time_signature` is not one", "\"4/4\"", "\"4/4\""),
    mistake("[song]\ntime_signature = ‹4›", "`time_signature` must be text", "in quotes", "\"4/4\""),
    mistake("[[track]]\nname = \"A\"\n[[track.insert]]\ntype = \"delay\"\ntime = ‹\"1/3\"›", "`time` is not the time of an echo", "\"1/8t\"", "\"1/8t\""),
    mistake("[[track]]\nname = \"A\"\n[[track.insert]]\ntype = \"delay\"\ntime = ‹10.5›", "`time` is not the time of an echo", "seconds up to 10", "10"),
    mistake("[[track]]\nname = \"A\"\n[[track.insert]]\ntype = \"delay\"\ntime = ‹\"16/1\"›", "`time` is not the time", "\"1/8.\"", "\"1/8.\""),
    // The rest.
    mistake("[[stem]]\nname = \"A\"\ncolour = ‹\"red\"›", "`colour` is not one", "\"#d9480f\"", "\"#d9480f\""),
    mistake("[[stem]]\nname = \"A\"\ncolour = ‹\"#ééé\"›", "`colour` is not one", "\"#d9480f\"", "\"#d9480f\""),
    mistake("[[track]]\nname = \"A\"\n[[track.insert]]\ntype = ‹\"flanger\"›", "`type` cannot be \"flanger\"", "\"eq\", \"compressor\"", "\"eq\""),
    mistake("[[track]]\nname = \"A\"\n[[track.insert]]\ntype = \"eq\"\nbands = [{ type = ‹\"notch\"›, freq = 50 }]", "`type` cannot be \"notch\"", "\"bell\"", "\"bell\""),
    mistake("[[track]]\nname = \"A\"\n[[track.automation]]\nparam = \"gain\"\npoints = [[\"2|1\", 0.0], [‹\"1|1\"›, 0.0]]",
        "before the one that precedes it", "sort the points", "\"2|2\""),
    mistake("[[track]]\nname = \"A\"\n[[track.automation]]\nparam = \"gain\"\npoints = ‹[]›", "`points` is empty", "[\"1|1\", 0.0]", "[[\"1|1\", 0.0]]"),
    mistake("[[track]]\nname = \"A\"\n[[track.automation]]\nparam = \"gain\"\npoints = [‹[\"1|1\"]›]", "not a point", "[\"17|1\", -6.0]", "[\"17|1\", -6.0]"),
    mistake("[[track]]\nname = \"A\"\n[[track.automation]]\nparam = ‹\"volume\"›\npoints = [[0, 0]]", "`volume` cannot be automated here", "write \"gain\"", "\"gain\""),
    mistake("[[track]]\nname = \"A\"\n[[track.automation]]\nparam = ‹\"insert.1.gain\"›\npoints = [[0, 0]]", "cannot be automated here", "no inserts", "\"gain\""),
    mistake("[[track]]\nname = \"A\"\n[[track.automation]]\nparam = ‹\"send.Reverb\"›\npoints = [[0, 0]]", "cannot be automated here", "no sends", "\"gain\""),
    mistake("[[bus]]\nname = \"A\"\n[[bus.insert]]\ntype = \"eq\"\nbands = [{ type = \"bell\", freq = 50 }]\n[[bus.automation]]\nparam = ‹\"insert.1.threshold\"›\npoints = [[0, 5]]",
        "cannot be automated here", "band.1.freq", "\"insert.1.band.1.freq\""),
    mistake("[[bus]]\nname = \"A\"\n[[bus.insert]]\ntype = \"eq\"\nbands = [{ type = \"bell\", freq = 50 }]\n[[bus.automation]]\nparam = ‹\"insert.1.band.2.gain\"›\npoints = [[0, 5]]",
        "cannot be automated here", "it has 1 band", "\"insert.1.band.1.gain\""),
    mistake("[[bus]]\nname = \"A\"\n[[bus.insert]]\ntype = \"compressor\"\n[[bus.automation]]\nparam = ‹\"insert.1.knee\"›\npoints = [[0, 1]]",
        "cannot be automated here", "threshold, ratio, makeup or mix", "\"insert.1.ratio\""),
    mistake("[[bus]]\nname = \"A\"\n[[bus.insert]]\ntype = \"compressor\"\n[[bus.automation]]\nparam = \"insert.1.ratio\"\npoints = [[0, 2], [\"2|1\", ‹inf›]]",
        "no line leads to or from infinity", "hold", "100"),
    mistake("[[bus]]\nname = \"A\"\n[[bus.insert]]\ntype = \"width\"\n[[bus.automation]]\nparam = ‹\"insert.1.mix\"›\npoints = [[0, 1]]",
        "cannot be automated here", "write width after", "\"insert.1.width\""),
    mistake("[[bus]]\nname = \"A\"\n[[bus.insert]]\ntype = \"gain\"\n[[bus.automation]]\nparam = ‹\"insert.2.gain\"›\npoints = [[0, 1]]",
        "cannot be automated here", "inserts 1 to 1", "\"insert.1.gain\""),
    mistake("[[bus]]\nname = \"A\"\n[[bus.insert]]\ntype = \"gain\"\n[[bus.automation]]\nparam = ‹\"insert.0.gain\"›\npoints = [[0, 1]]",
        "cannot be automated here", "inserts 1 to 1", "\"insert.1.gain\""),
    mistake("[master]\n[[master.automation]]\nparam = ‹\"pan\"›\npoints = [[0, 0]]", "`pan` cannot be automated here", "write \"gain\"", "\"gain\""),
    mistake("[[track]]\nname = \"A\"\n[[track.automation]]\nparam = \"gain\"\npoints = [[0, 0]]\n[[track.automation]]\nparam = ‹\"gain\"›\npoints = [[0, 0]]",
        "automated twice", "one list", "\"pan\""),
    // Layouts, groups, solo, delays, fades.
    mistake("[[track]]\nname = \"A\"\nlayout = ‹\"quad\"›", "`layout` cannot be \"quad\"", "\"5.1\", \"7.1\"", "\"5.1\""),
    mistake("[[track]]\nname = \"A\"\nlayout = ‹5.1›", "`layout` must be text", "\"5.1\", \"7.1\"", "\"5.1\""),
    mistake("[[return]]\nname = \"A\"\nlayout = ‹\"Stereo\"›", "`layout` cannot be \"Stereo\"", "\"stereo\"", "\"stereo\""),
    mistake("[master]\nlayout = ‹\"ms\"›", "`layout` cannot be \"ms\"", "\"mono\", \"stereo\", \"5.1\", \"7.1\"", "\"7.1\""),
    mistake("[[track]]\nname = \"A\"\nvca = ‹\"Drums\"›", "there is no VCA called `Drums`", "write a [[vca]] with `name = \"Drums\"`", "[]"),
    mistake("[[track]]\nname = \"A\"\nvca = [\"Band\", ‹\"Bnad\"›]\n[[vca]]\nname = \"Band\"", "there is no VCA called `Bnad`", "did you mean `Band`?", "?"),
    mistake("[[track]]\nname = \"A\"\nvca = ‹3›", "`vca` must be text", "in quotes", "[]"),
    mistake("[[track]]\nname = \"A\"\nvca = [‹3›]", "`vca` must be text", "in quotes", "\"Band\"\n]\n[[vca]]\nname = \"Band\"\nvca = ["),
    mistake("‹[[vca]]›", "[[vca]] has no `name`", "write `name = \"Drums\"`", "[[vca]]\nname = \"Drums\""),
    mistake("[[vca]]\nname = ‹\" \"›", "`name` is empty", "give it a name", "\"A\""),
    mistake("[[vca]]\nname = \"A\"\n[[vca]]\nname = ‹\"A\"›", "another [[vca]] called `A`", "another name", "\"B\""),
    mistake("[[vca]]\nname = \"A\"\ngain = ‹61›", "`gain` is 61 dB", "up to 60 dB, or -inf", "60"),
    mistake("[[vca]]\nname = \"A\"\nmute = ‹\"yes\"›", "`mute` must be true or false", "true or false", "true"),
    mistake("[[vca]]\nname = \"A\"\n‹pan› = 0.5", "[[vca]] does not know the key `pan`", "it knows: name, gain, mute, solo, vca, automation", "gain"),
    mistake("[[vca]]\nname = \"A\"\nvca = ‹\"Choir\"›", "there is no VCA called `Choir`", "write a [[vca]]", "[]"),
    mistake("[[vca]]\nname = \"A\"\n[[vca.automation]]\nparam = ‹\"pan\"›\npoints = [[0, 0]]", "`pan` cannot be automated here", "write \"gain\"", "\"gain\""),
    mistake("[[vca]]\nname = \"A\"\n[[vca.automation]]\nparam = ‹\"insert.1.gain\"›\npoints = [[0, 0]]", "cannot be automated here", "no inserts", "\"gain\""),
    mistake("[[track]]\nname = \"A\"\nsolo_safe = ‹\"true\"›", "`solo_safe` must be true or false", "true or false", "true"),
    mistake("[[track]]\nname = \"A\"\n‹solosafe› = true", "does not know the key `solosafe`", "did you mean `solo_safe`?", "?"),
    mistake("[[track]]\nname = \"A\"\ndelay = ‹\"2|1\"›", "`delay` is not a length", "\"10 ms\"", "\"-10 ms\""),
    mistake("[[track]]\nname = \"A\"\ndelay = ‹true›", "`delay` is not a length", "\"4800 frames\"", "\"-3 frames\""),
    mistake("[[track]]\nname = \"A\"\ndelay = ‹nan›", "`delay` is not a length", "seconds such as 1.5", "1.5"),
    mistake("[[track]]\nname = \"A\"\ndelay = ‹\"9223372036854775807 frames\"›", "`delay` is not a length", "\"4800 frames\"", "\"4800 frames\""),
    mistake("[[bus]]\nname = \"A\"\n‹delay› = 0.1", "does not know the key `delay`", "it knows: name, output", "gain"),
    mistake("[[track]]\nname = \"A\"\ncrossfade = ‹\"equal power\"›", "`crossfade` cannot be", "\"equal-power\"", "\"equal-power\""),
    mistake("[[track]]\nname = \"A\"\ncrossfade = ‹0.1›", "`crossfade` must be text", "\"linear\"", "\"linear\""),
    mistake("[[track]]\nname = \"A\"\n[[track.clip]]\nfile = \"a\"\nfade_in_shape = ‹\"log\"›", "`fade_in_shape` cannot be \"log\"", "\"slow\", \"fast\"", "\"slow\""),
    mistake("[[track]]\nname = \"A\"\n[[track.clip]]\nfile = \"a\"\nfade_out_shape = ‹1›", "`fade_out_shape` must be text", "\"smooth\"", "\"smooth\""),
    mistake("[[track]]\nname = \"A\"\n[[track.clip]]\nfile = \"a\"\n‹fade_shape› = \"slow\"", "does not know the key `fade_shape`", "did you mean `fade_", "fade_in_shape"),
    mistake("[[track]]\nname = \"A\"\n[[track.clip]]\nfile = \"a\"\ngain = ‹60.25›", "`gain` is 60.25 dB", "up to 60 dB, or -inf", "60"),
    mistake("[[track]]\nname = \"A\"\n[[track.clip]]\nfile = \"a\"\nat = ‹\"9999999|1\"›", "`at` is not a position", "\"17|3\"", "\"17|3\""),
    // Clips that are stretched.
    mistake("[[track]]\nname = \"A\"\n[[track.clip]]\nfile = \"a\"\nwarp = ‹[[0, 0]]›", "a warp has two points at least", "[[0, 0], [4.0, 5.0]]", "[[0, 0], [4.0, 5.0]]"),
    mistake("[[track]]\nname = \"A\"\n[[track.clip]]\nfile = \"a\"\nwarp = ‹4.0›", "`warp` must be a list", "in brackets", "[[0, 0], [4.0, 5.0]]"),
    mistake("[[track]]\nname = \"A\"\n[[track.clip]]\nfile = \"a\"\nwarp = [‹[0]›, [4.0, 5.0]]", "not a point of a warp", "[\"4 s\", \"5 s\"]", "[0, 0]"),
    mistake("[[track]]\nname = \"A\"\n[[track.clip]]\nfile = \"a\"\nwarp = [[0, 0], [2.0, 1.0], [‹1.0›, 2.0]]", "both times rise", "[[0, 0], [4.0, 5.0]]", "3.0"),
    mistake("[[track]]\nname = \"A\"\n[[track.clip]]\nfile = \"a\"\nwarp = [[0, 0], [‹1.0›, 40.0]]", "32 times as fast", "[[0, 0], [4.0, 5.0]]", "30.0"),
    mistake("[[track]]\nname = \"A\"\n[[track.clip]]\nfile = \"a\"\nwarp = [[0, 0], [4.0, 5.0]]\nfrom = ‹1.0›", "says something else", "leave it out", "0"),
    mistake("[[track]]\nname = \"A\"\n[[track.clip]]\nfile = \"a\"\nwarp = [[0, 0], [4.0, 5.0]]\nlength = ‹1.0›", "says something else", "leave it out", "4.0"),
    mistake("[[track]]\nname = \"A\"\n[[track.clip]]\nfile = \"a\"\nwarp = [[0, 0], [4.0, 5.0]]\npitch = ‹\"up\"›", "this is no pitch", "or \"follows\"", "\"follows\""),
    mistake("[[track]]\nname = \"A\"\n[[track.clip]]\nfile = \"a\"\nwarp = [[0, 0], [4.0, 5.0]]\npitch = ‹49›", "`pitch` is 49 semitones", "from -48 to 48", "48"),
    mistake("[[track]]\nname = \"A\"\n[[track.clip]]\nfile = \"a\"\npitch = ‹2.0›", "`pitch` is of a clip with a `warp`", "give it one", "2.0\nwarp = [[0, 0], [4.0, 4.0]]"),
    mistake("[[track]]\nname = \"A\"\n[[track.clip]]\nfile = \"a\"\nwarp = [[‹1.0›, 0], [2.0, 1.0]]", "the clip's first frame", "[[0, 0], [4.0, 5.0]]", "0"),
    mistake("[[track]]\nname = \"A\"\n[[track.clip]]\nfile = \"a\"\nwarp = [[0, 0], [‹1.0›, 0.0], [3.0, 2.0]]", "both times rise", "[[0, 0], [4.0, 5.0]]", "0.5, 0.5]]\n# ["),
    // The tempo map.
    mistake("‹[[tempo]]›\nbpm = 90", "[[tempo]] has no `at`", "write `at = \"17|1\"`", "[[tempo]]\nat = \"17|1\""),
    mistake("[[tempo]]\nat = ‹12.5›", "`at` must be text", "in quotes", "\"17|1\""),
    mistake("[[tempo]]\nat = ‹\"0:10\"›\nbpm = 90", "`at` is not a bar and a beat", "\"17|1\"", "\"17|1\""),
    mistake("[[tempo]]\nat = ‹\"inf|1\"›\nbpm = 90", "`at` is not a bar and a beat", "\"17|1\"", "\"17|1\""),
    mistake("[[tempo]]\nat = ‹\"1|1\"›\nbpm = 90", "does not come after the one before it", "what holds at bar 1 stands in [song]", "\"2|1\""),
    mistake("[[tempo]]\nat = \"9|1\"\nbpm = 90\n[[tempo]]\nat = ‹\"9|1\"›\nbpm = 80", "does not come after the one before it", "sort the [[tempo]] tables", "\"9|2\""),
    mistake("[[tempo]]\nat = \"2|1\"\nbpm = ‹9.99›", "`bpm` is 9.99 beats a minute", "from 10 to 1000", "10"),
    mistake("[[tempo]]\nat = \"2|1\"\nbpm = ‹nan›", "`bpm` is NaN", "from 10 to 1000", "120"),
    mistake("[[tempo]]\nat = ‹\"2|3\"›\ntime_signature = \"3/4\"", "a time signature changes within a bar", "where a bar begins", "\"17|1\""),
    mistake("[[tempo]]\nat = \"2|1\"\ntime_signature = ‹\"3/3\"›", "`time_signature` is not one", "\"6/8\"", "\"6/8\""),
    mistake("[[tempo]]\nat = \"2|1\"\nramp = ‹1›", "`ramp` must be true or false", "true or false", "false"),
    mistake("[[tempo]]\nat = \"2|1\"\n‹tempo› = 90", "[[tempo]] does not know the key `tempo`", "it knows: at, bpm, time_signature, ramp", "bpm"),
    mistake("tempo = ‹90›", "`tempo` must be tables", "write [[tempo]]", "[]"),
    // Extra files, markers, references.
    mistake("‹[[extra]]›\nstems = [\"A\"]", "[[extra]] has no `name`", "write `name = \"All Voices\"`", "[[extra]]\nname = \"All Voices\""),
    mistake("‹[[extra]]›\nname = \"A\"", "[[extra]] has no `stems`", "write `stems = [\"Lead\", \"Backing\"]`", "[[extra]]\nstems = [\"Lead\", \"Backing\"]"),
    mistake("[[extra]]\nname = \"A\"\nstems = ‹[]›", "`stems` is empty", "name the stems", "[\"Lead\"]"),
    mistake("[[extra]]\nname = \"A\"\nstems = ‹\"Lead\"›", "`stems` must be a list", "in brackets", "[\"Lead\"]"),
    mistake("[[extra]]\nname = \"A\"\nstems = [\"Lead\", ‹1›]", "`stems` must be text", "in quotes", "\"1\""),
    mistake("[[extra]]\nname = \"A\"\nstems = [\"x\"]\n[[extra]]\nname = ‹\"A\"›\nstems = [\"y\"]", "another [[extra]] called `A`", "another name", "\"B\""),
    mistake("[[extra]]\nname = ‹\"\"›\nstems = [\"x\"]", "`name` is empty", "give it a name", "\"A\""),
    mistake("[[extra]]\nname = \"A\"\nstems = [\"x\"]\n‹stem› = \"y\"", "does not know the key `stem`", "did you mean `stems`?", "# stem"),
    mistake("‹[[marker]]›\nat = 1", "[[marker]] has no `name`", "write `name = \"Vocal in\"`", "[[marker]]\nname = \"Vocal in\""),
    mistake("‹[[marker]]›\nname = \"x\"", "[[marker]] has no `at`", "write `at = \"17|1\"`", "[[marker]]\nat = \"17|1\""),
    mistake("[[marker]]\nname = \"x\"\nat = ‹\"1e9 s\"›", "`at` is not a position", "\"96000 frames\"", "\"96000 frames\""),
    mistake("[[marker]]\nname = ‹1›\nat = 0", "`name` must be text", "in quotes", "\"1\""),
    mistake("[[section]]\nname = ‹[]›\nstart = 0", "`name` must be text", "in quotes", "\"A\""),
    mistake("[[marker]]\nname = \"x\"\nat = 0\n‹start› = 1", "does not know the key `start`", "it knows: name, at", "# start"),
    mistake("‹[[reference]]›", "[[reference]] has no `file`", "write `file = \"audio/mix.wav\"`", "[[reference]]\nfile = \"audio/mix.wav\""),
    // Automation: mute, and a shape of a point's own.
    mistake("[[track]]\nname = \"A\"\n[[track.automation]]\nparam = \"mute\"\npoints = [[0, ‹2›]]", "`points` is 2", "from 0 to 1", "1"),
    mistake("[[track]]\nname = \"A\"\n[[track.automation]]\nparam = \"mute\"\npoints = [[0, ‹true›]]", "`points` must be a number", "from 0 to 1", "1"),
    mistake("[master]\n[[master.automation]]\nparam = ‹\"mute\"›\npoints = [[0, 0]]", "`mute` cannot be automated here", "write \"gain\"", "\"gain\""),
    mistake("[[track]]\nname = \"A\"\n[[track.automation]]\nparam = \"gain\"\nshape = ‹\"bezier\"›\npoints = [[0, 0]]", "`shape` cannot be \"bezier\"", "\"hold\", \"smooth\", \"factor\", \"curve\"", "\"curve\""),
    mistake("[[track]]\nname = \"A\"\n[[track.automation]]\nparam = \"gain\"\nshape = ‹1.0›\npoints = [[0, 0]]", "`shape` is 1", "from -0.99 to 0.99", "0.99"),
    mistake("[[track]]\nname = \"A\"\n[[track.automation]]\nparam = \"gain\"\npoints = [[0, 0, ‹\"step\"›]]", "`points` cannot be \"step\"", "\"linear\", \"hold\"", "\"hold\""),
    mistake("[[track]]\nname = \"A\"\n[[track.automation]]\nparam = \"gain\"\npoints = [[0, 0, ‹-1.5›]]", "`points` is -1.5", "from -0.99 to 0.99", "-0.5"),
    mistake("[[track]]\nname = \"A\"\n[[track.automation]]\nparam = \"gain\"\npoints = [[0, 0, ‹nan›]]", "`points` is NaN", "from -0.99 to 0.99", "0"),
    mistake("[[track]]\nname = \"A\"\n[[track.automation]]\nparam = \"gain\"\npoints = [‹[0, 0, \"hold\", 1]›]", "not a point", "a shape of its own", "[0, 0, \"hold\"]"),
    mistake("[[bus]]\nname = \"A\"\n[[bus.insert]]\ntype = \"compressor\"\n[[bus.automation]]\nparam = \"insert.1.ratio\"\npoints = [[0, ‹inf›, \"curve\"], [1, 2]]",
        "no line leads to or from infinity", "hold", "100"),
    mistake("[[bus]]\nname = \"A\"\n[[bus.insert]]\ntype = \"align\"\n[[bus.automation]]\nparam = ‹\"insert.1.delay\"›\npoints = [[0, 0]]",
        "cannot be automated here", "nothing of it can be automated", "\"gain\""),
    mistake("[[bus]]\nname = \"A\"\n[[bus.insert]]\ntype = \"multiband\"\ncrossovers = [100]\n[[bus.automation]]\nparam = ‹\"insert.1.band.3.ratio\"›\npoints = [[0, 1]]",
        "cannot be automated here", "it has 2 bands", "\"insert.1.band.2.ratio\""),
    mistake("[[bus]]\nname = \"A\"\n[[bus.insert]]\ntype = \"phaser\"\n[[bus.automation]]\nparam = ‹\"insert.1.rate\"›\npoints = [[0, 1]]",
        "cannot be automated here", "freq, depth, feedback or mix", "\"insert.1.mix\""),
    // Newer inserts.
    mistake("[[track]]\nname = \"A\"\n[[track.insert]]\ntype = \"transient\"\nattack = ‹24.5›", "`attack` is 24.5 dB", "from -24 to 24 dB", "24"),
    mistake("[[track]]\nname = \"A\"\n[[track.insert]]\ntype = \"transient\"\nsustain_ms = ‹5›", "`sustain_ms` is 5 ms", "from 10 to 1000 ms", "10"),
    mistake("[[track]]\nname = \"A\"\n[[track.insert]]\ntype = \"transient\"\n‹sustian› = 5", "does not know the key `sustian`", "did you mean `sustain`?", "?"),
    mistake("[[track]]\nname = \"A\"\n[[track.insert]]\ntype = \"multiband\"\ncrossovers = ‹[]›", "one to four frequencies that rise", "[120.0, 2500.0]", "[120.0, 2500.0]"),
    mistake("[[track]]\nname = \"A\"\n[[track.insert]]\ntype = \"multiband\"\ncrossovers = ‹[200, 100]›", "one to four frequencies that rise", "[120.0, 2500.0]", "[100, 200]"),
    mistake("[[track]]\nname = \"A\"\n[[track.insert]]\ntype = \"multiband\"\ncrossovers = ‹[100, 100]›", "one to four frequencies that rise", "[120.0, 2500.0]", "[100, 200]"),
    mistake("[[track]]\nname = \"A\"\n[[track.insert]]\ntype = \"multiband\"\ncrossovers = ‹[100, 200, 300, 400, 500]›", "one to four frequencies that rise", "[120.0, 2500.0]", "[100, 200, 300, 400]"),
    mistake("[[track]]\nname = \"A\"\n[[track.insert]]\ntype = \"multiband\"\ncrossovers = [‹19›]", "`crossovers` is 19 Hz", "from 20 to 21600 Hz", "20"),
    mistake("[[track]]\nname = \"A\"\n[[track.insert]]\ntype = \"multiband\"\ncrossovers = [‹nan›]", "`crossovers` is NaN Hz", "from 20 to 21600 Hz", "100"),
    mistake("[[track]]\nname = \"A\"\n[[track.insert]]\ntype = \"multiband\"\ncrossovers = ‹100›", "`crossovers` must be a list", "in brackets", "[100]"),
    mistake("[[track]]\nname = \"A\"\n[[track.insert]]\ntype = \"multiband\"\ncrossovers = [100]\nbands = [{}, { ‹gain› = 1 }]", "does not know the key `gain`", "it knows: threshold", "makeup"),
    mistake("[[track]]\nname = \"A\"\n[[track.insert]]\ntype = \"multiband\"\ncrossovers = [100]\nbands = [{}, { ratio = ‹0.5› }]", "`ratio` is 0.5", "from 1 to inf", "inf"),
    mistake("[[track]]\nname = \"A\"\n[[track.insert]]\ntype = \"multiband\"\ncrossovers = [100]\nbands = [‹1›, {}]", "`bands` must hold tables", "threshold = -24.0", "{}"),
    mistake("[[track]]\nname = \"A\"\n[[track.insert]]\ntype = \"multiband\"\ncrossovers = [100]\nkey = ‹\"Revreb\"›", "no track, bus or return called `Revreb`", "did you mean `Reverb`?", "?"),
    mistake("[[track]]\nname = \"A\"\n[[track.insert]]\ntype = \"multiband\"\ncrossovers = [100]\nmix = ‹1.5›", "`mix` is 1.5", "from 0 to 1", "1"),
    mistake("[[track]]\nname = \"A\"\n[[track.insert]]\ntype = \"dynamic-eq\"\nbands = ‹[]›", "one to 8 bands", "use two of them", "[{ type = \"bell\", freq = 100 }]"),
    mistake("[[track]]\nname = \"A\"\n[[track.insert]]\ntype = \"dynamic-eq\"\nbands = [{ type = ‹\"high-pass\"›, freq = 100 }]", "`type` cannot be \"high-pass\"", "\"low-shelf\"", "\"low-shelf\""),
    mistake("[[track]]\nname = \"A\"\n[[track.insert]]\ntype = \"dynamic-eq\"\nbands = [‹{ freq = 100 }›]", "has no `type`", "write `type = \"bell\"`", "{ type = \"bell\", freq = 100 }"),
    mistake("[[track]]\nname = \"A\"\n[[track.insert]]\ntype = \"dynamic-eq\"\nbands = [{ type = \"bell\", freq = ‹21601› }]", "`freq` is 21601 Hz", "from 20 to 21600 Hz", "21600"),
    mistake("[[track]]\nname = \"A\"\n[[track.insert]]\ntype = \"dynamic-eq\"\nbands = [{ type = \"bell\", freq = 100, range = ‹-31› }]", "`range` is -31 dB", "from -30 to 30 dB", "-30"),
    mistake("[[track]]\nname = \"A\"\n[[track.insert]]\ntype = \"dynamic-eq\"\nbands = [{ type = \"bell\", freq = 100, q = ‹0.1› }]", "`q` is 0.1", "from 0.2 to 10", "0.2"),
    mistake("[[track]]\nname = \"A\"\n[[track.insert]]\ntype = \"dynamic-eq\"\nbands = [{ type = \"bell\", freq = 100, ‹gain› = 3 }]", "does not know the key `gain`", "it knows: type", "range"),
    mistake("[[track]]\nname = \"A\"\n[[track.insert]]\ntype = \"convolution\"\nfile = ‹3›", "`file` must be text", "in quotes", "\"ir.wav\""),
    mistake("[[track]]\nname = \"A\"\n[[track.insert]]\ntype = \"convolution\"\nfile = \"a\"\nlength = ‹0›", "`length` is 0 seconds", "from 0.001 to", "0.001"),
    mistake("[[track]]\nname = \"A\"\n[[track.insert]]\ntype = \"convolution\"\nfile = \"a\"\nlength = ‹\"2 s\"›", "`length` must be a number", "from 0.001 to", "2"),
    mistake("[[track]]\nname = \"A\"\n[[track.insert]]\ntype = \"convolution\"\nfile = \"a\"\ngain = ‹41›", "`gain` is 41 dB", "from -60 to 40 dB", "40"),
    mistake("[[track]]\nname = \"A\"\n[[track.insert]]\ntype = \"convolution\"\nfile = \"a\"\nnormalise = ‹\"yes\"›", "`normalise` must be true or false", "true or false", "true"),
    mistake("[[track]]\nname = \"A\"\n[[track.insert]]\ntype = \"convolution\"\nfile = \"a\"\npredelay_ms = ‹501›", "`predelay_ms` is 501 ms", "from 0 to 500 ms", "500"),
    mistake("[[track]]\nname = \"A\"\n[[track.insert]]\ntype = \"chorus\"\nvoices = ‹7›", "`voices` must be one of", "write 1", "1"),
    mistake("[[track]]\nname = \"A\"\n[[track.insert]]\ntype = \"chorus\"\nvoices = ‹1.5›", "`voices` must be one of", "write 1", "2"),
    mistake("[[track]]\nname = \"A\"\n[[track.insert]]\ntype = \"chorus\"\nrate = ‹0›", "`rate` is not how fast something goes round", "turns a second, 0.01 to 20", "0.01"),
    mistake("[[track]]\nname = \"A\"\n[[track.insert]]\ntype = \"chorus\"\nrate = ‹\"0/4\"›", "`rate` is not how fast", "\"4/1\"", "\"4/1\""),
    mistake("[[track]]\nname = \"A\"\n[[track.insert]]\ntype = \"chorus\"\nrate = ‹nan›", "`rate` is not how fast", "0.01 to 20", "1"),
    mistake("[[track]]\nname = \"A\"\n[[track.insert]]\ntype = \"chorus\"\ndepth_ms = ‹21›", "`depth_ms` is 21 ms", "from 0 to 20 ms", "20"),
    mistake("[[track]]\nname = \"A\"\n[[track.insert]]\ntype = \"chorus\"\nfeedback = ‹-0.96›", "`feedback` is -0.96", "from -0.95 to 0.95", "-0.95"),
    mistake("[[track]]\nname = \"A\"\n[[track.insert]]\ntype = \"chorus\"\nphase = ‹361›", "`phase` is 361 degrees", "from 0 to 360 degrees", "360"),
    mistake("[[track]]\nname = \"A\"\n[[track.insert]]\ntype = \"phaser\"\nstages = ‹5›", "`stages` must be one of", "write 2", "2"),
    mistake("[[track]]\nname = \"A\"\n[[track.insert]]\ntype = \"phaser\"\nfreq = ‹10001›", "`freq` is 10001 Hz", "from 20 to 10000 Hz", "10000"),
    mistake("[[track]]\nname = \"A\"\n[[track.insert]]\ntype = \"phaser\"\ndepth = ‹4.1›", "`depth` is 4.1 octaves", "from 0 to 4 octaves", "4"),
    mistake("[[track]]\nname = \"A\"\n[[track.insert]]\ntype = \"phaser\"\nrate = ‹true›", "`rate` must be text", "in quotes", "\"1/4\""),
    mistake("[[track]]\nname = \"A\"\n[[track.insert]]\ntype = \"align\"\ndelay_frames = ‹inf›", "`delay_frames` is inf frames", "frames", "1"),
    mistake("[[track]]\nname = \"A\"\n[[track.insert]]\ntype = \"align\"\ndelay_ms = ‹-1e9›", "`delay_ms` is -1000000000 ms", "ms", "-1"),
    mistake("[[track]]\nname = \"A\"\n[[track.insert]]\ntype = \"align\"\ninvert = ‹1›", "`invert` must be true or false", "true or false", "true"),
    mistake("[[track]]\nname = \"A\"\n[[track.insert]]\ntype = \"bus-compressor\"\ndetector = ‹\"vca\"›", "`detector` cannot be \"vca\"", "\"peak\", \"rms\"", "\"rms\""),
    mistake("[[track]]\nname = \"A\"\n[[track.insert]]\ntype = \"gate\"\nkey = \"Reverb\"\nkey_tap = ‹\"mid\"›", "`key_tap` cannot be \"mid\"", "\"pre\", \"post\"", "\"pre\""),
    mistake("[[track]]\nname = \"A\"\n[[track.insert]]\ntype = \"limiter\"\nbypass = ‹0›", "`bypass` must be true or false", "true or false", "true"),
    mistake("[[track]]\nname = \"A\"\n[[track.insert]]\ntype = \"convolution\"\nfile = \"a\"\n‹mixx› = 1", "does not know the key `mixx`", "did you mean `mix`?", "?"),
    mistake("[[track]]\nname = \"A\"\n‹[[track.insert]]›\ntype = \"convolution\"", "has no `file`", "write `file = \"ir/hall.wav\"`", "[[track.insert]]\nfile = \"ir/hall.wav\""),
    mistake("[[track]]\nname = \"A\"\n‹[[track.insert]]›\ntype = \"multiband\"", "has no `crossovers`", "write `crossovers = [120.0, 2500.0]`", "[[track.insert]]\ncrossovers = [120.0, 2500.0]"),
    mistake("[[track]]\nname = ‹Kick›", "is not valid TOML", "quotes", "\"Kick\""),
];

/// The text without ‹ and ›, the place of ‹ as line and column in characters, and what stood between.
fn place(text: &str) -> (String, (usize, usize), String) {
    let (before, rest) = text.split_once('‹').unwrap();
    let (marked, after) = rest.split_once('›').unwrap();
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap().chars().count() + 1;
    (format!("{before}{marked}{after}"), (line, column), marked.to_owned())
}

/// Top-level keys must stand before the first table.
fn document(text: &str) -> String {
    if text.starts_with("[") || text.starts_with("‹[") { format!("{BASE}{text}") } else { format!("{text}\n{BASE}") }
}

#[test]
fn each_mistake_is_named_with_its_place_and_a_hint_that_helps() {
    for m in MISTAKES {
        let text = document(m.text);
        let (wrong, (line, column), marked) = place(&text);
        let error = parse(&wrong).expect_err(m.text);
        let context = format!("{}\n{error}\nhint: {:?}", m.text, error.hint);
        let at = error.place.as_ref().unwrap_or_else(|| panic!("no place: {context}"));
        assert_eq!((at.line, at.column), (line, column), "{context}");
        assert!(error.message.contains(m.message), "{context}");
        let hint = error.hint.as_deref().unwrap_or_else(|| panic!("no hint: {context}"));
        assert!(hint.contains(m.hint), "{context}");
        assert!(error.to_string().contains(&format!("songs/session.toml:{line}:{column}: ")), "{context}");

        let then = if m.then == "?" {
            let word = hint.strip_prefix("did you mean `").and_then(|rest| rest.strip_suffix("`?")).unwrap();
            if marked.starts_with('"') { format!("\"{word}\"") } else { word.to_owned() }
        } else {
            m.then.to_owned()
        };
        let (before, rest) = text.split_once('‹').unwrap();
        let right = format!("{before}{then}{}", rest.split_once('›').unwrap().1);
        if let Err(error) = parse(&right) {
            panic!("whoever follows the hint gets another error:\n{right}\n{error}\nafter: {context}");
        }
    }
}
