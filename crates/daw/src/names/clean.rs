//! Names without what is no name: numbers of tracks, tags of exports, what the whole folder shares.

use super::{
    lexicon::{Sense, Strength},
    pieces::{Piece, join},
    song,
    words::read,
};
use std::collections::{BTreeMap, BTreeSet};

/// Removes tags, numbers and shared beginnings and ends from the names of a folder. Returns the shared beginning.
pub(super) fn clean(names: &mut [Vec<Piece>], key: Option<&str>) -> String {
    for name in names.iter_mut() {
        region(name);
        tags(name, key);
    }
    numbers(names);
    let shared = shared(names);
    numbers(names);
    names.iter_mut().for_each(|name| name.reverse());
    ends(names);
    names.iter_mut().for_each(|name| name.reverse());
    padded_ends(names);
    shared
}

/// `Kick#01`: Logic's number of a region.
fn region(name: &mut Vec<Piece>) {
    let Some(last) = name.last() else { return };
    let Some((text, number)) = last.text.rsplit_once('#') else { return };
    if number.len() < 2 || !number.chars().all(|c| c.is_ascii_digit()) {
        return;
    }
    let rest = last.with(text);
    if text.is_empty() && name.len() == 1 {
        return;
    }
    name.pop();
    if !rest.text.is_empty() {
        name.push(rest);
    }
}

fn tags(name: &mut Vec<Piece>, key: Option<&str>) {
    let mut at = 0;
    while at < name.len() {
        let count = tag(name, at, key);
        if count > 0 && name.len() > count {
            name.drain(at..at + count);
        } else {
            at += 1;
        }
    }
}

/// How many pieces from here are a tag.
fn tag(name: &[Piece], at: usize, song_key: Option<&str>) -> usize {
    let word = name[at].key();
    let next = name.get(at + 1).map(Piece::key);
    let digits = |text: &str, count: usize| text.len() == count && text.chars().all(|c| c.is_ascii_digit());
    let number = |text: &Option<String>| text.as_ref().is_some_and(|text| text.chars().all(|c| c.is_ascii_digit()));
    match word.as_str() {
        // Pro Tools numbers the files of a playlist's comp.
        "cm" if name[at].text == "cm" && at > 0 => 1 + usize::from(number(&next)),
        "bip" | "consolidated" | "48k24" | "48k" | "44k" | "44k1" | "96k" | "88k2" | "48khz" | "96khz" | "44k24"
        | "96k24" | "16bit" | "24bit" | "32bit" | "24b" | "16b" | "32f" | "32bf" | "32float" | "48k16" | "48k32"
        | "dup1" | "dup2" => 1,
        "take" | "tk" if at > 0 && number(&next) => 2,
        "bpm" if number(&next) => 2,
        _ if word.is_ascii()
            && word.len() > 3
            && word.starts_with("take")
            && number(&Some(word[4..].to_owned()))
            && at > 0 =>
        {
            1
        }
        _ if word.is_ascii()
            && word.len() > 2
            && word.starts_with("tk")
            && number(&Some(word[2..].to_owned()))
            && at > 0 =>
        {
            1
        }
        _ if word.contains("bpm") && song::tempo(&word).is_some() => 1,
        _ if number(&Some(word.clone())) && next.as_deref() == Some("bpm") => 2,
        _ if digits(&word, 2) && matches!(next.as_deref(), Some("bit")) => 2,
        _ if digits(&word, 8) && (word.starts_with("20") || word.starts_with("19")) => 1,
        _ if digits(&word, 4) && (word.starts_with("20") || word.starts_with("19")) => {
            let after = name.get(at + 2).map(Piece::key);
            if next.is_some_and(|next| digits(&next, 2)) && after.is_some_and(|after| digits(&after, 2)) {
                3
            } else {
                0
            }
        }
        _ => match (song::key(&name[at..]), song_key) {
            (Some((key, count, song::Openness::WithMode)), Some(song_key)) if key == song_key => count,
            _ => 0,
        },
    }
}

/// `01_`, `1 `, `7.`: the number of the track, where it is one.
fn numbers(names: &mut [Vec<Piece>]) {
    let numbered = |name: &[Piece]| name.len() > 1 && track_number(name);
    let count = names.iter().filter(|name| numbered(name)).count();
    let usual = count >= 3 && count * 5 >= names.len() * 3;
    for name in names.iter_mut() {
        let number = numbered(name) && (usual || name[0].text.starts_with('0'));
        if number || name.len() > 1 && (channel(&name[0].key()) || labelled_return(name)) {
            name.remove(0);
        } else if let Some(rest) = glued_number(&name.first().map(|piece| piece.text.clone()).unwrap_or_default()) {
            name[0] = name[0].with(rest);
        }
    }
}

fn track_number(name: &[Piece]) -> bool {
    let drum_machine = matches!(name[0].text.as_str(), "808" | "909" | "707" | "606" | "303" | "101");
    name[0].is_number() && name[0].text.len() <= 3 && !drum_machine && name[1].key() != "string"
}

/// `ch04`, `Track12`: the number of a channel of a desk or a recorder.
fn channel(word: &str) -> bool {
    let number =
        ["channel", "chan", "ch", "track", "trk", "tr", "input"].iter().find_map(|start| word.strip_prefix(start));
    number.is_some_and(|number| (1..=3).contains(&number.len()) && number.chars().all(|c| c.is_ascii_digit()))
}

/// `A-Reverb`: Live's letter of a return track.
fn labelled_return(name: &[Piece]) -> bool {
    matches!(name[0].text.as_bytes(), [b'A'..=b'L'])
        && read(&join(&name[1..])).first().is_some_and(|found| found.entry.sense == Sense::Return)
}

/// `01Kick`.
fn glued_number(text: &str) -> Option<&str> {
    let rest = text.strip_prefix('0')?.trim_start_matches(|c: char| c.is_ascii_digit());
    let digits = text.len() - rest.len();
    (matches!(digits, 2 | 3) && rest.chars().next().is_some_and(char::is_alphabetic)).then_some(rest)
}

/// Removes the beginning that most names share, and returns it. What says what the tracks are is no such beginning,
/// unless what follows says it better.
fn shared(names: &mut [Vec<Piece>]) -> String {
    let mut gone: Vec<Piece> = Vec::new();
    while let Some(first) = common(names) {
        let after = || names.iter().filter(|name| name.first().is_some_and(|piece| piece.key() == first));
        if tells(&first) {
            let rest: Vec<BTreeSet<String>> = after().map(|name| roles(&join(&name[1..]))).collect();
            let told = rest.iter().filter(|roles| !roles.is_empty()).count();
            let kinds: BTreeSet<&String> = rest.iter().flatten().collect();
            if told * 10 < rest.len() * 7 || kinds.len() < 3 {
                break;
            }
        }
        if after().filter(|name| name.len() == 1).count() > 1 {
            break;
        }
        gone.extend(after().next().map(|name| name[0].clone()));
        for name in names.iter_mut().filter(|name| name.first().is_some_and(|piece| piece.key() == first)) {
            name.remove(0);
        }
    }
    join(&gone)
}

/// Removes the end that most names share; names stand reversed here.
fn ends(names: &mut [Vec<Piece>]) {
    while let Some(last) = common(names) {
        let ends = |name: &&Vec<Piece>| name.first().is_some_and(|piece| piece.key() == last);
        if tells(&last) || last.chars().count() < 2 || names.iter().filter(ends).any(|name| name.len() == 1) {
            break;
        }
        for name in names.iter_mut().filter(|name| name.first().is_some_and(|piece| piece.key() == last)) {
            name.remove(0);
        }
    }
}

/// The first piece of at least seven names of ten.
fn common(names: &[Vec<Piece>]) -> Option<String> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for piece in names.iter().filter_map(|name| name.first()) {
        *counts.entry(piece.key()).or_default() += 1;
    }
    let (first, count) = counts.into_iter().max_by_key(|(_, count)| *count)?;
    (count >= 3 && count * 10 >= names.len() * 7).then_some(first)
}

fn tells(text: &str) -> bool {
    read(text).iter().any(|found| found.entry.strength >= Strength::Fair && !found.guessed)
        || super::sides::is_side(text)
}

fn roles(text: &str) -> BTreeSet<String> {
    let strong = read(text).into_iter().filter(|found| found.entry.strength >= Strength::Fair && !found.guessed);
    strong.map(|found| format!("{:?}", found.entry.sense)).collect()
}

/// `Kick_01`, `OH_01.L`: the number of a consolidated file, where no other file has the rest of the name.
fn padded_ends(names: &mut [Vec<Piece>]) {
    let padded = |name: &[Piece]| {
        let sided = name.len() > 2 && name.last().is_some_and(|piece| super::sides::is_side(&piece.text));
        let at = name.len().checked_sub(1 + usize::from(sided)).filter(|&at| at > 0)?;
        let text = &name[at].text;
        (name[at].is_number() && text.len() == 2 && text.starts_with('0')).then_some(at)
    };
    let base = |name: &[Piece]| {
        let number = padded(name);
        let kept = name.iter().enumerate().filter(|(at, _)| Some(*at) != number);
        kept.map(|(_, piece)| piece.key()).collect::<Vec<_>>()
    };
    let mut counts: BTreeMap<Vec<String>, usize> = BTreeMap::new();
    for name in names.iter() {
        *counts.entry(base(name)).or_default() += 1;
    }
    for name in names.iter_mut() {
        if let Some(at) = padded(name)
            && counts.get(&base(name)) == Some(&1)
        {
            name.remove(at);
        }
    }
}
